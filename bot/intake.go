package bot

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// Intake is what every adapter has between its platform and the Handler while it runs: deliveries are taken in once,
// handled in order within a channel, and none is after the end has begun. It is safe for concurrent use.
type Intake struct {
	cfg   IntakeConfig
	ctx   context.Context
	lanes *Lanes
	works gate
}

// IntakeConfig is what an intake needs; all of it is required.
type IntakeConfig struct {
	Platform string // for the log
	Handler  Handler
	Inbox    Inbox
	Log      *slog.Logger
	Now      func() time.Time
	Patience time.Duration // for the inbox, well within what the platform waits for its acknowledgement
	Workers  int           // events handled at a time
	Queue    int           // events waiting
}

// NewIntake returns an intake whose handlers end with ctx, which should outlive Finish.
func NewIntake(ctx context.Context, cfg IntakeConfig) *Intake {
	return &Intake{cfg: cfg, ctx: ctx, lanes: NewLanes(cfg.Workers, cfg.Queue)}
}

// Fresh puts a delivery into the inbox and reports whether it was not there before. An error means that nobody knows,
// and that the delivery must not be acknowledged.
func (i *Intake) Fresh(id string) (bool, error) {
	ctx, cancel := context.WithTimeout(i.ctx, i.cfg.Patience)
	defer cancel()
	ok, err := i.cfg.Inbox.Put(ctx, id, i.cfg.Now())
	return ok, fault.Wrap(fault.Internal, err, "put %s into the inbox", id)
}

// InOrder queues a task behind what happened at the same place before. An error means that it is not queued.
func (i *Intake) InOrder(at Address, task func()) error {
	if err := i.reserve(at); err != nil {
		return err
	}
	defer i.works.leave()
	i.lanes.PutFor(at.Workspace, lane(at), task)
	return nil
}

// Once is Fresh, then InOrder for what is. A delivery for which there is no room is not put into the inbox, so that the
// platform can repeat it.
func (i *Intake) Once(id string, at Address, task func()) (fresh bool, err error) {
	if err := i.reserve(at); err != nil {
		return false, err
	}
	defer i.works.leave()
	if fresh, err = i.Fresh(id); err != nil || !fresh {
		i.lanes.ReleaseFor(at.Workspace)
		return false, err
	}
	i.lanes.PutFor(at.Workspace, lane(at), task)
	return true, nil
}

// reserve enters the gate, which the caller leaves, and keeps room for a task.
func (i *Intake) reserve(at Address) error {
	if !i.works.enter() {
		return closing()
	}
	if !i.lanes.ReserveFor(at.Workspace) {
		i.works.leave()
		return fault.New(fault.Internal, "too many events are waiting")
	}
	return nil
}

func closing() error { return fault.New(fault.Internal, "shutting down") }

func lane(at Address) string { return at.Workspace + ":" + at.Channel }

// Begin runs a task on a goroutine that Finish waits for. An error means that it does not run.
func (i *Intake) Begin(task func()) error {
	if !i.works.enter() {
		return closing()
	}
	go func() {
		defer i.works.leave()
		task()
	}()
	return nil
}

// Enter reports whether a task may begin on the caller's own goroutine, which then must call Leave; Finish waits for it.
func (i *Intake) Enter() bool { return i.works.enter() }

// Leave ends what Enter began.
func (i *Intake) Leave() { i.works.leave() }

// Handle asks the handler, for at most the limit. The Mux has made a sentence of every error that a person can do
// something about, so what is left is logged and answered with nothing.
func (i *Intake) Handle(ev *Event, limit time.Duration) Reply {
	ctx := withLimit(i.ctx, limit)
	defer ctx.end()
	reply, err := i.cfg.Handler.Handle(ctx, ev)
	if err != nil {
		i.cfg.Log.Error(i.cfg.Platform+": handler failed", "event", ev.ID, "err", err)
		return Nothing{}
	}
	return reply
}

// Work runs a long reply, for at most the limit, and returns what it comes to. Note is called when it takes longer than
// the grace, so that most answers come as one message; it has returned, or is never called, when Work returns.
func (i *Intake) Work(ev *Event, w Work, grace, limit time.Duration, note func()) Reply {
	var mu sync.Mutex
	over := false
	t := time.AfterFunc(grace, func() {
		mu.Lock()
		defer mu.Unlock()
		if !over {
			note()
		}
	})
	ctx, cancel := context.WithTimeout(i.ctx, limit)
	defer cancel()
	reply, err := w.Run(ctx)
	t.Stop()
	mu.Lock()
	over = true
	mu.Unlock()
	if err != nil {
		i.cfg.Log.Error(i.cfg.Platform+": work failed", "event", ev.ID, "err", err)
		return Nothing{}
	}
	return reply
}

// Finish lets nothing more begin and waits for what has begun: what is queued, then what runs beside, each for at most
// the timeout.
func (i *Intake) Finish(timeout time.Duration) {
	i.lanes.Wait(timeout)
	i.works.close(timeout)
}

// gate counts what is under way and can be closed.
type gate struct {
	mu     sync.Mutex
	n      int
	closed bool
	empty  chan struct{} // made by close
}

// enter reports whether the gate is open, and counts the caller, who must leave.
func (g *gate) enter() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return false
	}
	g.n++
	return true
}

func (g *gate) leave() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.n--
	if g.closed && g.n == 0 {
		close(g.empty)
	}
}

// close lets nobody in any more and waits for those inside, at most for the timeout.
func (g *gate) close(timeout time.Duration) {
	g.mu.Lock()
	if !g.closed {
		g.closed = true
		g.empty = make(chan struct{})
		if g.n == 0 {
			close(g.empty)
		}
	}
	g.mu.Unlock()
	t := time.NewTimer(timeout)
	defer t.Stop()
	select {
	case <-g.empty:
	case <-t.C:
	}
}
