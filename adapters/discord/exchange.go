package discord

import (
	"context"
	"sync"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/internal/fault"
)

// The types of first answers to an interaction.
const (
	answerPong    = 1
	answerMessage = 4
	answerLater   = 5 // a message follows; until then Discord says that we think
	answerQuiet   = 6 // of a press: nothing happens, or later
	answerUpdate  = 7 // of a press: the pressed message becomes this one
	answerChoices = 8
	answerModal   = 9
)

// callback is the first answer to an interaction.
type callback struct {
	Type int `json:"type"`
	Data any `json:"data,omitempty"`
}

// flagged is the data of answerLater.
type flagged struct {
	Flags int `json:"flags"`
}

// exchange is one interaction on its way. Discord takes exactly one first answer, within three seconds; everything
// else goes through the interaction's webhook, for fifteen minutes.
type exchange struct {
	s     *session
	in    interaction
	ev    bot.Event
	sees  bot.Actor                             // who presses the buttons of the answers: of the guild, or of no guild in a direct message
	home  string                                // the guild of a form whose step stands in a direct message
	first func(context.Context, callback) error // gives the first answer, and returns when Discord has it
	way   *courier                              // of what follows

	mu       sync.Mutex
	answered bool
	taken    bool          // another replica answers
	sorry    bool          // the actor was told that the answer comes too late
	done     chan struct{} // closed when the first answer was given
}

// lasts is how long an interaction can be answered, with some time for the answer's way. Discord ends it after fifteen
// minutes.
const lasts = 14*time.Minute + 30*time.Second

func newExchange(s *session, in interaction, first func(context.Context, callback) error) *exchange {
	x := &exchange{s: s, in: in, ev: in.event(), first: first, done: make(chan struct{})}
	x.sees = x.ev.Actor
	x.way = &courier{s: s, ev: &x.ev, until: s.a.deps.Now().Add(lasts)}
	return x
}

// answer gives the first answer and reports whether it was the first; who comes later waits until it is given.
func (x *exchange) answer(kind int, data any) bool {
	x.mu.Lock()
	mine := !x.answered
	if mine {
		x.answered = true
	}
	x.mu.Unlock()
	if !mine {
		<-x.done
		return false
	}
	defer close(x.done)
	ctx, cancel := context.WithTimeout(x.s.ctx, 3*time.Second)
	defer cancel()
	err := x.first(ctx, callback{kind, data})
	if codeOf(err) == answeredAlready {
		x.mu.Lock()
		x.taken = true
		x.mu.Unlock()
	} else if err != nil {
		x.s.a.deps.Log.Warn("discord: an interaction was not answered in time", "event", x.ev.ID, "err", err)
		if m, ok := data.(message); ok {
			public := m.Flags&flagEphemeral == 0
			if kind == answerUpdate { // which says nothing of who sees the message that it changes
				public = !x.in.private()
			}
			x.way.send(func(ctx context.Context) error { return x.tooLate(ctx, m, public) })
		}
	}
	return true
}

// onMessage reports whether the interaction came from a message of ours, which answers may replace.
func (x *exchange) onMessage() bool { return x.in.Message != nil && x.in.Type != isCommand }

// later is the first answer when the real one takes longer than Discord waits.
func (x *exchange) later() {
	if x.onMessage() {
		x.answer(answerQuiet, nil)
	} else {
		x.answer(answerLater, flagged{x.visibility(false)})
	}
}

// visibility is the flag of answers: for the actor alone, unless they are public or said in a direct message.
func (x *exchange) visibility(public bool) int {
	if public || x.ev.Channel.Direct {
		return 0
	}
	return flagEphemeral
}

// run asks the handler and shows its reply. The first answer is given within the budget since the interaction came.
func (x *exchange) run(clock *time.Timer) {
	reply := x.s.Handle(&x.ev, x.s.a.tune.workFor)
	if w, ok := reply.(bot.Work); ok && w.Run != nil {
		x.work(w)
		return
	}
	clock.Stop()
	x.show(reply)
}

