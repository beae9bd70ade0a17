package outbound

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// maxBudgets bounds how many hosts are remembered; beyond it, those that ask for no wait are forgotten.
const maxBudgets = 1000

// budget paces the requests to one host, and remembers until when it wants none.
type budget struct {
	name  string
	limit *rate.Limiter

	mu       sync.Mutex
	until    time.Time // no request before
	patience time.Duration
}

func (c *Client) budget(u *url.URL) *budget {
	name := strings.ToLower(u.Host)
	c.mu.Lock()
	defer c.mu.Unlock()
	if b, ok := c.budgets[name]; ok {
		return b
	}
	if len(c.budgets) >= maxBudgets {
		now := c.o.Clock()
		for n, b := range c.budgets {
			if !b.resting(now) {
				delete(c.budgets, n)
			}
		}
	}
	r := c.o.Rate
	if h := c.host(u.Hostname(), u.Port()); h.Rate > 0 {
		r = h.Rate
	}
	b := &budget{name: name, limit: rate.NewLimiter(rate.Limit(r), max(1, int(10*r))), patience: c.o.Patience}
	c.budgets[name] = b
	return b
}

func (b *budget) resting(now time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return now.Before(b.until)
}

// wait holds a request back until the host may get it, or fails when that takes longer than anybody should wait.
func (b *budget) wait(ctx context.Context, clock func() time.Time) error {
	b.mu.Lock()
	until := b.until
	b.mu.Unlock()
	if d := until.Sub(clock()); d > 0 {
		end, ok := ctx.Deadline()
		if d > b.patience || ok && time.Until(end) < d {
			return fault.New(fault.Upstream, "%s asks for no requests until %s", b.name, until.UTC().Format("2 Jan 15:04:05 MST"))
		}
		if err := sleep(ctx, d); err != nil {
			return err
		}
	}
	if err := b.limit.Wait(ctx); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return fault.New(fault.Upstream, "there are more requests to %s than its rate allows", b.name)
	}
	return nil
}

// maxRest is the longest time that a server can make us rest. Whoever asks for more is asked again after it, so that one
// that is well before it said it would be is noticed.
const maxRest = time.Hour

// heed remembers that a server asked to be left alone (RFC 9110, 10.2.3).
func (b *budget) heed(resp *http.Response, now time.Time) {
	if resp.StatusCode != http.StatusTooManyRequests && resp.StatusCode != http.StatusServiceUnavailable {
		return
	}
	d, ok := retryAfter(resp.Header.Get("Retry-After"), now)
	if !ok {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if t := now.Add(min(d, maxRest)); t.After(b.until) {
		b.until = t
	}
}

// retryAfter reads seconds or an HTTP date.
func retryAfter(s string, now time.Time) (time.Duration, bool) {
	s = strings.TrimSpace(s)
	if n, err := strconv.ParseInt(s, 10, 32); err == nil && n >= 0 {
		return time.Duration(n) * time.Second, true
	}
	if t, err := http.ParseTime(s); err == nil {
		return max(0, t.Sub(now)), true
	}
	return 0, false
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
