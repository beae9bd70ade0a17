package search

import (
	"cmp"
	"iter"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/backchannel-portal/backchannel/catalog"
)

// view implements View over one Reader and what one viewer may see.
type view struct {
	r   *Reader
	s   *snapshot
	n   *names
	vis *bitset

	telling *telling // of what vis shows; nil with it
}

// entity returns the entity of an id, or nil when there is none or it may not be seen.
func (v *view) entity(id uint32) *catalog.Entity {
	if !v.vis.has(id) {
		return nil
	}
	return v.told(id, v.s.entity(id))
}

// there reports whether an id has an entity that may be seen.
func (v *view) there(id uint32) bool { return v.vis.has(id) && v.s.nodes.place(id).holds() }

// Generation implements View.
func (v *view) Generation() catalog.Generation { return v.s.gen }

// Entity implements View.
func (v *view) Entity(ref catalog.Ref) (*catalog.Entity, bool) {
	id, e := v.s.find(ref)
	if e == nil || !v.vis.has(id) {
		return nil, false
	}
	return v.told(id, e), true
}

// Entities implements View.
func (v *view) Entities(f Filter) iter.Seq[*catalog.Entity] {
	f = f.lower()
	return func(yield func(*catalog.Entity) bool) {
		if v.hides(f.Owner) {
			return
		}
		for _, id := range v.candidates(f) {
			if v.selected(&f, id) && !yield(v.told(id, v.s.passing(id))) {
				return
			}
		}
	}
}

// Count implements View.
func (v *view) Count(f Filter) int {
	f = f.lower()
	if v.hides(f.Owner) {
		return 0
	}
	n := 0
	for _, id := range v.candidates(f) {
		if v.selected(&f, id) {
			n++
		}
	}
	return n
}

// selected reports whether an entity may be seen and is one that a filter in lower case selects.
func (v *view) selected(f *Filter, id uint32) bool {
	return v.there(id) && (f.all() || f.selects(v.s.nodes.place(id).record.Head()))
}

// candidates returns, in order, ids among which all are that a filter selects.
func (v *view) candidates(f Filter) []uint32 {
	if len(f.Kinds) != 1 {
		return v.s.order
	}
	from, _ := v.s.position(catalog.Ref{Kind: f.Kinds[0]})
	to, _ := v.s.position(catalog.Ref{Kind: f.Kinds[0] + "\x00"})
	return v.s.order[from:to]
}

func (f Filter) lower() Filter {
	low := func(list []string) []string {
		out := make([]string, len(list))
		for i, s := range list {
			out[i] = strings.ToLower(s)
		}
		return out
	}
	f.Kinds, f.Types, f.Lifecycles = low(f.Kinds), low(f.Types), low(f.Lifecycles)
	f.Namespace = strings.ToLower(f.Namespace)
	return f
}

// all reports whether a filter selects everything.
func (f *Filter) all() bool {
	return f.Namespace == "" && f.Owner.IsZero() && len(f.Kinds)+len(f.Types)+len(f.Lifecycles)+len(f.Tags) == 0
}

// selects applies a filter whose strings are lower case.
func (f *Filter) selects(e catalog.Head) bool {
	if f.Namespace != "" && e.Ref.Namespace != f.Namespace || !f.Owner.IsZero() && e.Owner != f.Owner {
		return false
	}
	if !oneOf(f.Kinds, e.Ref.Kind) || !oneOf(f.Types, e.Type) || !oneOf(f.Lifecycles, e.Lifecycle) {
		return false
	}
	for _, tag := range f.Tags {
		has := false
		e.Tags(func(t string) bool { has = strings.EqualFold(t, tag); return !has })
		if !has {
			return false
		}
	}
	return true
}

// oneOf reports whether a column has one of the wanted values; no wanted value means any.
func oneOf(wanted []string, have string) bool {
	if len(wanted) == 0 {
		return true
	}
	return slices.ContainsFunc(wanted, func(w string) bool { return strings.EqualFold(w, have) })
}

// Relations implements View.
func (v *view) Relations(ref catalog.Ref, types ...string) []catalog.Relation {
	id, e := v.s.find(ref)
	if e == nil || !v.vis.has(id) {
		return nil
	}
	var out []catalog.Relation
	for _, ed := range v.s.nodes.at(id).edges {
		t := v.s.relTypes[ed.relType()]
		if v.mayName(ed.target) && (len(types) == 0 || slices.Contains(types, t)) {
			out = append(out, catalog.Relation{Type: t, Target: v.s.nodes.ref(ed.target)})
		}
	}
	slices.SortFunc(out, func(a, b catalog.Relation) int {
		return cmp.Or(strings.Compare(a.Type, b.Type), a.Target.Compare(b.Target))
	})
	return slices.Compact(out)
}

// mayName reports whether a reference may be shown: it names nothing, or something that may be seen.
func (v *view) mayName(id uint32) bool { return v.vis.has(id) || !v.s.nodes.place(id).holds() }

// Facts implements View.
func (v *view) Facts(ref catalog.Ref, producer, prefix string) []catalog.Fact {
	id, e := v.s.find(ref)
	if e == nil || !v.vis.has(id) {
		return nil
	}
	var out []catalog.Fact
	for _, f := range v.s.nodes.at(id).facts {
		if f.Producer == producer && strings.HasPrefix(f.Key, prefix) {
			out = append(out, f)
		}
	}
	return out
}

// FactsByKey implements View.
func (v *view) FactsByKey(producer, key string) []catalog.Fact {
	k := factKey{producer, key}
	ids, _ := v.s.facts.get(k)
	var out []catalog.Fact
	for _, id := range ids {
		if !v.there(id) {
			continue
		}
		for _, f := range v.s.nodes.at(id).facts {
			if f.Producer == producer && f.Key == key {
				out = append(out, f)
			}
		}
	}
	slices.SortFunc(out, func(a, b catalog.Fact) int { return a.Entity.Compare(b.Entity) })
	return out
}

// FactKeys implements View.
func (v *view) FactKeys(producer, prefix string) []KeyCount {
	from, _ := slices.BinarySearchFunc(v.s.factKeys, factKey{producer, prefix}, factKey.compare)
	var out []KeyCount
	for _, k := range v.s.factKeys[from:] {
		if k.producer != producer || !strings.HasPrefix(k.key, prefix) {
			break
		}
		ids, _ := v.s.facts.get(k)
		n := 0
		for _, id := range ids {
			if v.there(id) {
				n++
			}
		}
		if n > 0 {
			out = append(out, KeyCount{k.key, n})
		}
	}
	return out
}

// AsOf implements View.
func (v *view) AsOf(origin string) time.Time { return v.s.checked[origin] }

// FileProblems implements View. A viewer who may not see everything gets none: what is wrong with a file may name
// what is hidden.
func (v *view) FileProblems() []FileProblem {
	if v.vis != nil {
		return nil
	}
	var out []FileProblem
	for _, file := range slices.Sorted(maps.Keys(v.s.problems)) {
		for _, p := range v.s.problems[file] {
			out = append(out, FileProblem{file, p})
		}
	}
	return out
}
