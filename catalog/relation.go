package catalog

import "iter"

// opposites pairs the types of relations; each is the other's opposite direction (backstage.io, "Well-known relations
// between catalog entities").
var opposites = [...][2]string{
	{"ownedBy", "ownerOf"}, {"partOf", "hasPart"}, {"providesApi", "apiProvidedBy"}, {"consumesApi", "apiConsumedBy"},
	{"dependsOn", "dependencyOf"}, {"memberOf", "hasMember"}, {"childOf", "parentOf"},
}

// Opposite returns the type of a relation as seen from its other end; ok is false for a type that has none.
func Opposite(relation string) (opposite string, ok bool) {
	for _, p := range opposites {
		switch relation {
		case p[0]:
			return p[1], true
		case p[1]:
			return p[0], true
		}
	}
	return "", false
}

// Inverse iterates over the relations that the descriptor states as seen from the other ends, in the order of
// Relations. Relations of an entity with itself are in Relations only, in both directions.
func (e *Entity) Inverse() iter.Seq[Edge] {
	return func(yield func(Edge) bool) {
		for r := range e.Relations.All() {
			if r.Target == e.Ref {
				continue
			}
			if back, ok := Opposite(r.Type); ok && !yield(Edge{Source: r.Target, Type: back, Target: e.Ref}) {
				return
			}
		}
	}
}
