package bot

import (
	"bytes"
	"context"
	"slices"
	"sync"
	"time"
)

// SigningKey signs buttons.
type SigningKey struct {
	Secret []byte    // 32 random bytes
	From   time.Time // when it begins to sign; it opens from the beginning, so that all replicas know it by then
}

// KeyStore keeps the signing keys of all replicas, two at a time.
type KeyStore interface {
	// Rotate adds the candidate when there is no key, or when the newest begins more than age before the candidate
	// does. It keeps the two newest keys and returns them, newest first. Of several that rotate at once, one wins.
	Rotate(ctx context.Context, candidate SigningKey, age time.Duration) ([]SigningKey, error)
}

type memoryKeys struct {
	mu   sync.Mutex
	keys []SigningKey // newest first
}

func (m *memoryKeys) Rotate(_ context.Context, candidate SigningKey, age time.Duration) ([]SigningKey, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.keys) == 0 || candidate.From.Sub(m.keys[0].From) > age {
		candidate.Secret = bytes.Clone(candidate.Secret)
		m.keys = slices.Insert(m.keys, 0, candidate)
		m.keys = m.keys[:min(2, len(m.keys))]
	}
	return slices.Clone(m.keys), nil
}
