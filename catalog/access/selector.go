package access

import (
	"slices"
	"strings"

	"github.com/backchannel-portal/backchannel/catalog"
)

// Selector picks entities. Every field that is set must fit; of several values in a field one is enough. Kinds, types,
// lifecycles and tags compare without regard to case.
type Selector struct {
	Refs        []Pattern
	Kinds       []string
	Namespaces  []string
	Types       []string
	Lifecycles  []string
	Tags        []string
	Owners      []catalog.Ref
	Inherited   bool           // Owners: also what the groups below them and their members own, and what has no owner itself but is part of such
	PartOf      []catalog.Ref  // systems, domains or components, however far above
	Labels      []catalog.Pair // an empty value is any
	Annotations []catalog.Pair
}

// deepest bounds how far groups and parts nest.
const deepest = 16

// in returns the selector's test of the entities of one state of the catalog.
func (s *Selector) in(g catalog.Graph) func(catalog.Record) bool {
	owners := s.Owners
	if s.Inherited {
		owners = nil
		for _, o := range s.Owners {
			owners = append(owners, closure(g, o, "parentOf", "hasMember")...)
		}
	}
	owned := make(map[catalog.Ref]bool, len(owners))
	for _, o := range owners {
		owned[o] = true
	}
	return func(r catalog.Record) bool {
		h := r.Head()
		return s.fitsHead(h) && s.fitsOwner(g, h, owned) && s.fitsPart(g, h.Ref) && s.fitsPairs(r)
	}
}

func (s *Selector) fitsHead(h catalog.Head) bool {
	if !oneOf(s.Kinds, h.Ref.Kind) || !oneOf(s.Namespaces, h.Ref.Namespace) || !oneOf(s.Types, h.Type) || !oneOf(s.Lifecycles, h.Lifecycle) {
		return false
	}
	if len(s.Refs) > 0 && !slices.ContainsFunc(s.Refs, func(p Pattern) bool { return p.Matches(h.Ref) }) {
		return false
	}
	if len(s.Tags) == 0 {
		return true
	}
	found := false
	h.Tags(func(t string) bool { found = oneOf(s.Tags, t); return !found })
	return found
}

func (s *Selector) fitsOwner(g catalog.Graph, h catalog.Head, owned map[catalog.Ref]bool) bool {
	switch {
	case len(s.Owners) == 0:
		return true
	case !h.Owner.IsZero() || !s.Inherited:
		return owned[h.Owner]
	}
	for _, whole := range closure(g, h.Ref, "partOf") { // the nearest owner counts
		if e, ok := g.Entity(whole); ok && !e.Owner.IsZero() {
			return owned[e.Owner]
		}
	}
	return false
}

func (s *Selector) fitsPart(g catalog.Graph, ref catalog.Ref) bool {
	if len(s.PartOf) == 0 {
		return true
	}
	return slices.ContainsFunc(closure(g, ref, "partOf"), func(r catalog.Ref) bool { return slices.Contains(s.PartOf, r) })
}

func (s *Selector) fitsPairs(r catalog.Record) bool {
	if len(s.Labels)+len(s.Annotations) == 0 {
		return true
	}
	e := r.Entity()
	return hasPairs(s.Labels, e.Labels) && hasPairs(s.Annotations, e.Annotations)
}

func hasPairs(wanted, have []catalog.Pair) bool {
	for _, w := range wanted {
		if !slices.ContainsFunc(have, func(p catalog.Pair) bool { return p.Key == w.Key && (w.Value == "" || p.Value == w.Value) }) {
			return false
		}
	}
	return true
}

// closure lists an entity and all that relations of some types lead to, nearest first.
func closure(g catalog.Graph, from catalog.Ref, types ...string) []catalog.Ref {
	out, seen := []catalog.Ref{from}, map[catalog.Ref]bool{from: true}
	level := out
	for range deepest {
		var next []catalog.Ref
		for _, ref := range level {
			for _, rel := range g.Relations(ref, types...) {
				if !seen[rel.Target] {
					seen[rel.Target] = true
					next = append(next, rel.Target)
				}
			}
		}
		if len(next) == 0 {
			break
		}
		out, level = append(out, next...), next
	}
	return out
}

func oneOf(wanted []string, have string) bool {
	return len(wanted) == 0 || slices.ContainsFunc(wanted, func(w string) bool { return strings.EqualFold(w, have) })
}
