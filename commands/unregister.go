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
	// intentRemove is its confirmed button; the argument is an entity that came from the location, or its address.
	intentRemove = "unregister"
)

// leaving is a location that is to be removed.
type leaving struct {
	what   any         // as the message names it
	ref    catalog.Ref // the entity that was named; zero where an address was
	origin string      // where the entity comes from, or the address
}

// leaving is what t is about: the location that an entity comes from, or one that is named by its address, which may
// have nothing left in the catalog. ok is false when there is no such entity.
func (t *talk) leaving() (l leaving, ok bool) {
	if len(t.r.Entities) == 0 {
		return leaving{what: card.M(clipTo(t.r.Topic, maxDetail)), origin: t.r.Topic}, t.r.Topic != ""
	}
	e, ok := t.view.Entity(t.r.Entities[0])
	if !ok {
		return leaving{}, false
	}
	t.entities = []catalog.Ref{e.Ref}
	return leaving{what: t.named(e), ref: e.Ref, origin: e.Source.Origin}, true
}

// args are those of all messages about l.
func (l leaving) args() lang.Args {
	return lang.Args{"what": l.what, "location": card.M(clipTo(l.origin, maxDetail))}
}

// unknown says that nobody registered the location.
func (l leaving) unknown() lang.Key {
	if l.ref.IsZero() {
		return lang.UnregisterUnknown
	}
	return lang.UnregisterConfigured
}

// unregister names the location that an entity came from, or that has an address, and what leaves with it, and asks to
// confirm.
func (c *Commands) unregister(ev *bot.Event, t *talk) bot.Reply {
	l, refusal := c.mayLeave(ev, t)
	if refusal != nil {
		return refusal
	}
	return bot.Work{Note: t.removing(l), Run: func(ctx context.Context) (bot.Reply, error) {
		registered, err := c.deps.Locations.Locations(ctx)
		if err != nil {
			return nil, fault.Wrap(fault.Upstream, err, "registered locations")
		}
		i := slices.IndexFunc(registered, func(r catalog.Location) bool {
			return r.Origin == l.origin || l.ref.IsZero() && r.Target == l.origin
		})
		if i < 0 {
			return t.only(bot.Refused, l.unknown(), l.args()), nil
		}
		l.origin = registered[i].Origin
		args, ask := l.args(), lang.UnregisterAsk
		r := understand.Reading{Intent: intentUnregister, Lang: t.l, Entities: t.entities}
		if l.ref.IsZero() {
			ask, r.Topic = lang.UnregisterPlace, l.origin
		} else {
			t.actions = append(t.actions, t.ask(lang.ActShow, understand.Show, l.ref))
		}
		args["n"] = cameFrom(t.view, l.origin)
		b := t.button(t.text(lang.ActUnregister, nil), intentRemove, r, false)
		b.Style, b.Confirm = card.Danger, t.text(lang.UnregisterConfirm, nil)
		t.actions = append(t.actions, b)
		return t.only(bot.Answered, ask, args), nil
	}}
}

// mayLeave is the location that t is about, or why it cannot be removed by whoever asks.
func (c *Commands) mayLeave(ev *bot.Event, t *talk) (l leaving, refusal bot.Reply) {
	l, ok := t.leaving()
	switch {
	case ok && c.may(ev, ActUnregister, l.ref):
		return l, nil
	case ok:
		return l, t.only(bot.Refused, lang.UnregisterForbidden, l.args())
	case len(t.r.Entities) == 0:
		return l, t.only(bot.NotFound, lang.RegisterWhat, nil)
	}
	return l, t.only(bot.NotFound, lang.CmdNotFound, lang.Args{"name": t.r.Entities[0].Name})
}

func (t *talk) removing(l leaving) card.Message {
	return card.Message{Lang: t.l, Blocks: []card.Block{card.Text{Spans: t.say(lang.UnregisterWorking, l.args())}}}
}

// handleRemove removes the location after the confirmation. The right to do so is checked again: the button may be old.
func (c *Commands) handleRemove(ctx context.Context, ev *bot.Event) (bot.Reply, error) {
	in, q, r := c.pressed(ev)
	q.Private = in.Private
	t := c.talk(ctx, c.deps.View(q.Viewer), q, r)
	if c.deps.Locations == nil || len(r.Entities) > 1 || len(r.Entities) == 0 && r.Topic == "" {
		return nil, fault.New(fault.NotFound, "no registered locations").Say(string(lang.BotButtonUnknown), nil)
	}
	l, refusal := c.mayLeave(ev, t)
	if refusal != nil {
		return refusal, nil
	}
	n := cameFrom(t.view, l.origin)
	return bot.Work{Note: t.removing(l), Run: func(ctx context.Context) (bot.Reply, error) {
		t.outcome = bot.Answered
		args := l.args()
		err := c.deps.Locations.Unregister(ctx, l.origin)
		switch {
		case fault.Is(err, fault.NotFound): // somebody else was quicker
			t.line(l.unknown(), args)
		case err != nil:
			return nil, fault.Wrap(fault.Upstream, err, "unregister %s", l.origin)
		default:
			args["n"] = n
			t.line(lang.UnregisterDone, args)
		}
		a, m := t.finish()
		return bot.Update{Answer: a, Message: m}, nil
	}}, nil
}
