package search

import (
	"iter"
	"slices"
	"strings"

	"github.com/backchannel-portal/backchannel/catalog"
)

// Audience names what a View shows of the entities and their relations: two views of one Live with equal audiences
// show the same. It is comparable, so that what is computed for one view can be kept for the next. Word search and
// documentation may still differ: they follow a generation later.
type Audience struct {
	Generation catalog.Generation
	visible    *bitset
}

// AudienceOf returns the audience of a view; ok is false for a View that is not of this package.
func AudienceOf(v View) (a Audience, ok bool) {
	own, ok := v.(*view)
	if !ok {
		return Audience{}, false
	}
	return Audience{own.s.gen, own.vis}, true
}

// Indexed reports whether word search over entities has caught up with a view: from then on the same words find the
// same entities in all views of its audience.
func Indexed(v View) bool {
	own, ok := v.(*view)
	return ok && own.r.text.generation() >= own.s.gen
}

// Heads iterates over what a view shows of one kind, or of all with kind "", ordered by reference: Entities without
// unpacking what is passed over.
func Heads(v View, kind string) iter.Seq[catalog.Head] {
	return func(yield func(catalog.Head) bool) {
		f := Filter{}
		if kind != "" {
			f.Kinds = []string{strings.ToLower(kind)}
		}
		own, ok := v.(*view)
		if !ok {
			for e := range v.Entities(f) {
				if !yield(e.Record().Head()) {
					return
				}
			}
			return
		}
		for _, id := range own.candidates(f) {
			if !own.there(id) {
				continue
			}
			head := own.s.nodes.place(id).record.Head()
			if own.hides(head.Owner) {
				head.Owner = catalog.Ref{}
			}
			if !yield(head) {
				return
			}
		}
	}
}

// Hides returns what reports whether a view does not show an entity that is there, for those who show what others say
// of entities; nil for a view that shows everything. It must never be told to anybody.
func Hides(v View) func(catalog.Ref) bool {
	own, ok := v.(*view)
	if !ok || own.vis == nil {
		return nil
	}
	return own.hides
}

// Invalid reports whether the file of an entity that a view shows has documents which are not valid. Who may see an
// entity may know that, also where FileProblems tells nothing of files.
func Invalid(v View, e *catalog.Entity) bool {
	own, ok := v.(*view)
	return ok && slices.ContainsFunc(own.s.problems[e.Source.Location], func(p catalog.Problem) bool { return p.Code == catalog.ProblemInvalid })
}
