package readapi

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
)

// TestEntity pins the whole form of one entity.
func TestEntity(t *testing.T) {
	h := serve(t)
	got := decode[map[string]any](t, call(t, h, "GET /api/catalog/entities/by-name/COMPONENT/default/checkout"))
	metadata, ok := got["metadata"].(map[string]any)
	if !ok {
		t.Fatalf("no metadata in %v", got)
	}
	if id := metadata["uid"]; id != uid(parse(t, "x", company)[0].Ref) {
		t.Errorf("uid %v", id)
	}
	if tag, _ := metadata["etag"].(string); len(tag) != 40 {
		t.Errorf("etag %q", tag)
	}
	delete(metadata, "uid")
	delete(metadata, "etag")
	var want map[string]any
	const text = `{"apiVersion":"backstage.io/v1alpha1","kind":"Component",
		"metadata":{"name":"Checkout","namespace":"default","title":"The Checkout","description":"Takes a \"basket\" and makes an order of it.",
			"tags":["java","critical"],"labels":{"tier":"gold","example.com/zone":"EU"},
			"links":[{"url":"https://a.example.com","title":"A"},{"url":"https://b.example.com"}],
			"annotations":{"github.com/project-slug":"acme/checkout","backstage.io/view-url":"https://elsewhere.example.com/",
				"backstage.io/managed-by-location":"url:https://github.com/acme/all/blob/main/a/catalog-info.yaml",
				"backstage.io/managed-by-origin-location":"url:https://github.com/acme/all/blob/main/all.yaml",
				"backstage.io/edit-url":"https://github.com/acme/all/edit/main/a/catalog-info.yaml",
				"backstage.io/source-location":"url:https://github.com/acme/all/tree/main/a/"}},
		"spec":{"type":"service","lifecycle":"production","owner":"crew","system":"shop","dependsOn":["component:payments","resource:orders-db"],
			"sla":{"hours":4,"tiers":["one",{"level":2}],"note":null}},
		"relations":[{"type":"dependsOn","targetRef":"component:default/payments"},{"type":"dependsOn","targetRef":"resource:default/orders-db"},
			{"type":"ownedBy","targetRef":"group:default/crew"},{"type":"partOf","targetRef":"system:default/shop"}]}`
	if err := json.Unmarshal([]byte(text), &want); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}

func TestEtagFollowsContent(t *testing.T) {
	tag := func(text string) string {
		h := over(readerOf(t, parse(t, "https://github.com/acme/all/blob/main/a.yaml", text)))
		return decode[struct{ Metadata struct{ ETag string } }](t, call(t, h, "GET /api/catalog/entities/by-name/group/default/crew")).Metadata.ETag
	}
	same, again := tag(company), tag(company)
	if same != again {
		t.Error("the etag differs between two readings")
	}
	if tag(strings.Replace(company, "Checkout Crew", "Crew", 1)) == same {
		t.Error("the etag does not follow the text")
	}
	if tag(strings.Replace(company, "memberOf: [crew]", "memberOf: []", 1)) == same {
		t.Error("the etag does not follow the relations")
	}
}

func TestNotFound(t *testing.T) {
	h := serve(t)
	for path, message := range map[string]string{
		"/api/catalog/entities/by-name/component/default/nothing":          "No entity named 'nothing' found, with kind 'component' in namespace 'default'",
		"/api/catalog/entities/by-name/component/default/nothing/ancestry": "No such entity component:default/nothing",
		"/api/catalog/entities/by-uid/nothing":                             "No entity with uid nothing",
		"/api/catalog/locations/nothing":                                   "Found no location with ID nothing",
		"/api/catalog/locations/by-entity/component/default/nothing":       "found no entity for ref component:default/nothing",
	} {
		rw := call(t, h, "GET "+path)
		p := decode[problem](t, rw)
		if rw.Code != http.StatusNotFound || p.Error.Name != "NotFoundError" || p.Error.Message != message || p.Request.URL != path {
			t.Errorf("%s: %d %s", path, rw.Code, rw.Body)
		}
	}
}

