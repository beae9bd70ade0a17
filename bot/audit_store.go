package bot

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"
)

// Record is an entry of the audit with its id.
type Record struct {
	ID string // UUIDv7
	Entry
}

// AuditStore keeps the audit.
type AuditStore interface {
	// Append keeps records; one whose id is known is not kept again. It does not hold on to the slice.
	Append(ctx context.Context, rs []Record) error
	// Of returns at most n records of an actor that are older than before, newest first.
	Of(ctx context.Context, a Actor, before time.Time, n int) ([]Record, error)
	// Erase removes all records of an actor and returns how many.
	Erase(ctx context.Context, a Actor) (int, error)
	Sweeper
}

type memoryAudit struct {
	mu   sync.Mutex
	rows map[string]Record
}

func (m *memoryAudit) Append(_ context.Context, rs []Record) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, r := range rs {
		if _, known := m.rows[r.ID]; !known {
			m.rows[r.ID] = r
		}
	}
	return nil
}

func (m *memoryAudit) Of(_ context.Context, a Actor, before time.Time, n int) ([]Record, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []Record
	for _, r := range m.rows {
		if r.Actor.Key() == a.Key() && r.Time.Before(before) {
			out = append(out, r)
		}
	}
	slices.SortFunc(out, func(a, b Record) int { return cmp.Or(b.Time.Compare(a.Time), cmp.Compare(b.ID, a.ID)) })
	return out[:min(n, len(out))], nil
}

func (m *memoryAudit) Erase(_ context.Context, a Actor) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return sweepMap(m.rows, func(r Record) bool { return r.Actor.Key() == a.Key() }), nil
}

func (m *memoryAudit) Sweep(_ context.Context, before time.Time) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return sweepMap(m.rows, func(r Record) bool { return r.Time.Before(before) }), nil
}
