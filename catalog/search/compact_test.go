package search

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search/searchtest"
)

// TestDeletedMakeRoom deletes ever new entities and checks that neither their places nor their names pile up, and
// that what stays is the same as before.
func TestDeletedMakeRoom(t *testing.T) {
	stay := searchtest.Generate(200)
	ref := stay[50].Ref
	r := NewReader(catalog.Changes{Generation: 1, Upserts: stay, Facts: []catalog.Fact{
		{Entity: ref, Producer: "inventory", Key: "language/go", Value: "1.26"},
	}}, nil, Options{})
	before := r.For(catalog.Viewer{}).Relations(ref)
	gen := catalog.Generation(1)
	for round := range 5 {
		var add []*catalog.Entity
		var drop []catalog.Ref
		for i := range 1100 {
			e := searchtest.Entity(fmt.Sprintf("component:passing-%d-%d", round, i), searchtest.Owner("group:passers"))
			add, drop = append(add, e), append(drop, e.Ref)
		}
		r = r.next(catalog.Changes{Generation: gen + 1, Upserts: add})
		gen += 2
		r = r.next(catalog.Changes{Generation: gen, Deletes: drop})
	}
	v := r.For(catalog.Viewer{})
	if n := r.snapshot.nodes.len(); n > 3000 || r.names.posts.len() > 4000 {
		t.Errorf("%d places and %d names for %d entities", n, r.names.posts.len(), r.Size())
	}
	if r.Size() != 200 || v.Generation() != gen || v.Count(Filter{}) != 200 {
		t.Errorf("%d entities at generation %d", r.Size(), v.Generation())
	}
	if diff := cmp.Diff(before, v.Relations(ref)); diff != "" {
		t.Errorf("relations changed:\n%s", diff)
	}
	if len(v.Facts(ref, "inventory", "")) != 1 {
		t.Error("facts are lost")
	}
}
