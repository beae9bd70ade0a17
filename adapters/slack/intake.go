package slack

import (
	"context"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
)

// intakeTimeout bounds the wait for the inbox, well within Slack's 3 s.
const intakeTimeout = 2 * time.Second

// event takes in an event. An error means that it was not, and must not be acknowledged.
func (s *session) event(e *envelope) error {
	switch e.Type {
	case "":
		return missing("type")
	case "event_callback":
	default:
		return nil
	}
	if ar, ok, err := e.ending(s.a.deps.Now()); ok || err != nil {
		if err == nil {
			err = s.take(ar, func(ar *arrival) { s.ended(ar, e) })
		}
		return err
	}
	ctx, cancel := context.WithTimeout(s.ctx, intakeTimeout)
	defer cancel()
	t, err := s.tenant(ctx, e.workspace(), e.organisation())
	if err != nil || t == nil {
		return err
	}
	inThread := func(channel, thread string) bool {
		return s.threads.has(e.workspace() + ":" + channel + ":" + thread)
	}
	ar, ok, err := e.arrival(t.user(), inThread, s.a.deps.Now())
	if err == nil && !ok {
		ar, ok, err = e.surrounding(s.a.deps.Now())
		ok = ok && t.serves(ar.event.Input)
	}
	if err == nil && !ok {
		ar, ok, err = s.inChannel(e, t)
	}
	if err != nil || !ok {
		return err
	}
	return s.intake(ar)
}

// serves reports whether the feature that an event belongs to is on.
func (t *tenant) serves(in bot.Input) bool {
	switch in.(type) {
	case bot.Opened:
		return t.uses(FeatureHome)
	case bot.Linked:
		return t.uses(FeatureUnfurl)
	default:
		return true
	}
}

// interaction takes in what somebody did with the app. The body is that of the acknowledgement, nil for an empty one.
func (s *session) interaction(in *interaction) (body []byte, err error) {
	if in.User.ID != "" && in.workspace() != "" {
		ctx, cancel := context.WithTimeout(s.ctx, intakeTimeout)
		defer cancel()
		if t, err := s.tenant(ctx, in.workspace(), in.organisation()); err != nil || t == nil {
			return nil, err
		}
	}
	switch in.Type {
	case kindSubmission:
		return s.submission(in)
	case kindSuggestion:
		return s.suggest(in)
	}
	if block, ok := in.changed(); ok {
		return nil, s.change(in, block)
	}
	ar, ok, err := in.shortcut(s.a.deps.Now())
	if err == nil && !ok {
		ar, ok, err = in.arrival(s.a.deps.Now())
	}
	if err != nil || !ok {
		return nil, err
	}
	return nil, s.intake(ar)
}

// intake takes in an event that a reply is shown to.
func (s *session) intake(ar arrival) error {
	return s.take(ar, func(ar *arrival) { s.deliver(ar, s.handle(&ar.event)) })
}

// take puts a delivery into the inbox and queues it, unless it was there before. What happens in one channel is
// handled in order, and so is every conversation.
func (s *session) take(ar arrival, task func(*arrival)) error {
	_, err := s.in.Once(ar.event.ID, ar.event.Address, func() {
		s.fill(&ar)
		task(&ar)
	})
	return err
}

// happened tells the handler of something that no delivery says and nobody waits for.
func (s *session) happened(ev bot.Event) {
	if err := s.in.InOrder(ev.Address, func() { s.handle(&ev) }); err != nil {
		s.a.deps.Log.Warn("slack: nobody was told", "event", ev.ID, "err", err)
	}
}

// fill puts what is known of the actor and the channel into an event.
func (s *session) fill(ar *arrival) {
	at := ar.event.Address
	ar.fill(s.people.lookup(at.Workspace, ar.event.Actor.ID))
	if !s.a.rooms || ar.event.Channel.Direct || at.Channel == "" {
		return
	}
	if t := s.a.tenants.find(at.Workspace); t == nil || !t.uses(FeatureChannels) {
		return
	}
	r := s.rooms.lookup(at.Workspace, at.Channel)
	if ar.event.Channel.Topic = r.topic; ar.event.Channel.Name == "" {
		ar.event.Channel.Name = r.name
	}
}
