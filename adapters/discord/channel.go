package discord

import (
	"strconv"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/internal/fault"
)

// answerMessage answers a mention or a direct message where it was said. Replies of a bot to a message cannot be
// private at Discord, so a whisper is said aloud.
func (s *session) answerMessage(ev *bot.Event, to string) {
	p := &place{s: s, ev: ev, to: to}
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
	s  *session
	ev *bot.Event
	to string // the message that is answered
	id string // of the message that the answer takes the place of
	n  int    // messages sent
}

// work runs a long reply. The note is shown only when the work takes a moment.
func (p *place) work(w bot.Work) {
	p.show(p.s.Work(p.ev, w, p.s.a.tune.grace, p.s.a.tune.workFor, func() {
		if !isEmpty(w.Note) {
			p.send(p.s.fit(w.Note, p.ev.Actor)[:1])
		}
	}))
}

// show shows a settled reply.
func (p *place) show(reply bot.Reply) {
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
