package rest

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// BudgetOptions configure a Budget.
type BudgetOptions struct {
	// Reserve is how many requests of a rate-limit window are left to others that use the same credential; negative:
	// a tenth of the limit.
	Reserve int
	// MaxWait bounds one wait for the rate limit; a longer one is a *BudgetError at once. Zero: two minutes.
	MaxWait time.Duration
	// PerMinute spreads requests: no more of them a minute than this, but for a burst of a quarter of it. Zero: as many
	// as come.
	PerMinute int
	// Clock tells the time; nil: time.Now.
	Clock func() time.Time
	// Sleep waits; nil: a timer that ends with the context.
	Sleep func(context.Context, time.Duration) error
	// Waiting is told of every wait for the rate limit; nil: nobody.
	Waiting func(until time.Time)
}

// Budget follows the rate limit of one credential as the answers tell it (docs.github.com, "Rate limits for the REST
// API"; docs.gitlab.com, "Rate limits"). It is safe for concurrent use.
type Budget struct {
	o BudgetOptions

	mu        sync.Mutex
	limit     int
	remaining int
	reset     time.Time // by our clock
	blocked   time.Time // no request before
	skew      time.Duration
	known     bool
	pace      time.Time // when the requests so far would be through, one after the other
}

// BudgetError says that the rate limit leaves no request now.
type BudgetError struct{ Until time.Time }

// Error names the moment from which requests are possible again.
func (e *BudgetError) Error() string {
	return "the API budget is used up until " + e.Until.UTC().Format("15:04:05 MST")
}

