package commands

import (
	"slices"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/commands/understand"
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/plugins"
)

// viewer is on whose behalf an event is answered.
func (c *Commands) viewer(ev *bot.Event) catalog.Viewer {
	if c.deps.Viewer == nil {
		return catalog.Viewer{}
	}
	return c.deps.Viewer(ev)
}

// sightOf names what a viewer may see; viewers of one name see the same.
func sightOf(v catalog.Viewer) string {
	if v.Rules == nil {
		return ""
	}
	return v.Rules.Key()
}

// public is an event as if nobody in particular had caused it, for what everybody in its channel will see.
func public(ev *bot.Event) *bot.Event {
	out := *ev
	out.Actor = bot.Actor{Platform: ev.Actor.Platform, Workspace: ev.Address.Workspace}
	out.Input = bot.Linked{}
	return &out
}

// seenTurns are the turns of a conversation without what a viewer may not see: others, who may, take part in it.
func seenTurns(view search.View, v catalog.Viewer, turns []understand.Turn) []understand.Turn {
	if v.Rules == nil || len(turns) == 0 {
		return turns
	}
	hidden := func(r catalog.Ref) bool { _, ok := view.Entity(r); return !ok }
	out := slices.Clone(turns)
	for i := range out {
		t := &out[i]
		n := len(t.Entities) + len(t.Candidates)
		t.Entities = slices.DeleteFunc(slices.Clone(t.Entities), hidden)
		t.Candidates = slices.DeleteFunc(slices.Clone(t.Candidates), hidden)
		if len(t.Entities)+len(t.Candidates) < n {
			t.Text = "" // it names what is hidden
		}
	}
	return out
}

// unshareable reports that a message was about something which the people of the channel may not see.
func (c *Commands) unshareable(view search.View, r understand.Reading) bool {
	for _, list := range [][]catalog.Ref{r.Entities, r.Candidates, {r.Person}} {
		for _, ref := range list {
			if _, ok := view.Entity(ref); !ok && !ref.IsZero() {
				return true
			}
		}
	}
	return false
}

// refuseShare tells the actor that the others may not see what they see. It holds what they know already.
func refuseShare(l lang.Lang) bot.Reply {
	if l == "" {
		l = lang.English
	}
	return bot.Whisper{
		Answer:  bot.Answer{Outcome: bot.Refused, Lang: l},
		Message: card.Message{Lang: l, Blocks: []card.Block{card.Text{Spans: card.Say(l, lang.AccessNoShare, nil)}}},
	}
}

// rota is who is on call, as the viewer may know it.
func (t *talk) rota() plugins.OnCall {
	return acquainted{onCallFor(t.c.cap.OnCall, t.view), t}
}

func onCallFor(all plugins.OnCall, view search.View) plugins.OnCall {
	if hidden := search.Hides(view); hidden != nil {
		return plugins.Told(all, hidden)
	}
	return all
}
