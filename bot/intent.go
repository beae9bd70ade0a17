package bot

import (
	"context"
	"sync"
	"time"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/internal/fault"
)

// StoredIntent is an intent that does not fit on its button, or may be carried out once.
type StoredIntent struct {
	ID      string // random; the button's signed token holds it
	Intent  card.Intent
	Single  bool // may be carried out once
	Expires time.Time
}

// IntentStore keeps intents.
type IntentStore interface {
	// Save keeps intents. Ids are random and never used again.
	Save(ctx context.Context, rows []StoredIntent) error
	// Load returns an intent that has not expired at now; any other is an error of kind NotFound.
	Load(ctx context.Context, id string, now time.Time) (StoredIntent, error)
	// Use marks a single intent as carried out and reports whether it was not before. An unknown one is an error of
	// kind NotFound.
	Use(ctx context.Context, id string) (first bool, err error)
	Sweeper
}

type memoryIntents struct {
	mu   sync.Mutex
	rows map[string]StoredIntent
	used map[string]bool
}

func (m *memoryIntents) Save(_ context.Context, rows []StoredIntent) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, r := range rows {
		if _, known := m.rows[r.ID]; !known {
			m.rows[r.ID] = r
		}
	}
	return nil
}

func (m *memoryIntents) Load(_ context.Context, id string, now time.Time) (StoredIntent, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	r, ok := m.rows[id]
	if !ok || !now.Before(r.Expires) {
		return StoredIntent{}, noIntent(id)
	}
	return r, nil
}

func noIntent(id string) error { return fault.New(fault.NotFound, "there is no intent %q", id) }

func (m *memoryIntents) Use(_ context.Context, id string) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, ok := m.rows[id]; !ok {
		return false, noIntent(id)
	}
	first := !m.used[id]
	m.used[id] = true
	return first, nil
}

func (m *memoryIntents) Sweep(_ context.Context, before time.Time) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := sweepMap(m.rows, func(r StoredIntent) bool { return r.Expires.Before(before) })
	for id := range m.used {
		if _, kept := m.rows[id]; !kept {
			delete(m.used, id)
		}
	}
	return n, nil
}
