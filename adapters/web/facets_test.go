package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/catalog/search/searchtest"
)

func fleet(t *testing.T) search.View {
	t.Helper()
	entities := []*catalog.Entity{
		searchtest.Entity("system:shop"),
		searchtest.Entity("component:a", searchtest.Type("service"), searchtest.Lifecycle("production"), searchtest.Owner("group:red"), searchtest.Tags("go", "tier-1"), searchtest.Rel("partOf", "system:shop")),
		searchtest.Entity("component:b", searchtest.Type("service"), searchtest.Lifecycle("deprecated"), searchtest.Owner("group:red"), searchtest.Tags("go")),
		searchtest.Entity("component:c", searchtest.Type("website"), searchtest.Lifecycle("production"), searchtest.Owner("group:blue"), searchtest.Tags("java")),
		searchtest.Entity("api:a", searchtest.Type("openapi"), searchtest.Lifecycle("production"), searchtest.Owner("group:red")),
		searchtest.Entity("gadget:g", searchtest.Type("odd")),
	}
	r := search.NewReader(catalog.Changes{Generation: 1, Full: true, Upserts: entities}, nil, search.Options{})
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	return r.For(catalog.Viewer{})
}

// A count at a value says what the list has when the value is chosen, everything else staying as it is.
func TestFacetsCount(t *testing.T) {
	view := fleet(t)
	for _, tt := range []struct {
		query string
		refs  string
		count map[int]map[string]int
	}{
		{"", "component:default/a component:default/b component:default/c api:default/a system:default/shop", map[int]map[string]int{byKind: {"component": 3, "api": 1, "system": 1}, byTag: {"go": 2, "tier-1": 1, "java": 1}, bySystem: {"system:default/shop": 1}}},
		{"type=service", "component:default/a component:default/b", map[int]map[string]int{byType: {"service": 2, "website": 1, "openapi": 1}, byOwner: {"group:default/red": 2}, byLifecycle: {"production": 1, "deprecated": 1}}},
		{"type=service&type=website&lifecycle=production", "component:default/a component:default/c", map[int]map[string]int{byLifecycle: {"production": 2, "deprecated": 1}, byType: {"service": 1, "website": 1, "openapi": 1}}},
		{"tag=go&tag=TIER-1", "component:default/a", map[int]map[string]int{byTag: {"go": 1, "tier-1": 1}}},
		{"owner=red&kind=API", "api:default/a", map[int]map[string]int{byKind: {"component": 2, "api": 1}}},
		{"owner=GROUP:default/red&system=shop", "component:default/a", nil},
		{"kind=gadget", "gadget:default/g", nil},
		{"kind=nothing&tag=%00&owner=", "", nil},
	} {
		q, err := url.ParseQuery(tt.query)
		if err != nil {
			t.Fatal(err)
		}
		s := readSelection(q)
		found := find(view, s)
		var refs []string
		for _, r := range found.refs {
			refs = append(refs, r.String())
		}
		if got := strings.Join(refs, " "); got != tt.refs {
			t.Errorf("%s selects %s, want %s", tt.query, got, tt.refs)
		}
		for f, want := range tt.count {
			for v, n := range want {
				if found.counts[f][v] != n {
					t.Errorf("%s: %s %s counts %d, want %d", tt.query, facetNames()[f], v, found.counts[f][v], n)
				}
				// The promise of the count, but for what is chosen already.
				if !slices.Contains(s[f], v) && f != byKind {
					if to := find(view, s.only(f, v)); len(to.refs) != n {
						t.Errorf("%s and %s=%s selects %d, its count says %d", tt.query, facetNames()[f], v, len(to.refs), n)
					}
				}
			}
		}
	}
}

// only is the selection with one value at a facet, or with a tag more.
func (s selection) only(f int, v string) selection {
	if f != byTag {
		s[f] = nil
	}
	return s.toggled(f, v)
}

func TestSelectionsAreAddresses(t *testing.T) {
	for _, tt := range []struct{ query, toggle, want string }{
		{"", "kind=api", "/catalog?kind=api"},
		{"kind=api&type=grpc&tag=x", "kind=component", "/catalog?kind=component&tag=x"},
		{"kind=api", "kind=api", "/catalog"},
		{"tag=a&tag=b", "tag=a", "/catalog?tag=b"},
		{"owner=red", "owner=group:default/blue", "/catalog?owner=group%3Adefault%2Fred&owner=group%3Adefault%2Fblue"},
		{"tag=%3Cscript%3E", "type=a+b", "/catalog?tag=%3Cscript%3E&type=a+b"},
	} {
		q, _ := url.ParseQuery(tt.query)
		toggle, _ := url.ParseQuery(tt.toggle)
		s := readSelection(q)
		for f, name := range facetNames() {
			if v := toggle.Get(name); v != "" {
				s = s.toggled(f, v)
			}
		}
		if got := s.address(1); got != tt.want {
			t.Errorf("%s with %s is %s, want %s", tt.query, tt.toggle, got, tt.want)
		}
	}
	many := url.Values{}
	for i := range 100 {
		many.Add("tag", strings.Repeat("x", i*10))
	}
	if s := readSelection(many); len(s[byTag]) > maxChosen {
		t.Errorf("%d tags are taken", len(s[byTag]))
	}
}

func TestFacetsAreKept(t *testing.T) {
	view := fleet(t)
	var c facetCache
	s := readSelection(url.Values{"type": {"service"}})
	if a, b := c.find(view, s), c.find(view, s); a != b {
		t.Error("the same is worked out twice")
	}
	for i := range 2 * keptSelections {
		c.find(view, readSelection(url.Values{"tag": {strings.Repeat("x", i+1)}}))
	}
	if len(c.kept) > keptSelections {
		t.Errorf("%d selections are kept", len(c.kept))
	}
}

func TestListShowsWhatIsChosen(t *testing.T) {
	body := call(t, site(t), http.MethodGet, "/catalog?kind=component&tag=java&lifecycle=production", "").Body.String()
	for _, s := range []string{
		`<ul class="chosen"`, `href="/catalog?kind=component&amp;tag=java"`, `href="/catalog?kind=component&amp;lifecycle=production"`, "1 to 1 of 1", ">Checkout</a>",
	} {
		if !strings.Contains(body, s) {
			t.Errorf("no %s", s)
		}
	}
}
