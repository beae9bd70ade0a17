package commands

import (
	"context"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/commands/understand"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// around reads what the channel of a question is about, without any words of the question.
func (c *Commands) around(ctx context.Context, view search.View, q Question) understand.Reading {
	q.memory, q.Thread = nil, nil
	return c.inChannel(ctx, view, q)
}

// inChannel reads a question that says nothing but that somebody on call is wanted.
func (c *Commands) inChannel(ctx context.Context, view search.View, q Question) understand.Reading {
	l := q.Lang
	q.Text, q.Lang = lang.Text(lang.English, lang.OnCallBare, nil), ""
	r := c.read(ctx, view, q)
	r.Lang = l
	return r
}

// bareOnCall reads an on-call command without words: in a thread it is about what the thread is about, in a channel
// about what that is about. What was said outside of threads does not count, so that it lists everything elsewhere.
func (c *Commands) bareOnCall(ctx context.Context, view search.View, ev *bot.Event, q Question) understand.Reading {
	var r understand.Reading
	if ev.Address.Thread != "" {
		r = c.inChannel(ctx, view, q)
	} else {
		r = c.around(ctx, view, q)
	}
	r.Intent = understand.OnCall
	return r
}

// onCallWhich asks which service a channel is about: nothing tells.
func (t *talk) onCallWhich() {
	t.outcome = bot.Choose
	t.line(lang.OnCallWhich, nil)
	if t.c.deps.Bindings != nil {
		t.line(lang.OnCallWhichHint, lang.Args{"example": card.M("/backchannel bind payments")})
	}
	r := understand.Reading{Intent: understand.OnCall, Lang: t.l}
	pick := t.button(t.text(lang.OnCallPick, nil), intentPicked, r, false)
	pick.Search = card.FieldEntity
	t.actions = append(t.actions, pick)
}

// intentPicked is a menu of suggestions that settles what a question is about; its last argument is what was chosen.
const intentPicked = "picked"

// handlePicked answers the question about what was chosen, in the place of the menu.
func (c *Commands) handlePicked(ctx context.Context, ev *bot.Event) (bot.Reply, error) {
	in, q, r := c.pressed(ev)
	q.Private = in.Private
	r.Entities = chosen(ev)
	a, m := c.Answer(ctx, q, r)
	return bot.Update{Answer: a, Message: m}, nil
}

// viaRemark says in the context line what of the channel settled what the answer is about.
func (t *talk) viaRemark() {
	var key lang.Key
	switch t.r.Via {
	case understand.ViaBinding:
		key = lang.BindByBinding
	case understand.ViaName:
		key = lang.BindByName
	case understand.ViaTopic:
		key = lang.BindByTopic
	default:
		return
	}
	t.remark(card.T(t.text(key, nil)))
}
