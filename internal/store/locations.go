package store

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/fault"
)

// MemoryLocations keeps registered locations as long as the process lives. It implements catalog.Locations.
type MemoryLocations struct {
	clock func() time.Time

	mu  sync.Mutex
	all []catalog.Location // by origin
}

// maxMemoryLocations bounds what MemoryLocations keeps.
const maxMemoryLocations = 10_000

// NewMemoryLocations returns a MemoryLocations without any.
func NewMemoryLocations(clock func() time.Time) *MemoryLocations {
	return &MemoryLocations{clock: clock}
}

func (m *MemoryLocations) find(origin string) (int, bool) {
	return slices.BinarySearchFunc(m.all, origin, func(l catalog.Location, origin string) int { return strings.Compare(l.Origin, origin) })
}

// Locations implements catalog.Locations.
func (m *MemoryLocations) Locations(context.Context) ([]catalog.Location, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.all), nil
}

// Register implements catalog.Locations.
func (m *MemoryLocations) Register(_ context.Context, l catalog.Location) (added bool, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	i, known := m.find(l.Origin)
	switch {
	case known:
		return false, nil
	case len(m.all) == maxMemoryLocations:
		return false, fault.New(fault.Invalid, "%d locations are registered, and no more can be", len(m.all))
	}
	if l.At.IsZero() {
		l.At = m.clock()
	}
	m.all = slices.Insert(m.all, i, l)
	return true, nil
}

// Unregister implements catalog.Locations.
func (m *MemoryLocations) Unregister(_ context.Context, origin string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	i, known := m.find(origin)
	if !known {
		return fault.New(fault.NotFound, "no location %s is registered", origin)
	}
	m.all = slices.Delete(m.all, i, i+1)
	return nil
}
