package commands_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/commands"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// board are bindings in a map, which are not kept while err is set.
type board struct {
	bound map[bot.Address]string
	err   error
}

func (b *board) Of(at bot.Address) string { return b.bound[at] }

func (b *board) Bind(_ context.Context, one bot.Binding) error {
	if b.err == nil {
		b.bound[one.Address] = one.Entity
	}
	return b.err
}

func (b *board) Unbind(context.Context, bot.Address) (bool, error) { return false, nil }

// TestHomeRemembersTheTeam: somebody in no team finds the one they chose again, nobody else does, and whoever is in a team
// keeps seeing their own.
func TestHomeRemembersTheTeam(t *testing.T) {
	b := &board{bound: map[bot.Address]string{}}
	asker := catalog.Ref{}
	c := nordwind(t, func(d *commands.Deps) {
		d.Bindings, d.Asker = b, func(*bot.Event) catalog.Ref { return asker }
	})
	open := func(user string) string {
		t.Helper()
		ev := happens(bot.Opened{Surface: bot.SurfaceHome}, lang.English)
		ev.Actor.ID = user
		return readable(t, reply(t, c.Surfaces()[bot.SurfaceHome], ev))
	}
	var teams []*catalog.Entity
	for e := range c.view.Entities(search.Filter{Kinds: []string{"group"}}) {
		if len(c.view.Relations(e.Ref, "ownerOf")) > 0 && len(c.view.Relations(e.Ref, "hasMember")) > 0 {
			teams = append(teams, e)
		}
	}
	if len(teams) < 2 {
		t.Fatal("the catalog has too few teams")
	}
	pick := func(e *catalog.Entity) string {
		t.Helper()
		in := bot.Pressed{Intent: card.Intent{Name: "home", Args: []string{e.Ref.String()}}}
		return readable(t, reply(t, c.Intents()["home"], happens(in, lang.English)))
	}
	contains(t, open("someone"), "which team you are in")
	b.err = errors.New("the store is away")
	contains(t, pick(teams[0]), teams[0].DisplayName(), "could not be kept")
	contains(t, open("someone"), "which team you are in")
	b.err = nil
	if text := pick(teams[0]); strings.Contains(text, "could not be kept") {
		t.Error(text)
	}
	contains(t, open("someone"), teams[0].DisplayName())
	contains(t, open("another"), "which team you are in")
	pick(teams[1])
	contains(t, open("someone"), teams[1].DisplayName())
	asker = c.view.Relations(teams[0].Ref, "hasMember")[0].Target
	pick(teams[1])
	contains(t, open("someone"), teams[0].DisplayName())
	asker = catalog.Ref{}
	b.bound[bot.HomeOf(bot.Actor{Platform: "p", Workspace: "W", ID: "someone"})] = "group:default/long-gone"
	contains(t, open("someone"), "which team you are in")
}
