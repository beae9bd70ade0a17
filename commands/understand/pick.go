package understand

import (
	"slices"
	"strings"

	"github.com/backchannel-portal/backchannel/catalog"
)

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
		s := r.fit(ref)
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

// fit is how well the message describes an entity.
func (r *run) fit(ref catalog.Ref) float64 {
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
