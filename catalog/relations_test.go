package catalog

import (
	"slices"
	"strings"
	"testing"
)

func TestRelations(t *testing.T) {
	if rs := (Relations{}); rs.Len() != 0 || rs.List() != nil || NewRelations() != rs {
		t.Error("the zero value is not empty")
	}
	list := []Relation{
		{"ownedBy", MakeRef("group", "", "team")},
		{"dependsOn", MakeRef("resource", "shop", strings.Repeat("x", 300))},
		{"maintainedBy", Ref{"vendor", "", ""}},
		{"", Ref{}},
		{"partOf", MakeRef("system", "", "名")},
	}
	rs := NewRelations(list...)
	if got := rs.List(); !slices.Equal(got, list) || rs.Len() != len(list) {
		t.Errorf("%v, want %v", got, list)
	}
	for r := range rs.All() {
		if r != list[0] {
			t.Error(r)
		}
		break
	}
	if rs != NewRelations(list...) {
		t.Error("equal lists differ")
	}
}

// TestRelationWords: both directions of every well-known relation have a number.
func TestRelationWords(t *testing.T) {
	for _, pair := range opposites {
		for _, word := range pair {
			if !slices.Contains(relationTypes[1:], word) {
				t.Errorf("%s is written out every time", word)
			}
		}
	}
}

func FuzzRelations(f *testing.F) {
	f.Add("ownedBy", "group", "default", "team")
	f.Add("", "", "", "")
	f.Add("x", "api", "n", strings.Repeat("y", 200))
	f.Fuzz(func(t *testing.T, typ, kind, namespace, name string) {
		list := []Relation{{typ, Ref{kind, namespace, name}}, {"ownedBy", Ref{kind, namespace, name}}}
		if got := NewRelations(list...).List(); !slices.Equal(got, list) {
			t.Errorf("%q, want %q", got, list)
		}
	})
}