// NewBudget returns a budget of which nothing is known yet.
func NewBudget(o BudgetOptions) *Budget {
	if o.MaxWait <= 0 {
		o.MaxWait = 2 * time.Minute
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Sleep == nil {
		o.Sleep = sleep
	}
	return &Budget{o: o}
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

// State returns what is left of the window, its limit, and when it starts anew; known is false before the first
// answer that told.
func (b *Budget) State() (remaining, limit int, reset time.Time, known bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.remaining, b.limit, b.reset, b.known
}

// Skew is how far the server's clock is ahead of ours, as its last answer told.
func (b *Budget) Skew() time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.skew
}

func (b *Budget) reserve() int {
	if b.o.Reserve < 0 {
		return b.limit / 10
	}
	return b.o.Reserve
}

// wait takes one request out of the budget, waiting for it where it must.
func (b *Budget) wait(ctx context.Context) error {
	const rounds = 4 // others may have taken the window's requests again
	for range rounds {
		until, ok := b.take()
		if ok {
			return b.spread(ctx)
		}
		if err := b.until(ctx, until); err != nil {
			return err
		}
	}
	until, _ := b.take()
	return b.exhausted(until)
}

// take counts one request, or says when the next one is possible.
func (b *Budget) take() (until time.Time, ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.o.Clock()
	if now.Before(b.blocked) {
		return b.blocked, false
	}
	if !b.known || !now.Before(b.reset) {
		return time.Time{}, true
	}
	if b.remaining <= b.reserve() {
		return b.reset, false
	}
	b.remaining-- // the answer corrects this; requests under way at once must not share the last one
	return time.Time{}, true
}

// spread waits until the next request fits into PerMinute.
func (b *Budget) spread(ctx context.Context) error {
	if b.o.PerMinute <= 0 {
		return ctx.Err()
	}
	each := time.Minute / time.Duration(b.o.PerMinute)
	b.mu.Lock()
	now := b.o.Clock()
	if b.pace.Before(now) {
		b.pace = now
	}
	b.pace = b.pace.Add(each)
	d := b.pace.Sub(now) - time.Minute/4
	b.mu.Unlock()
	if d <= 0 {
		return ctx.Err()
	}
	return fault.Wrap(fault.Upstream, b.o.Sleep(ctx, d), "waiting for the API budget")
}

func (b *Budget) until(ctx context.Context, until time.Time) error {
	d := until.Sub(b.o.Clock())
	if d > b.o.MaxWait {
		return b.exhausted(until)
	}
	if b.o.Waiting != nil {
		b.o.Waiting(until)
	}
	if err := b.o.Sleep(ctx, max(d, time.Millisecond)); err != nil {
		return fault.Wrap(fault.Upstream, err, "waiting for the API budget")
	}
	return nil
}

func (b *Budget) exhausted(until time.Time) error {
	return fault.Wrap(fault.Upstream, &BudgetError{until}, "no request is left")
}

// Exhausted reports whether err is about a budget that is used up, and until when.
func Exhausted(err error) (until time.Time, ok bool) {
	if e, ok := errors.AsType[*BudgetError](err); ok {
		return e.Until, true
	}
	return time.Time{}, false
}

// note reads the rate-limit headers of an answer.
func (b *Budget) note(res *http.Response) {
	h := res.Header
	now := b.o.Clock()
	b.mu.Lock()
	defer b.mu.Unlock()
	if at, err := http.ParseTime(h.Get("Date")); err == nil {
		b.skew = at.Sub(now)
	}
	if r := h.Get("X-Ratelimit-Resource"); r != "" && r != "core" {
		return // the window of another kind of request, such as search
	}
	remaining, err1 := strconv.Atoi(either(h, "X-Ratelimit-Remaining", "Ratelimit-Remaining"))
	reset, err2 := strconv.ParseInt(either(h, "X-Ratelimit-Reset", "Ratelimit-Reset"), 10, 64)
	if err1 != nil || err2 != nil {
		return
	}
	at := time.Unix(reset, 0).Add(-b.skew)
	if b.known && at.Before(b.reset.Add(time.Second)) && now.Before(b.reset) {
		remaining = min(remaining, b.remaining) // answers overtake each other
	}
	b.known, b.remaining, b.reset = true, remaining, at
	if limit, err := strconv.Atoi(either(h, "X-Ratelimit-Limit", "Ratelimit-Limit")); err == nil {
		b.limit = limit
	}
}

func either(h http.Header, a, b string) string {
	if v := h.Get(a); v != "" {
		return v
	}
	return h.Get(b)
}

// limited reports whether a refused request was refused for its rate: 429, or GitHub's 403 with nothing remaining, a
// Retry-After, or a message that says so.
func limited(err error) bool {
	e, ok := errors.AsType[*StatusError](err)
	if !ok {
		return false
	}
	switch e.Code {
	case http.StatusTooManyRequests:
		return true
	case http.StatusForbidden:
		return e.Header.Get("Retry-After") != "" || e.Header.Get("X-Ratelimit-Remaining") == "0" ||
			strings.Contains(strings.ToLower(e.Message), "rate limit")
	default:
		return false
	}
}

// again decides whether a failed request is repeated, and after which pause.
func (b *Budget) again(err error, attempt int, read bool) (time.Duration, bool) {
	backoff := time.Duration(1<<attempt) * 500 * time.Millisecond
	if limited(err) {
		return b.penalty(err, attempt), true
	}
	if !read {
		return 0, false
	}
	if code := Code(err); code != 0 {
		return backoff, code == 408 || code >= 500 && code != http.StatusNotImplemented
	}
	_, gone := errors.AsType[*lostError](err)
	return backoff, gone
}

// penalty is how long a limited credential must be silent: what Retry-After says, else the end of an empty window,
// else a minute that doubles (docs.github.com, "Best practices for using the REST API").
func (b *Budget) penalty(err error, attempt int) time.Duration {
	e, _ := errors.AsType[*StatusError](err)
	now := b.o.Clock()
	d := time.Minute << (attempt - 1)
	if s, err := strconv.Atoi(e.Header.Get("Retry-After")); err == nil {
		d = time.Duration(max(s, 1)) * time.Second
	} else if at, err := http.ParseTime(e.Header.Get("Retry-After")); err == nil {
		d = max(at.Sub(now)-b.Skew(), time.Second)
	} else if either(e.Header, "X-Ratelimit-Remaining", "Ratelimit-Remaining") == "0" {
		if _, _, reset, known := b.State(); known {
			d = max(reset.Sub(now), time.Second)
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if until := now.Add(d); until.After(b.blocked) {
		b.blocked = until
	}
	return d
}

// pause waits before a repetition. A wait for the rate limit is announced, and one that is too long is an error.
func (b *Budget) pause(ctx context.Context, d time.Duration, cause error) error {
	if limited(cause) {
		return b.until(ctx, b.o.Clock().Add(d))
	}
	if err := b.o.Sleep(ctx, d); err != nil {
		return fault.Wrap(fault.Upstream, err, "waiting to ask again")
	}
	return nil
}
