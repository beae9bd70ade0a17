package job

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// Handler works on a job. Its context ends when the job is cancelled, its time is up, the lease is lost or the
// process shuts down; context.Cause says which. A nil error means done, with a result of nil or one JSON value. Any
// other error has the job tried again, unless it is Permanent.
type Handler func(ctx context.Context, j Job) (json.RawMessage, error)

// Kind says how jobs of one kind are worked on.
type Kind struct {
	Handler     Handler
	Concurrency int           // at once in this process; zero is 1
	Timeout     time.Duration // of one attempt; zero is 10 minutes
}

// Periodic adds a job at regular times, once among all replicas. Times that passed while nothing ran are not made up
// for; one that never ran is due at once.
type Periodic struct {
	Name    string // unique; also the key of its jobs
	Every   time.Duration
	Request Request // Kind, Tenant, Payload
}

// Config is what a Runner needs. Kinds is required, every other field has a default.
type Config struct {
	Kinds    map[string]Kind
	Periodic []Periodic
	Lease    time.Duration // 30 s; a job whose worker was killed is taken over after this long
	Poll     time.Duration // 1 s; the safety net behind wake-ups, and how soon a cancelled job learns of it
	Grace    time.Duration // 10 s; how long running jobs may go on after shutdown began
	Log      *slog.Logger
	Now      func() time.Time // for Periodic
	Jitter   func() float64   // from 0 up to 1, for the time between attempts
}

// Why a job's context ended, as context.Cause tells it.
var (
	ErrCancelled = errors.New("the job was cancelled")
	ErrShutdown  = errors.New("the process is shutting down")
	ErrTimeout   = errors.New("the job took too long")
)

// permanent is an error that no further attempt can mend.
type permanent struct{ error }

func (p permanent) Unwrap() error { return p.error }

// Permanent marks an error of a handler as one that another attempt cannot mend.
func Permanent(err error) error {
	if err == nil {
		return nil
	}
	return permanent{err}
}

// Runner works on the jobs of a queue. Make one with NewRunner.
type Runner struct {
	queue Store
	cfg   Config

	mu      sync.Mutex
	running map[Lease]*work
	free    map[string]int // by kind
	planned map[string]time.Time
	wake    chan struct{} // holds one
	workers sync.WaitGroup
}

// work is a job that is being worked on here.
type work struct {
	stop  context.CancelCauseFunc
	until time.Time // the lease's end by this process's own monotonic clock
}

// NewRunner returns a runner. A kind without a handler, a schedule of an unknown kind or without a period and two
// schedules of one name are errors of kind Internal.
func NewRunner(q Store, cfg Config) (*Runner, error) {
	cfg.Lease = cmp.Or(cfg.Lease, 30*time.Second)
	cfg.Poll = min(cmp.Or(cfg.Poll, time.Second), cfg.Lease/3)
	cfg.Grace = cmp.Or(cfg.Grace, 10*time.Second)
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Jitter == nil {
		cfg.Jitter = func() float64 { return 0 }
	}
	r := &Runner{queue: q, cfg: cfg, running: map[Lease]*work{}, free: map[string]int{}, planned: map[string]time.Time{}, wake: make(chan struct{}, 1)}
	for name, k := range cfg.Kinds {
		if k.Handler == nil {
			return nil, fault.New(fault.Internal, "jobs of kind %q have no handler", name)
		}
		r.free[name] = max(k.Concurrency, 1)
	}
	seen := map[string]bool{}
	for _, p := range cfg.Periodic {
		if _, ok := cfg.Kinds[p.Request.Kind]; !ok || p.Every <= 0 || p.Name == "" || seen[p.Name] {
			return nil, fault.New(fault.Internal, "schedule %q needs a name of its own, a period and a kind that is worked on here", p.Name)
		}
		seen[p.Name] = true
	}
	return r, nil
}

// Run works until ctx is done. Then it takes no more jobs, gives those that run their grace, ends their contexts,
// gives their leases back and returns nil. It leaves no goroutine behind, so it waits for handlers that do not heed
// their contexts. A queue that fails is tried again at every poll.
func (r *Runner) Run(ctx context.Context) error {
	alive, stop := context.WithCancel(context.WithoutCancel(ctx)) // outlives ctx by the grace
	var helpers sync.WaitGroup
	helpers.Go(func() { r.listen(ctx) })
	helpers.Go(func() { r.beat(alive) })
	for failing := false; ctx.Err() == nil; {
		err := r.turn(ctx, alive)
		switch {
		case err != nil && ctx.Err() == nil:
			if !failing { // said once, however long it lasts
				r.cfg.Log.Warn("the job queue fails, trying again", "every", r.cfg.Poll, "err", err)
			}
			failing = true
			r.pause(ctx)
		case failing && err == nil:
			r.cfg.Log.Info("the job queue answers again")
			failing = false
		}
		select {
		case <-r.wake:
		case <-ctx.Done():
		}
	}
	r.drain()
	stop()
	helpers.Wait()
	return nil
}

// turn plans what is due and takes what there is room for.
func (r *Runner) turn(ctx, alive context.Context) error {
	if err := r.plan(ctx); err != nil {
		return err
	}
	var want []Want
	r.mu.Lock()
	for kind, n := range r.free {
		if n > 0 {
			want = append(want, Want{kind, n})
		}
	}
	r.mu.Unlock()
	if len(want) == 0 {
		return nil
	}
	asked := time.Now()
	ctx, cancel := context.WithTimeout(ctx, r.cfg.Lease/2)
	defer cancel()
	jobs, err := r.queue.Take(ctx, want, r.cfg.Lease)
	for _, j := range jobs {
		r.start(alive, j, asked.Add(r.cfg.Lease))
	}
	return err
}

// plan adds the jobs of schedules whose time has come.
func (r *Runner) plan(ctx context.Context) error {
	now := r.cfg.Now()
	for _, p := range r.cfg.Periodic {
		slot := now.Truncate(p.Every)
		if r.planned[p.Name].Equal(slot) {
			continue
		}
		if _, err := r.queue.Schedule(ctx, p.Name, slot, p.Every, p.Request); err != nil {
			return err
		}
		r.planned[p.Name] = slot
	}
	return nil
}

// listen wakes the runner when the queue has moved, and at every poll.
func (r *Runner) listen(ctx context.Context) {
	for ctx.Err() == nil {
		if err := r.queue.Wait(ctx, r.cfg.Poll); err != nil {
			r.pause(ctx)
		}
		r.nudge()
	}
}

func (r *Runner) nudge() {
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

// pause waits for one poll.
func (r *Runner) pause(ctx context.Context) { r.sleep(ctx, r.cfg.Poll) }

func (r *Runner) sleep(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

// drain waits for the running jobs, and ends their contexts when the grace is over.
func (r *Runner) drain() {
	idle := make(chan struct{})
	go func() { r.workers.Wait(); close(idle) }()
	grace := time.NewTimer(r.cfg.Grace)
	defer grace.Stop()
	select {
	case <-idle:
		return
	case <-grace.C:
	}
	r.mu.Lock()
	for _, w := range r.running {
		w.stop(ErrShutdown)
	}
	r.mu.Unlock()
	<-idle
}
