package search

import (
	"hash/maphash"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/backchannel-portal/backchannel/catalog"
)

// snapshotEdit builds the next snapshot. Only one edit may be made of each snapshot: lists grow in place behind the
// length that readers of the old one see.
type snapshotEdit struct {
	old      *snapshot
	seed     maphash.Seed
	refs     *hashIDsEdit
	nodes    *vecEdit[node]
	facts    *tableEdit[factKey, []uint32]
	relTypes []string
	relIDs   map[string]uint32
	strings  map[string]string // shared spellings of producers and fact keys
	from     []called          // what the nodes are called, of an edit that begins with none; nil: it is read off them
	order    []uint32          // a copy once changed
	fresh    []uint32          // new entities that order lacks
	gone     bool              // order holds ids of deleted entities
	newKeys  bool              // the set of fact keys changed
	dead     int
	loose    int
	known    uint32 // nodes below it were there before
}

// called is what a node is called, with the hash of that. Reading it off a node costs many times what comparing does.
type called struct {
	hash uint64
	ref  catalog.Ref
}

func (s *snapshot) edit() *snapshotEdit {
	e := &snapshotEdit{
		old: s, seed: s.seed, refs: s.refs.edit(), nodes: s.nodes.edit(), facts: s.facts.edit(),
		relTypes: slices.Clone(s.relTypes), relIDs: make(map[string]uint32, len(s.relTypes)),
		strings: s.factNames, order: s.order, dead: s.dead, loose: s.loose, known: uint32(s.nodes.len()),
	}
	if s.refs.shards == nil {
		e.seed = maphash.MakeSeed()
		e.from = []called{}
	}
	for i, t := range s.relTypes {
		e.relIDs[t] = uint32(i)
	}
	return e
}

// node returns the id of a reference, making a node without an entity when there is none.
func (e *snapshotEdit) node(ref catalog.Ref) uint32 {
	hash := maphash.Comparable(e.seed, ref)
	if e.from == nil {
		if id, ok := e.refs.find(hash, func(id uint32) bool { return e.nodes.place(id).ref() == ref }); ok {
			return id
		}
		id := e.nodes.add(node{ghost: ghost(ref)})
		e.refs.add(hash, id, func(id uint32) uint64 { return maphash.Comparable(e.seed, e.nodes.place(id).ref()) })
		return id
	}
	if id, ok := e.refs.find(hash, func(id uint32) bool { return e.from[id].hash == hash && e.from[id].ref == ref }); ok {
		return id
	}
	id := e.nodes.add(node{ghost: ghost(ref)})
	e.from = append(e.from, called{hash, ref})
	e.refs.add(hash, id, func(id uint32) uint64 { return e.from[id].hash })
	return id
}

// ghost copies a reference, whose name is a part of some entity's memory.
func ghost(ref catalog.Ref) *catalog.Ref {
	ref.Name = strings.Clone(ref.Name)
	return &ref
}

// upsert puts an entity in place of what its reference named before and returns its id and that former entity.
func (e *snapshotEdit) upsert(x *catalog.Entity) (uint32, *catalog.Entity) {
	id, old := e.enter(x)
	e.state(id, x)
	return id, old
}

// enter is upsert without the edges that x's descriptor states.
func (e *snapshotEdit) enter(x *catalog.Entity) (uint32, *catalog.Entity) {
	id := e.node(x.Ref)
	e.retract(id)
	n := e.nodes.own(id)
	e.revive(id, n)
	old := n.record.Entity()
	n.record, n.ghost = x.Record(), nil
	if old == nil {
		e.fresh = append(e.fresh, id)
	}
	return id, old
}

// state adds the edges that x's descriptor states, to its own node and to those at the other ends.
func (e *snapshotEdit) state(id uint32, x *catalog.Entity) {
	for r := range x.Relations.All() {
		target := e.node(r.Target)
		e.connect(id, edge{target, e.relType(r.Type)<<1 | 1})
		if back, ok := catalog.Opposite(r.Type); ok && target != id {
			e.connect(target, edge{id, e.relType(back) << 1})
		}
	}
}

