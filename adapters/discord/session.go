package discord

import (
	"container/list"
	"context"
	"sync"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
)

// session is one Run.
type session struct {
	*bot.Intake
	a   *Adapter
	ctx context.Context // ends when everything is drained

	late seats // of couriers that wait for Discord
}

func newSession(ctx context.Context, a *Adapter, h bot.Handler) *session {
	return &session{
		a: a, ctx: ctx, late: seats{free: a.tune.queue},
		Intake: bot.NewIntake(ctx, bot.IntakeConfig{
			Platform: platform, Handler: h, Inbox: a.deps.Inbox, Log: a.deps.Log, Now: a.deps.Now,
			Patience: intakeTimeout, Workers: a.tune.workers, Queue: a.tune.queue,
		}),
	}
}

// intakeTimeout bounds the wait for the inbox, and for the form that is filled in, within Discord's 3 s.
const intakeTimeout = time.Second

// fit settles Discord's limits and renders; the result has at least one message.
func (a *Adapter) fit(m card.Message, to bot.Actor) []message {
	parts := card.Fit(m, a.limits)
	if len(parts) == 0 {
		parts = []card.Message{m}
	}
	out := make([]message, len(parts))
	for i, p := range parts {
		out[i] = a.rendered(p, to)
		out[i].again = func(to bot.Actor) message { return a.rendered(p, to) }
	}
	return out
}

func (a *Adapter) rendered(m card.Message, to bot.Actor) message {
	r := render(m, a.deps.Tokens, to)
	a.asks.keep(r.asks)
	return r.message
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
