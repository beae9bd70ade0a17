package understand

import (
	"slices"

	"github.com/backchannel-portal/backchannel/catalog"
)

// What a list is to be of: a system, a domain or a team, called by its name or by a part of it.

// wantedOf returns the word for a kind of what is listed: not the one that says what n is, nor the name of what something
// may be built with: "does checkout use redis" asks for no caches.
func (r *run) wantedOf(n *mention) *kindWord {
	var want *kindWord
	for i := range r.m.units {
		u := &r.m.units[i]
		if u.entry == nil || u.entry.kind == 0 || n != nil && (u.from >= n.from && u.to <= n.to || u.from == n.kindAt) ||
			r.intent == Version && r.techAtToken(u.from) {
			continue
		}
		k := &r.u.lex.kinds[u.entry.kind-1]
		if !holds(k.kind) && k.kind != "user" && !(k.kind == "component" && len(k.types) == 0 && u.han) && (want == nil || len(want.types) == 0 && len(k.types) > 0) {
			want = k
		}
	}
	return want
}

// holds reports whether a kind is made of other things.
func holds(kind string) bool { return kind == "system" || kind == "domain" || kind == "group" }

// container finds what a list is to be of: something that others belong to, called by its name or, beside a word for
// its kind, by what it is about.
func (r *run) container() ([]catalog.Ref, *mention) {
	for i := range r.m.mentions {
		n := r.m.mentions[i]
		if n.negated {
			continue
		}
		n.kind, n.kindAt = r.holderBeside(n.from, n.to)
		keys := keep(n.keys, func(k keyRef) bool { return holds(r.x.ref(k.ent).Kind) && r.visible(r.x.ref(k.ent)) })
		if len(keys) == 0 || n.kind == nil && !r.insideOf(&n) && !(n.strength == strong && len(keys) == len(n.keys)) {
			continue
		}
		if n.kind != nil {
			if of := keep(keys, func(k keyRef) bool { return r.x.ref(k.ent).Kind == n.kind.kind }); len(of) > 0 {
				keys = of
			}
		}
		if whole := keep(keys, func(k keyRef) bool { return k.class < keyStripped }); len(whole) > 0 {
			keys = whole
		}
		return []catalog.Ref{r.widest(keys)}, &n
	}
	return r.describedContainer()
}

// containerBefore is what was talked about, where that is made of other things and the message points there.
func (r *run) containerBefore() ([]catalog.Ref, *mention) {
	if r.past == nil || !r.pointsBack() && !r.restOfList() || slices.ContainsFunc(r.m.mentions, func(n mention) bool { return n.strength == strong }) {
		return nil, nil
	}
	for _, ref := range append(slices.Clone(r.past.asked), r.past.groups...) {
		if holds(ref.Kind) {
			return []catalog.Ref{ref}, &mention{kindAt: -1}
		}
	}
	return nil, nil
}

// restOfList reports whether a message narrows a list of what a team or the like has, without saying of whose: "which are
// deprecated?" after "what does Money own".
func (r *run) restOfList() bool {
	return (r.past.intent == OwnedBy || r.past.intent == Search) && r.stageAsked() != "" && r.wantedKind() == nil && (r.m.cue("list") || r.m.cue("whichever") || r.endsOpen())
}

// pointsBack reports whether a message points at what was talked about. "Are there" and 那有没有 do not.
func (r *run) pointsBack() bool {
	for i := range r.m.toks {
		t := &r.m.toks[i]
		switch t.norm {
		case "there":
			if i > 0 && exists[r.m.toks[i-1].norm] {
				continue
			}
			return true
		case "那":
			if i+1 < len(r.m.toks) && (r.m.toks[i+1].norm == "有" || r.m.toks[i+1].norm == "还" || questionWord(r.m.toks[i+1].norm)) {
				continue
			}
			return true
		case "他", "其", "里":
			return true
		}
		if pronoun(*t) {
			return true
		}
	}
	return false
}

// exists holds the words in front of a "there" that points at nothing.
var exists = map[string]bool{"is": true, "are": true, "was": true, "were": true, "isnt": true, "arent": true}

// widest is the one of several of a name that holds most: a domain before a system before a team.
func (r *run) widest(keys []keyRef) catalog.Ref {
	order := []string{"domain", "system", "group"}
	best := r.x.ref(keys[0].ent)
	for _, k := range keys[1:] {
		if ref := r.x.ref(k.ent); slices.Index(order, ref.Kind) < slices.Index(order, best.Kind) {
			best = ref
		}
	}
	return best
}

