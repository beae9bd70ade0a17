package discord

import (
	"container/list"
	"context"
	"sync"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/internal/fault"
)

// session is one Run: the handler and everything that Run starts.
type session struct {
	a       *Adapter
	ctx     context.Context // ends when everything is drained
	handler bot.Handler
	events  *bot.Lanes // messages, presses and submissions, in order within a channel
	works   gate       // interactions and long work under way
	asks    *asks
}

func newSession(ctx context.Context, a *Adapter, h bot.Handler) *session {
	return &session{a: a, ctx: ctx, handler: h, events: bot.NewLanes(a.tune.workers, a.tune.queue), asks: newAsks(a.tune.asks)}
}

// finish waits until what has begun is done and sent, each for at most the timeout.
func (s *session) finish(timeout time.Duration) {
	s.events.Wait(timeout)
	s.works.close(timeout)
}

// intakeTimeout bounds the wait for the inbox, within Discord's 3 s.
const intakeTimeout = time.Second

// fresh puts a delivery into the inbox and reports whether it was not there before.
func (s *session) fresh(id string) (bool, error) {
	ctx, cancel := context.WithTimeout(s.ctx, intakeTimeout)
	defer cancel()
	ok, err := s.a.deps.Inbox.Put(ctx, id, s.a.deps.Now())
	return ok, fault.Wrap(fault.Internal, err, "put %s into the inbox", id)
}

// handle asks the handler, which never returns an error that matters here: the Mux has made a sentence of it.
func (s *session) handle(ev *bot.Event, limit time.Duration) bot.Reply {
	ctx, cancel := context.WithTimeout(s.ctx, limit)
	defer cancel()
	reply, err := s.handler.Handle(ctx, ev)
	if err != nil {
		s.a.deps.Log.Error("discord: handler failed", "event", ev.ID, "err", err)
		return bot.Nothing{}
	}
	return reply
}

// fit settles Discord's limits and renders; the result has at least one message.
func (s *session) fit(m card.Message, to bot.Actor) []message {
	parts := card.Fit(m, s.a.limits)
	if len(parts) == 0 {
		parts = []card.Message{m}
	}
	out := make([]message, len(parts))
	for i, p := range parts {
		r := render(p, s.a.deps.Tokens, to)
		s.asks.keep(r.asks)
		out[i] = r.message
	}
	return out
}

// sending is the context of one reply's way to Discord.
func (s *session) sending() (context.Context, context.CancelFunc) {
	return context.WithTimeout(s.ctx, s.a.tune.sendFor)
}

// warn logs that something was not sent.
func (s *session) warn(ev *bot.Event, err error) {
	if err != nil {
		s.a.deps.Log.Warn("discord: a reply was not sent", "event", ev.ID, "channel", ev.Address.Channel, "err", err)
	}
}

// asks keeps the questions of buttons that ask before they do anything, which a custom id has no room for. It forgets
// the oldest; such a button then asks in general terms.
type asks struct {
	mu    sync.Mutex
	size  int
	texts map[string]string
	order *list.List
}

func newAsks(size int) *asks { return &asks{size: size, texts: map[string]string{}, order: list.New()} }

func (a *asks) keep(texts map[string]string) {
	if len(texts) == 0 {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	for id, text := range texts {
		if _, known := a.texts[id]; !known {
			if a.order.Len() >= a.size {
				delete(a.texts, a.order.Remove(a.order.Front()).(string))
			}
			a.order.PushBack(id)
		}
		a.texts[id] = text
	}
}

func (a *asks) text(id string) string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.texts[id]
}

// gate counts what is under way and can be closed.
type gate struct {
	mu     sync.Mutex
	n      int
	closed bool
	empty  chan struct{} // made by close
}

// enter reports whether the gate is open, and counts the caller, who must leave.
func (g *gate) enter() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return false
	}
	g.n++
	return true
}

func (g *gate) leave() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.n--
	if g.closed && g.n == 0 {
		close(g.empty)
	}
}

// close lets nobody in any more and waits for those inside, at most for the timeout.
func (g *gate) close(timeout time.Duration) {
	g.mu.Lock()
	if !g.closed {
		g.closed = true
		g.empty = make(chan struct{})
		if g.n == 0 {
			close(g.empty)
		}
	}
	g.mu.Unlock()
	t := time.NewTimer(timeout)
	defer t.Stop()
	select {
	case <-g.empty:
	case <-t.C:
	}
}
