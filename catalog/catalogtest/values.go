package catalogtest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/backchannel-portal/backchannel/catalog"
)

// testEverythingKept: an entity comes back with all that it had.
func testEverythingKept(b *bench) {
	team := catalog.MakeRef("group", "people", "Team")
	want := &catalog.Entity{
		Ref: ref("Pay"), APIVersion: "backstage.io/v1alpha1", Kind: "Component", Namespace: "default", Name: "Pay",
		Title: "Pay \x00 支付", Description: "line\nline", Type: "service", Lifecycle: "production", Owner: team,
		Tags: []string{"go", "pci"}, Labels: []catalog.Pair{{Key: "a", Value: ""}, {Key: "b", Value: "1"}},
		Annotations: []catalog.Pair{{Key: "x.io/y", Value: "z"}}, Links: []catalog.Link{{URL: "https://x", Title: "T", Icon: "i", Type: "t"}},
		Profile:  catalog.Profile{DisplayName: "D", Email: "e@x", Picture: "p"},
		API:      catalog.API{Format: "OpenAPI 3.0", Title: "t", Version: "1"},
		Document: catalog.NewDocument([]byte(`{"kind":"Component","metadata":{"name":"Pay"}}`)),
		Relations: catalog.NewRelations(catalog.Relation{Type: "ownedBy", Target: team},
			catalog.Relation{Type: "invented", Target: catalog.MakeRef("odd", "elsewhere", "Thing")}),
		Source:   catalog.Provenance{Origin: "file:all", Location: "a.yaml", Line: 7},
		Problems: []catalog.Problem{{Code: catalog.ProblemDoubtful, Field: "spec.type", Line: 9, Message: "hardly"}},
	}
	want.Title = strings.ReplaceAll(want.Title, "\x00", "") // a descriptor cannot hold it
	b.apply(catalog.Delta{Files: []catalog.File{{Location: "a.yaml", Hash: [32]byte{1}, Entities: []*catalog.Entity{want}, Text: []byte("kind: Component")}}})
	got := b.changes(0).Upserts
	plain := cmp.Options{
		cmp.Transformer("document", func(d catalog.Document) string { return string(d.JSON()) }),
		cmp.Transformer("relations", func(r catalog.Relations) []catalog.Relation { return r.List() }),
		cmpopts.EquateEmpty(),
	}
	if diff := cmp.Diff([]*catalog.Entity{want}, got, plain); diff != "" {
		b.Errorf("an entity comes back otherwise (-want +got):\n%s", diff)
	}
}

// testMany: numbers that a store moves in bulk.
func testMany(b *bench) {
	const n = 3000
	load := func(version byte, title string, from, to int) (files []catalog.File) {
		for i := from; i < to; i++ {
			files = append(files, file(fmt.Sprintf("%d.yaml", i), version, fmt.Sprintf("e%d=%s", i, title), fmt.Sprintf("shared%d=%d", i/2, i)))
		}
		return files
	}
	g := b.apply(catalog.Delta{Full: true, Files: load(1, "one", 0, n)})
	if c := b.changes(0); len(c.Upserts) != n+n/2 || len(c.Problems) != n/2 {
		b.Fatalf("%d entities, %d files with problems", len(c.Upserts), len(c.Problems))
	}
	if again := b.apply(catalog.Delta{Full: true, Files: load(1, "one", 0, n)}); again != g {
		b.Error("the same again is news")
	}
	b.apply(catalog.Delta{Full: true, Files: load(2, "two", n/2, n)}) // half gone, half changed
	c := b.changes(g)
	if !c.Full && (len(c.Upserts) != n+n/2-n/4 || len(c.Deletes) != 0) {
		b.Errorf("%d changed, %d gone", len(c.Upserts), len(c.Deletes))
	}
	g = c.Generation
	b.wait(grace)
	b.sweep()
	if c := b.changes(g); !c.Full && len(c.Deletes) != n/2+n/4 {
		b.Errorf("%d swept", len(c.Deletes))
	}
	if c := b.changes(0); len(c.Upserts) != n/2+n/4 || len(c.Problems) != n/4 {
		b.Errorf("%d entities left, %d files with problems", len(c.Upserts), len(c.Problems))
	}
}

// testRandom: a follower that takes every change, however few or many at once, knows at every step what the store holds.
func testRandom(b *bench) {
	r := rand.New(rand.NewPCG(7, 11))
	known := map[string]string{}
	var at catalog.Generation
	for step := range 200 {
		b.randomStep(r)
		if r.IntN(3) > 0 {
			continue
		}
		c := b.changes(at)
		if at = c.Generation; c.Full {
			clear(known)
		}
		for _, r := range c.Deletes {
			delete(known, r.String())
		}
		for location, ps := range c.Problems {
			if delete(known, location); len(ps) == 0 {
				delete(c.Problems, location)
			}
		}
		for key, line := range keyed(c) {
			known[key] = line
		}
		if diff := cmp.Diff(keyed(b.changes(0)), known); diff != "" {
			b.Fatalf("step %d: the store (-) and its follower (+) differ:\n%s", step, diff)
		}
	}
}

// randomStep does one of the things that happen to a store.
func (b *bench) randomStep(r *rand.Rand) {
	d := catalog.Delta{Origin: []string{"file:all", "file:other"}[r.IntN(2)], Full: r.IntN(12) == 0}
	for range r.IntN(3) {
		var names []string
		for range r.IntN(4) {
			names = append(names, fmt.Sprintf("e%d=%d", r.IntN(8), r.IntN(3)))
		}
		f := file(fmt.Sprintf("%d.yaml", r.IntN(5)), byte(r.IntN(200)), names...)
		switch r.IntN(6) {
		case 0:
			f = broken(f, fmt.Sprintf("e%d", r.IntN(8)))
		case 1:
			f.Hash, f.Entities, f.Opaque = [32]byte{}, nil, true
		}
		if !slices.ContainsFunc(d.Files, func(o catalog.File) bool { return o.Location == f.Location }) {
			d.Files = append(d.Files, f)
		}
	}
	if r.IntN(3) == 0 {
		d.Gone = append(d.Gone, fmt.Sprintf("%d.yaml", 5+r.IntN(2)), fmt.Sprintf("%d.yaml", r.IntN(5)))
		d.Gone = slices.DeleteFunc(d.Gone, func(l string) bool {
			return slices.ContainsFunc(d.Files, func(f catalog.File) bool { return f.Location == l })
		})
	}
	b.apply(d)
	if r.IntN(5) == 0 {
		b.wait(grace / 3)
		if _, err := b.store.Sweep(context.Background(), []string{"file:all", "file:other"}[:1+r.IntN(2)], grace); err != nil {
			b.Fatal(err)
		}
	}
}

// keyed renders what a change says, by what it says it of.
func keyed(c catalog.Changes) map[string]string {
	out := map[string]string{}
	for _, line := range render(catalog.Changes{Upserts: c.Upserts}) {
		out[line[:strings.Index(line, " ")]] = line
	}
	for location, ps := range c.Problems {
		out[location] = strings.Join(render(catalog.Changes{Problems: map[string][]catalog.Problem{location: ps}}), "\n")
	}
	return out
}
