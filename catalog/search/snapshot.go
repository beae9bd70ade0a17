package search

import (
	"hash/maphash"
	"slices"
	"time"

	"github.com/backchannel-portal/backchannel/catalog"
)

// snapshot is the catalog in memory at one generation: an entity table with small integer ids, relations in both
// directions as lists of those ids, facts, and what was reported about files and origins. It is immutable; an edit
// makes the next one and shares what did not change.
type snapshot struct {
	gen       catalog.Generation
	mark      string // of the store, where it has marks; see catalog.Marked
	seed      maphash.Seed
	refs      hashIDs // of nodes, by reference
	nodes     nodes
	hot       *entityCache
	order     []uint32 // ids of existing entities, by reference
	relTypes  []string // relation types by number
	facts     table[factKey, []uint32]
	factKeys  []factKey // sorted
	factNames map[string]string
	checked   map[string]time.Time
	problems  map[string][]catalog.Problem
	dead      int // idle nodes
	loose     int // edges that came since all were packed
	shown     audiences
}

// node is an entity or, with a zero record, a reference that something points at.
type node struct {
	record catalog.Record
	ghost  *catalog.Ref // the reference where there is no entity
	edges  []edge       // relations as seen from here, of whatever descriptor stated them
	facts  []catalog.Fact
}

// holds reports whether there is an entity.
func (n *node) holds() bool { return !n.record.IsZero() }

// idle reports whether nothing is known of a node any more.
func (n *node) idle() bool { return !n.holds() && len(n.edges) == 0 && len(n.facts) == 0 }

// ref is what the node is called.
func (n *node) ref() catalog.Ref {
	if n.holds() {
		return n.record.Ref()
	}
	return *n.ghost
}

// edge is a relation of a node. It is stated by the node's own descriptor or else by its target's.
type edge struct {
	target uint32
	kind   uint32 // number of the relation's type, doubled; odd when the node's own descriptor states it
}

func (e edge) relType() uint32 { return e.kind >> 1 }
func (e edge) own() bool       { return e.kind&1 != 0 }

// factKey identifies a fact across entities.
type factKey struct{ producer, key string }

func (k factKey) compare(o factKey) int {
	if k.producer != o.producer {
		if k.producer < o.producer {
			return -1
		}
		return 1
	}
	switch {
	case k.key < o.key:
		return -1
	case k.key > o.key:
		return 1
	default:
		return 0
	}
}

// find returns the id and the entity of a reference, if it exists.
func (s *snapshot) find(ref catalog.Ref) (uint32, *catalog.Entity) {
	id, ok := s.id(ref)
	if !ok {
		return 0, nil
	}
	return id, s.entity(id)
}

// id returns the id of a reference that an entity has or that something points at.
func (s *snapshot) id(ref catalog.Ref) (uint32, bool) {
	if s.refs.shards == nil {
		return 0, false
	}
	return s.refs.find(maphash.Comparable(s.seed, ref), func(id uint32) bool { return s.nodes.ref(id) == ref })
}

// nodes is the entity table.
type nodes struct{ vec[node] }

func (n nodes) ref(id uint32) catalog.Ref { return n.place(id).ref() }

// position returns where a reference stands, or would stand, in order.
func (s *snapshot) position(ref catalog.Ref) (int, bool) {
	return slices.BinarySearchFunc(s.order, ref, func(id uint32, r catalog.Ref) int {
		return s.nodes.ref(id).Compare(r)
	})
}

// size is the number of entities.
func (s *snapshot) size() int { return len(s.order) }
