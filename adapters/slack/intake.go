package slack

import (
	"context"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/internal/fault"
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
	inThread := func(channel, thread string) bool {
		return s.threads.has(e.workspace() + ":" + channel + ":" + thread)
	}
	ar, ok, err := e.arrival(s.a.user(), inThread, s.a.deps.Now())
	if err == nil && !ok {
		ar, ok, err = e.surrounding(s.a.deps.Now())
		ok = ok && s.serves(ar.event.Input)
	}
	if err != nil || !ok {
		return err
	}
	return s.intake(ar)
}

// serves reports whether the feature that an event belongs to is on.
func (s *session) serves(in bot.Input) bool {
	switch in.(type) {
	case bot.Opened:
		return s.a.uses(FeatureHome)
	case bot.Linked:
		return s.a.uses(FeatureUnfurl)
	default:
		return true
	}
}

// interaction takes in what somebody did with the app. The body is that of the acknowledgement, nil for an empty one.
func (s *session) interaction(in *interaction) (body []byte, err error) {
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
	if !s.works.enter() {
		return fault.New(fault.Internal, "shutting down")
	}
	defer s.works.leave()
	if !s.events.Reserve() {
		return fault.New(fault.Internal, "too many events are waiting")
	}
	ctx, cancel := context.WithTimeout(s.ctx, intakeTimeout)
	defer cancel()
	fresh, err := s.a.deps.Inbox.Put(ctx, ar.event.ID, s.a.deps.Now())
	if err != nil || !fresh {
		s.events.Release()
		return fault.Wrap(fault.Internal, err, "put %s into the inbox", ar.event.ID)
	}
	s.events.Put(ar.event.Address.Workspace+":"+ar.event.Address.Channel, func() {
		ar.fill(s.people.lookup(ar.event.Address.Workspace, ar.event.Actor.ID))
		task(&ar)
	})
	return nil
}
