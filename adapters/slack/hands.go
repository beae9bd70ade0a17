package slack

import (
	"context"
	"time"
)

// handIdle is how long a hand waits for more work before it goes.
const handIdle = 10 * time.Second

// hands run jobs at once, each in a goroutine of its own, and use goroutines again: the stack of one that has
// answered a command is as large as the next command needs.
type hands struct {
	ctx  context.Context // ends the waiting ones
	jobs chan func()
}

func newHands(ctx context.Context) *hands { return &hands{ctx: ctx, jobs: make(chan func())} }

// run starts a job without waiting.
func (h *hands) run(job func()) {
	select {
	case h.jobs <- job:
	default:
		go h.work(job)
	}
}

func (h *hands) work(job func()) {
	idle := time.NewTimer(handIdle)
	defer idle.Stop()
	for {
		job()
		idle.Reset(handIdle)
		select {
		case job = <-h.jobs:
		case <-idle.C:
			return
		case <-h.ctx.Done():
			return
		}
	}
}
