package main

import (
	"testing"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/catalog/access"
)

// TestWhoMayAskUpstreams: rules name upstreams as commands, and what may change something there needs to be allowed to
// run things.
func TestWhoMayAskUpstreams(t *testing.T) {
	t.Parallel()
	b := newIDBench(t, office{"UADA": {Email: "ada@example.com"}})
	g := newGuard(access.New([]access.Audience{{Name: "staff", Workspaces: []access.Workspace{{Platform: "office", ID: "S"}}, Guests: access.GuestsNone}}, []access.Rule{
		{Acts: []access.Act{access.Ask, access.Run}, Commands: []string{"proxy:secret*"}},
		{Acts: []access.Act{access.Run}, Commands: []string{"proxy:jenkins"}},
	}), b.identity, b.view)
	web := bot.Actor{Platform: webPages, Workspace: "local", ID: "7"}
	for _, tt := range []struct {
		who      bot.Actor
		upstream string
		change   bool
		want     bool
	}{
		{web, "jenkins", false, true}, {web, "jenkins", true, false}, {web, "sonar", true, true},
		{web, "secrets", false, false}, {web, "secret", true, false},
	} {
		if got := g.mayProxy(tt.who, "proxy:"+tt.upstream, tt.change); got != tt.want {
			t.Errorf("%s, change %v: %v", tt.upstream, tt.change, got)
		}
	}
}
