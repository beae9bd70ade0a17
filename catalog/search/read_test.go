package search_test

import (
	"slices"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
	st "github.com/backchannel-portal/backchannel/catalog/search/searchtest"
)

func refs(v search.View, f search.Filter) []string {
	var out []string
	for e := range v.Entities(f) {
		out = append(out, e.Ref.Short("component"))
	}
	return out
}

func TestEntities(t *testing.T) {
	v := bakeryView(t)
	for _, c := range []struct {
		name string
		f    search.Filter
		want []string
	}{
		{"kind", search.Filter{Kinds: []string{"Group"}}, []string{"group:counter", "group:ovens"}},
		{"two kinds", search.Filter{Kinds: []string{"system", "api"}}, []string{"api:order-intake", "system:ordering"}},
		{"type", search.Filter{Types: []string{"Database", "cache"}}, []string{"resource:loaf-db", "resource:orders-cache"}},
		{"lifecycle", search.Filter{Lifecycles: []string{"deprecated"}}, []string{"payments-v1"}},
		{"tag", search.Filter{Tags: []string{"GO"}}, []string{"order-intake"}},
		{"owner", search.Filter{Owner: st.Ref("group:ovens")}, []string{"ovenscheduler"}},
		{"namespace", search.Filter{Namespace: "LAB"}, []string{"lab/till"}},
		{"nothing", search.Filter{Kinds: []string{"moon"}}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := refs(v, c.f); !slices.Equal(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
			if n := v.Count(c.f); n != len(c.want) {
				t.Errorf("counted %d", n)
			}
		})
	}
	if all := refs(v, search.Filter{}); !slices.IsSortedFunc(all, func(a, b string) int { return st.Ref(a).Compare(st.Ref(b)) }) {
		t.Errorf("not in order: %v", all)
	}
}

func TestRelations(t *testing.T) {
	v := bakeryView(t)
	got := v.Relations(st.Ref("api:order-intake"))
	want := []catalog.Relation{
		{Type: "apiConsumedBy", Target: st.Ref("component:ovenscheduler")},
		{Type: "apiProvidedBy", Target: st.Ref("component:order-intake")},
		{Type: "ownedBy", Target: st.Ref("group:counter")},
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %v", got)
	}
	if got := v.Relations(st.Ref("component:till"), "ownedBy"); len(got) != 1 || got[0].Target != st.Ref("group:nobody") {
		t.Errorf("a dangling target is lost: %v", got)
	}
	if got := v.Relations(st.Ref("group:nobody")); got != nil {
		t.Errorf("relations of what does not exist: %v", got)
	}
	ps := v.Problems(st.Ref("component:till"))
	if len(ps) != 1 || ps[0].Code != catalog.ProblemDangling || ps[0].Field != "spec.owner" {
		t.Errorf("problems %v", ps)
	}
}

func TestFactsAndAges(t *testing.T) {
	at := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	fact := func(ref, key, value string) catalog.Fact {
		return catalog.Fact{Entity: st.Ref(ref), Producer: "inventory", Key: key, Value: value, AsOf: at}
	}
	feed := st.NewFeed(bakery()...)
	l := startLive(t, feed, search.Options{})
	feed.Push(catalog.Changes{
		Facts: []catalog.Fact{
			fact("component:till", "framework/react", "18"), fact("component:till", "language/go", "1.26"),
			fact("component:lab/till", "framework/react", "19"), fact("component:gone", "framework/react", "17"),
		},
		Checked:  map[string]time.Time{"test": at},
		Problems: map[string][]catalog.Problem{"a.yaml": {{Code: catalog.ProblemUnreadable, Message: "no permission"}}},
	})
	gen := feed.Push(catalog.Changes{Facts: []catalog.Fact{fact("component:till", "language/go", "")}})
	eventually(t, "the facts", func() bool { return l.Reader().Generation() >= gen })
	v := l.Reader().For(catalog.Viewer{})
	if got := v.FactKeys("inventory", ""); len(got) != 1 || got[0] != (search.KeyCount{Key: "framework/react", Count: 2}) {
		t.Errorf("keys %v", got)
	}
	if got := v.FactsByKey("inventory", "framework/react"); len(got) != 2 || got[0].Value != "18" || got[1].Value != "19" {
		t.Errorf("by key %v", got)
	}
	if got := v.Facts(st.Ref("component:till"), "inventory", "framework/"); len(got) != 1 || !got[0].AsOf.Equal(at) {
		t.Errorf("facts %v", got)
	}
	if got := v.Facts(st.Ref("component:till"), "other", ""); got != nil {
		t.Errorf("facts of another producer %v", got)
	}
	if !v.AsOf("test").Equal(at) || !v.AsOf("elsewhere").IsZero() {
		t.Error("ages are wrong")
	}
	if got := v.FileProblems(); len(got) != 1 || got[0].File != "a.yaml" {
		t.Errorf("file problems %v", got)
	}
	gen = feed.Push(catalog.Changes{Problems: map[string][]catalog.Problem{"a.yaml": nil}})
	eventually(t, "the repaired file", func() bool { return l.Reader().Generation() >= gen })
	if got := l.Reader().For(catalog.Viewer{}).FileProblems(); len(got) != 0 {
		t.Errorf("file problems %v", got)
	}
}
