package understand

import (
	"slices"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
)

// maxNamed bounds how many entities Named returns.
const maxNamed = 10

// Named returns the entities that a text names outright, in the order of the text: a text that somebody wrote to others,
// in which nothing is asked. People and teams are left out. Where a name is shared and nothing says which of them is
// meant, either has all of them.
func (u *Understander) Named(view search.View, text string) (named, either []catalog.Ref) {
	r := &run{u: u, x: u.index, view: view, q: Question{Text: text}, m: u.parse(view, text)}
	r.intent = Owner
	for i := range r.m.mentions {
		n := &r.m.mentions[i]
		if n.strength < medium || n.typo {
			continue
		}
		o := r.resolve(n)
		named, either = r.addThings(named, o.refs), r.addThings(either, o.choices)
	}
	r.own(named)
	r.own(either)
	return named, either
}

// addThings adds what somebody may own and the viewer may see, each once.
func (r *run) addThings(to, refs []catalog.Ref) []catalog.Ref {
	for _, ref := range refs {
		if ref.Kind != "group" && ref.Kind != "user" && len(to) < maxNamed && r.visible(ref) && !slices.Contains(to, ref) {
			to = append(to, ref)
		}
	}
	return to
}
