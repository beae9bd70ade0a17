package bot

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"
)

// Binding says which entity a channel is about. Threads belong to their channel.
type Binding struct {
	Address Address // without a thread
	Entity  string  // full reference
	Since   time.Time
}

// Bindings keeps bindings, one a channel.
type Bindings interface {
	// Bind makes a channel be about an entity, whatever it was about before.
	Bind(ctx context.Context, b Binding) error
	// Unbind ends the binding of a channel and reports whether there was one.
	Unbind(ctx context.Context, at Address) (bool, error)
	// All returns every binding, by address.
	All(ctx context.Context) ([]Binding, error)
	// End removes those of a channel that is gone, or with channel "" of a whole workspace, and returns how many.
	End(ctx context.Context, platform, workspace, channel string) (int, error)
}

// HomeOf is the place that a person's own page is bound at: the page is about a team, as a channel is.
func HomeOf(a Actor) Address {
	return Address{Platform: a.Platform, Workspace: a.Workspace, Channel: a.ID}
}

// Place is the address of the channel that an address lies in: the same without its thread.
func (a Address) Place() Address {
	a.Thread = ""
	return a
}

type memoryBindings struct {
	mu   sync.Mutex
	rows map[Address]Binding
}

func (m *memoryBindings) Bind(_ context.Context, b Binding) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	b.Address = b.Address.Place()
	m.rows[b.Address] = b
	return nil
}

func (m *memoryBindings) Unbind(_ context.Context, at Address) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	_, was := m.rows[at.Place()]
	delete(m.rows, at.Place())
	return was, nil
}

func (m *memoryBindings) All(context.Context) ([]Binding, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := make([]Binding, 0, len(m.rows))
	for _, b := range m.rows {
		out = append(out, b)
	}
	slices.SortFunc(out, func(a, b Binding) int { return cmp.Or(a.Address.compare(b.Address), cmp.Compare(a.Entity, b.Entity)) })
	return out, nil
}

func (m *memoryBindings) End(_ context.Context, platform, workspace, channel string) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return sweepMap(m.rows, func(b Binding) bool {
		return b.Address.Platform == platform && b.Address.Workspace == workspace && (channel == "" || b.Address.Channel == channel)
	}), nil
}
