package slack

import (
	"context"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/internal/fault"
)

// slot is the message of ours that a later reply to the same event takes the place of.
type slot struct {
	ts        string // of a posted message
	responded bool   // an ephemeral one was sent to the response_url
}

// parcel is the messages of a reply on their way. A task that sends them may be tried again, and goes on behind those
// that are sent.
type parcel struct {
	parts []card.Message
	sent  int
}

// next returns the message to send, false when all are sent.
func (p *parcel) next() (card.Message, bool) {
	if p.sent >= len(p.parts) {
		return card.Message{}, false
	}
	return p.parts[p.sent], true
}

// deliver shows a reply to an event. It does not wait for Slack: messages are queued.
func (s *session) deliver(ar *arrival, reply bot.Reply) {
	switch r := reply.(type) {
	case bot.Work:
		s.work(ar, r)
	case bot.Open:
		s.open(ar, r.Form)
	case bot.Surface:
		s.send(ar, func(ctx context.Context, t *tenant) error { return s.publish(ctx, t, ar, r.Message) })
	case bot.Preview:
		s.send(ar, func(ctx context.Context, t *tenant) error { return s.preview(ctx, t, ar, r) })
	case bot.Follow:
		s.send(ar, func(ctx context.Context, t *tenant) error { return s.follows(ctx, t, ar, r, &slot{}) })
	default:
		s.show(ar, reply, &slot{})
	}
}

// work runs a long reply on a goroutine of its own.
func (s *session) work(ar *arrival, w bot.Work) {
	if w.Run == nil {
		return
	}
	err := s.in.Begin(func() {
		place := &slot{}
		reply := s.in.Work(&ar.event, w, s.a.tune.grace, s.a.tune.workFor, func() {
			if ar.back.kind == backMessage {
				s.show(ar, bot.Say{Message: w.Note}, place)
			} else {
				s.show(ar, bot.Whisper{Message: w.Note}, place)
			}
		})
		if f, ok := reply.(bot.Follow); ok {
			s.send(ar, func(ctx context.Context, t *tenant) error { return s.follows(ctx, t, ar, f, place) })
		} else if _, _, ok := bot.MessageOf(reply); ok {
			s.show(ar, reply, place)
		} else {
			s.deliver(ar, reply)
		}
	})
	if err != nil {
		s.a.deps.Log.Warn("slack: work was not begun", "event", ar.event.ID, "err", err)
	}
}

// show queues a settled reply for the place it belongs to.
func (s *session) show(ar *arrival, reply bot.Reply, place *slot) {
	m, _, ok := bot.MessageOf(reply)
	if !ok || isEmpty(m) {
		return
	}
	p := &parcel{parts: s.fit(m)}
	s.send(ar, func(ctx context.Context, t *tenant) error {
		switch ar.back.kind {
		case backCommand:
			return s.showCommand(ctx, t, ar, reply, p, place)
		case backPress:
			return s.showPress(ctx, t, ar, reply, p, place)
		default:
			return s.showMessage(ctx, t, ar, reply, p, place)
		}
	})
}

// send queues a task for the event's channel, with who acts there.
func (s *session) send(ar *arrival, task func(context.Context, *tenant) error) {
	t := s.a.tenants.find(ar.event.Address.Workspace)
	if t == nil {
		t = s.a.tenants.nobody // a response_url needs no token
	}
	if !t.out.Reserve() {
		s.a.deps.Log.Error("slack: too many messages wait to be sent; one is dropped", "event", ar.event.ID)
		return
	}
	t.out.Put(ar.back.channel, func() {
		if err := s.patiently(t, task); err != nil {
			s.a.deps.Log.Warn("slack: a reply was not sent", "event", ar.event.ID, "channel", ar.back.channel, "err", err)
		}
	})
}

// patiently tries a task again while Slack is away, until the time for it is over.
func (s *session) patiently(t *tenant, task func(context.Context, *tenant) error) error {
	all, cancel := context.WithTimeout(s.ctx, s.a.tune.sendFor)
	defer cancel()
	for n := 0; ; n++ {
		ctx, cancel := context.WithTimeout(all, s.a.tune.tryFor)
		err := task(ctx, t)
		cancel()
		if err == nil || !fault.Is(err, fault.Upstream) || refusesToken(err) != "" || s.a.live.Load() == nil || !bot.Sleep(all, s.a.backoff().After(n)) {
			return err
		}
	}
}

