package understand

import (
	"slices"

	"github.com/backchannel-portal/backchannel/catalog"
)

// Several things in one question: named, described, or one of each.

// withDescribed adds what is described beside the only name: "the grocer portal and edi-bridge".
func (r *run) withDescribed(o outcome, named []mention) outcome {
	if len(named) != 1 || len(o.refs) != 1 {
		return o
	}
	n := &named[0]
	us := r.content(n)
	part := slices.DeleteFunc(slices.Clone(us), func(u unit) bool { return !r.beside(us, &u, n) })
	if !telling(part) {
		return o
	}
	if got := r.found(part); len(got.refs) == 1 && !slices.Contains(o.refs, got.refs[0]) {
		o.refs = append(o.refs, got.refs[0])
	}
	return o
}

// beside reports whether a unit is joined to a mention by "and", with nothing but other units between.
func (r *run) beside(us []unit, u *unit, n *mention) bool {
	covered := func(tok int) bool {
		return slices.ContainsFunc(us, func(o unit) bool { return tok >= o.from && tok < o.to })
	}
	from, to := u.to, n.from
	if u.from >= n.to {
		from, to = n.to, u.from
	}
	joins := 0
	for i := from; i < to; i++ {
		switch {
		case joinsTwo[r.m.toks[i].norm]:
			joins++
		case !covered(i) && r.m.toks[i].norm != "the" && r.m.toks[i].norm != "的":
			return false
		}
	}
	return joins == 1 && (u.from >= n.to && joinsTwo[r.m.toks[n.to].norm] || u.to <= n.from && joinsTwo[r.m.toks[n.from-1].norm])
}

// joinsTwo holds the words that put two things side by side.
var joinsTwo = map[string]bool{"and": true, "&": true, "+": true, "和": true, "与": true, "跟": true, "及": true}

// foundEach finds several things that are described one after the other: "parking and the lounge".
func (r *run) foundEach(us []unit) outcome {
	var o outcome
	part := func(us []unit) bool {
		got := outcome{}
		if telling(us) {
			got = r.found(us)
		}
		o.refs, o.choices = append(o.refs, got.refs...), append(o.choices, got.choices...)
		return !got.empty()
	}
	from := 0
	for i := 1; i < len(us); i++ {
		if slices.ContainsFunc(r.m.toks[us[i-1].to:us[i].from], and) && !slices.Contains(r.hit[us[i-1].to:us[i].from], true) {
			if !part(us[from:i]) {
				return outcome{}
			}
			from = i
		}
	}
	if from == 0 || !part(us[from:]) {
		return outcome{}
	}
	if len(o.choices) > 0 { // all of it is asked back
		o.choices = append(o.refs, o.choices...)
		return outcome{choices: o.choices[:min(len(o.choices), maxChoices)]}
	}
	return o
}

// halfOf reports whether two words with "and" between are more than a description says: "halls and weddings" are two
// things where nothing written about one has a word of the other.
func (r *run) halfOf(us []unit, ref catalog.Ref) bool {
	words := r.tellingUnits(us)
	id, ok := r.x.id(ref)
	if !ok || len(words) != 2 || words[1].from != words[0].to+1 || !and(r.m.toks[words[0].to]) {
		return false
	}
	return r.writtenOf(id, &words[0]) == 0 || r.writtenOf(id, &words[1]) == 0
}

// and reports whether a token joins two things.
func and(t token) bool {
	switch t.norm {
	case "and", "or", "&", "+", "/", ",", "和", "与", "跟", "或", "及", "vs":
		return true
	}
	return false
}
