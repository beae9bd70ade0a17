package commands

import (
	"context"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/commands/understand"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// The sub-commands about what a channel is about. They are nobody's question.
const (
	intentBind   understand.Intent = "bind"
	intentUnbind understand.Intent = "unbind"
)

// Bindings keeps which entity a channel is about. bot.BindingBoard is one.
type Bindings interface {
	// Of returns the full reference of the entity; "" for none. It must not block.
	Of(at bot.Address) string
	// Bind makes a channel be about an entity.
	Bind(ctx context.Context, b bot.Binding) error
	// Unbind ends that and reports whether the channel was bound.
	Unbind(ctx context.Context, at bot.Address) (bool, error)
}

// bound is the entity that the channel of an event is bound to, zero for none.
func (c *Commands) bound(ev *bot.Event) catalog.Ref {
	if c.deps.Bound != nil {
		return c.deps.Bound(ev)
	}
	ref, _ := c.boundAt(ev)
	return ref
}

// boundAt is the entity that the channel of an event is bound to, zero for none, and where: a thread that is a channel
// of its own is about what its channel is, unless it is bound itself.
func (c *Commands) boundAt(ev *bot.Event) (catalog.Ref, bot.Address) {
	at := ev.Address.Place()
	if c.deps.Bindings == nil || ev.Channel.Direct {
		return catalog.Ref{}, at
	}
	to := c.deps.Bindings.Of(at)
	if to == "" && ev.Channel.Parent != "" {
		at.Channel = ev.Channel.Parent
		to = c.deps.Bindings.Of(at)
	}
	if to == "" {
		return catalog.Ref{}, at
	}
	ref, err := catalog.ParseRef(to, "", "")
	if err != nil {
		return catalog.Ref{}, at
	}
	return ref, at
}

// bindCommands are the sub-commands, where bindings are kept.
func (c *Commands) bindCommands() []subCommand {
	if c.deps.Bindings == nil {
		return nil
	}
	return []subCommand{
		{"bind", nil, intentBind, takesMaybe, (*Commands).bind},
		{"unbind", nil, intentUnbind, takesNothing, (*Commands).unbind},
	}
}

// bind makes the channel be about an entity, for everybody in it to see; without an entity it says what it is about.
func (c *Commands) bind(ev *bot.Event, t *talk) bot.Reply {
	switch {
	case ev.Channel.Direct:
		return t.only(bot.Refused, lang.BindDirect, nil)
	case len(t.r.Entities) == 0:
		return c.boundTo(ev, t)
	}
	e, ok := t.view.Entity(t.r.Entities[0])
	if !ok {
		return t.only(bot.NotFound, lang.CmdNotFound, lang.Args{"name": t.r.Entities[0].Name})
	}
	t.entities = []catalog.Ref{e.Ref}
	if !c.may(ev, ActBind, e.Ref) {
		return t.only(bot.Refused, lang.BindForbidden, nil)
	}
	return c.changing(ev, t, "what a channel is about", func(ctx context.Context) error {
		err := c.deps.Bindings.Bind(ctx, bot.Binding{Address: ev.Address.Place(), Entity: e.Ref.String(), Since: c.deps.Now()})
		if err == nil {
			t.from(e)
			t.line(lang.BindDone, lang.Args{"what": t.named(e)})
			t.actions = append(t.actions, t.ask(lang.ActOnCall, understand.OnCall, e.Ref), t.unbindButton())
		}
		return err
	})
}

// boundTo says what the channel is bound to, or what it seems to be about.
func (c *Commands) boundTo(ev *bot.Event, t *talk) bot.Reply {
	ref := c.bound(ev)
	if e, ok := t.view.Entity(ref); ok {
		t.from(e)
		t.entities = []catalog.Ref{e.Ref}
		t.actions = append(t.actions, t.ask(lang.ActOnCall, understand.OnCall, e.Ref), t.unbindButton())
		return t.only(bot.Answered, lang.BindShows, lang.Args{"what": t.named(e)})
	}
	example := lang.Args{"example": card.M("/backchannel bind payments")}
	if !ref.IsZero() {
		t.actions = append(t.actions, t.unbindButton())
		return t.only(bot.NotFound, lang.BindGone, lang.Args{"ref": card.M(ref.Short(""))})
	}
	around := c.around(t.ctx, t.view, t.q)
	if len(around.Entities) == 1 {
		if e, ok := t.view.Entity(around.Entities[0]); ok {
			t.line(lang.BindGuess, lang.Args{"what": t.named(e)})
			t.outcome, t.entities = bot.NotFound, []catalog.Ref{e.Ref}
			t.actions = append(t.actions, t.bindButton(e.Ref))
			return t.reply()
		}
	}
	return t.only(bot.NotFound, lang.BindNone, example)
}

// unbind ends the binding of the channel.
func (c *Commands) unbind(ev *bot.Event, t *talk) bot.Reply {
	ref, at := c.boundAt(ev)
	switch {
	case ev.Channel.Direct:
		return t.only(bot.Refused, lang.BindDirect, nil)
	case ref.IsZero():
		return t.only(bot.NotFound, lang.BindNone, lang.Args{"example": card.M("/backchannel bind payments")})
	case !c.may(ev, ActBind, ref):
		return t.only(bot.Refused, lang.BindForbidden, nil)
	}
	t.entities = []catalog.Ref{ref}
	return c.changing(ev, t, "what a channel is about", func(ctx context.Context) error {
		if _, err := c.deps.Bindings.Unbind(ctx, at); err != nil {
			return err
		}
		what := []card.Span{card.M(ref.Short(""))}
		if e, ok := t.view.Entity(ref); ok {
			what = t.named(e)
			t.actions = append(t.actions, t.bindButton(ref))
		}
		t.line(lang.BindUnbound, lang.Args{"what": what})
		return nil
	})
}

// changing does what concerns everybody at the place of an event, and says it to them.
func (c *Commands) changing(ev *bot.Event, t *talk, what string, do func(context.Context) error) bot.Reply {
	note := card.Message{Lang: t.l, Blocks: []card.Block{card.Text{Spans: t.say(lang.BindWorking, nil)}}}
	return bot.Work{Note: note, Run: func(ctx context.Context) (bot.Reply, error) {
		t.outcome = bot.Answered
		if err := do(ctx); err != nil {
			return nil, fault.Wrap(fault.Upstream, err, "%s", what)
		}
		return c.aloud(ev, t), nil
	}}
}

// aloud is an answer that everybody at the place is to see, if all of them may see what it is about.
func (c *Commands) aloud(ev *bot.Event, t *talk) bot.Reply {
	here := c.deps.View(c.viewer(public(ev)))
	alone := t.outcome != bot.Answered || c.unshareable(here, understand.Reading{Entities: t.entities})
	private := t.q.Private && !ev.Channel.Direct
	if t.q.Private = alone && private; alone || !private {
		return t.reply()
	}
	a, m := t.finish()
	done := card.Message{Lang: t.l, Blocks: []card.Block{card.Text{Spans: t.say(lang.BindTold, nil)}}}
	return bot.Share{Answer: a, Message: m, Done: done}
}

func (t *talk) unbindButton() card.Action {
	a := t.button(t.text(lang.BindActEnd, nil), intentBound, understand.Reading{Intent: intentUnbind, Lang: t.l}, false)
	a.Anyone = true
	return a
}

func (t *talk) bindButton(ref catalog.Ref) card.Action {
	a := t.button(t.text(lang.BindAct, nil), intentBound, understand.Reading{Intent: intentBind, Lang: t.l, Entities: []catalog.Ref{ref}}, false)
	a.Anyone = true
	return a
}

// intentBound is a button that binds or unbinds the channel it is in.
const intentBound = "bound"

// handleBound carries out such a button. The right to do so is checked again.
func (c *Commands) handleBound(ctx context.Context, ev *bot.Event) (bot.Reply, error) {
	in, q, r := c.pressed(ev)
	q.Private = in.Private
	if c.deps.Bindings == nil {
		return nil, fault.New(fault.NotFound, "no bindings are kept").Say(string(lang.BotButtonUnknown), nil)
	}
	t := c.talk(ctx, c.deps.View(q.Viewer), q, r)
	if r.Intent == intentUnbind {
		return c.unbind(ev, t), nil
	}
	return c.bind(ev, t), nil
}