func TestFields(t *testing.T) {
	h := serve(t)
	for _, c := range []struct{ fields, want string }{
		{"kind", `{"kind":"Component"}`},
		{"kind,metadata.name&fields=metadata.namespace", `{"kind":"Component","metadata":{"name":"Checkout","namespace":"default"}}`},
		{"metadata.annotations.github.com/project-slug", `{"metadata":{"annotations":{"github.com/project-slug":"acme/checkout"}}}`},
		{"metadata.labels.example.com/zone,metadata.labels.tier", `{"metadata":{"labels":{"example.com/zone":"EU","tier":"gold"}}}`},
		{"spec.sla.hours,spec.sla", `{"spec":{"sla":{"hours":4,"tiers":["one",{"level":2}],"note":null}}}`},
		{"spec.sla,spec.sla.hours", `{"spec":{"sla":{"hours":4,"tiers":["one",{"level":2}],"note":null}}}`},
		{"spec.sla.note", `{"spec":{"sla":{"note":null}}}`},
		{"Kind,metadata.nothing,spec.type.deeper,nothing.at.all", `{}`},
	} {
		got := decode[struct{ Items []json.RawMessage }](t, call(t, h, byQuery+"filter=metadata.name=checkout&fields="+c.fields))
		if len(got.Items) != 1 || string(got.Items[0]) != c.want {
			t.Errorf("%s: got %s, want %s", c.fields, got.Items, c.want)
		}
	}
}

func TestByRefs(t *testing.T) {
	h := serve(t)
	const refs = `{"entityRefs":["User:default/MEI","component:nothing","component:checkout","not a ref","component:checkout"],"fields":["metadata.name"]`
	for _, c := range []struct{ path, body, want string }{
		{"", refs + "}", `{"items":[{"metadata":{"name":"mei"}},null,{"metadata":{"name":"Checkout"}},null,{"metadata":{"name":"Checkout"}}]}`},
		{"?filter=kind=user", refs + "}", `{"items":[{"metadata":{"name":"mei"}},null,null,null,null]}`},
		{"", refs + `,"query":{"kind":"component"}}`, `{"items":[null,null,{"metadata":{"name":"Checkout"}},null,{"metadata":{"name":"Checkout"}}]}`},
		{"", `{"entityRefs":[]}`, `{"items":[]}`},
	} {
		if rw := call(t, h, "POST /api/catalog/entities/by-refs"+c.path, c.body); rw.Body.String() != c.want {
			t.Errorf("%s %s: got %s", c.path, c.body, rw.Body)
		}
	}
}

func TestOlderEndpoints(t *testing.T) {
	h := serve(t)
	rw := call(t, h, "GET /api/catalog/entities?filter=kind=component&order=desc:metadata.title&limit=2&fields=metadata.name")
	if got := rw.Body.String(); got != `[{"metadata":{"name":"Checkout"}},{"metadata":{"name":"payments"}}]` {
		t.Errorf("first page %s", got)
	}
	link := rw.Header().Get("Link")
	next := strings.TrimSuffix(strings.TrimPrefix(link, "<"), `>; rel="next"`)
	if got := call(t, h, "GET "+next); got.Body.String() != `[{"metadata":{"name":"admin"}}]` || got.Header().Get("Link") != "" {
		t.Errorf("second page %s of %s", got.Body, link)
	}
	id := uid(parse(t, "x", company)[3].Ref)
	if got := decode[map[string]any](t, call(t, h, "GET /api/catalog/entities/by-uid/"+id)); got["kind"] != "Resource" {
		t.Errorf("by uid: %v", got)
	}
	tree := decode[struct {
		RootEntityRef string
		Items         []struct{ Entity map[string]any }
	}](t, call(t, h, "GET /api/catalog/entities/by-name/user/default/mei/ancestry"))
	if tree.RootEntityRef != "user:default/mei" || len(tree.Items) != 1 || tree.Items[0].Entity["kind"] != "User" {
		t.Errorf("ancestry: %+v", tree)
	}
}

func TestLocations(t *testing.T) {
	h := serve(t)
	list := decode[[]struct{ Data registered }](t, call(t, h, "GET /api/catalog/locations"))
	if len(list) != 1 || list[0].Data.Type != "url" || list[0].Data.Target != "https://github.com/acme/all/blob/main/all.yaml" {
		t.Fatalf("locations: %+v", list)
	}
	for _, path := range []string{list[0].Data.ID, "by-entity/user/default/mei"} {
		if got := decode[registered](t, call(t, h, "GET /api/catalog/locations/"+path)); got != list[0].Data {
			t.Errorf("%s: %+v", path, got)
		}
	}
	rw := call(t, h, "POST /api/catalog/locations/by-query", `{"limit":3}`)
	if want := `"totalItems":1,"pageInfo":{}}`; !strings.HasSuffix(rw.Body.String(), want) {
		t.Errorf("by query: %s", rw.Body)
	}
}

