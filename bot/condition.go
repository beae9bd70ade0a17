package bot

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// Condition is how one connection of an adapter is. It is logged when it changes.
type Condition struct {
	name string
	log  *slog.Logger

	mu   sync.Mutex
	text string
	ok   bool
}

// NewCondition returns the condition of something that is not well yet, as the text says.
func NewCondition(name, text string, log *slog.Logger) *Condition {
	return &Condition{name: name, text: text, log: log}
}

// Set notes how it is now, in a few words.
func (c *Condition) Set(ok bool, text string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.text != text {
		c.log.Info(c.name+": "+text, "ok", ok)
	}
	c.text, c.ok = text, ok
}

// Status says in a few words how it is, and whether it is as it should be.
func (c *Condition) Status() (text string, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.text, c.ok
}

// Backoff is how long to wait between attempts that fail: doubling, with a half of it at random.
type Backoff struct {
	Min, Max time.Duration
	Jitter   func() float64 // in [0,1)
}

// After is the wait after the nth failure in a row, counted from 0.
func (b Backoff) After(n int) time.Duration {
	d := b.Min << min(n, 16)
	if d > b.Max || d <= 0 {
		d = b.Max
	}
	return d/2 + time.Duration(float64(d/2)*b.Jitter())
}

// Watch asks check again and again until ctx is done, and keeps the condition: every so often while it is well, more and
// more slowly while it is not.
func (c *Condition) Watch(ctx context.Context, every time.Duration, b Backoff, check func(context.Context) error) {
	for n := 0; ctx.Err() == nil; {
		wait := every
		if err := check(ctx); ctx.Err() != nil {
			return
		} else if err != nil {
			c.Set(false, err.Error())
			wait = b.After(n)
			n++
		} else {
			n = 0
			c.Set(true, "ready")
		}
		Sleep(ctx, wait)
	}
}

// Sleep waits for d and reports true, or false as soon as ctx is done.
func Sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
