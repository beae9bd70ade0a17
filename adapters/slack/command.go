package slack

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
)

// Slash commands are answered in the acknowledgement itself when the handler is quick, which it is for everything
// that needs no network. What takes longer is acknowledged empty, and the answer goes to the response_url.

// command answers a slash command on the goroutine that took it in, which costs less than handing it over. It returns
// a renderer with the body of the acknowledgement, which the caller hands back to s.rings, or nil for an empty one.
// When the handler takes longer than the budget, an alarm calls early, which acknowledges empty, and command
// delivers the answer before it returns; acknowledged then tells the caller that nothing is left to do. The gate must
// have been entered; command leaves it when everything is done.
func (s *session) command(ar *arrival, early func()) (body *renderer, acknowledged bool) {
	defer s.in.Leave()
	s.fill(ar)
	alarm := s.alarms.wind(s.a.tune.budget, early)
	reply := s.reply(ar)
	if !s.alarms.stop(alarm) {
		<-alarm.rung
		s.deliver(ar, reply)
		return nil, true
	}
	return s.commandBody(ar, reply), false
}

// alarms are used again: one is wound for each command, and hardly any ever rings.
type alarms struct{ pool sync.Pool }

// alarm calls a function after a time unless it is stopped before.
type alarm struct {
	timer   *time.Timer
	settled atomic.Bool // it rang or was stopped, whichever came first
	early   func()
	rung    chan struct{} // closed when early has returned
}

func (as *alarms) wind(budget time.Duration, early func()) *alarm {
	a, ok := as.pool.Get().(*alarm)
	if !ok {
		a = &alarm{early: early, rung: make(chan struct{})}
		a.timer = time.AfterFunc(budget, a.ring)
		return a
	}
	a.early = early
	a.settled.Store(false)
	a.timer.Reset(budget)
	return a
}

func (a *alarm) ring() {
	if a.settled.CompareAndSwap(false, true) {
		a.early()
		close(a.rung)
	}
}

// stop reports whether it has not rung and will not. It must not be used then.
func (as *alarms) stop(a *alarm) bool {
	if !a.settled.CompareAndSwap(false, true) {
		return false
	}
	if a.early = nil; a.timer.Stop() { // else ring runs just now, and finds it settled
		as.pool.Put(a)
	}
	return true
}

// handle asks the handler.
func (s *session) handle(ev *bot.Event) bot.Reply { return s.in.Handle(ev, s.a.tune.workFor) }

// reply is handle, for a workspace in which the app is installed. Elsewhere it says so.
func (s *session) reply(ar *arrival) bot.Reply {
	if s.a.cfg.installs() && s.foreign(ar) {
		return s.elsewhere(ar)
	}
	return s.handle(&ar.event)
}

// commandBody renders the acknowledgement of a slash command. Further parts of a long answer follow behind it.
func (s *session) commandBody(ar *arrival, reply bot.Reply) *renderer {
	m, _, ok := bot.MessageOf(reply)
	if _, follows := reply.(bot.Follow); !ok || follows {
		s.deliver(ar, reply)
		return nil
	}
	if isEmpty(m) {
		return nil
	}
	kind := ephemeral
	if _, shared := reply.(bot.Share); shared {
		kind = inChannel
	}
	r := s.rings.Get().(*renderer)
	r.start(m.Lang, s.a.deps.Tokens, ar.event.Actor)
	if before, ok := m.Made(kind.stencil()).(*stencil); ok {
		r.fill(before)
		return r
	}
	parts := s.fit(m)
	r.response(kind, false, "", parts[0])
	if len(parts) == 1 && m.Kept != nil && !r.mixed {
		m.Keep(kind.stencil(), r.stencil())
	}
	if len(parts) > 1 {
		rest := &parcel{parts: parts[1:]}
		s.send(ar, func(ctx context.Context, t *tenant) error { return s.respondAll(ctx, t, ar, kind, false, rest) })
	}
	return r
}

// fit settles Slack's limits; the result has at least one message.
func (s *session) fit(m card.Message) []card.Message {
	if parts := card.Fit(m, s.a.limits); len(parts) > 0 {
		return parts
	}
	return []card.Message{m}
}
