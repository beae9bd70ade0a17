package discord

import (
	"context"
	"strconv"
	"sync"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/internal/fault"
)

// answerMessage answers a mention or a direct message where it was said. Replies of a bot to a message cannot be
// private at Discord, so a whisper is said aloud.
func (s *session) answerMessage(ev *bot.Event, to string) {
	p := &place{s: s, ev: ev, to: to}
	reply := s.handle(ev, s.a.tune.workFor)
	w, ok := reply.(bot.Work)
	if !ok || w.Run == nil {
		p.show(reply)
		return
	}
	_ = s.begin(func() { p.work(w) }) // at the end of the session nothing more is begun
}

// place is where the answers to one message go.
type place struct {
	s  *session
	ev *bot.Event
	to string // the message that is answered

	mu   sync.Mutex
	over bool   // the answer is there
	id   string // of the message that the answer takes the place of
	n    int    // messages sent
}

// work runs a long reply. The note is shown only when the work takes a moment.
func (p *place) work(w bot.Work) {
	t := time.AfterFunc(p.s.a.tune.grace, func() { p.note(w.Note) })
	defer t.Stop()
	ctx, cancel := context.WithTimeout(p.s.ctx, p.s.a.tune.workFor)
	defer cancel()
	reply, err := w.Run(ctx)
	if err != nil {
		p.s.a.deps.Log.Error("discord: work failed", "event", p.ev.ID, "err", err)
		return
	}
	p.show(reply)
}

func (p *place) note(m card.Message) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.over && !isEmpty(m) {
		p.send(p.s.fit(m, p.ev.Actor)[:1])
	}
}

// show shows a settled reply.
func (p *place) show(reply bot.Reply) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.over = true
	if m, _, ok := bot.MessageOf(reply); ok && !isEmpty(m) {
		p.send(p.s.fit(m, p.ev.Actor))
	}
}

// send posts messages, the first as a reply to what was said or in the place of the note.
func (p *place) send(parts []message) {
	ctx, cancel := p.s.sending()
	defer cancel()
	for i, m := range parts {
		if i == 0 && p.id != "" {
			p.s.warn(p.ev, p.s.a.api.update(ctx, p.ev.Address.Channel, p.id, m))
			continue
		}
		if i == 0 && !p.ev.Channel.Direct {
			m.Reference = &reference{Message: p.to}
		}
		m.Nonce = p.to + "." + strconv.Itoa(p.n)
		p.n++
		id, err := p.s.a.api.post(ctx, p.ev.Address.Channel, m)
		if fault.Is(err, fault.Invalid) && m.Reference != nil { // replying takes the permission to read the history
			m.Reference = nil
			id, err = p.s.a.api.post(ctx, p.ev.Address.Channel, m)
		}
		if err != nil {
			p.s.warn(p.ev, err)
			return
		}
		if i == 0 {
			p.id = id
		}
	}
}