func (e *snapshotEdit) connect(id uint32, x edge) {
	n := e.nodes.own(id)
	e.revive(id, n)
	n.edges = append(n.edges, x)
	e.loose++
}

// revive notes that something will be known of a node again. New ones have never been counted as idle.
func (e *snapshotEdit) revive(id uint32, n *node) {
	if id < e.known && n.idle() {
		e.dead = max(0, e.dead-1)
	}
}

// retract removes the edges that the present descriptor of a node states.
func (e *snapshotEdit) retract(id uint32) {
	n := e.nodes.at(id)
	if !n.holds() {
		return
	}
	for _, x := range n.edges {
		if x.own() && x.target != id {
			other := e.nodes.at(x.target)
			stated := len(other.edges)
			other.edges = without(other.edges, func(y edge) bool { return !y.own() && y.target == id })
			if len(other.edges) < stated && other.idle() {
				e.dead++
			}
			e.nodes.set(x.target, other)
		}
	}
	n.edges = without(n.edges, edge.own)
	e.nodes.set(id, n)
}

// without copies edges except some; where there is nothing to leave out they stay as they are.
func without(edges []edge, drop func(edge) bool) []edge {
	if !slices.ContainsFunc(edges, drop) {
		return edges
	}
	out := make([]edge, 0, len(edges))
	for _, x := range edges {
		if !drop(x) {
			out = append(out, x)
		}
	}
	return out
}

// scattered reports whether enough edges came singly for all to be worth packing. Lists that grow one by one each lie
// among what was garbage when they grew, and keep the pages of that from being given back.
func (e *snapshotEdit) scattered() bool { return e.loose > roomFor(4*e.nodes.len()) }

// pack moves all edges into one piece of memory, without room to grow.
func (e *snapshotEdit) pack() {
	e.loose = 0
	total := 0
	for id := range uint32(e.nodes.len()) {
		total += len(e.nodes.place(id).edges)
	}
	all := make([]edge, 0, total)
	for id := range uint32(e.nodes.len()) {
		n := e.nodes.at(id)
		from := len(all)
		all = append(all, n.edges...)
		n.edges = all[from:len(all):len(all)]
		e.nodes.set(id, n)
	}
}

// remove takes an entity away and returns its id and what it was. What others state about it stays.
func (e *snapshotEdit) remove(ref catalog.Ref) (uint32, *catalog.Entity) {
	id, ok := e.refs.find(maphash.Comparable(e.seed, ref), func(id uint32) bool { return e.nodes.place(id).ref() == ref })
	if !ok || !e.nodes.place(id).holds() {
		return 0, nil
	}
	e.retract(id)
	n := e.nodes.at(id)
	old := n.record.Entity()
	n.record, n.ghost = catalog.Record{}, ghost(old.Ref)
	e.nodes.set(id, n)
	e.gone = true
	if n.idle() {
		e.dead++
	}
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
	if c.Full || e.scattered() {
		e.pack()
	}
	s := &snapshot{
		gen: c.Generation, mark: c.Mark, seed: e.seed, refs: e.refs.hashIDs, nodes: nodes{e.nodes.vec}, hot: e.old.hot, facts: e.facts.table,
		relTypes: e.relTypes, factKeys: e.old.factKeys, factNames: e.strings, dead: e.dead, loose: e.loose,
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
		if !e.gone || s.nodes.place(id).holds() {
			order = append(order, id)
		}
	}
	byRef := func(a, b uint32) int { return s.nodes.ref(a).Compare(s.nodes.ref(b)) }
	const few = 64
	if len(e.fresh) > few {
		for _, id := range e.fresh {
			if s.nodes.place(id).holds() {
				order = append(order, id)
			}
		}
		if !slices.IsSortedFunc(order, byRef) { // a store gives everything in order
			slices.SortFunc(order, byRef)
		}
		return slices.Compact(order)
	}
	for _, id := range e.fresh {
		if !s.nodes.place(id).holds() {
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
