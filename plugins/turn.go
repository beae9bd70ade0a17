package plugins

import (
	"context"
	"sync"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// TakeTurn waits until nobody else does what a name stands for, among all that run the same plugin for one store, in
// whatever process; waits is called once, if somebody else does. The turn is held until done is called, which must be.
// held ends with ctx, or as soon as somebody else may have taken the turn over, because the store was away for too long.
// A process that died holds no turn for longer than half a minute. When ctx is done before the turn came, or the store
// is away, the error has kind Upstream. A plugin that runs without a store has turns within its process only. A name is a
// kind of work, not one thing that is worked on: there are few.
type TakeTurn func(ctx context.Context, name string, waits func()) (held context.Context, done func(), err error)

// turns are those within one process.
type turns struct {
	mu sync.Mutex
	by map[string]chan struct{} // each holds one while its turn is taken
}

func newTurns() *turns { return &turns{by: map[string]chan struct{}{}} }

// take is a TakeTurn.
func (t *turns) take(ctx context.Context, name string, waits func()) (context.Context, func(), error) {
	t.mu.Lock()
	c := t.by[name]
	if c == nil {
		c = make(chan struct{}, 1)
		t.by[name] = c
	}
	t.mu.Unlock()
	select {
	case c <- struct{}{}:
	default:
		waits()
		select {
		case c <- struct{}{}:
		case <-ctx.Done():
			return nil, nil, fault.Wrap(fault.Upstream, context.Cause(ctx), "wait for the turn %s", name)
		}
	}
	held, cancel := context.WithCancel(ctx)
	return held, sync.OnceFunc(func() { cancel(); <-c }), nil
}
