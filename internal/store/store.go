// Package store keeps what Backchannel must remember. It implements the Store interfaces that other packages
// declare and is the only package that speaks SQL; this first implementation keeps everything in memory.
package store

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/backchannel-portal/backchannel/catalog"
)

// Memory is a catalog.Store that lives as long as the process. It is safe for concurrent use.
type Memory struct {
	clock func() time.Time

	mu       sync.Mutex
	now      catalog.Generation
	origins  map[string]*origin
	defs     map[catalog.Ref][]definition
	entities map[catalog.Ref]*catalog.Entity // the definition that counts, per reference
	facts    map[catalog.Ref]map[factName]catalog.Fact
	history  history
	moved    chan struct{} // closed and replaced when the state or a Checked time moves
	files    int           // files seen so far; gives each its place in the order
}

var _ catalog.Store = (*Memory)(nil)

// NewMemory returns an empty store at generation 1. clock gives the time of deltas that carry none.
func NewMemory(clock func() time.Time) *Memory {
	return &Memory{
		clock:    clock,
		now:      1,
		origins:  map[string]*origin{},
		defs:     map[catalog.Ref][]definition{},
		entities: map[catalog.Ref]*catalog.Entity{},
		facts:    map[catalog.Ref]map[factName]catalog.Fact{},
		history:  history{limit: historyLimit},
		moved:    make(chan struct{}),
	}
}

// Apply implements catalog.Store.
func (m *Memory) Apply(ctx context.Context, d catalog.Delta) (catalog.Generation, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	o := m.origins[d.Origin]
	if o == nil {
		o = &origin{files: map[string]*file{}}
		m.origins[d.Origin] = o
	}
	c := newChange()
	gone := d.Gone
	if d.Full {
		gone = o.without(d.Files)
	}
	for i := range d.Files {
		m.put(o, &d.Files[i], c)
	}
	for _, location := range gone {
		m.drop(o, location, c)
	}
	m.settle(c)
	checked := d.Checked
	if checked.IsZero() {
		checked = m.clock()
	}
	o.checked = checked
	return m.commit(c), nil
}

// commit numbers a change, if it is one, and wakes those who wait; called with the lock held.
func (m *Memory) commit(c *change) catalog.Generation {
	if !c.empty() {
		m.now++
		c.generation = m.now
		m.history.add(c)
	}
	close(m.moved)
	m.moved = make(chan struct{})
	return m.now
}

// Changes implements catalog.Store. A reader that is further behind than the history reaches gets everything.
func (m *Memory) Changes(ctx context.Context, after catalog.Generation) (catalog.Changes, error) {
	if err := ctx.Err(); err != nil {
		return catalog.Changes{}, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	out := catalog.Changes{Generation: m.now, Problems: map[string][]catalog.Problem{}, Checked: map[string]time.Time{}}
	for name, o := range m.origins {
		out.Checked[name] = o.checked
	}
	c, ok := m.history.since(after)
	if after == 0 || after > m.now || !ok {
		out.Full = true
		c = m.everything()
	}
	for ref := range c.refs {
		if e := m.entities[ref]; e != nil {
			out.Upserts = append(out.Upserts, e)
		} else {
			out.Deletes = append(out.Deletes, ref)
		}
	}
	for key := range c.facts {
		f, ok := m.facts[key.entity][key.factName]
		if !ok {
			f = catalog.Fact{Entity: key.entity, Producer: key.producer, Key: key.key}
		}
		out.Facts = append(out.Facts, f)
	}
	for location := range c.files {
		out.Problems[location] = m.problems(location)
	}
	slices.SortFunc(out.Upserts, func(a, b *catalog.Entity) int { return a.Ref.Compare(b.Ref) })
	slices.SortFunc(out.Deletes, catalog.Ref.Compare)
	slices.SortFunc(out.Facts, compareFacts)
	return out, nil
}

// Wait implements catalog.Store.
func (m *Memory) Wait(ctx context.Context, after catalog.Generation) error {
	m.mu.Lock()
	now, moved := m.now, m.moved
	m.mu.Unlock()
	if now > after {
		return nil
	}
	select {
	case <-moved:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
