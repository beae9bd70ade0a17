package readapi

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/descriptor"
	"github.com/backchannel-portal/backchannel/catalog/search"
)

const company = `apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: Checkout
  title: The Checkout
  description: Takes a "basket" and makes an order of it.
  tags: [java, critical]
  labels: {tier: gold, example.com/zone: EU}
  annotations:
    github.com/project-slug: acme/checkout
    backstage.io/view-url: https://elsewhere.example.com/
  links: [{url: "https://a.example.com", title: A}, {url: "https://b.example.com"}]
spec:
  type: service
  lifecycle: production
  owner: crew
  system: shop
  dependsOn: [component:payments, resource:orders-db]
  sla: {hours: 4, tiers: [one, {level: 2}], note: null}
---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: payments, title: Payments, tags: [go]}
spec: {type: Service, lifecycle: experimental, owner: "group:default/ghosts"}
---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: admin, namespace: tools}
spec: {type: website, lifecycle: production, owner: "group:default/crew"}
---
apiVersion: backstage.io/v1alpha1
kind: Resource
metadata: {name: orders-db}
spec: {type: database, owner: crew}
---
apiVersion: backstage.io/v1alpha1
kind: System
metadata: {name: shop}
spec: {owner: crew}
---
apiVersion: backstage.io/v1alpha1
kind: Group
metadata: {name: crew}
spec: {type: team, children: [], profile: {displayName: Checkout Crew, email: crew@example.com}}
---
apiVersion: backstage.io/v1alpha1
kind: User
metadata: {name: mei}
spec: {memberOf: [crew], profile: {displayName: Mei Lin}}
`

// hidden are rules under which groups are not seen.
type hidden struct{}

func (hidden) Key() string { return "outside" }

func (hidden) Sees(catalog.Graph) func(catalog.Record) bool {
	return func(r catalog.Record) bool { return r.Ref().Kind != "group" }
}

// viewer is who asks, as a header of the request says: somebody outside sees no groups.
func viewer(actor string) catalog.Viewer {
	if actor == "outside" {
		return catalog.Viewer{Actor: actor, Rules: hidden{}}
	}
	return catalog.Viewer{Actor: actor}
}

func readerOf(t testing.TB, entities []*catalog.Entity) *search.Reader {
	t.Helper()
	r := search.NewReader(catalog.Changes{Generation: 1, Full: true, Upserts: entities}, []search.Doc{{
		Entity: catalog.MakeRef("component", "", "checkout"), Page: "runbook", Anchor: "pile", Title: "Runbook", Heading: "When orders pile up", Text: "Scale the thing first.",
	}}, search.Options{})
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	return r
}

func parse(t testing.TB, file, text string) []*catalog.Entity {
	t.Helper()
	var out []*catalog.Entity
	for _, d := range descriptor.Read(file, []byte(text), descriptor.Options{Origin: "url:https://github.com/acme/all/blob/main/all.yaml"}) {
		if !d.OK {
			t.Fatalf("%s: %v", file, d.Errors)
		}
		out = append(out, d.Entity)
	}
	return out
}

// serve is the API over the company.
func serve(t testing.TB) http.Handler {
	t.Helper()
	return over(readerOf(t, parse(t, "https://github.com/acme/all/blob/main/a/catalog-info.yaml", company)))
}

func over(reader *search.Reader) http.Handler {
	return follow(func() *search.Reader { return reader })
}

// follow is the API over the present state of a catalog.
func follow(reader func() *search.Reader) http.Handler {
	router := chi.NewRouter()
	New(Options{View: func(r *http.Request) search.View { return reader().For(viewer(r.Header.Get("X-Actor"))) }}).Mount(router)
	return router
}

// call sends a request: "GET /path", or "POST /path" with a body.
func call(t testing.TB, h http.Handler, request string, body ...string) *httptest.ResponseRecorder {
	t.Helper()
	method, target, _ := strings.Cut(request, " ")
	r := httptest.NewRequest(method, target, strings.NewReader(strings.Join(body, "")))
	if len(body) > 0 {
		r.Header.Set("Content-Type", "application/json")
	}
	rw := httptest.NewRecorder()
	h.ServeHTTP(rw, r)
	if kind := rw.Header().Get("Content-Type"); kind != "application/json; charset=utf-8" && rw.Code != http.StatusMethodNotAllowed {
		t.Errorf("%s: content type %q", request, kind)
	}
	return rw
}

// listed is a page of a query, with the names of its items.
type listed struct {
	Items []struct {
		Kind     string
		Metadata struct{ Name, UID, ETag string }
	}
	TotalItems int
	PageInfo   struct{ NextCursor, PrevCursor string }
}

func (l listed) names() string {
	var out []string
	for _, i := range l.Items {
		out = append(out, i.Metadata.Name)
	}
	return strings.Join(out, " ")
}

func decode[T any](t testing.TB, rw *httptest.ResponseRecorder) T {
	t.Helper()
	var v T
	if err := json.Unmarshal(rw.Body.Bytes(), &v); err != nil {
		t.Fatalf("%v in %s", err, rw.Body)
	}
	return v
}
