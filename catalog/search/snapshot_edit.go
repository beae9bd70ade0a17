package search

import (
	"maps"
	"slices"
	"time"

	"github.com/backchannel-portal/backchannel/catalog"
)

// snapshotEdit builds the next snapshot. Only one edit may be made of each snapshot: lists grow in place behind the
// length that readers of the old one see.
type snapshotEdit struct {
	old      *snapshot
	refs     *tableEdit[catalog.Ref, uint32]
	nodes    *vecEdit[node]
	facts    *tableEdit[factKey, []uint32]
	relTypes []string
	relIDs   map[string]uint32
	strings  map[string]string // shared spellings of producers and fact keys
	order    []uint32          // a copy once changed
	fresh    []uint32          // new entities that order lacks
	gone     bool              // order holds ids of deleted entities
	newKeys  bool              // the set of fact keys changed
	dead     int
}

func (s *snapshot) edit() *snapshotEdit {
	e := &snapshotEdit{
		old: s, refs: s.refs.edit(), nodes: s.nodes.edit(), facts: s.facts.edit(),
		relTypes: slices.Clone(s.relTypes), relIDs: make(map[string]uint32, len(s.relTypes)),
		strings: s.factNames, order: s.order, dead: s.dead,
	}
	for i, t := range s.relTypes {
		e.relIDs[t] = uint32(i)
	}
	return e
}

// node returns the id of a reference, making a node without an entity when there is none.
func (e *snapshotEdit) node(ref catalog.Ref) uint32 {
	if id, ok := e.refs.get(ref); ok {
		return id
	}
	id := e.nodes.add(node{ref: ref})
	e.refs.set(ref, id)
	return id
}

// upsert puts an entity in place of what its reference named before and returns its id and that former entity.
func (e *snapshotEdit) upsert(x *catalog.Entity) (uint32, *catalog.Entity) {
	id := e.node(x.Ref)
	e.retract(id)
	n := e.nodes.at(id)
	old := n.entity
	n.given = e.state(id, x, &n)
	n.entity = x
	e.nodes.set(id, n)
	if old == nil {
		e.fresh = append(e.fresh, id)
	}
	return id, old
}

// state adds the edges that x's descriptor states, its own ones to n, and returns the other nodes that got any.
func (e *snapshotEdit) state(id uint32, x *catalog.Entity, n *node) []uint32 {
	edges := make([]edge, 0, len(n.edges)+x.Relations.Len())
	edges = append(edges, n.edges...)
	for r := range x.Relations.All() {
		edges = append(edges, edge{e.relType(r.Type), e.node(r.Target), id})
	}
	given := make([]uint32, 0, x.Relations.Len())
	for v := range x.Inverse() {
		at, to := e.node(v.Source), e.node(v.Target)
		ed := edge{e.relType(v.Type), to, id}
		other := e.nodes.at(at)
		other.edges = append(other.edges, ed)
		e.nodes.set(at, other)
		if !slices.Contains(given, at) {
			given = append(given, at)
		}
	}
	n.edges = edges
	return given
}

// retract removes the edges that the present descriptor of a node states.
func (e *snapshotEdit) retract(id uint32) {
	n := e.nodes.at(id)
	if n.entity == nil {
		return
	}
	for _, at := range n.given {
		other := e.nodes.at(at)
		other.edges = without(other.edges, id)
		e.nodes.set(at, other)
	}
	n.edges, n.given = without(n.edges, id), nil
	e.nodes.set(id, n)
}

// without copies edges except those a node's descriptor stated.
func without(edges []edge, by uint32) []edge {
	out := make([]edge, 0, len(edges))
	for _, x := range edges {
		if x.by != by {
			out = append(out, x)
		}
	}
	return out
}

// remove takes an entity away and returns its id and what it was. What others state about it stays.
func (e *snapshotEdit) remove(ref catalog.Ref) (uint32, *catalog.Entity) {
	id, ok := e.refs.get(ref)
	if !ok || e.nodes.at(id).entity == nil {
		return 0, nil
	}
	e.retract(id)
	n := e.nodes.at(id)
	old := n.entity
	n.entity = nil
	e.nodes.set(id, n)
	e.gone = true
	e.dead++
	return id, old
}

func (e *snapshotEdit) relType(name string) uint32 {
	id, ok := e.relIDs[name]
	if !ok {
		id = uint32(len(e.relTypes))
		e.relTypes = append(e.relTypes, name)
		e.relIDs[name] = id
	}
	return id
}

// commit returns the snapshot of the given change.
func (e *snapshotEdit) commit(c catalog.Changes) *snapshot {
	s := &snapshot{
		gen: c.Generation, refs: e.refs.table, nodes: e.nodes.vec, facts: e.facts.table,
		relTypes: e.relTypes, factKeys: e.old.factKeys, factNames: e.strings, dead: e.dead,
		checked: e.old.checked, problems: e.old.problems,
	}
	s.order = e.sorted(s)
	if e.newKeys {
		s.factKeys = sortedFactKeys(s.facts)
	}
	if len(c.Checked) > 0 {
		s.checked = mergeInto(s.checked, c.Checked, func(time.Time) bool { return false })
	}
	if len(c.Problems) > 0 {
		s.problems = mergeInto(s.problems, c.Problems, func(p []catalog.Problem) bool { return len(p) == 0 })
	}
	return s
}

// sorted brings order up to date: a few new entities are inserted, many are sorted in.
func (e *snapshotEdit) sorted(s *snapshot) []uint32 {
	if len(e.fresh) == 0 && !e.gone {
		return e.order
	}
	order := make([]uint32, 0, len(e.order)+len(e.fresh))
	for _, id := range e.order {
		if !e.gone || s.nodes.at(id).entity != nil {
			order = append(order, id)
		}
	}
	byRef := func(a, b uint32) int { return s.nodes.at(a).ref.Compare(s.nodes.at(b).ref) }
	const few = 64
	if len(e.fresh) > few {
		for _, id := range e.fresh {
			if s.nodes.at(id).entity != nil {
				order = append(order, id)
			}
		}
		slices.SortFunc(order, byRef)
		return slices.Compact(order)
	}
	for _, id := range e.fresh {
		if s.nodes.at(id).entity == nil {
			continue
		}
		if i, found := slices.BinarySearchFunc(order, id, byRef); !found {
			order = slices.Insert(order, i, id)
		}
	}
	return order
}

// mergeInto returns old with what is new put over it; pairs whose value is withdrawn are left out.
func mergeInto[V any](old, fresh map[string]V, withdrawn func(V) bool) map[string]V {
	out := maps.Clone(old)
	if out == nil {
		out = make(map[string]V, len(fresh))
	}
	for k, v := range fresh {
		if withdrawn(v) {
			delete(out, k)
		} else {
			out[k] = v
		}
	}
	return out
}
