package understand

import (
	"slices"
	"strings"

	"github.com/backchannel-portal/backchannel/catalog"
)

var ordinals = map[string]int{"1": 1, "2": 2, "3": 3, "4": 4, "5": 5, "6": 6, "7": 7, "8": 8, "9": 9, "10": 10, "first": 1, "second": 2, "third": 3,
	"fourth": 4, "fifth": 5, "1st": 1, "2nd": 2, "3rd": 3, "4th": 4, "last": -1, "former": 1, "latter": -1, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5}

// picked settles an answer to "which one?".
func (r *run) picked() bool {
	if r.past == nil || len(r.past.offered) == 0 || len(r.m.toks) > 14 {
		return false
	}
	offered := r.past.offered
	choose := func(ref catalog.Ref) bool {
		in := r.past.intent
		if r.sure >= sureIntent && len(r.m.founds) > 0 && r.intent != Search && r.intent != Show && r.intent != Smalltalk {
			in = r.intent
		}
		if in == "" {
			in = Show
		}
		r.intent = in
		r.out.Entities, r.out.Tech, r.out.Confidence = []catalog.Ref{ref}, r.past.tech, 0.9
		r.why("picked from the list")
		r.finish(in)
		return true
	}
	if n := r.ordinal(len(offered)); n > 0 {
		return choose(offered[n-1])
	}
	left := r.narrowed(offered)
	if len(left) == 1 {
		return choose(left[0])
	}
	if ref, ok := r.fitsBest(offered); ok {
		if r.intent == Version || r.intent == Radar { // "the java one" asks for no version
			r.intent, r.sure = "", 0
		}
		return choose(ref)
	}
	return false
}

// ordinal reads a position in a list of n.
func (r *run) ordinal(n int) int {
	for i := range r.m.toks {
		t := &r.m.toks[i]
		k, ok := ordinals[t.norm]
		if !ok || t.class == han && !(i > 0 && (r.m.toks[i-1].norm == "第" || r.m.toks[i-1].norm == "选") || len(r.m.toks) <= 2) ||
			t.class == num && len(r.m.toks) > 6 {
			continue
		}
		if k == -1 {
			k = n
		}
		if k <= n {
			return k
		}
	}
	return 0
}

// narrowed keeps the offered entities that the words of the message fit, or those that its "not" leaves.
func (r *run) narrowed(offered []catalog.Ref) []catalog.Ref {
	var yes, no []uint32
	for i := range r.m.units {
		u := &r.m.units[i]
		if u.stop() || u.text == "one" {
			continue
		}
		for _, ref := range offered {
			id, ok := r.x.id(ref)
			if !ok || !r.fitsUnit(id, u) {
				continue
			}
			if r.m.negated[u.from] {
				no = append(no, id)
			} else {
				yes = append(yes, id)
			}
		}
	}
	var out []catalog.Ref
	most := 1
	for _, ref := range offered {
		if id, ok := r.x.id(ref); ok {
			most = max(most, count(yes, id))
		}
	}
	for _, ref := range offered {
		id, ok := r.x.id(ref)
		if !ok || slices.Contains(no, id) || len(yes) > 0 && count(yes, id) < most {
			continue
		}
		out = append(out, ref)
	}
	if len(yes) == 0 && len(no) == 0 {
		return nil
	}
	return out
}

func count(l []uint32, id uint32) int {
	n := 0
	for _, x := range l {
		if x == id {
			n++
		}
	}
	return n
}

// fitsUnit reports whether a word stands in an entity's names or says that it is old.
func (r *run) fitsUnit(id uint32, u *unit) bool {
	terms := map[uint32]bool{}
	r.x.collectTerms(u, terms)
	e := r.x.ent(id)
	for _, t := range e.name {
		if terms[t] {
			return true
		}
	}
	return e.old && (u.text == "old" || u.text == "legacy" || u.text == "deprecated" || u.text == "旧" || u.text == "老" || u.text == "旧版")
}

// shortPick is how many words a message has that picks from a list without saying "the one".
const shortPick = 3

// fitsBest returns the one of the offered entities that the words of the message describe best: by what is written
// about it, or by a technology it uses ("the java one").
func (r *run) fitsBest(offered []catalog.Ref) (catalog.Ref, bool) {
	if !r.saysWhich() {
		return catalog.Ref{}, false
	}
	var best catalog.Ref
	top, second := 0.0, 0.0
	for _, ref := range offered {
		s := r.fitness(ref)
		if s > top {
			best, top, second = ref, s, top
		} else {
			second = max(second, s)
		}
	}
	const ahead = 1.05
	return best, top > 0 && top > second*ahead
}

// saysWhich reports whether a message can be an answer to "which one?".
func (r *run) saysWhich() bool {
	return len(r.m.toks) <= shortPick || slices.ContainsFunc(r.m.toks, func(t token) bool {
		return t.norm == "one" || t.norm == "ones" || t.norm == "that" || t.norm == "那" || t.norm == "个"
	})
}

// fitness is how well the message describes an entity.
func (r *run) fitness(ref catalog.Ref) float64 {
	id, ok := r.x.id(ref)
	e, seen := r.view.Entity(ref)
	if !ok || !seen {
		return 0
	}
	s := 0.0
	for i := range r.m.units {
		u := &r.m.units[i]
		w := weightOf(u)
		if w == 0 || r.m.negated[u.from] {
			continue
		}
		s += w * r.writtenOf(id, u)
	}
	for _, t := range r.u.tech.find(r.m.toks) {
		if !r.m.negated[t.from] && r.uses(e, t.id) {
			s++
		}
	}
	return s
}

// writtenOf is how tellingly a unit stands in what is written about an entity, 0..1.
func (r *run) writtenOf(id uint32, u *unit) float64 {
	terms := map[uint32]bool{}
	r.x.collectTerms(u, terms)
	best := 0.0
	for t := range terms {
		if q, ok := r.x.texts.find(t, id); ok {
			best = max(best, float64(q)/100)
		}
	}
	return best
}

// uses reports whether an entity is tagged with a technology, or was found to be built with it.
func (r *run) uses(e *catalog.Entity, tech string) bool {
	if slices.ContainsFunc(e.Tags, func(t string) bool { return r.u.tech.ids[squash(t)] == tech }) {
		return true
	}
	if p := r.u.vocabulary.Inventory; p != "" {
		return slices.ContainsFunc(r.view.Facts(e.Ref, p, ""), func(f catalog.Fact) bool { return strings.HasSuffix(f.Key, "/"+tech) })
	}
	return false
}
