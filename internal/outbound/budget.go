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
	full     rate.Limit // what the host gets while it does not complain
	changed  time.Time  // when the limit was changed last
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
	b := &budget{name: name, limit: rate.NewLimiter(rate.Limit(r), burst(rate.Limit(r), 10)), patience: c.o.Patience, full: rate.Limit(r)}
	c.budgets[name] = b
	return b
}

// burst is how many requests may come at once at a rate: those of some seconds.
func burst(r rate.Limit, seconds float64) int { return max(1, int(float64(r)*seconds)) }

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

// How the pace changes, once a second at most.
const (
	slower  = 2    // while a server complains
	faster  = 1.25 // once it does not
	slowest = 1    // request a second
)

// pace gives a server that complains fewer requests, and one that does not what it got before, little by little.
func (b *budget) pace(complains bool, now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	is := b.limit.Limit()
	if since := now.Sub(b.changed); since >= 0 && since < time.Second || !complains && is >= b.full {
		return
	}
	b.changed = now
	next := min(is*faster, b.full)
	if complains {
		next = max(is/slower, min(b.full, slowest))
	}
	seconds := 10.0
	if next < b.full { // nor all that was saved up
		seconds = 1
	}
	b.limit.SetBurst(burst(next, seconds))
	b.limit.SetLimit(next)
}

// heed remembers that a server asked to be left alone (RFC 9110, 10.2.3), or wants fewer requests.
func (b *budget) heed(resp *http.Response, now time.Time) {
	complains := resp.StatusCode == http.StatusTooManyRequests || resp.StatusCode == http.StatusServiceUnavailable
	b.pace(complains, now)
	if !complains {
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
