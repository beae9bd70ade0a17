package bot

import (
	"cmp"
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

// Claims are Drafts that keep what was handed in until it is done, so that the end of a process loses none of it.
type Claims interface {
	// Claim keeps a draft in place of the open one with its id: it is open for nobody any more, until it is saved again.
	// Where none is open that is an error of kind NotFound.
	Claim(ctx context.Context, d Draft, now time.Time) error
	// Claimed returns at most n drafts that were claimed before a time, oldest first.
	Claimed(ctx context.Context, before time.Time, n int) ([]Draft, error)
	// Reclaim takes over a draft that was claimed before a time. Of several who do, the others get NotFound, as for one
	// that is not there or not claimed.
	Reclaim(ctx context.Context, id string, before, now time.Time) (Draft, error)
	// Drop forgets a claimed draft: it is done.
	Drop(ctx context.Context, id string) error
	// Pending reports whether a draft is claimed: handed in, and not done yet.
	Pending(ctx context.Context, id string) (bool, error)
}

type memoryDrafts struct {
	mu      sync.Mutex
	rows    map[string]Draft
	claimed map[string]time.Time
}

func (m *memoryDrafts) Save(_ context.Context, d Draft) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.rows[d.ID] = d.clone()
	delete(m.claimed, d.ID)
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
	if _, taken := m.claimed[id]; !ok || taken || !now.Before(d.Expires) {
		return Draft{}, fault.New(fault.NotFound, "there is no draft %q", id)
	}
	return d.clone(), nil
}

func (m *memoryDrafts) Take(ctx context.Context, id string, now time.Time) (Draft, error) {
	d, err := m.Load(ctx, id, now)
	m.mu.Lock()
	defer m.mu.Unlock()
	_, taken := m.claimed[id]
	if _, ok := m.rows[id]; !ok || taken || err != nil {
		return Draft{}, fault.New(fault.NotFound, "there is no draft %q", id)
	}
	delete(m.rows, id)
	return d, nil
}

func (m *memoryDrafts) Claim(_ context.Context, d Draft, now time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	old, ok := m.rows[d.ID]
	if _, taken := m.claimed[d.ID]; !ok || taken || !now.Before(old.Expires) {
		return fault.New(fault.NotFound, "there is no draft %q", d.ID)
	}
	if m.claimed == nil {
		m.claimed = map[string]time.Time{}
	}
	m.rows[d.ID], m.claimed[d.ID] = d.clone(), now
	return nil
}

func (m *memoryDrafts) Claimed(_ context.Context, before time.Time, n int) ([]Draft, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var ids []string
	for id, at := range m.claimed {
		if at.Before(before) {
			ids = append(ids, id)
		}
	}
	slices.SortFunc(ids, func(a, b string) int { return cmp.Or(m.claimed[a].Compare(m.claimed[b]), cmp.Compare(a, b)) })
	var out []Draft
	for _, id := range ids[:min(n, len(ids))] {
		out = append(out, m.rows[id].clone())
	}
	return out, nil
}

func (m *memoryDrafts) Reclaim(_ context.Context, id string, before, now time.Time) (Draft, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if at, ok := m.claimed[id]; !ok || !at.Before(before) {
		return Draft{}, fault.New(fault.NotFound, "the draft %q was not handed in", id)
	}
	m.claimed[id] = now
	return m.rows[id].clone(), nil
}

func (m *memoryDrafts) Drop(_ context.Context, id string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, ok := m.claimed[id]; ok {
		delete(m.rows, id)
		delete(m.claimed, id)
	}
	return nil
}

func (m *memoryDrafts) Pending(_ context.Context, id string) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	_, claimed := m.claimed[id]
	return claimed, nil
}

func (m *memoryDrafts) Sweep(_ context.Context, before time.Time) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := sweepMap(m.rows, func(d Draft) bool { return d.Expires.Before(before) })
	maps.DeleteFunc(m.claimed, func(id string, _ time.Time) bool { _, there := m.rows[id]; return !there })
	return n, nil
}

// sweepMap deletes what is old and returns how many that were.
func sweepMap[K comparable, V any](rows map[K]V, old func(V) bool) int {
	n := len(rows)
	maps.DeleteFunc(rows, func(_ K, v V) bool { return old(v) })
	return n - len(rows)
}
