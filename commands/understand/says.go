package understand

import (
	"slices"

	"github.com/backchannel-portal/backchannel/catalog"
)

// Says is the trait of a question whether something is what one of its tags says; the topic is the tag.
const Says = "says"

// asksTag settles "is the card vault pci relevant": a question about one thing that says one word more, which is a tag of
// it. Where it has no such tag the question is read as any other.
func (r *run) asksTag() bool {
	switch r.intent {
	case "", Show, Docs, Search, Lifecycle:
	default:
		return false
	}
	if r.sure >= sureIntent && r.guessed != r.intent && (r.intent != Lifecycle || r.stageAsked() != "") || r.howto() || !r.asks() || r.m.cue("broken") || r.m.cue("dashboard") {
		return false
	}
	was := r.intent
	r.intent = Show
	defer func() { r.intent = was }()
	named := r.useful()
	if len(named) != 1 || named[0].strength < strong {
		return false
	}
	o := r.resolveAll(named)
	if len(o.refs) != 1 {
		return false
	}
	e, ok := r.view.Entity(o.refs[0])
	if !ok {
		return false
	}
	tag := r.tagNamed(e, &named[0])
	if tag == "" {
		return false
	}
	r.sure = sureIntent
	r.put(o)
	r.out.Trait, r.out.Topic = Says, tag
	r.why("asks for its tag %s", tag)
	r.finish(Show)
	return true
}

// tagNamed is the tag of an entity that a message names beside it, "" for none.
func (r *run) tagNamed(e *catalog.Entity, n *mention) string {
	for i := range r.m.units {
		u := &r.m.units[i]
		if u.from >= n.from && u.to <= n.to {
			continue
		}
		word := squash(r.glued([]unit{*u}))
		if i := slices.IndexFunc(e.Tags, func(t string) bool { return squash(t) == word }); i >= 0 {
			return e.Tags[i]
		}
	}
	return ""
}

// dashboardAsked reports whether a dashboard is asked for: the board of "Menu Board" is none.
func (r *run) dashboardAsked() bool {
	return slices.ContainsFunc(r.m.cues["dashboard"], func(f found) bool {
		return slices.ContainsFunc(f.hits, func(h int) bool {
			return !slices.ContainsFunc(r.m.mentions, func(n mention) bool { return n.strength == strong && n.to-n.from > 1 && h >= n.from && h < n.to })
		})
	})
}

// dashboardBefore settles "and its dashboard?", which names nothing: it is asked of what was talked about.
func (r *run) dashboardBefore() bool {
	switch r.intent {
	case "", Show, Search, Docs:
	default:
		return false
	}
	if r.past == nil || !r.dashboardAsked() || r.howto() || slices.ContainsFunc(r.m.mentions, func(n mention) bool { return n.strength > weak }) {
		return false
	}
	r.markHits()
	if slices.ContainsFunc(r.content(nil), func(u unit) bool { return weightOf(&u) >= weightSoft && !r.m.cued("dashboard", u.from) }) {
		return false
	}
	r.intent = Show
	o := r.fromThread()
	if o.empty() {
		return false
	}
	r.sure = max(r.sure, sureIntent)
	r.out.Trait = "dashboard"
	r.put(o)
	r.finish(Show)
	return true
}
