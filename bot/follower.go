package bot

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"github.com/backchannel-portal/backchannel/internal/lang"
)

// Follower is a message that shows how long work goes on, so that any replica can edit it, after a restart too.
type Follower struct {
	Key     string // what it follows, for example "run:<id>"
	Address Address
	Message string // the platform's id of the message
	Lang    lang.Lang
	Since   time.Time
}

// Followers keeps who follows what. One of a key, an address and a message is one follower.
type Followers interface {
	// Follow adds a follower, once.
	Follow(ctx context.Context, f Follower) error
	// Of returns the followers of a key, oldest first.
	Of(ctx context.Context, key string) ([]Follower, error)
	// End forgets the followers of a key: its work is over and shown.
	End(ctx context.Context, key string) error
	Sweeper
}

type followerKey struct {
	key     string
	at      Address
	message string
}

type memoryFollowers struct {
	mu   sync.Mutex
	rows map[followerKey]Follower
}

func (m *memoryFollowers) Follow(_ context.Context, f Follower) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	k := followerKey{f.Key, f.Address, f.Message}
	if _, known := m.rows[k]; !known {
		m.rows[k] = f
	}
	return nil
}

func (m *memoryFollowers) Of(_ context.Context, key string) ([]Follower, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []Follower
	for _, f := range m.rows {
		if f.Key == key {
			out = append(out, f)
		}
	}
	slices.SortFunc(out, func(a, b Follower) int {
		return cmp.Or(a.Since.Compare(b.Since), a.Address.compare(b.Address), cmp.Compare(a.Message, b.Message))
	})
	return out, nil
}

func (m *memoryFollowers) End(_ context.Context, key string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	sweepMap(m.rows, func(f Follower) bool { return f.Key == key })
	return nil
}

func (m *memoryFollowers) Sweep(_ context.Context, before time.Time) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return sweepMap(m.rows, func(f Follower) bool { return f.Since.Before(before) }), nil
}
