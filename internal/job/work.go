package job

import (
	"context"
	"encoding/json"
	"errors"
	"runtime/debug"
	"time"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

const defaultTimeout = 10 * time.Minute

// start works on a job in a goroutine of its own. until is when its lease ends.
func (r *Runner) start(alive context.Context, j Job, until time.Time) {
	ctx, stop := context.WithCancelCause(alive)
	r.mu.Lock()
	r.running[j.Lease()] = &work{stop, until}
	r.free[j.Kind]--
	r.mu.Unlock()
	r.workers.Go(func() {
		defer stop(nil)
		r.settle(ctx, j, r.attempt(ctx, j))
		r.mu.Lock()
		delete(r.running, j.Lease())
		r.free[j.Kind]++
		r.mu.Unlock()
		r.nudge()
	})
}

// attempt runs the handler and says how it ended.
func (r *Runner) attempt(ctx context.Context, j Job) Outcome {
	k := r.cfg.Kinds[j.Kind]
	limit := k.Timeout
	if limit <= 0 {
		limit = defaultTimeout
	}
	ctx, cancel := context.WithTimeoutCause(ctx, limit, ErrTimeout)
	defer cancel()
	result, err := r.guard(ctx, k.Handler, j)
	cause := context.Cause(ctx)
	switch {
	case err == nil:
		o := Outcome{State: Done, Result: result}
		if bad := o.Check(); bad != nil {
			return Outcome{State: Failed, Error: bad.Error()}
		}
		return o
	case errors.Is(cause, ErrCancelled):
		return Outcome{State: Cancelled, Error: err.Error()}
	case errors.Is(cause, ErrShutdown):
		return Outcome{State: Waiting, Back: true}
	case errors.Is(cause, ErrTimeout):
		err = fault.Wrap(fault.Upstream, err, "%v, more than %s", ErrTimeout, limit)
	}
	if _, hopeless := errors.AsType[permanent](err); hopeless || j.Attempt >= j.Attempts {
		return Outcome{State: Failed, Error: err.Error()}
	}
	return Outcome{State: Waiting, Error: err.Error(), In: Backoff(j.Attempt, r.cfg.Jitter())}
}

// guard runs a handler and turns a panic into an error: one bad job must not take the process down.
func (r *Runner) guard(ctx context.Context, h Handler, j Job) (result json.RawMessage, err error) {
	defer func() {
		if p := recover(); p != nil {
			r.cfg.Log.Error("a job panicked", "job", j.ID, "kind", j.Kind, "panic", p, "stack", string(debug.Stack()))
			result, err = nil, fault.New(fault.Internal, "the handler panicked: %v", p)
		}
	}()
	return h(ctx, j)
}

// settle reports an outcome, again at every poll for as long as the lease may be held. What cannot be reported is
// done again by whoever takes the job over.
func (r *Runner) settle(ctx context.Context, j Job, o Outcome) {
	if errors.Is(context.Cause(ctx), ErrLost) {
		r.cfg.Log.Warn("a job was taken over while it ran", "job", j.ID, "kind", j.Kind)
		return
	}
	if o.State == Failed {
		r.cfg.Log.Error("a job failed", "job", j.ID, "kind", j.Kind, "key", j.Key, "attempt", j.Attempt, "err", o.Error)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), r.cfg.Lease)
	defer cancel()
	for {
		err := r.queue.Finish(ctx, j.Lease(), o)
		if err == nil {
			return
		}
		if errors.Is(err, ErrLost) || ctx.Err() != nil {
			r.cfg.Log.Warn("the outcome of a job could not be reported", "job", j.ID, "kind", j.Kind, "state", o.State, "err", err)
			return
		}
		r.pause(ctx)
	}
}

// beat renews the leases of running jobs at every poll and passes on what it hears about them.
func (r *Runner) beat(ctx context.Context) {
	for {
		r.sleep(ctx, r.patience(r.cfg.Poll))
		if ctx.Err() != nil {
			return
		}
		leases := r.leases()
		if len(leases) == 0 {
			continue
		}
		asked := time.Now()
		limited, cancel := context.WithTimeout(ctx, r.patience(r.cfg.Lease/3))
		signals, err := r.queue.Beat(limited, leases, r.cfg.Lease)
		cancel()
		if err != nil {
			r.cfg.Log.Warn("leases could not be renewed", "jobs", len(leases), "err", err)
			signals = nil
		}
		r.heed(leases, signals, asked)
	}
}

// patience is how long to wait for something, at most d: a job whose lease ends before that is to be told so in time.
func (r *Runner) patience(d time.Duration) time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, w := range r.running {
		if left := time.Until(w.until); left > 0 { // else it was told
			d = min(d, left)
		}
	}
	return d
}

func (r *Runner) leases() []Lease {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := make([]Lease, 0, len(r.running))
	for l := range r.running {
		out = append(out, l)
	}
	return out
}

// heed tells running jobs what became of their leases; no signals means that the queue could not be asked.
func (r *Runner) heed(leases []Lease, signals []Signal, asked time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i, l := range leases {
		w := r.running[l]
		if w == nil {
			continue
		}
		switch {
		case len(signals) != len(leases):
			if !time.Now().Before(w.until) {
				w.stop(ErrLost)
			}
		case signals[i] == Lost:
			w.stop(ErrLost)
		case signals[i] == Cancel:
			w.stop(ErrCancelled)
			w.until = asked.Add(r.cfg.Lease)
		default:
			w.until = asked.Add(r.cfg.Lease)
		}
	}
}
