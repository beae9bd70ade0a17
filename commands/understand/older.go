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
// what was talked about.
func (r *run) older(o outcome) outcome {
	if len(o.refs) != 1 || len(o.choices) > 0 {
		return o
	}
	for i := range r.m.toks {
		if !saysOld[r.m.toks[i].norm] {
			continue
		}
		j := i + 1
		for j < len(r.m.toks) && (r.m.toks[j].norm == "的" || r.m.toks[j].norm == "版" || r.m.toks[j].norm == "那") {
			j++
		}
		if j >= len(r.m.toks) || r.m.toks[j].norm != "one" && !slices.ContainsFunc(r.m.mentions, func(n mention) bool { return n.from == j && n.strength >= medium }) {
			continue
		}
		if ref, ok := r.oldNamesake(o.refs[0]); ok {
			return outcome{refs: []catalog.Ref{ref}}
		}
	}
	return o
}

var saysOld = map[string]bool{"old": true, "older": true, "legacy": true, "previous": true, "旧": true, "老": true}

// oldNamesake is the one thing of the same kind that is called as another with more to its name, and is old.
func (r *run) oldNamesake(ref catalog.Ref) (catalog.Ref, bool) {
	if id, ok := r.x.id(ref); !ok || r.x.ent(id).old {
		return ref, false
	}
	var found []catalog.Ref
	for _, h := range r.view.Search(search.Query{Text: spaced(ref.Name), Kinds: []string{ref.Kind}, Limit: 20}) {
		other := h.Entity.Ref
		id, ok := r.x.id(other)
		if ok && other != ref && strings.Contains(squash(other.Name), squash(ref.Name)) && r.x.ent(id).old {
			found = append(found, other)
		}
	}
	if len(found) != 1 {
		return ref, false
	}
	return found[0], true
}
