package discord

import (
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// guard stands between the SDK and Discord. It keeps the limits that the SDK does not: a global rate limit holds back
// every request, and so many refused ones that Discord would shut out our address hold back all for a while
// (docs.discord.com/developers/topics/rate-limits#invalid-request-limit-aka-cloudflare-bans).
type guard struct {
	next http.RoundTripper
	now  func() time.Time

	mu      sync.Mutex
	limited time.Time // what is under the global limit is not sent before
	shut    time.Time // nothing at all is sent before
	began   time.Time // of the window
	invalid int       // refused in the window
}

// Discord shuts out an address after 10,000 refusals within ten minutes. Half of that is ours.
const (
	invalidWindow = 10 * time.Minute
	maxInvalid    = 5_000
	maxHold       = 10 * time.Minute
)

func newGuard(next http.RoundTripper, now func() time.Time) *guard {
	if next == nil {
		next = http.DefaultTransport
	}
	return &guard{next: next, now: now}
}

// heldError is a request that was not made.
type heldError struct{ wait time.Duration }

// Error implements error.
func (e *heldError) Error() string { return "Discord wants no requests for " + e.wait.String() }

// RoundTrip implements http.RoundTripper. Requests that are held back fail at once; their caller knows how long its
// own context lasts.
func (g *guard) RoundTrip(r *http.Request) (*http.Response, error) {
	if wait := g.held(r); wait > 0 {
		if r.Body != nil {
			r.Body.Close()
		}
		return nil, &heldError{wait}
	}
	resp, err := g.next.RoundTrip(r)
	if err == nil {
		g.see(resp)
	}
	return resp, err
}

// held is how long a request must wait. Answers to interactions are not under the global limit.
func (g *guard) held(r *http.Request) time.Duration {
	g.mu.Lock()
	defer g.mu.Unlock()
	until := g.shut
	if answers := strings.Contains(r.URL.Path, "/interactions/") || strings.Contains(r.URL.Path, "/webhooks/"); !answers && g.limited.After(until) {
		until = g.limited
	}
	return min(until.Sub(g.now()), maxHold)
}

func (g *guard) see(resp *http.Response) {
	switch resp.StatusCode {
	case http.StatusUnauthorized, http.StatusForbidden:
	case http.StatusTooManyRequests:
		if resp.Header.Get("X-RateLimit-Scope") == "shared" {
			return // it does not count
		}
	default:
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.now()
	if now.Sub(g.began) >= invalidWindow || now.Before(g.began) {
		g.began, g.invalid = now, 0
	}
	if g.invalid++; g.invalid >= maxInvalid {
		g.shut = g.began.Add(invalidWindow)
	}
	if resp.StatusCode != http.StatusTooManyRequests {
		return
	}
	wait, err := strconv.ParseFloat(resp.Header.Get("Retry-After"), 64)
	if err != nil || wait < 1 || wait > maxHold.Seconds() {
		wait = 1
	}
	until := now.Add(time.Duration(wait * float64(time.Second)))
	switch network := !strings.HasPrefix(resp.Header.Get("Content-Type"), "application/json"); {
	case network: // a page of what stands before Discord
		g.shut = until
	case resp.Header.Get("X-RateLimit-Global") != "" || resp.Header.Get("X-RateLimit-Scope") == "global":
		g.limited = until
	}
}
