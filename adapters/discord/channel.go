package discord

import (
	"context"
	"strconv"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/internal/fault"
)

// answerMessage answers a mention or a direct message where it was said. Replies of a bot to a message cannot be
// private at Discord, so a whisper is said aloud.
func (s *session) answerMessage(ev *bot.Event, to string) {
	p := &place{s: s, ev: ev, to: to, way: &courier{s: s, ev: ev, until: s.a.deps.Now().Add(lasts)}}
	reply := s.Handle(ev, s.a.tune.workFor)
	w, ok := reply.(bot.Work)
	if !ok || w.Run == nil {
		p.show(reply)
		return
	}
	_ = s.Begin(func() { p.work(w) }) // at the end of the session nothing more is begun
}

// place is where the answers to one message go.
type place struct {
	s   *session
	ev  *bot.Event
	to  string // the message that is answered
	way *courier
	n   int // messages so far

	id string // of the message that the answer takes the place of; the courier's tasks know it
}

// work runs a long reply. The note is shown only when the work takes a moment.
func (p *place) work(w bot.Work) {
	p.show(p.s.Work(p.ev, w, p.s.a.tune.grace, p.s.a.tune.workFor, func() {
		if !isEmpty(w.Note) {
			p.send(p.s.a.fit(w.Note, p.ev.Actor)[:1])
		}
	}))
}

// show shows a settled reply.
func (p *place) show(reply bot.Reply) {
	if f, ok := reply.(bot.Follow); ok {
		p.follows(f)
		return
	}
	if m, _, ok := bot.MessageOf(reply); ok && !isEmpty(m) {
		p.send(p.s.a.fit(m, p.ev.Actor))
	}
}

// send posts messages, the first as a reply to what was said or in the place of the note.
func (p *place) send(parts []message) {
	for i, m := range parts {
		n, first, tried := p.n, i == 0, false
		p.n++
		p.way.send(func(ctx context.Context) error {
			if first && p.id != "" {
				return p.s.a.api.update(ctx, p.ev.Address.Channel, p.id, m)
			}
			id, err := p.post(ctx, m, n, first, tried)
			tried = true
			if err == nil && first {
				p.id = id
			}
			return err
		})
	}
}

// post posts the nth message. One that was tried before may be there: Discord knows its nonce for a few minutes, and
// after that it is looked for.
func (p *place) post(ctx context.Context, m message, n int, replies, tried bool) (string, error) {
	channel, key := p.ev.Address.Channel, p.ev.ID+"."+strconv.Itoa(n)
	m.Nonce, m.Components[0].ID = mark(key, 0)
	if tried {
		there, err := p.s.a.look(ctx, channel, key, 1)
		if fault.Is(err, fault.Upstream) || err == nil && there[0] != "" {
			return there[0], err
		}
	}
	if replies && !p.ev.Channel.Direct {
		m.Reference = &reference{Message: p.to}
	}
	id, err := p.s.a.api.post(ctx, channel, m)
	if fault.Is(err, fault.Invalid) && m.Reference != nil { // replying takes the permission to read the history
		m.Reference = nil
		id, err = p.s.a.api.post(ctx, channel, m)
	}
	return id, err
}
