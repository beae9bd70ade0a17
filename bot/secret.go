package bot

import (
	"context"
	"maps"
	"sync"
	"time"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// Secrets keeps for a while what people gave for one piece of work and nobody may read: it is encrypted where it is
// kept, never shown, and never part of a log.
type Secrets interface {
	// Keep keeps values by name under a key, in place of those of the same names, until they expire.
	Keep(ctx context.Context, key string, values map[string]string, expires time.Time) error
	// Values are what is kept under a key and has not expired at now; none is no error.
	Values(ctx context.Context, key string, now time.Time) (map[string]string, error)
	// Drop forgets what is kept under a key.
	Drop(ctx context.Context, key string) error
	Sweeper
}

// The bounds of what one key keeps, in bytes and names.
const (
	MaxSecret  = 64 << 10
	MaxSecrets = 50
)

// CheckSecrets returns what is wrong with values that are to be kept, as an error of kind Invalid that names none of
// them. Stores call it with all that a key would keep.
func CheckSecrets(values map[string]string) error {
	if len(values) > MaxSecrets {
		return fault.New(fault.Invalid, "at most %d secrets are kept for one piece of work", MaxSecrets)
	}
	for _, v := range values {
		if len(v) > MaxSecret {
			return fault.New(fault.Invalid, "a secret has at most %d bytes", MaxSecret)
		}
	}
	return nil
}

type memorySecrets struct {
	mu   sync.Mutex
	rows map[string]memorySecret
}

type memorySecret struct {
	values  map[string]string
	expires time.Time
}

func (m *memorySecrets) Keep(_ context.Context, key string, values map[string]string, expires time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	all := maps.Clone(m.rows[key].values)
	if all == nil {
		all = map[string]string{}
	}
	maps.Copy(all, values)
	if err := CheckSecrets(all); err != nil {
		return err
	}
	m.rows[key] = memorySecret{all, expires}
	return nil
}

func (m *memorySecrets) Values(_ context.Context, key string, now time.Time) (map[string]string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	row, ok := m.rows[key]
	if !ok || !now.Before(row.expires) {
		return nil, nil
	}
	return maps.Clone(row.values), nil
}

func (m *memorySecrets) Drop(_ context.Context, key string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.rows, key)
	return nil
}

func (m *memorySecrets) Sweep(_ context.Context, before time.Time) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return sweepMap(m.rows, func(s memorySecret) bool { return s.expires.Before(before) }), nil
}
