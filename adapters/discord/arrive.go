package discord

import (
	"context"
	"encoding/json"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// interact takes in an interaction and returns when it is queued or, where nothing changes, running. First gives the
// first answer. An error means that it was not taken in.
func (s *session) interact(in interaction, first func(context.Context, callback) error) error {
	x := newExchange(s, in, first)
	s.a.directory.describe(in.Channel, &x.ev.Channel)
	switch in.Type {
	case isTyping:
		return s.Begin(func() { x.suggest() })
	case isCommand:
		x.ev.Input = in.invoked()
		return s.timed(x, func(clock *time.Timer) error { return s.Begin(func() { s.command(x, clock) }) })
	case isComponent:
		return s.press(x)
	case isModal:
		if mark, key := splitForm(in.Data.CustomID); mark == markForm {
			return s.form(x, mark, key)
		}
	}
	return s.Begin(func() { x.nothing() })
}

// command runs a command. What came through the gateway came to every replica: the first one answers.
func (s *session) command(x *exchange, clock *time.Timer) {
	if s.a.deps.Replicas && s.a.cfg.Mode == ModeGateway {
		if fresh, err := s.Fresh(x.ev.ID); err == nil && !fresh {
			clock.Stop()
			return
		}
	}
	x.run(clock)
}

// timed has an interaction acknowledged when the task takes longer than Discord waits.
func (s *session) timed(x *exchange, task func(*time.Timer) error) error {
	clock := time.AfterFunc(s.a.tune.budget, func() {
		if s.Enter() {
			defer s.Leave()
			x.later()
		}
	})
	err := task(clock)
	if err != nil {
		clock.Stop()
	}
	return err
}

// press takes in a press: once, and in order within its channel.
func (s *session) press(x *exchange) error {
	if mark, key := splitForm(x.in.Data.CustomID); mark == markOpen || mark == markSettle || mark == markSend {
		return s.form(x, mark, key)
	}
	id := x.in.pressed()
	mark, token := splitID(id)
	if mark == markAsk {
		return s.Begin(func() { x.ask(id, token) })
	}
	x.ev.Input = bot.Pressed{Token: token, Message: x.messageID(), Private: x.in.private()}
	return s.queued(x)
}

func (x *exchange) messageID() string {
	if x.in.Message == nil {
		return ""
	}
	return x.in.Message.ID
}

// queued asks the handler about a press, in its turn.
func (s *session) queued(x *exchange) error {
	return s.once(x, func(clock *time.Timer) {
		reply := s.Handle(&x.ev, s.a.tune.workFor)
		if w, ok := reply.(bot.Work); ok && w.Run != nil {
			_ = s.Begin(func() { x.work(w) }) // what follows in the channel does not wait for it
			return
		}
		clock.Stop()
		x.show(reply)
	})
}

// once takes in an interaction that has an effect: once, and in order within its channel. One that was there before is
// answered with nothing; what came through the gateway, another replica answers.
func (s *session) once(x *exchange, task func(*time.Timer)) error {
	return s.timed(x, func(clock *time.Timer) error {
		fresh, err := s.Once(x.ev.ID, x.ev.Address, func() { task(clock) })
		if err != nil || fresh {
			return err
		}
		clock.Stop()
		if s.a.cfg.Mode == ModeGateway {
			return nil
		}
		return s.Begin(func() { x.nothing() })
	})
}

// ask asks the question of a button that wants to be confirmed. Discord has no such dialogue, so a private message
// asks, with a button that carries out the intent.
func (x *exchange) ask(id, token string) {
	label := x.in.label(id)
	question := []card.Span{card.T(x.s.a.asks.text(id))}
	if question[0].Text == "" {
		question = card.Say(x.ev.Locale, lang.DiscordConfirm, lang.Args{"action": card.S(label)})
	}
	r := &renderer{lang: x.ev.Locale, count: 1, left: maxText}
	r.text(question)
	r.add(component{Type: typeRow, Components: []component{{
		Type: typeButton, Style: styleDanger, Label: orBlank(clip(label, maxLabel)), CustomID: r.number() + string(markPress) + token,
	}}}, 2)
	x.answer(answerMessage, message{
		Flags:      flagComponents | flagEphemeral,
		Components: []component{{Type: typeContainer, Components: r.out}},
		Mentions:   mentions{Parse: []string{}},
	})
}

// message takes in a message from the gateway.
func (s *session) message(raw []byte) {
	var m said
	if err := json.Unmarshal(raw, &m); err != nil {
		s.a.deps.Log.Warn("discord: malformed message", "err", err)
		return
	}
	ev, ok, err := m.event(s.a.user())
	if err != nil {
		s.a.deps.Log.Warn("discord: malformed message", "err", err)
	}
	if err != nil || !ok {
		return
	}
	s.a.directory.describe(channelPart{ID: m.Channel}, &ev.Channel)
	err = s.InOrder(ev.Address, func() {
		fresh, err := s.Fresh(ev.ID) // the gateway repeats events after a resume
		if err != nil {
			s.a.deps.Log.Error("discord: a message was not taken in", "event", ev.ID, "err", err)
		}
		if err != nil || !fresh {
			return
		}
		s.answerMessage(&ev, m.ID)
	})
	if err != nil {
		s.a.deps.Log.Error("discord: a message was not taken in", "event", ev.ID, "err", err)
	}
}