// work runs a long reply. The note is shown only when the work takes a moment, so that most answers come as one message.
func (x *exchange) work(w bot.Work) {
	note := ""
	reply := x.s.Work(&x.ev, w, x.s.a.tune.grace, x.s.a.tune.workFor, func() { note = x.note(w.Note) })
	if note != "" {
		x.replace(reply, note)
		return
	}
	x.show(reply)
}

// original names the first answer, or the message that was pressed.
const original = "@original"

// note shows the note of a work and returns the id of its message.
func (x *exchange) note(note card.Message) string {
	if isEmpty(note) {
		return ""
	}
	m := x.s.a.fit(note, x.sees)[0]
	m.Flags |= x.visibility(false)
	if x.onMessage() {
		x.answer(answerQuiet, nil)
		return x.follow(m)
	}
	if !x.answer(answerMessage, m) {
		x.edit(original, m)
	}
	return original
}

// The ways to a message of the interaction.
func (x *exchange) edit(id string, m message) {
	m.Flags &^= flagEphemeral // who sees a message is settled when it is made
	public := x.visibility(false) == 0
	if id == original && x.onMessage() {
		public = !x.in.private()
	}
	x.send(&m, public, func(ctx context.Context) error { return x.s.a.api.edit(ctx, x.in.Token, id, m) })
}

func (x *exchange) remove(id string) {
	x.send(nil, false, func(ctx context.Context) error { return x.s.a.api.remove(ctx, x.in.Token, id) })
}

// follow sends a further message and returns its id, "" while Discord does not take it.
func (x *exchange) follow(m message) (id string) {
	got := make(chan string, 1)
	x.send(&m, m.Flags&flagEphemeral == 0, func(ctx context.Context) error {
		id, err := x.s.a.api.follow(ctx, x.in.Token, m)
		if err == nil {
			got <- id
		}
		return err
	})
	select {
	case id = <-got:
	default:
	}
	return id
}

// settling is how often, with growing pauses, a message that Discord does not know yet is tried again: it may not have
// seen the first answer when it gets what follows.
const settling = 4

// send does a task of the interaction. When that is over, the message goes another way.
func (x *exchange) send(m *message, public bool, task func(context.Context) error) {
	x.way.send(func(ctx context.Context) error {
		var err error
		for try := range settling {
			x.mu.Lock()
			taken := x.taken
			x.mu.Unlock()
			if taken {
				return nil
			}
			if err = task(ctx); !fault.Is(err, fault.NotFound) {
				break
			}
			bot.Sleep(ctx, 100*time.Millisecond<<try)
		}
		if code := codeOf(err); m != nil && (code == noWebhook || code == badToken || code == noInteraction) {
			return x.tooLate(ctx, *m, public)
		}
		return err
	})
}

// tooLate shows a message that its interaction has no room for any more: in the channel where everybody may see it,
// else as a direct message. Who takes none is told that there was an answer.
func (x *exchange) tooLate(ctx context.Context, m message, public bool) error {
	nonce, _ := mark(x.ev.ID+m.content(), 0)
	channel := x.ev.Address.Channel
	if !public {
		var err error
		var works bool
		if m, works = x.direct(m); !works {
			return nil
		}
		m.Flags, m.Nonce = m.Flags&^flagEphemeral, nonce
		if channel, err = x.s.a.directory.direct(ctx, x.ev.Actor.ID); err == nil {
			_, err = x.s.a.api.post(ctx, channel, m)
		}
		if !fault.Is(err, fault.Forbidden) && !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Invalid) || refusesToken(err) || x.sorry {
			return err
		}
		x.sorry, channel = true, x.ev.Address.Channel
		m = x.s.a.fit(late(x.ev.Locale, x.ev.Actor.ID), x.sees)[0]
		nonce, _ = mark(x.ev.ID, 0)
	}
	m.Flags, m.Nonce = m.Flags&^flagEphemeral, nonce
	_, err := x.s.a.api.post(ctx, channel, m)
	return err
}
