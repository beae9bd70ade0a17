package web

import (
	"html/template"
	"slices"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// graphMost is how many entities a graph shows at each side; the others are counted.
const graphMost = 9

// relationsLeft are the relations to what stands before an entity: what it belongs to and what needs it. All others
// lead on from it.
func relationsLeft() []string {
	return []string{"partOf", "childOf", "memberOf", "ownedBy", "dependencyOf", "apiConsumedBy", "apiProvidedBy"}
}

// relationsRight are those that lead on, in the order they are shown.
func relationsRight() []string {
	return []string{"providesApi", "consumesApi", "dependsOn", "hasPart", "parentOf", "hasMember", "ownerOf"}
}

// bundle is what one kind of relation leads to.
type bundle struct {
	Label string
	Nodes []node
	More  int // that are not shown
}

type node struct {
	Name, Kind, Href string
	Gone             bool // nothing is called that
}

// neighbourhood is an entity between what stands before it and what it leads to.
type neighbourhood struct {
	Self        node
	Left, Right []bundle
}

// around gathers the neighbourhood of an entity. Every relation gets a fair share of the room at its side.
func around(view search.View, l lang.Lang, e *catalog.Entity) neighbourhood {
	self := node{Name: e.DisplayName(), Kind: kindLabel(l, e.Ref.Kind, 1)}
	return neighbourhood{Self: self, Left: side(view, l, e.Ref, relationsLeft()), Right: side(view, l, e.Ref, relationsRight())}
}

func side(view search.View, l lang.Lang, of catalog.Ref, types []string) []bundle {
	var targets [][]catalog.Ref
	var out []bundle
	for _, t := range types {
		var refs []catalog.Ref
		for _, r := range view.Relations(of, t) {
			if r.Target != of && !slices.Contains(refs, r.Target) {
				refs = append(refs, r.Target)
			}
		}
		if len(refs) > 0 {
			targets = append(targets, refs)
			out = append(out, bundle{Label: relationLabel(l, t)})
		}
	}
	shares := share(targets, graphMost)
	for i, refs := range targets {
		for _, ref := range refs[:shares[i]] {
			out[i].Nodes = append(out[i].Nodes, nodeOf(view, l, ref))
		}
		out[i].More = len(refs) - shares[i]
	}
	return out
}

func nodeOf(view search.View, l lang.Lang, ref catalog.Ref) node {
	n := node{Name: ref.Name, Kind: kindLabel(l, ref.Kind, 1)}
	e, ok := view.Entity(ref)
	if !ok {
		n.Gone = true
		return n
	}
	n.Name, n.Href = e.DisplayName(), refPath("/catalog", ref)
	if e.Lifecycle != "" && e.Lifecycle != "production" {
		n.Kind += " · " + e.Lifecycle
	}
	return n
}

// share divides a number of places among lists: in turns, one each, until the places or the lists are used up.
func share(lists [][]catalog.Ref, places int) []int {
	out := make([]int, len(lists))
	for given := true; given && places > 0; {
		given = false
		for i := range lists {
			if out[i] < len(lists[i]) && places > 0 {
				out[i]++
				places--
				given = true
			}
		}
	}
	return out
}

// Graph is the neighbourhood as a picture: two of them, a wide and a tall one, of which the style sheet shows that
// which fits. Every box is a link.
func (n neighbourhood) Graph(l lang.Lang, title string) template.HTML {
	if len(n.Left) == 0 && len(n.Right) == 0 {
		return ""
	}
	w := &graphWriter{l: l, title: title}
	w.wide(n)
	w.tall(n)
	return template.HTML(w.String())
}

// fitted cuts a name to the room of a box.
func fitted(s string, room int) string { return card.CutWidth(card.CleanLine(s), room) }
