package search

import (
	"fmt"
	"log/slog"
	"reflect"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search/searchtest"
)

// TestScatteredEdgesArePacked grows a catalog by small changes and checks that most relations lie in one piece of
// memory at any time, and that they are those of a catalog that came as a whole.
func TestScatteredEdgesArePacked(t *testing.T) {
	all := searchtest.Generate(3000)
	whole := NewReader(catalog.Changes{Generation: 1, Full: true, Upserts: all}, nil, Options{})
	r := emptyReader(newText(slog.New(slog.DiscardHandler)))
	packed := 0
	for part := range slices.Chunk(all, 50) {
		before := r.snapshot.loose
		r = r.next(catalog.Changes{Generation: r.Generation() + 1, Upserts: part})
		if r.snapshot.loose < before {
			packed++
		}
		if most := roomFor(4 * r.snapshot.nodes.len()); r.snapshot.loose > most {
			t.Fatalf("%d edges are scattered, of %d nodes", r.snapshot.loose, r.snapshot.nodes.len())
		}
	}
	if packed == 0 || packed > 20 { // geometrically, not with every change
		t.Errorf("packed %d times", packed)
	}
	want, got := whole.For(catalog.Viewer{}), r.For(catalog.Viewer{})
	for _, e := range all {
		if a, b := want.Relations(e.Ref), got.Relations(e.Ref); !reflect.DeepEqual(a, b) {
			t.Fatalf("relations of %s:\n%s", e.Ref, cmp.Diff(a, b))
		}
	}
}

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