// showCommand answers a slash command late: for the actor alone, unless it is shared.
func (s *session) showCommand(ctx context.Context, t *tenant, ar *arrival, reply bot.Reply, p *parcel, place *slot) error {
	kind := ephemeral
	if _, shared := reply.(bot.Share); shared {
		kind = inChannel
	}
	err := s.respondAll(ctx, t, ar, kind, place.responded && kind == ephemeral, p)
	place.responded = place.responded || p.sent > 0
	return err
}

// showMessage answers a mention in its thread, a direct message where it was said.
func (s *session) showMessage(ctx context.Context, t *tenant, ar *arrival, reply bot.Reply, p *parcel, place *slot) error {
	if _, private := reply.(bot.Whisper); private && !ar.event.Channel.Direct {
		if place.ts != "" {
			if err := t.remove(ctx, ar.back.channel, place.ts); err != nil && !fault.Is(err, fault.NotFound) {
				return err
			}
			place.ts = ""
		}
		return s.whisper(ctx, t, ar, p)
	}
	return s.say(ctx, t, ar, ar.back.thread, p, place)
}

// say posts messages that everybody sees; the first takes the place of an earlier one.
func (s *session) say(ctx context.Context, t *tenant, ar *arrival, thread string, p *parcel, place *slot) error {
	if thread != "" && !ar.event.Channel.Direct {
		s.threads.add(ar.event.Address.Workspace + ":" + ar.back.channel + ":" + thread)
	}
	for ; ; p.sent++ {
		m, ok := p.next()
		if !ok {
			return nil
		}
		out := render(m, s.a.deps.Tokens, ar.event.Actor)
		if p.sent == 0 && place.ts != "" {
			if err := t.update(ctx, ar.back.channel, place.ts, out); err != nil {
				return err
			}
			continue
		}
		if err := t.pace.wait(ctx, ar.back.channel); err != nil {
			return err
		}
		_, ts, err := t.post(ctx, ar.back.channel, out.options(thread)...)
		if err != nil {
			return err
		}
		if p.sent == 0 {
			place.ts = ts
		}
	}
}

// whisper posts messages that only the actor sees, in the thread.
func (s *session) whisper(ctx context.Context, t *tenant, ar *arrival, p *parcel) error {
	for ; ; p.sent++ {
		m, ok := p.next()
		if !ok {
			return nil
		}
		if err := t.pace.wait(ctx, ar.back.channel); err != nil {
			return err
		}
		out := render(m, s.a.deps.Tokens, ar.event.Actor)
		if err := t.postEphemeral(ctx, ar.back.channel, ar.back.user, ar.back.thread, out); err != nil {
			return err
		}
	}
}

// showPress answers a press: in the pressed message, beside it, or, shared, in the channel.
func (s *session) showPress(ctx context.Context, t *tenant, ar *arrival, reply bot.Reply, p *parcel, place *slot) error {
	hasURL := ar.back.url != ""
	_, public := reply.(bot.Say)
	switch reply := reply.(type) {
	case bot.Update:
		if hasURL {
			return s.respondAll(ctx, t, ar, ar.pressedType(), true, p)
		}
		return s.say(ctx, t, ar, ar.back.thread, p, &slot{ts: ar.back.message})
	case bot.Share:
		return s.share(ctx, t, ar, reply, p)
	}
	switch {
	case !ar.back.private && (public || ar.event.Channel.Direct):
		return s.say(ctx, t, ar, ar.pressThread(), p, place)
	case hasURL:
		err := s.respondAll(ctx, t, ar, ephemeral, place.responded, p)
		place.responded = place.responded || p.sent > 0
		return err
	default:
		return s.whisper(ctx, t, ar, p)
	}
}

// share shows the channel what only the actor has seen, then says so in the private message. The response_url posts
// even where the bot is no member.
func (s *session) share(ctx context.Context, t *tenant, ar *arrival, reply bot.Share, p *parcel) error {
	if ar.back.url == "" {
		return s.say(ctx, t, ar, ar.back.thread, p, &slot{})
	}
	if err := s.respondAll(ctx, t, ar, inChannel, false, p); err != nil {
		return err
	}
	if isEmpty(reply.Done) {
		return nil
	}
	return s.respondAll(ctx, t, ar, ar.pressedType(), true, &parcel{parts: s.fit(reply.Done)[:1]})
}

// pressedType is who sees the pressed message. What replaces it must be seen by the same, or Slack adds a message.
func (ar *arrival) pressedType() responseType {
	if ar.back.private {
		return ephemeral
	}
	return inChannel
}

// pressThread is the thread a public answer to a press belongs to: that of the pressed message, or one below it.
func (ar *arrival) pressThread() string {
	if ar.back.thread != "" || ar.event.Channel.Direct {
		return ar.back.thread
	}
	return ar.back.message
}
