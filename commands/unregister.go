package commands

import (
	"context"
	"slices"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/commands/understand"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

const (
	// intentUnregister is the sub-command that removes a registered location. It is nobody's question.
	intentUnregister understand.Intent = "unregister"
	// intentRemove is its confirmed button; the argument is an entity that came from the location.
	intentRemove = "unregister"
)

// unregister names the location that an entity came from and what leaves with it, and asks to confirm.
func (c *Commands) unregister(ev *bot.Event, t *talk) bot.Reply {
	e, ok := t.view.Entity(t.r.Entities[0])
	if !ok {
		return t.only(bot.NotFound, lang.CmdNotFound, lang.Args{"name": t.r.Entities[0].Name})
	}
	t.entities = []catalog.Ref{e.Ref}
	if !c.may(ev, ActUnregister, e.Ref) {
		return t.only(bot.Refused, lang.UnregisterForbidden, lang.Args{"what": t.named(e)})
	}
	note := card.Message{Lang: t.l, Blocks: []card.Block{card.Text{Spans: t.say(lang.UnregisterWorking, lang.Args{"location": card.M(e.Source.Origin)})}}}
	return bot.Work{Note: note, Run: func(ctx context.Context) (bot.Reply, error) {
		registered, err := c.deps.Locations.Locations(ctx)
		if err != nil {
			return nil, fault.Wrap(fault.Upstream, err, "registered locations")
		}
		args := lang.Args{"what": t.named(e), "location": card.M(e.Source.Origin)}
		if !slices.ContainsFunc(registered, func(l catalog.Location) bool { return l.Origin == e.Source.Origin }) {
			return t.only(bot.Refused, lang.UnregisterConfigured, args), nil
		}
		args["n"] = cameFrom(t.view, e.Source.Origin)
		b := t.button(t.text(lang.ActUnregister, nil), intentRemove, understand.Reading{Intent: intentUnregister, Lang: t.l, Entities: t.entities}, false)
		b.Style, b.Confirm = card.Danger, t.text(lang.UnregisterConfirm, nil)
		t.actions = append(t.actions, t.ask(lang.ActShow, understand.Show, e.Ref), b)
		return t.only(bot.Answered, lang.UnregisterAsk, args), nil
	}}
}

// handleRemove removes the location after the confirmation. The right to do so is checked again: the button may be old.
func (c *Commands) handleRemove(ctx context.Context, ev *bot.Event) (bot.Reply, error) {
	in, q, r := c.pressed(ev)
	q.Private = in.Private
	t := c.talk(ctx, c.deps.View(q.Viewer), q, r)
	if c.deps.Locations == nil || len(r.Entities) != 1 {
		return nil, fault.New(fault.NotFound, "no registered locations").Say(string(lang.BotButtonUnknown), nil)
	}
	e, ok := t.view.Entity(r.Entities[0])
	if !ok {
		return t.only(bot.NotFound, lang.CmdNotFound, lang.Args{"name": r.Entities[0].Name}), nil
	}
	t.entities = r.Entities
	if !c.may(ev, ActUnregister, e.Ref) {
		return t.only(bot.Refused, lang.UnregisterForbidden, lang.Args{"what": t.named(e)}), nil
	}
	where := card.M(e.Source.Origin)
	n := cameFrom(t.view, e.Source.Origin)
	note := card.Message{Lang: t.l, Blocks: []card.Block{card.Text{Spans: t.say(lang.UnregisterWorking, lang.Args{"location": where})}}}
	return bot.Work{Note: note, Run: func(ctx context.Context) (bot.Reply, error) {
		t.outcome = bot.Answered
		err := c.deps.Locations.Unregister(ctx, e.Source.Origin)
		switch {
		case fault.Is(err, fault.NotFound): // somebody else was quicker
			t.line(lang.UnregisterConfigured, lang.Args{"what": t.named(e), "location": where})
		case err != nil:
			return nil, fault.Wrap(fault.Upstream, err, "unregister %s", e.Source.Origin)
		default:
			t.line(lang.UnregisterDone, lang.Args{"location": where, "n": n})
		}
		a, m := t.finish()
		return bot.Update{Answer: a, Message: m}, nil
	}}, nil
}
