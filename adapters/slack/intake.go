package slack

import (
	"context"
	"time"

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
	if err != nil || !ok {
		return err
	}
	return s.intake(ar)
}

// interaction takes in a press. Other interactions are acknowledged and nothing else.
func (s *session) interaction(payload []byte) error {
	in, err := decodeInteraction(payload)
	if err != nil {
		return err
	}
	ar, ok, err := in.arrival(s.a.deps.Now())
	if err != nil || !ok {
		return err
	}
	return s.intake(ar)
}

// intake puts a delivery into the inbox and queues it, unless it was there before. What happens in one channel is
// handled in order, and so is every conversation.
func (s *session) intake(ar arrival) error {
	if !s.works.enter() {
		return fault.New(fault.Internal, "shutting down")
	}
	defer s.works.leave()
	if !s.events.reserve() {
		return fault.New(fault.Internal, "too many events are waiting")
	}
	ctx, cancel := context.WithTimeout(s.ctx, intakeTimeout)
	defer cancel()
	fresh, err := s.a.deps.Inbox.Put(ctx, ar.event.ID, s.a.deps.Now())
	if err != nil || !fresh {
		s.events.release()
		return fault.Wrap(fault.Internal, err, "put %s into the inbox", ar.event.ID)
	}
	s.events.put(ar.event.Address.Workspace+":"+ar.event.Address.Channel, func() {
		ar.fill(s.people.lookup(ar.event.Actor.Workspace, ar.event.Actor.ID))
		s.deliver(&ar, s.handle(&ar.event))
	})
	return nil
}
