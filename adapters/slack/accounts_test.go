package slack

import (
	"context"
	"slices"
	"testing"

	"github.com/backchannel-portal/backchannel/adapters/slack/slacktest"
	"github.com/backchannel-portal/backchannel/bot"
)

func TestAccounts(t *testing.T) {
	x := start(t, ModeHTTP, bot.HandlerFunc(func(context.Context, *bot.Event) (bot.Reply, error) { return nil, nil }))
	for _, is := range []string{"", "restricted", "ultra_restricted", "stranger", "bot"} {
		x.slack.AddUser(slacktest.User{ID: "U" + is, Name: "mei", Email: "mei@example.com", Is: is})
	}
	at := bot.Address{Platform: platform, Workspace: slacktest.Team}
	account := func(who bot.Actor) (acc bot.Account) {
		t.Helper()
		x.until("users.info", func() (known bool) {
			acc, known = x.a.Account(who, at)
			return known
		})
		return acc
	}
	actorOf := func(id string) bot.Actor { return bot.Actor{Platform: platform, Workspace: slacktest.Team, ID: id} }
	if acc, known := x.a.Account(actorOf("U"), at); known || acc.Email != "" || !slices.Equal(acc.IDs, []string{slacktest.Team + "/U", "U"}) {
		t.Errorf("before Slack has answered: %+v, %v", acc, known)
	}
	if acc := account(actorOf("U")); acc.Guest || acc.Unsure || acc.Email != "mei@example.com" {
		t.Errorf("a member is %+v", acc)
	}
	for _, is := range []string{"restricted", "ultra_restricted", "stranger", "bot"} {
		if acc := account(actorOf("U" + is)); !acc.Guest || acc.Email != "" {
			t.Errorf("%s is %+v", is, acc)
		}
	}
	if acc := account(actorOf("UGONE")); !acc.Unsure || acc.Guest || acc.Email != "" {
		t.Errorf("somebody Slack does not know is %+v", acc)
	}
	foreign := bot.Actor{Platform: platform, Workspace: "T0OTHER", ID: "U"}
	if acc := account(foreign); !slices.Equal(acc.IDs, []string{"T0OTHER/U"}) {
		t.Errorf("somebody from elsewhere is %+v", acc)
	}
	if _, known := x.a.Account(bot.Actor{Platform: platform, Workspace: slacktest.Team}, at); known {
		t.Error("nobody is known")
	}
	var _ bot.Accounts = x.a
}
