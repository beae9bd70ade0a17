package bot

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/internal/fault"
)

// Draft is a form in progress: what one person has filled in so far, over several pages or modals. It never holds a
// secret; those do not pass through chat.
type Draft struct {
	ID      string // UUIDv7; card.Form carries it
	Form    string // card.Form's id
	Actor   Actor
	Address Address // where the form was opened
	Values  card.Values
	Data    json.RawMessage // what else the form's owner must know again, one JSON value or nil
	Expires time.Time
}

// Drafts keeps forms in progress.
type Drafts interface {
	// Save keeps a draft in place of the one with its id.
	Save(ctx context.Context, d Draft) error
	// Load returns a draft that has not expired at now; any other is an error of kind NotFound.
	Load(ctx context.Context, id string, now time.Time) (Draft, error)
	// Take is Load, and removes the draft: of two who submit one form, the second gets NotFound.
	Take(ctx context.Context, id string, now time.Time) (Draft, error)
	Sweeper
}

type memoryDrafts struct {
	mu   sync.Mutex
	rows map[string]Draft
}

func (m *memoryDrafts) Save(_ context.Context, d Draft) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.rows[d.ID] = d.clone()
	return nil
}

func (d Draft) clone() Draft {
	values := maps.Clone(d.Values)
	for k, v := range values {
		values[k] = slices.Clone(v)
	}
	d.Values, d.Data = values, slices.Clone(d.Data)
	return d
}

func (m *memoryDrafts) Load(_ context.Context, id string, now time.Time) (Draft, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	d, ok := m.rows[id]
	if !ok || !now.Before(d.Expires) {
		return Draft{}, fault.New(fault.NotFound, "there is no draft %q", id)
	}
	return d.clone(), nil
}

func (m *memoryDrafts) Take(ctx context.Context, id string, now time.Time) (Draft, error) {
	d, err := m.Load(ctx, id, now)
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, ok := m.rows[id]; !ok || err != nil {
		return Draft{}, fault.New(fault.NotFound, "there is no draft %q", id)
	}
	delete(m.rows, id)
	return d, nil
}

func (m *memoryDrafts) Sweep(_ context.Context, before time.Time) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return sweepMap(m.rows, func(d Draft) bool { return d.Expires.Before(before) }), nil
}

// sweepMap deletes what is old and returns how many that were.
func sweepMap[K comparable, V any](rows map[K]V, old func(V) bool) int {
	n := len(rows)
	maps.DeleteFunc(rows, func(_ K, v V) bool { return old(v) })
	return n - len(rows)
}
