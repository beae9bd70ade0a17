package search

import (
	"slices"
	"time"

	"github.com/backchannel-portal/backchannel/catalog"
)

// snapshot is the catalog in memory at one generation: an entity table with small integer ids, relations in both
// directions as lists of those ids, facts, and what was reported about files and origins. It is immutable; an edit
// makes the next one and shares what did not change.
type snapshot struct {
	gen       catalog.Generation
	refs      table[catalog.Ref, uint32]
	nodes     vec[node]
	order     []uint32 // ids of existing entities, by reference
	relTypes  []string // relation types by number
	facts     table[factKey, []uint32]
	factKeys  []factKey // sorted
	factNames map[string]string
	checked   map[string]time.Time
	problems  map[string][]catalog.Problem
	dead      int // nodes that no longer hold an entity
}

// node is an entity or, with a nil entity, a reference that something points at.
type node struct {
	ref    catalog.Ref
	entity *catalog.Entity
	edges  []edge   // relations as seen from here, of whatever descriptor stated them
	given  []uint32 // nodes that carry edges which this entity's descriptor stated
	facts  []catalog.Fact
}

// edge is a relation of a node. by is the node whose descriptor states it.
type edge struct{ kind, target, by uint32 }

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
	id, ok := s.refs.get(ref)
	if !ok {
		return 0, nil
	}
	return id, s.nodes.at(id).entity
}

// position returns where a reference stands, or would stand, in order.
func (s *snapshot) position(ref catalog.Ref) (int, bool) {
	return slices.BinarySearchFunc(s.order, ref, func(id uint32, r catalog.Ref) int {
		return s.nodes.at(id).ref.Compare(r)
	})
}

// size is the number of entities.
func (s *snapshot) size() int { return len(s.order) }
