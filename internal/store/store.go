// Package store keeps what Backchannel must remember. It implements the Store interfaces that other packages
// declare and is the only package that speaks SQL: DB is a SQLite file or a PostgreSQL database, by URL. Memory is a
// catalog that lives as long as the process, for commands that answer once.
package store

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/backchannel-portal/backchannel/catalog"
)

// Memory is a catalog.Store that lives as long as the process. It is safe for concurrent use.
type Memory struct {
	clock func() time.Time

	mu      sync.Mutex
	now     catalog.Generation
	checked map[string]time.Time // by origin
	model   *model
	facts   map[catalog.Ref]map[factName]catalog.Fact
	history history
	moved   chan struct{} // closed and replaced when the state or a Checked time moves
}

var _ catalog.Store = (*Memory)(nil)

// NewMemory returns an empty store at generation 1. clock gives the time of deltas that carry none.
func NewMemory(clock func() time.Time) *Memory {
	return &Memory{
		clock:   clock,
		now:     1,
		checked: map[string]time.Time{},
		model:   newModel(0, 0),
		facts:   map[catalog.Ref]map[factName]catalog.Fact{},
		history: history{limit: historyLimit},
		moved:   make(chan struct{}),
	}
}

// Apply implements catalog.Store.
func (m *Memory) Apply(ctx context.Context, d catalog.Delta) (catalog.Generation, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	gone := d.Gone
	if d.Full {
		gone = m.model.without(d.Origin, d.Files)
	}
	c := newChange(len(d.Files))
	m.model.apply(d.Origin, d.Files, gone, micros(m.clock()), c)
	checked := d.Checked
	if checked.IsZero() {
		checked = m.clock()
	}
	m.checked[d.Origin] = checked
	return m.commit(c), nil
}

// Sweep implements catalog.Store.
func (m *Memory) Sweep(ctx context.Context, origins []string, grace time.Duration) (catalog.Generation, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	c := newChange(0)
	configured := func(origin string) bool { return slices.Contains(origins, origin) }
	m.model.sweep(configured, micros(m.clock()), grace.Microseconds(), c)
	held := map[string]bool{}
	for key := range m.model.files {
		held[key.origin] = true
	}
	for origin := range m.checked {
		if !configured(origin) && !held[origin] {
			delete(m.checked, origin)
		}
	}
	if c.empty() {
		return m.now, nil
	}
	return m.commit(c), nil
}

// commit numbers a change, if it is one, and wakes those who wait; called with the lock held.
func (m *Memory) commit(c *change) catalog.Generation {
	if !c.empty() {
		m.now++
		c.generation = m.now
		c.dropped, c.removed, c.past = nil, nil, nil // of a database
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
	maps.Copy(out.Checked, m.checked)
	c, ok := m.history.since(after)
	if after == 0 || after > m.now || !ok {
		out.Full = true
		c = m.everything()
	}
	for ref := range c.refs {
		if d := m.model.current[ref]; d != nil {
			out.Upserts = append(out.Upserts, d.entity)
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
		out.Problems[location] = m.model.problems(location)
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
