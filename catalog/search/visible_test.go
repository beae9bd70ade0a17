package search_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
	st "github.com/backchannel-portal/backchannel/catalog/search/searchtest"
)

// hide is a rule set that hides one entity.
type hide struct{ ref catalog.Ref }

func (h hide) Key() string { return "all but " + h.ref.String() }

func (h hide) Sees(catalog.Graph) func(catalog.Record) bool {
	return func(r catalog.Record) bool { return r.Ref() != h.ref }
}

// outsider sees everything but the vault.
var outsider = catalog.Viewer{Actor: "outsider", Rules: hide{st.Ref("component:vaultkeeper")}}

// secretReader holds an entity with a word, a tag, a fact key, relations, docs and problems that only it has.
func secretReader(t *testing.T) *search.Reader {
	t.Helper()
	vault := st.Ref("component:vaultkeeper")
	entities := append(bakery(), st.Entity("component:vaultkeeper", st.Title("Vault Keeper"), st.Owner("group:counter"),
		st.Type("safe"), st.Tags("hushhush"), st.About("Guards the sourdough recipe"),
		st.Rel("dependsOn", "resource:loaf-db"), st.Rel("dependsOn", "resource:nowhere")))
	now := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	r := search.NewReader(catalog.Changes{
		Generation: 7,
		Upserts:    entities,
		Facts: []catalog.Fact{
			{Entity: vault, Producer: "inventory", Key: "framework/secretlib", Value: "1.0", AsOf: now},
			{Entity: vault, Producer: "inventory", Key: "framework/gin", Value: "1.9", AsOf: now},
			{Entity: st.Ref("component:till"), Producer: "inventory", Key: "framework/gin", Value: "1.8", AsOf: now},
		},
		Problems: map[string][]catalog.Problem{"vault.yaml": {{Code: catalog.ProblemInvalid, Message: "vaultkeeper is broken"}}},
	}, []search.Doc{{Entity: vault, Title: "Vault Keeper", Text: "The combination is in the drawer."}}, search.Options{})
	t.Cleanup(func() { _ = r.Close() })
	return r
}

func TestHiddenIsNeverShown(t *testing.T) {
	r := secretReader(t)
	for who, want := range map[string]bool{"insider": true, "outsider": false} {
		v := r.For(map[string]catalog.Viewer{"insider": {Actor: "insider"}, "outsider": outsider}[who])
		vault := st.Ref("component:vaultkeeper")
		shown := map[string]bool{}
		_, shown["entity"] = v.Entity(vault)
		for e := range v.Entities(search.Filter{Types: []string{"safe"}}) {
			shown["entities"] = shown["entities"] || e.Ref == vault
		}
		shown["count"] = v.Count(search.Filter{Tags: []string{"hushhush"}}) == 1
		shown["relations"] = len(v.Relations(vault)) > 0
		for _, rel := range append(v.Relations(st.Ref("resource:loaf-db")), v.Relations(st.Ref("group:counter"))...) {
			shown["relations back"] = shown["relations back"] || rel.Target == vault
		}
		for _, name := range []string{"component:vaultkeeper", "vaultkeeper", "Vault-Keeper", "vaultkeper", "vualtkeper", "vault", "vaultkepxxr", "keeper of the vault"} {
			for _, c := range v.Resolve(name, search.ResolveOptions{}) {
				shown["resolve "+name] = shown["resolve "+name] || c.Entity.Ref == vault
			}
			if _, ok := shown["resolve "+name]; !ok {
				shown["resolve "+name] = false
			}
		}
		for _, q := range []string{"sourdough recipe", "vaultkeeper", "hushhush"} {
			shown["search "+q] = len(v.Search(search.Query{Text: q, Any: true})) > 0
		}
		shown["docs"] = len(v.Docs(vault)) > 0
		shown["search docs"] = len(v.SearchDocs(search.Query{Text: "combination drawer", Any: true})) > 0
		shown["facts"] = len(v.Facts(vault, "inventory", "")) > 0
		shown["facts by key"] = len(v.FactsByKey("inventory", "framework/gin")) == 2
		shown["fact keys"] = len(v.FactKeys("inventory", "framework/")) == 2
		shown["fact counts"] = v.FactKeys("inventory", "framework/gin")[0].Count == 2
		shown["problems"] = len(v.Problems(vault)) > 0
		shown["file problems"] = len(v.FileProblems()) > 0
		for what, got := range shown {
			if got != want {
				t.Errorf("%s: %s shown: %v, want %v", who, what, got, want)
			}
		}
	}
}

