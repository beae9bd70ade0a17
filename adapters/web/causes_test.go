package web

import (
	"context"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/catalog/search"
)

// TestNobodyWaitsForCauses has the data judged so slowly that a page would be late.
func TestNobodyWaitsForCauses(t *testing.T) {
	t.Parallel()
	free, judged := make(chan struct{}), 0
	w := site(t, func(c *Config) {
		c.Worst = func(ctx context.Context, _ search.View) []Cause {
			select {
			case <-free:
			case <-ctx.Done():
			}
			judged++
			return []Cause{{Message: "broken"}}
		}
	})
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- w.Run(ctx) }()
	for w.causes.idle() {
		time.Sleep(time.Millisecond)
	}
	for range 2 {
		if got := w.worst(t.Context(), w.cfg.View()); got != nil {
			t.Errorf("%v before anything was found", got)
		}
	}
	close(free)
	for i := 0; len(w.worst(t.Context(), w.cfg.View())) != 1; i++ {
		if i > 100 {
			t.Fatal("nothing is found")
		}
	}
	stop()
	if err := <-ended; err != nil || judged != 1 {
		t.Errorf("judged %d times, %v", judged, err)
	}
	if len(w.worst(t.Context(), w.cfg.View())) != 1 {
		t.Error("what was found is forgotten")
	}
}

// idle reports that Run has not begun.
func (c *causeCache) idle() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.asked == nil
}
