package slack

import (
	"context"

	"github.com/backchannel-portal/backchannel/bot"
)

// A submission is over when the handler has answered it and, where the answer is work, when that has ended. Until then
// the desk keeps the form, and should this process end before that, another hands it in again.

// settle delivers the answer to a submission, and notes its end.
func (s *session) settle(ar *arrival, o bot.OpenForm, reply bot.Reply) {
	over := func() {
		ctx, cancel := context.WithTimeout(s.ctx, intakeTimeout)
		defer cancel()
		s.handedIn(ctx, o)
	}
	w, works := reply.(bot.Work)
	if s.ctx.Err() != nil { // cut off by the end of the process
		s.deliver(ar, reply)
		return
	}
	if !works || w.Run == nil {
		s.deliver(ar, reply)
		over()
		return
	}
	run := w.Run
	w.Run = func(ctx context.Context) (bot.Reply, error) {
		reply, err := run(ctx)
		if s.ctx.Err() == nil {
			over()
		}
		return reply, err
	}
	s.deliver(ar, w)
}

// handedIn notes that what a form asks for is done. When that fails it is handed in once more, which who handles it must
// bear.
func (s *session) handedIn(ctx context.Context, o bot.OpenForm) {
	if err := s.a.desk.Done(ctx, o.Key); err != nil {
		s.a.deps.Log.Warn("slack: a form that was handed in is not forgotten", "form", o.Form.ID, "err", err)
	}
}

// resubmit hands in again what a process left behind, until ctx is done.
func (s *session) resubmit(ctx context.Context) {
	for {
		all, err := s.a.desk.Abandoned(ctx, platform)
		if err != nil && ctx.Err() == nil {
			s.a.deps.Log.Warn("slack: it is not known what was handed in before", "err", err)
		}
		for _, o := range all {
			s.again(o)
		}
		if !bot.Sleep(ctx, s.a.tune.resubmit) {
			return
		}
	}
}

// again hands in one form again and answers where it was opened.
func (s *session) again(o bot.OpenForm) {
	now := s.a.deps.Now()
	ar := formArrival(o, bot.Event{
		ID: platform + ":" + o.Address.Workspace + ":again:" + o.Key + ":" + bot.NewID(now), Time: now,
		Input: bot.Submitted{Form: o.Form.ID, Draft: o.Form.Draft, Values: o.Values},
	})
	s.a.deps.Log.Info("slack: a form is handed in again that a process left behind", "form", o.Form.ID, "event", ar.event.ID)
	err := s.in.InOrder(ar.event.Address, func() {
		s.fill(&ar)
		s.submittedLate(&ar, o, s.handle(&ar.event))
	})
	if err != nil { // the next look finds it
		s.a.deps.Log.Warn("slack: a form was not handed in again", "form", o.Form.ID, "err", err)
	}
}
