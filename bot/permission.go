package bot

import (
	"context"
	"time"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// Guard decides whether events are handled. It must not block.
type Guard interface {
	// Admit says whether an event may be handled. What is what the Mux found for it: "question", the name of a
	// command, "button share", ...
	Admit(ev *Event, what string) Ruling
}

// Ruling is a Guard's decision.
type Ruling struct {
	Denied bool
	Wait   bool     // who asks is being found out; until then the event is denied, but asking again soon may help
	By     string   // what decided, for the audit: a rule with file and line, or a word
	Say    lang.Key // what the actor is told; "" says nothing
	Args   lang.Args
}

// The time that a question waits for its asker to be found out. It stays below what platforms wait for an answer.
const (
	askerPatience = 2 * time.Second
	askerLook     = 25 * time.Millisecond
)

// Aloud reports whether what an event is answered with is seen by everybody in its channel, rather than by the actor
// alone: then it may hold only what all of them may see.
func (ev *Event) Aloud() bool {
	if ev.Channel.Direct {
		return false
	}
	switch in := ev.Input.(type) {
	case Said, Linked:
		return true
	case Pressed:
		return !in.Private
	default:
		return false
	}
}

// admit asks the guard about an event that has a handler. It returns a reply when the handler is not to be asked, or
// not yet.
func (m *Mux) admit(ctx context.Context, ev *Event, what string, h Handler, start time.Time) (Reply, bool) {
	if _, always := ev.Input.(Lifecycle); m.cfg.Guard == nil || always {
		return nil, false
	}
	r := m.cfg.Guard.Admit(ev, what)
	if r.Wait {
		switch ev.Input.(type) {
		case Invoked, Said, Pressed, Submitted:
			return Work{Run: func(ctx context.Context) (Reply, error) { return m.later(ctx, ev, what, h, start) }}, true
		case Opened, Linked: // nobody waits for the acknowledgement of these
			r = m.settled(ctx, ev, what)
		}
	}
	if r.Denied {
		return m.denied(ev, what, r, start), true
	}
	ev.Decision = decision(r)
	return nil, false
}

// settled asks the guard until it is known who asks, or patience is at an end.
func (m *Mux) settled(ctx context.Context, ev *Event, what string) Ruling {
	r := m.cfg.Guard.Admit(ev, what)
	for range int(askerPatience / askerLook) {
		if !r.Wait || !Sleep(ctx, askerLook) {
			break
		}
		r = m.cfg.Guard.Admit(ev, what)
	}
	return r
}

// later handles an event once it is known who asks.
func (m *Mux) later(ctx context.Context, ev *Event, what string, h Handler, start time.Time) (Reply, error) {
	r := m.settled(ctx, ev, what)
	if r.Denied {
		return m.denied(ev, what, r, start), nil
	}
	ev.Decision = decision(r)
	reply, err := m.guard(ctx, ev, h)
	if w, again := reply.(Work); again && err == nil {
		reply, err = w.Run(ctx)
	}
	return m.finish(ev, what, reply, err, start), nil
}

func decision(r Ruling) string {
	if r.Denied {
		return "denied: " + r.By
	}
	return "allowed: " + r.By
}

// denied is the reply to an event that may not be handled. It depends on nothing that the event asks about.
func (m *Mux) denied(ev *Event, what string, r Ruling, start time.Time) Reply {
	ev.Decision = decision(r)
	m.observe(ev, Entry{What: what, Failure: "forbidden"}, start)
	switch ev.Input.(type) {
	case Asked:
		return Suggest{}
	case Opened:
		if r.Say == "" {
			return Nothing{}
		}
		l := ev.Locale
		return Surface{Message: card.Message{Lang: l, Blocks: []card.Block{card.Text{Spans: card.Say(l, r.Say, r.Args)}}}}
	}
	if r.Say == "" {
		return Nothing{}
	}
	return m.sentence(ev, r.Say, r.Args)
}
