// Package searchtest holds what tests and benchmarks of the read model share: short ways to write entities, a
// generator of large catalogs, and a store in memory.
package searchtest

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/backchannel-portal/backchannel/catalog"
)

// An Option fills in a field of an entity.
type Option func(*catalog.Entity)

// Entity returns an entity of the given reference, written "kind:[namespace/]name"; the name keeps its case.
func Entity(ref string, opts ...Option) *catalog.Entity {
	r := Ref(ref)
	name := ref[strings.LastIndexAny(ref, ":/")+1:]
	e := &catalog.Entity{
		Ref: r, APIVersion: "backstage.io/v1alpha1", Kind: strings.ToUpper(r.Kind[:1]) + r.Kind[1:],
		Namespace: r.Namespace, Name: name,
		Source: catalog.Provenance{Origin: "test", Location: "catalog.yaml", Line: 1},
	}
	for _, o := range opts {
		o(e)
	}
	text, _ := json.Marshal(map[string]any{"kind": e.Kind, "metadata": map[string]any{"name": name}})
	e.Document = catalog.NewDocument(text)
	return e
}

// Ref parses a reference of a test; a bad one gives the zero Ref.
func Ref(s string) catalog.Ref {
	r, err := catalog.ParseRef(s, "component", "")
	if err != nil {
		return catalog.Ref{}
	}
	return r
}

// Title sets metadata.title.
func Title(s string) Option { return func(e *catalog.Entity) { e.Title = s } }

// About sets metadata.description.
func About(s string) Option { return func(e *catalog.Entity) { e.Description = s } }

// Type sets spec.type.
func Type(s string) Option { return func(e *catalog.Entity) { e.Type = s } }

// Lifecycle sets spec.lifecycle.
func Lifecycle(s string) Option { return func(e *catalog.Entity) { e.Lifecycle = s } }

// Tags sets metadata.tags.
func Tags(tags ...string) Option { return func(e *catalog.Entity) { e.Tags = tags } }

// Person sets the profile of a User or a Group.
func Person(displayName, email string) Option {
	return func(e *catalog.Entity) { e.Profile = catalog.Profile{DisplayName: displayName, Email: email} }
}

// Owner sets spec.owner and its relations.
func Owner(ref string) Option {
	return func(e *catalog.Entity) {
		e.Owner = Ref(ref)
		Rel("ownedBy", ref)(e)
	}
}

// Rel states a relation; its opposite follows.
func Rel(relation, target string) Option {
	return func(e *catalog.Entity) {
		t := Ref(target)
		list := append(e.Relations.List(), catalog.Relation{Type: relation, Target: t})
		slices.SortFunc(list, func(a, b catalog.Relation) int {
			if a.Type != b.Type {
				return strings.Compare(a.Type, b.Type)
			}
			return a.Target.Compare(b.Target)
		})
		e.Relations = catalog.NewRelations(list...)
	}
}
