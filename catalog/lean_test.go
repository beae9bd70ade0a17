package catalog

import (
	"reflect"
	"strings"
	"testing"
	"unsafe"
)

func full() *Entity {
	return &Entity{
		Ref: MakeRef("component", "shop", "Orders"), APIVersion: "backstage.io/v1alpha1", Kind: "Component", Namespace: "shop", Name: "Orders",
		Title: "Orders", Description: "Takes orders", Type: "service", Lifecycle: "production", Owner: MakeRef("group", "", "team"),
		Tags: []string{"java", "kafka"}, Labels: []Pair{{"tier", "1"}}, Annotations: []Pair{{"a/b", "v"}, {"c/d", "w"}},
		Links:    []Link{{"https://a.example", "A", "docs", "runbook"}},
		Profile:  Profile{"Orders team", "o@a.example", "https://a.example/o.png"},
		API:      API{"OpenAPI 3.0", "Orders", "1.2"},
		Document: NewDocument(descriptorJSON("Orders")), Relations: NewRelations(Relation{"ownedBy", MakeRef("group", "", "team")}),
		Source:   Provenance{"file:all", "shop/catalog-info.yaml", 3},
		Problems: []Problem{{Code: ProblemDoubtful, Message: "odd"}},
	}
}

// settled takes out what differs between two forms of one entity.
func settled(e *Entity) Entity {
	c := *e
	c.Document = NewDocument(e.Document.JSON())
	return c
}

func TestLean(t *testing.T) {
	e := full()
	l := Lean(e)
	if l == e || !reflect.DeepEqual(settled(l), settled(full())) {
		t.Errorf("the lean form differs: %+v", l)
	}
	if !reflect.DeepEqual(e, full()) {
		t.Error("the given entity was changed")
	}
	if Lean(l) != l {
		t.Error("a lean entity is copied again")
	}
	if !l.Document.Equal(e.Document) || !e.Document.Equal(l.Document) {
		t.Error("the document is another one")
	}
	changed := *e
	changed.Document = NewDocument([]byte("{}"))
	if l.Document.Equal(changed.Document) {
		t.Error("a changed document is the same")
	}
	plain := &Entity{Ref: MakeRef("component", "", "a"), Name: "a"}
	if Lean(plain) != plain {
		t.Error("an entity without a document is copied")
	}
}

// TestLeanShares: what entities have in common is in memory once, and nothing of the file that they were read from.
func TestLeanShares(t *testing.T) {
	file := strings.Repeat("service team java ", 10)
	read := func(at int) *Entity {
		e := &Entity{Ref: MakeRef("component", "", "a"), Name: "a", Document: NewDocument(descriptorJSON("a"))}
		e.Type, e.Owner.Name, e.Tags = file[at:at+7], file[at+8:at+12], []string{file[at+13 : at+17]}
		return Lean(e)
	}
	a, b := read(0), read(18)
	for _, s := range [][2]string{{a.Type, b.Type}, {a.Owner.Name, b.Owner.Name}, {a.Tags[0], b.Tags[0]}} {
		if s[0] != s[1] || unsafe.StringData(s[0]) != unsafe.StringData(s[1]) {
			t.Errorf("%q is in memory twice", s[0])
		}
	}
	if unsafe.StringData(a.Ref.Name) != unsafe.StringData(a.Name) {
		t.Error("the name is in memory twice")
	}
	if got := testing.AllocsPerRun(100, func() { Lean(full()) }) - testing.AllocsPerRun(100, func() { full() }); got > 7 {
		t.Errorf("%v allocations", got)
	}
}