// TestHiddenIsNotNamed looks at what is seen and names what is hidden.
func TestHiddenIsNotNamed(t *testing.T) {
	entities := []*catalog.Entity{
		st.Entity("component:till", st.Owner("group:night"), st.Rel("dependsOn", "resource:loaf-db"), st.Rel("dependsOn", "resource:nowhere")),
		st.Entity("group:night"), st.Entity("resource:loaf-db"),
	}
	entities[0].Document = catalog.NewDocument([]byte(`{"kind":"Component","spec":{"type":"x","owner":"night","dependsOn":["resource:loaf-db","resource:nowhere"],"providesApis":["night-api"],"children":["night"],"system":7}}`))
	r := search.NewReader(catalog.Changes{Generation: 1, Upserts: entities}, nil, search.Options{})
	t.Cleanup(func() { _ = r.Close() })
	v := r.For(catalog.Viewer{Rules: onlyKind("component")})
	till := st.Ref("component:till")
	for range 2 { // once made, once kept
		e, ok := v.Entity(till)
		if !ok || !e.Owner.IsZero() || e.Relations.Len() != 1 {
			t.Fatalf("till is %+v with %d relations", e, e.Relations.Len())
		}
		if got, want := string(e.Document.JSON()), `{"kind":"Component","spec":{"type":"x","dependsOn":["resource:nowhere"],"providesApis":["night-api"],"system":7}}`; got != want {
			t.Errorf("its document is %s, want %s", got, want)
		}
	}
	if got := v.Relations(till); len(got) != 1 || got[0].Target != st.Ref("resource:nowhere") {
		t.Errorf("its relations are %v", got)
	}
	for h := range search.Heads(v, "component") {
		if !h.Owner.IsZero() {
			t.Errorf("its head names %s", h.Owner)
		}
	}
	owned := search.Filter{Owner: st.Ref("group:night")}
	if n := v.Count(owned); n != 0 || len(slices.Collect(v.Entities(owned))) != 0 {
		t.Errorf("%d are found by an owner that is hidden", n)
	}
	if e, _ := r.For(catalog.Viewer{}).Entity(till); e.Owner.IsZero() || e.Relations.Len() != 3 {
		t.Errorf("for those who see everything till is %+v", e)
	}
	if hides := search.Hides(v); !hides(st.Ref("group:night")) || hides(st.Ref("resource:nowhere")) || search.Hides(r.For(catalog.Viewer{})) != nil {
		t.Error("Hides")
	}
}

// onlyKind are rules under which one kind is seen.
type onlyKind string

func (k onlyKind) Key() string { return string(k) }

func (k onlyKind) Sees(catalog.Graph) func(catalog.Record) bool {
	return func(r catalog.Record) bool { return r.Ref().Kind == string(k) }
}

// TestHiddenWordsDoNotNarrow checks that a word which only hidden entities have counts as one that occurs nowhere.
func TestHiddenWordsDoNotNarrow(t *testing.T) {
	v := secretReader(t).For(outsider)
	hits := v.Search(search.Query{Text: "sourdough orders web"})
	if len(hits) != 1 || !strings.HasSuffix(hits[0].Entity.Ref.String(), "order-intake") || hits[0].Terms != 2 || hits[0].Of != 3 {
		t.Errorf("hits %+v", hits)
	}
}

// TestHiddenOwnerIsNotFound searches by what a hidden owner is called: nothing that it owns is found by that, and how
// common its words are taken to be does not depend on it.
func TestHiddenOwnerIsNotFound(t *testing.T) {
	build := func(secret bool) search.View {
		owner := func(ref string) func(*catalog.Entity) {
			if !secret {
				return func(*catalog.Entity) {}
			}
			return st.Owner(ref)
		}
		entities := []*catalog.Entity{
			st.Entity("component:till", owner("group:night"), st.About("Counts the watches")), st.Entity("component:drawer", owner("group:night"), st.About("Holds coins")),
			st.Entity("component:clock", st.Owner("group:day"), st.About("A watch on the wall")), st.Entity("group:day", st.Title("Day Shift")),
		}
		for range 3 {
			entities = append(entities, st.Entity(fmt.Sprintf("component:coin-%d", len(entities)), st.About("Night coins")))
		}
		if secret {
			entities = append(entities, st.Entity("group:night", st.Title("Night Watch")))
		}
		r := search.NewReader(catalog.Changes{Generation: 1, Upserts: entities}, nil, search.Options{})
		t.Cleanup(func() { _ = r.Close() })
		return r.For(catalog.Viewer{Rules: hide{st.Ref("group:night")}})
	}
	with, without := build(true), build(false)
	for _, q := range []string{"night watch", "night", "watch", "watch coins", "night watch coins", "day shift", "day clock", "drawer night"} {
		for _, anyOf := range []bool{false, true} {
			var found [2][]string
			for i, v := range []search.View{with, without} {
				for _, h := range v.Search(search.Query{Text: q, Any: anyOf}) {
					found[i] = append(found[i], fmt.Sprintf("%s %.6f %d/%d", h.Entity.Ref, h.Score, h.Terms, h.Of))
				}
			}
			if !slices.Equal(found[0], found[1]) {
				t.Errorf("%q, any %v: %q is found where the owner is hidden, %q where there is none", q, anyOf, found[0], found[1])
			}
		}
	}
	if hits := with.Search(search.Query{Text: "day shift"}); len(hits) == 0 {
		t.Error("nothing is found by an owner that may be seen")
	}
}

// TestInvalid: of the file of an entity that is shown it can be told whether it is valid, also to who hears of no files.
func TestInvalid(t *testing.T) {
	pay, till := st.Entity("component:pay"), st.Entity("component:till")
	pay.Source.Location, till.Source.Location = "pay.yaml", "till.yaml"
	r := search.NewReader(catalog.Changes{Generation: 1, Upserts: []*catalog.Entity{pay, till}, Problems: map[string][]catalog.Problem{
		"pay.yaml": {{Code: catalog.ProblemInvalid}}, "till.yaml": {{Code: catalog.ProblemUnreadable}},
	}}, nil, search.Options{})
	defer r.Close()
	for _, viewer := range []catalog.Viewer{{}, {Rules: onlyKind("component")}} {
		if v := r.For(viewer); !search.Invalid(v, pay) || search.Invalid(v, till) {
			t.Errorf("%v: %v %v", viewer, search.Invalid(v, pay), search.Invalid(v, till))
		}
	}
}