// holderBeside finds a word for a system, a domain or a team behind or in front of some tokens.
func (r *run) holderBeside(from, to int) (*kindWord, int) {
	for i := range r.m.units {
		u := &r.m.units[i]
		if u.entry == nil || u.entry.kind == 0 || u.from != to && u.to != from {
			continue
		}
		if k := &r.u.lex.kinds[u.entry.kind-1]; holds(k.kind) {
			return k, u.from
		}
	}
	return nil, -1
}

// insideOf reports whether a mention stands where something is said to be inside of it, or to be its.
func (r *run) insideOf(n *mention) bool {
	i := n.from - 1
	for i >= 0 && (r.m.toks[i].norm == "the" || r.m.toks[i].norm == "our") {
		i--
	}
	if i >= 0 && wholeAfter[r.m.toks[i].norm] {
		return true
	}
	if n.to < len(r.m.toks) {
		t := &r.m.toks[n.to]
		return partAfter[t.norm]
	}
	return false
}

// wholeAfter holds the words that a whole stands behind, partAfter those that stand behind a whole.
var (
	wholeAfter = map[string]bool{"in": true, "of": true, "within": true, "inside": true, "under": true, "from": true, "by": true, "at": true, "on": true,
		"across": true, "for": true, "does": true, "do": true, "team": true, "with": true}
	partAfter = map[string]bool{"'s": true, "里": true, "中": true, "下": true, "的": true, "有": true, "内": true, "那": true, "own": true, "owns": true, "have": true,
		"has": true, "run": true, "runs": true, "都": true, "还": true, "名": true}
)

// describedContainer finds a system, domain or team by what it is about: "the returns area".
func (r *run) describedContainer() ([]catalog.Ref, *mention) {
	for i := range r.m.units {
		u := &r.m.units[i]
		if u.entry == nil || u.entry.kind == 0 {
			continue
		}
		k := &r.u.lex.kinds[u.entry.kind-1]
		if !holds(k.kind) {
			continue
		}
		var us []unit
		n := &mention{from: u.from, to: u.from, kind: k, kindAt: u.from}
		for _, o := range r.unlisted() {
			if o.to == n.from && !belongs[o.text] { // the words right before
				n.from = o.from
			}
		}
		for j := range r.m.units {
			if o := r.m.units[j]; o.from >= n.from && o.to <= n.to {
				us = append(us, o)
			}
		}
		if !telling(us) {
			continue
		}
		for _, s := range r.describe(us) {
			if ref := r.x.ref(s.ent); ref.Kind == k.kind && s.cover >= enoughCover {
				return []catalog.Ref{ref}, n
			}
		}
		if refs := r.holderNamed(us); len(refs) > 0 {
			return refs, n
		}
	}
	return r.holderInside()
}

// holderInside finds what holds things behind "in" by a part of its name: "in search" for the system Product Search.
func (r *run) holderInside() ([]catalog.Ref, *mention) {
	rest := r.unlistedOf(&mention{from: -1, to: -1})
	for i := range rest {
		u := &rest[i]
		from := u.from - 1
		for from >= 0 && (r.m.toks[from].norm == "the" || r.m.toks[from].norm == "our") {
			from--
		}
		before := from >= 0 && (r.m.toks[from].norm == "in" || r.m.toks[from].norm == "within" || r.m.toks[from].norm == "inside")
		if !before {
			continue
		}
		n := &mention{from: u.from, to: u.to, kindAt: -1}
		us := []unit{*u}
		for _, o := range rest[i+1:] {
			if o.from == n.to {
				us, n.to = append(us, o), o.to
			}
		}
		if refs := r.holderNamed(us); len(refs) > 0 {
			return refs, n
		}
	}
	return nil, nil
}

// holderNamed is the widest of what holds things and has all of some words in its name.
func (r *run) holderNamed(us []unit) []catalog.Ref {
	const all = 0.9
	if !telling(us) {
		return nil
	}
	list := r.x.describe(us, func(e *indexed) float64 {
		if holds(e.ref.Kind) {
			return 1
		}
		return 0
	}, nil)
	var keys []keyRef
	for _, s := range list {
		if ref := r.x.ref(s.ent); r.visible(ref) && s.cover >= all && s.named > 0 {
			keys = append(keys, keyRef{ent: s.ent})
		}
	}
	if len(keys) == 0 {
		return nil
	}
	return []catalog.Ref{r.widest(keys)}
}
