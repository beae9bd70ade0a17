package search

import (
	"sync"

	"github.com/backchannel-portal/backchannel/catalog"
)

// Rules says which entities a viewer may see. A viewer's rules are named by a key, so that viewers with the same
// ones share what is computed for them.
type Rules interface {
	// For returns the key of a viewer's rules and the test they make. A nil test lets everything be seen.
	// The test must depend on nothing but the key and the entity.
	For(viewer catalog.Viewer) (key string, visible func(*catalog.Entity) bool)
}

// bitset holds which nodes may be seen, by id. A nil *bitset holds all.
type bitset struct{ bits []uint64 }

func (b *bitset) has(id uint32) bool {
	return b == nil || b.bits[id>>6]&(1<<(id&63)) != 0
}

// audiences computes and keeps the bitsets of one generation.
type audiences struct {
	mu  sync.Mutex
	set map[string]*bitset
}

// audienceLimit is how many different rule sets are kept for one generation.
const audienceLimit = 256

// of returns what may be seen in s by those whose rules have the given key.
func (a *audiences) of(s *snapshot, key string, visible func(*catalog.Entity) bool) *bitset {
	a.mu.Lock()
	defer a.mu.Unlock()
	if b, ok := a.set[key]; ok {
		return b
	}
	b := &bitset{make([]uint64, (s.nodes.len()+63)/64)}
	for _, id := range s.order {
		if visible(s.passing(id)) {
			b.bits[id>>6] |= 1 << (id & 63)
		}
	}
	if a.set == nil || len(a.set) >= audienceLimit {
		a.set = make(map[string]*bitset)
	}
	a.set[key] = b
	return b
}
