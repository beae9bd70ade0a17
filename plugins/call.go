package plugins

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// Gates keeps the functions of plugins apart from the program and from each other: a call has a deadline that holds
// whether the function heeds it or not, a panic is an error, and at most a few calls of one plugin run at a time, hung
// ones included. It is safe for concurrent use.
type Gates struct {
	o    GateOptions
	ctx  context.Context
	stop context.CancelFunc

	mu      sync.Mutex
	gates   map[string]chan struct{}
	running sync.WaitGroup
	closed  bool
}

// GateOptions configure Gates. The zero value is usable.
type GateOptions struct {
	PerPlugin int               // calls of one plugin at a time; zero: 8
	Now       func() time.Time  // nil: time.Now
	Log       *slog.Logger      // nil: nothing is logged
	Observe   func(Observation) // hears of every call; nil: nobody does. It must not block
}

// Observation is a call that ended, or was given up.
type Observation struct {
	Plugin string
	What   string // for example "view builds", "webhook"
	Took   time.Duration
	Err    error
}

// ErrLate says that a plugin did not answer in time.
var ErrLate = errors.New("it did not answer in time")

// NewGates returns gates; Close them.
func NewGates(o GateOptions) *Gates {
	if o.PerPlugin <= 0 {
		o.PerPlugin = 8
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Observe == nil {
		o.Observe = func(Observation) {}
	}
	g := &Gates{o: o, gates: map[string]chan struct{}{}}
	g.ctx, g.stop = context.WithCancel(context.Background())
	return g
}

// Close ends the contexts of all calls and waits for them, but not for longer than patience: a function that hangs
// stays behind.
func (g *Gates) Close(patience time.Duration) {
	g.mu.Lock()
	g.closed = true
	g.mu.Unlock()
	g.stop()
	done := make(chan struct{})
	go func() {
		defer close(done)
		g.running.Wait()
	}()
	select {
	case <-done:
	case <-time.After(patience):
		g.o.Log.Warn("a plugin did not end in time")
	}
}

// enter counts a call in; false when the gates are closed.
func (g *Gates) enter(plugin string) (chan struct{}, bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return nil, false
	}
	gate := g.gates[plugin]
	if gate == nil {
		gate = make(chan struct{}, g.o.PerPlugin)
		g.gates[plugin] = gate
	}
	g.running.Add(1)
	return gate, true
}

type outcome[T any] struct {
	value T
	err   error
}

// Call runs a function of a plugin. Its context ends after timeout, with ctx, or when the gates are closed. An error is
// the function's own, or of kind Upstream: it did not answer in time (ErrLate), or panicked.
func Call[T any](ctx context.Context, g *Gates, plugin, what string, timeout time.Duration, do func(context.Context) (T, error)) (T, error) {
	start := g.o.Now()
	value, err := call(ctx, g, plugin, what, timeout, do)
	g.o.Observe(Observation{Plugin: plugin, What: what, Took: g.o.Now().Sub(start), Err: err})
	return value, err
}

func call[T any](ctx context.Context, g *Gates, plugin, what string, timeout time.Duration, do func(context.Context) (T, error)) (T, error) {
	var zero T
	gate, open := g.enter(plugin)
	if !open {
		return zero, fault.New(fault.Upstream, "the program is ending")
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	untie := context.AfterFunc(g.ctx, cancel)
	late := fault.Wrap(fault.Upstream, ErrLate, "%s, %s", plugin, what)
	select {
	case gate <- struct{}{}:
	case <-ctx.Done(): // all its calls hang
		untie()
		cancel()
		g.running.Done()
		return zero, late
	}
	done := make(chan outcome[T], 1)
	go func() {
		defer g.running.Done()
		defer func() { <-gate }()
		defer cancel()
		defer untie()
		var o outcome[T]
		defer func() {
			if r := recover(); r != nil {
				g.o.Log.Error("a plugin panicked", "plugin", plugin, "in", what, "panic", fmt.Sprint(r), "stack", string(debug.Stack()))
				o = outcome[T]{err: fault.New(fault.Upstream, "%s broke in %s", plugin, what)}
			}
			done <- o
		}()
		o.value, o.err = do(ctx)
	}()
	select {
	case o := <-done:
		return settled(ctx, o, late)
	case <-ctx.Done():
	}
	select { // it may have ended at the same moment
	case o := <-done:
		return settled(ctx, o, late)
	default:
		return zero, late
	}
}

// settled is the outcome of a call; one that failed because its time was up is late.
func settled[T any](ctx context.Context, o outcome[T], late error) (T, error) {
	if o.err != nil && errors.Is(o.err, context.DeadlineExceeded) && ctx.Err() != nil {
		return o.value, late
	}
	return o.value, o.err
}
