package search

import (
	"slices"
	"testing"

	"github.com/backchannel-portal/backchannel/catalog"
)

func TestDiff(t *testing.T) {
	entity := func(name string) *catalog.Entity {
		return &catalog.Entity{Ref: catalog.MakeRef("Component", "", name), Kind: "Component", Namespace: "default", Name: name}
	}
	var many []*catalog.Entity
	for i := range 1000 {
		many = append(many, entity("part-"+string(rune('a'+i%26))+string(rune('a'+i/26))))
	}
	read := func(es []*catalog.Entity) *Reader {
		r := NewReader(catalog.Changes{Generation: 1, Full: true, Upserts: es}, []Doc{{Entity: many[5].Ref, Title: "How"}}, Options{})
		t.Cleanup(func() { _ = r.Close() })
		return r
	}
	r := read(many)
	other := entity("part-aa")
	other.Title = "Other"
	next := r.next(catalog.Changes{Generation: 2, Upserts: []*catalog.Entity{entity("new"), other, entity("part-ba")}, Deletes: []catalog.Ref{many[700].Ref},
		Facts: []catalog.Fact{{Entity: many[300].Ref, Producer: "p", Key: "k", Value: "v"}}}).
		withDocs(many[6].Ref, docSet{2, []*Doc{{Entity: many[6].Ref}}}).withDocs(many[5].Ref, docSet{})
	again := read(slices.Concat(many[:700], many[701:], []*catalog.Entity{entity("new")}))
	for _, c := range []struct {
		name           string
		a, b           *Reader
		entities, docs []string
	}{
		{"same", r, r, nil, nil},
		{"edited", r, next, []string{"new", "part-aa", many[700].Name}, []string{many[5].Name, many[6].Name}},
		{"back", next, r, []string{"new", "part-aa", many[700].Name}, []string{many[5].Name, many[6].Name}},
		{"nothing before", read(nil), r, allNames(many), nil},
	} {
		d, ok := Diff(c.a.For(catalog.Viewer{}), c.b.For(catalog.Viewer{}))
		if !ok || !slices.Equal(refNames(d.Entities), inOrder(c.entities)) || c.docs != nil && !slices.Equal(refNames(d.Docs), inOrder(c.docs)) {
			t.Errorf("%s: %v %v %v", c.name, ok, refNames(d.Entities), refNames(d.Docs))
		}
	}
	if d, ok := Diff(next.For(catalog.Viewer{}), again.For(catalog.Viewer{})); !ok || !slices.Equal(refNames(d.Entities), []string{"part-aa"}) {
		t.Errorf("made apart: %v %v", ok, refNames(d.Entities))
	}
	if _, ok := Diff(nil, r.For(catalog.Viewer{})); ok {
		t.Error("nothing is compared")
	}
}

func allNames(es []*catalog.Entity) []string {
	out := make([]string, len(es))
	for i, e := range es {
		out[i] = e.Name
	}
	return out
}

func inOrder(l []string) []string { return slices.Sorted(slices.Values(l)) }

func refNames(l []catalog.Ref) []string {
	out := make([]string, len(l))
	for i, r := range l {
		out[i] = r.Name
	}
	return inOrder(out)
}
