package search

import (
	"cmp"
	"math/bits"
	"slices"
	"sync"

	"github.com/backchannel-portal/backchannel/catalog"
)

// bitset holds which nodes may be seen, by id. A nil *bitset holds all.
type bitset struct{ bits []uint64 }

func (b *bitset) has(id uint32) bool {
	return b == nil || b.bits[id>>6]&(1<<(id&63)) != 0
}

// visible is how many entities may be seen.
func (v *view) visible() int {
	if v.vis == nil {
		return v.s.size()
	}
	n := 0
	for _, word := range v.vis.bits {
		n += bits.OnesCount64(word)
	}
	return n
}

// audiences computes and keeps what may be seen of one snapshot, by the key of the rules.
type audiences struct {
	mu   sync.Mutex
	set  map[string]*shown
	uses uint64
}

// shown is what some rules let be seen.
type shown struct {
	rules catalog.Rules
	set   *bitset
	told  *telling
	used  uint64 // the number of its last use; grows
}

// The bounds of what is kept: for one generation, and from one to the next.
const (
	audienceLimit = 256
	carriedLimit  = 32
)

// of returns what may be seen in s under some rules.
func (a *audiences) of(s *snapshot, rules catalog.Rules) *shown {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.uses++
	sh, ok := a.set[rules.Key()]
	if !ok {
		sh = &shown{rules: rules, set: s.seen(rules), told: new(telling)}
		if a.set == nil || len(a.set) >= audienceLimit {
			a.set = make(map[string]*shown)
		}
		a.set[rules.Key()] = sh
	}
	sh.used = a.uses
	return sh
}

// carry prepares in the next snapshot what was used last in this one, so that no question waits for it.
func (a *audiences) carry(next *snapshot) {
	a.mu.Lock()
	used := make([]*shown, 0, len(a.set))
	for _, sh := range a.set {
		if sh.used > 0 {
			used = append(used, &shown{rules: sh.rules, used: sh.used})
		}
	}
	a.mu.Unlock()
	slices.SortFunc(used, func(x, y *shown) int { return cmp.Compare(y.used, x.used) })
	for _, sh := range used[:min(len(used), carriedLimit)] {
		next.shown.of(next, sh.rules).used = 0 // until it is used there
	}
}

// seen makes the test of all entities.
func (s *snapshot) seen(rules catalog.Rules) *bitset {
	b := &bitset{make([]uint64, (s.nodes.len()+63)/64)}
	sees := rules.Sees(&view{s: s})
	for _, id := range s.order {
		if sees(s.nodes.place(id).record) {
			b.bits[id>>6] |= 1 << (id & 63)
		}
	}
	return b
}