func TestFacets(t *testing.T) {
	h := serve(t)
	for _, c := range []struct{ query, want string }{
		{"facet=spec.type&filter=kind=component", `{"facets":{"spec.type":[{"value":"Service","count":1},{"value":"service","count":1},{"value":"website","count":1}]}}`},
		{"facet=metadata.tags&facet=Kind&filter=spec.owner=crew", `{"facets":{"metadata.tags":[{"value":"critical","count":1},{"value":"java","count":1}],"Kind":[{"value":"Component","count":1},{"value":"Resource","count":1},{"value":"System","count":1}]}}`},
		{"facet=relations.ownedBy", `{"facets":{"relations.ownedBy":[{"value":"group:default/crew","count":4},{"value":"group:default/ghosts","count":1}]}}`},
		{"facet=spec.sla.note", `{"facets":{"spec.sla.note":[]}}`},
		{"facet=metadata.annotations.github.com/project-slug", `{"facets":{"metadata.annotations.github.com/project-slug":[{"value":"acme/checkout","count":1}]}}`},
	} {
		if rw := call(t, h, "GET /api/catalog/entity-facets?"+c.query); rw.Body.String() != c.want {
			t.Errorf("%s: got %s", c.query, rw.Body)
		}
	}
	rw := call(t, h, "POST /api/catalog/entity-facets", `{"facets":["kind"],"query":{"kind":{"$in":["user","group"]}}}`)
	if want := `{"facets":{"kind":[{"value":"Group","count":1},{"value":"User","count":1}]}}`; rw.Body.String() != want {
		t.Errorf("posted: %s", rw.Body)
	}
}

// TestViewer checks that what one may not see cannot be named, counted or inferred from relations.
func TestViewer(t *testing.T) {
	h := serve(t)
	for path, want := range map[string]string{
		"entities/by-query?limit=0":                                                           `{"items":[],"totalItems":6,"pageInfo":{}}`,
		"entity-facets?facet=relations.ownedBy":                                               `{"facets":{"relations.ownedBy":[{"value":"group:default/ghosts","count":1}]}}`,
		"entities/by-query?limit=0&filter=relations.ownedBy=group:default/crew":               `{"items":[],"totalItems":0,"pageInfo":{}}`,
		"entities/by-query?filter=kind=user&fields=relations":                                 `{"items":[{"relations":[]}],"totalItems":1,"pageInfo":{}}`,
		"entities/by-query?limit=0&filter=metadata.uid=" + uid(parse(t, "x", company)[5].Ref): `{"items":[],"totalItems":0,"pageInfo":{}}`,
	} {
		r := httptest.NewRequest(http.MethodGet, "/api/catalog/"+path, nil)
		r.Header.Set("X-Actor", "outside")
		rw := httptest.NewRecorder()
		h.ServeHTTP(rw, r)
		if rw.Body.String() != want {
			t.Errorf("%s: got %s", path, rw.Body)
		}
	}
}

// results is the answer to a search.
type results struct {
	Results []struct {
		Type     string
		Document map[string]any
		Rank     int
	}
	Next   string `json:"nextPageCursor"`
	Prev   string `json:"previousPageCursor"`
	Number *int   `json:"numberOfResults"`
}

func TestSearch(t *testing.T) {
	h := serve(t)
	got := decode[results](t, call(t, h, "GET /api/search/query?term=checkout"))
	if len(got.Results) < 2 || got.Results[0].Document["location"] != "/catalog/default/component/checkout" || got.Results[0].Rank != 1 || got.Number == nil {
		t.Errorf("checkout: %+v", got)
	}
	got = decode[results](t, call(t, h, "GET /api/search/query?term=pile&types[0]=techdocs"))
	if len(got.Results) != 1 || got.Results[0].Type != "techdocs" || got.Results[0].Document["location"] != "/docs/default/component/checkout/runbook#pile" {
		t.Errorf("pile: %+v", got)
	}
	got = decode[results](t, call(t, h, "GET /api/search/query?term=&filters[kind]=Component&pageLimit=2&types=software-catalog"))
	if len(got.Results) != 2 || got.Next == "" || got.Prev != "" {
		t.Fatalf("everything: %+v", got)
	}
	got = decode[results](t, call(t, h, "GET /api/search/query?term=&filters[kind]=Component&pageLimit=2&types=software-catalog&pageCursor="+got.Next))
	if len(got.Results) != 1 || got.Next != "" || got.Prev == "" || got.Results[0].Rank != 3 {
		t.Errorf("the second page: %+v", got)
	}
	if got = decode[results](t, call(t, h, "GET /api/search/query?term=checkout&filters[lifecycle][]=none")); len(got.Results) != 0 {
		t.Errorf("a filter that nothing passes: %+v", got)
	}
}
