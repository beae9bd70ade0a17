package bot

import (
	"cmp"
	"context"
	"maps"
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
	Private bool   // only whoever started the work sees it
	Secret  string // what editing it takes besides, if anything; encrypted where it is kept, and never logged
	Lang    lang.Lang
	Since   time.Time
}

// Followers keeps who follows what. One of a key, an address and a message is one follower.
type Followers interface {
	// Follow adds a follower, once.
	Follow(ctx context.Context, f Follower) error
	// Of returns the followers of a key, oldest first.
	Of(ctx context.Context, key string) ([]Follower, error)
	// Keys returns what is followed, at most some thousands.
	Keys(ctx context.Context) ([]string, error)
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

// maxFollowed bounds what Keys returns.
const maxFollowed = 5000

func (m *memoryFollowers) Keys(context.Context) ([]string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	keys := map[string]bool{}
	for k := range m.rows {
		keys[k.key] = true
	}
	all := slices.Sorted(maps.Keys(keys))
	return all[:min(len(all), maxFollowed)], nil
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
