package bot

import (
	"context"
	"sync"
	"time"
)

// limited is a context that is done after a time, as those of context.WithTimeout are, but whose timer is set only
// when somebody waits for that: most questions are answered from memory, and a timer costs more than looking up the
// answer.
type limited struct {
	context.Context
	until time.Time

	mu    sync.Mutex
	timed context.Context // from the first Done on
	stop  context.CancelFunc
	ended bool
}

// withLimit returns a child of ctx that is done after limit. Its end must be called once the work is over.
func withLimit(ctx context.Context, limit time.Duration) *limited {
	l := &limited{Context: ctx, until: time.Now().Add(limit)}
	if at, ok := ctx.Deadline(); ok && at.Before(l.until) {
		l.until = at
	}
	return l
}

// end releases what the context holds; it is done from then on.
func (l *limited) end() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ended = true
	if l.stop != nil {
		l.stop()
	}
}

// Deadline implements context.Context.
func (l *limited) Deadline() (time.Time, bool) { return l.until, true }

// Done implements context.Context.
func (l *limited) Done() <-chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.timed == nil {
		l.timed, l.stop = context.WithDeadline(l.Context, l.until)
		if l.ended {
			l.stop()
		}
	}
	return l.timed.Done()
}

// Err implements context.Context.
func (l *limited) Err() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.timed != nil:
		return l.timed.Err()
	case l.Context.Err() != nil:
		return l.Context.Err()
	case l.ended:
		return context.Canceled
	case !time.Now().Before(l.until):
		return context.DeadlineExceeded
	default:
		return nil
	}
}
