package understand

import (
	"slices"

	"github.com/backchannel-portal/backchannel/catalog"
)

// related reports whether two entities belong so closely together that either is a right reading.
func (r *run) related(a, b catalog.Ref) bool {
	for _, rel := range r.view.Relations(a, "providesApi", "apiProvidedBy", "partOf", "hasPart") {
		if rel.Target == b {
			return true
		}
	}
	if a.Kind == "api" && b.Kind == "api" || a.Kind != "component" && b.Kind != "component" {
		for _, rel := range r.view.Relations(a, "apiProvidedBy", "partOf") {
			for _, o := range r.view.Relations(b, "apiProvidedBy", "partOf") {
				if o.Target == rel.Target {
					return a.Kind != b.Kind
				}
			}
		}
	}
	return false
}

// doubtful reports whether the names found are everyday words with more around them that says what is meant.
func (r *run) doubtful(l []mention) bool {
	for i := range l {
		if l[i].strength == strong {
			return false
		}
		if l[i].kind != nil && l[i].kind.kind != "component" && !r.kindAgrees(&l[i]) {
			return true
		}
	}
	return telling(r.content(&l[0]))
}

// betterDescribed compares everyday words that happen to be names with what the whole message describes. It reports
// whether the description decides.
func (r *run) betterDescribed(l []mention) (outcome, bool) {
	us := r.content(nil)
	list := r.describe(us)
	if len(list) == 0 {
		return outcome{}, false
	}
	named, slot := 0.0, false
	for _, s := range list {
		for i := range l {
			if slices.ContainsFunc(l[i].keys, func(k keyRef) bool { return k.ent == s.ent }) {
				named = max(named, s.cover)
			}
		}
	}
	for i := range l {
		slot = slot || (r.slot(&l[i]) || l[i].kind != nil) && (r.kindAgrees(&l[i]) || l[i].kind.kind == "component")
	}
	top := &list[0]
	r.why("named covers %.2f, described %s %.2f", named, r.x.ref(top.ent), top.cover)
	if named > 0 && r.relatedToNamed(top, l) {
		return outcome{}, false
	}
	if rival, ok := r.phraseRival(list, l, named); ok {
		return rival, true
	}
	gap := 0.08
	switch {
	case slot && r.onlyDomains(l):
		gap = 0.2
	case slot:
		gap = 0.3
	}
	if r.enough(top) && top.cover > named+gap {
		return r.found(us), true
	}
	if slot || named >= leastCover {
		return outcome{}, false
	}
	if r.enough(top) {
		return r.found(us), true
	}
	return outcome{}, true
}

// onlyDomains reports whether everyday words are names of nothing but domains, which are named after what everybody
// talks about.
func (r *run) onlyDomains(l []mention) bool {
	return !slices.ContainsFunc(l, func(n mention) bool {
		return n.kind != nil || slices.ContainsFunc(n.keys, func(k keyRef) bool { return r.x.ref(k.ent).Kind != "domain" })
	})
}

// phraseRival asks back where an everyday word that is a name ends a phrase that describes something else as well: the money
// of "lost parcels money" may be what pays for them.
func (r *run) phraseRival(list []scored, l []mention, cover float64) (outcome, bool) {
	if len(l) != 1 || l[0].to-l[0].from > 1 || r.m.toks[l[0].from].class == han || list[0].cover < max(cover, leastCover) {
		return outcome{}, false
	}
	before := func(u unit) bool { return u.to == l[0].from && weightOf(&u) >= weightWord && !r.hit[u.from] }
	at := slices.IndexFunc(list, func(s scored) bool {
		return slices.ContainsFunc(l[0].keys, func(k keyRef) bool { return k.ent == s.ent })
	})
	if at <= 0 || !slices.ContainsFunc(r.m.units, before) {
		return outcome{}, false
	}
	return outcome{choices: []catalog.Ref{r.x.ref(list[0].ent), r.x.ref(list[at].ent)}}, true
}

// relatedToNamed reports whether a description fits what closely belongs to something whose whole name is mentioned: the
// name decides between a service and its API.
func (r *run) relatedToNamed(s *scored, l []mention) bool {
	for i := range l {
		for _, k := range l[i].keys {
			if k.class < keyStripped && r.serves(r.x.ref(k.ent), r.x.ref(s.ent)) {
				return true
			}
		}
	}
	return false
}

// serves reports whether one of two is an API of the other.
func (r *run) serves(a, b catalog.Ref) bool {
	return slices.ContainsFunc(r.view.Relations(a, "providesApi", "apiProvidedBy"), func(rel catalog.Relation) bool { return rel.Target == b })
}
