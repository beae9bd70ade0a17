package job

import (
	"cmp"
	"context"
	"sync"
	"time"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// Turn is something that one at a time does among all who share a queue, in whatever process: it is a job that whoever
// waits for its turn adds and takes itself. A turn whose holder died is taken over when its lease has run out.
type Turn struct {
	Queue Store
	Kind  string        // what it is called among the kinds of jobs; no Runner may work on this kind
	Lease time.Duration // 30 s; how long a holder that died keeps others waiting
	Poll  time.Duration // 1 s; how often it is looked whether the turn is free
}

// turnKey makes the job of a turn unique among its kind.
const turnKey = "turn"

// Take waits for the turn until ctx is done; waits is called once, if somebody else has it. The turn is held until done
// is called, which must be. held ends with ctx, or with the cause ErrLost as soon as somebody else may have taken the
// turn over: work that goes on after that is no longer alone.
func (t Turn) Take(ctx context.Context, waits func()) (held context.Context, done func(), err error) {
	t.Lease, t.Poll = cmp.Or(t.Lease, 30*time.Second), cmp.Or(t.Poll, time.Second)
	for first := true; ; first = false {
		asked := time.Now()
		j, ok, err := t.try(ctx)
		if err != nil {
			return nil, nil, err
		}
		if ok {
			held, done = t.hold(ctx, j.Lease(), asked.Add(t.Lease))
			return held, done, nil
		}
		if first {
			waits()
		}
		select {
		case <-ctx.Done():
			return nil, nil, fault.Wrap(fault.Upstream, context.Cause(ctx), "wait for the turn %s", t.Kind)
		case <-time.After(t.Poll):
		}
	}
}

// try takes the turn if it is free.
func (t Turn) try(ctx context.Context) (Job, bool, error) {
	if _, _, err := t.Queue.Add(ctx, Request{Kind: t.Kind, Key: turnKey, Attempts: MaxAttempts}); err != nil {
		return Job{}, false, err
	}
	jobs, err := t.Queue.Take(ctx, []Want{{t.Kind, 1}}, t.Lease)
	if err != nil || len(jobs) == 0 {
		return Job{}, false, err
	}
	return jobs[0], true, nil
}

// hold keeps a lease until done is called. until is when it runs out by this process's own monotonic clock.
func (t Turn) hold(ctx context.Context, l Lease, until time.Time) (context.Context, func()) {
	held, lose := context.WithCancelCause(ctx)
	beats, stop := context.WithCancel(context.WithoutCancel(ctx)) // the turn is held until the work has really ended
	var beating sync.WaitGroup
	beating.Go(func() { t.beat(beats, l, until, lose) })
	return held, sync.OnceFunc(func() {
		stop()
		beating.Wait()
		lose(context.Canceled)
		limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), t.Lease)
		defer cancel()
		// What cannot be reported ends with its lease.
		_ = t.Queue.Finish(limited, l, Outcome{State: Done})
	})
}

// beat renews a lease until ctx is done or the lease is lost.
func (t Turn) beat(ctx context.Context, l Lease, until time.Time, lose context.CancelCauseFunc) {
	tick := time.NewTicker(t.Lease / 3)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		asked := time.Now()
		limited, cancel := context.WithDeadline(ctx, until)
		signals, err := t.Queue.Beat(limited, []Lease{l}, t.Lease)
		cancel()
		switch {
		case ctx.Err() != nil:
			return
		case err == nil && signals[0] == Held:
			until = asked.Add(t.Lease)
		case err == nil && signals[0] == Cancel:
			lose(ErrCancelled)
			until = asked.Add(t.Lease)
		case err == nil, !time.Now().Before(until):
			lose(ErrLost)
			return
		}
	}
}
