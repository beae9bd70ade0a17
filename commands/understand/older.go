package understand

import (
	"slices"
	"strings"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
)

// meantBefore is what was talked about, where a message says "it" and names nothing: its other words tell what is asked
// of it, and are no description of something else.
func (r *run) meantBefore() outcome {
	named := func(n mention) bool { return !n.negated && n.strength >= medium && !r.usedUp(&n) }
	toks := r.m.toks
	if r.tail > 0 && telling(r.content(nil)) { // "is there an api for refunds and who calls it"
		toks = toks[:r.tail]
	}
	if r.past == nil || !slices.ContainsFunc(toks, itself) || slices.ContainsFunc(r.m.mentions, named) || len(r.m.clean.links) > 0 {
		return outcome{}
	}
	if r.intent == Members || r.intent == OwnedBy {
		return outcome{}
	}
	return r.fromThread()
}

// itself reports whether a token stands for one thing that was talked about, and for nothing else.
func itself(t token) bool { return t.norm == "it" || t.norm == "its" || t.norm == "它" }

// older puts the old namesake in the place of what a message is about where it says "the old X", or "the old one" of
// what was talked about. Where several are old it asks back; where none is, nothing is called so, and what is named
// comes near it at best.
func (r *run) older(o outcome) outcome {
	if len(o.refs) != 1 || len(o.choices) > 0 {
		return o
	}
	for i := range r.m.toks {
		if !saysOld[r.m.toks[i].norm] || r.saidOf(o.refs[0], i) {
			continue
		}
		j := i + 1
		for j < len(r.m.toks) && (r.m.toks[j].norm == "的" || r.m.toks[j].norm == "版" || r.m.toks[j].norm == "那") {
			j++
		}
		before := func(n mention) bool { return n.from == j && n.strength >= medium }
		if j >= len(r.m.toks) || r.m.toks[j].norm != "one" && !slices.ContainsFunc(r.m.mentions, before) {
			continue
		}
		old := r.oldNamesakes(o.refs[0])
		switch {
		case len(old) == 1:
			return outcome{refs: old}
		case len(old) > 1:
			return outcome{choices: old[:min(len(old), maxChoices)]}
		case r.m.toks[j].norm != "one" && r.m.toks[i].norm != "previous" && !r.isOld(o.refs[0]):
			r.out.Unknown, r.out.Near = []string{r.said(i, o.refs[0])}, o.refs
			return outcome{}
		}
	}
	return o
}

// saidOf reports whether a word stands in what is written about an entity: an old archive may be called so.
func (r *run) saidOf(ref catalog.Ref, tok int) bool {
	id, ok := r.x.id(ref)
	u := r.u.lex.single(r.m.toks, tok)
	return ok && r.writtenOf(id, &u) > 0
}

// said is how the message says something from a token on: that word, and the mention of it behind.
func (r *run) said(tok int, ref catalog.Ref) string {
	to := tok + 1
	for _, n := range r.m.mentions {
		if n.from >= tok && slices.ContainsFunc(n.keys, func(k keyRef) bool { return r.x.ref(k.ent) == ref }) {
			to = max(to, n.to)
		}
	}
	return r.topic([]unit{{from: tok, to: to}})
}

var saysOld = map[string]bool{"old": true, "older": true, "legacy": true, "previous": true, "旧": true, "老": true}

func (r *run) isOld(ref catalog.Ref) bool {
	id, ok := r.x.id(ref)
	return ok && r.x.ent(id).old
}

// oldNamesakes are the things of the same kind that are called as one that is not old, with more to their name, and are
// old.
func (r *run) oldNamesakes(ref catalog.Ref) (found []catalog.Ref) {
	if r.isOld(ref) {
		return nil
	}
	for _, h := range r.view.Search(search.Query{Text: spaced(ref.Name), Kinds: []string{ref.Kind}, Limit: 20}) {
		other := h.Entity.Ref
		if other != ref && strings.Contains(squash(other.Name), squash(ref.Name)) && r.isOld(other) {
			found = append(found, other)
		}
	}
	return found
}
