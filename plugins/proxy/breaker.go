package proxy

import (
	"sync"
	"time"
)

// breaker leaves an upstream alone for a while after failures in a row. Then one request goes out to see; the others
// wait for its outcome no longer than nothing.
type breaker struct {
	most  int
	rest  time.Duration
	clock func() time.Time

	mu     sync.Mutex
	failed int
	until  time.Time // no request before; zero: the circuit is closed
	trying bool      // one went out to see
	why    string    // the last failure
	asked  time.Time // it asked for no request before
}

// enter asks whether a request may go out; where not, until when none may and why.
func (b *breaker) enter() (until time.Time, why string, ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case b.until.IsZero():
		return time.Time{}, "", true
	case b.trying || b.clock().Before(b.until):
		return b.until, b.why, false
	}
	b.trying = true
	return time.Time{}, "", true
}

// leave tells how a request that went out ended; an empty why is success.
func (b *breaker) leave(why string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.trying = false
	if why == "" {
		b.failed, b.until, b.why = 0, time.Time{}, ""
		return
	}
	b.failed, b.why = b.failed+1, why
	if b.failed >= b.most {
		b.until = b.clock().Add(b.rest)
	}
}

// pause leaves the upstream alone until a time, as it asked for; it is no failure.
func (b *breaker) pause(until time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if until.After(b.asked) {
		b.asked = until
	}
}

// resting returns until when the upstream asked to be left alone.
func (b *breaker) resting() (time.Time, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.asked, b.clock().Before(b.asked)
}

// undecided gives a request back that says nothing about the upstream, such as one that was called off.
func (b *breaker) undecided() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.trying = false
}

func (b *breaker) state() (why string, until time.Time, ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.why, b.until, b.failed == 0
}
