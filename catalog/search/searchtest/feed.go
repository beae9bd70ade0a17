package searchtest

import (
	"context"
	"sync"
	"time"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/fault"
)

// Feed is a catalog.Store in memory whose changes a test writes itself. It keeps every change, so that any follower
// can catch up.
type Feed struct {
	mu      sync.Mutex
	changes []catalog.Changes
	moved   chan struct{}
	broken  error
}

var _ catalog.Store = (*Feed)(nil)

// NewFeed returns a store that holds the given entities as generation 1.
func NewFeed(entities ...*catalog.Entity) *Feed {
	f := &Feed{moved: make(chan struct{})}
	f.Push(catalog.Changes{Full: true, Upserts: entities})
	return f
}

// Push appends a change under the next generation, which it returns.
func (f *Feed) Push(c catalog.Changes) catalog.Generation {
	f.mu.Lock()
	defer f.mu.Unlock()
	c.Generation = catalog.Generation(len(f.changes) + 1)
	f.changes = append(f.changes, c)
	f.wake()
	return c.Generation
}

// Put upserts entities.
func (f *Feed) Put(entities ...*catalog.Entity) catalog.Generation {
	return f.Push(catalog.Changes{Upserts: entities})
}

// Drop deletes entities.
func (f *Feed) Drop(refs ...string) catalog.Generation {
	var c catalog.Changes
	for _, r := range refs {
		c.Deletes = append(c.Deletes, Ref(r))
	}
	return f.Push(c)
}

// Break makes Changes and Wait fail until it is called with nil.
func (f *Feed) Break(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.broken = err
	f.wake()
}

func (f *Feed) wake() {
	close(f.moved)
	f.moved = make(chan struct{})
}

// Changes implements catalog.Store.
func (f *Feed) Changes(_ context.Context, after catalog.Generation) (catalog.Changes, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.broken != nil {
		return catalog.Changes{}, f.broken
	}
	if int(after) >= len(f.changes) {
		return catalog.Changes{Generation: catalog.Generation(len(f.changes))}, nil
	}
	return f.changes[after], nil
}

// Wait implements catalog.Store.
func (f *Feed) Wait(ctx context.Context, after catalog.Generation) error {
	for {
		f.mu.Lock()
		past, moved, broken := len(f.changes) > int(after), f.moved, f.broken
		f.mu.Unlock()
		if past || broken != nil {
			return broken
		}
		select {
		case <-moved:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Apply implements catalog.Store: it upserts what the files hold.
func (f *Feed) Apply(_ context.Context, d catalog.Delta) (catalog.Generation, error) {
	var c catalog.Changes
	for _, file := range d.Files {
		c.Upserts = append(c.Upserts, file.Entities...)
	}
	return f.Push(c), nil
}

// ApplyFacts implements catalog.Store for new and changed facts.
func (f *Feed) ApplyFacts(_ context.Context, producer string, _ []catalog.Ref, facts []catalog.Fact) (catalog.Generation, error) {
	for _, x := range facts {
		if x.Producer != producer {
			return 0, fault.New(fault.Invalid, "fact %s of %s is by %s, not by %s", x.Key, x.Entity, x.Producer, producer)
		}
	}
	return f.Push(catalog.Changes{Facts: facts}), nil
}

// Sweep implements catalog.Store: there is nothing to sweep.
func (f *Feed) Sweep(context.Context, []string, time.Duration) (catalog.Generation, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return catalog.Generation(len(f.changes)), nil
}
