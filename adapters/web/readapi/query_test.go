package readapi

import (
	"net/http"
	"net/url"
	"testing"
)

const byQuery = "GET /api/catalog/entities/by-query?"

func TestFilters(t *testing.T) {
	h := serve(t)
	everything := "admin Checkout crew mei orders-db payments shop"
	for _, c := range []struct{ filter, want string }{
		{"", everything},
		{"filter=kind=component", "admin Checkout payments"},
		{"filter=KIND=Component", "admin Checkout payments"},
		{"filter=kind=component,spec.type=SERVICE", "Checkout payments"},
		{"filter=kind=user&filter=kind=group", "crew mei"},
		{"filter=kind=user,kind=group", "crew mei"},
		{"filter=kind=user&filter=kind=component,spec.lifecycle=experimental", "mei payments"},
		{"filter= kind = component , spec.type = website ,", "admin"},
		{"filter=,,", everything},
		{"filter=apiversion=backstage.io/v1alpha1", everything},
		{"filter=metadata.name=CHECKOUT", "Checkout"},
		{"filter=metadata.namespace=tools", "admin"},
		{"filter=metadata.namespace=default,kind=component", "Checkout payments"},
		{"filter=metadata.title", "Checkout payments"},
		{"filter=metadata.tags", "Checkout payments"},
		{"filter=metadata.tags=java", "Checkout"},
		{"filter=metadata.tags.java", "Checkout"},
		{"filter=metadata.tags.java=true,metadata.tags.critical=true", "Checkout"},
		{"filter=metadata.tags=java,metadata.tags=go", "Checkout payments"},
		{"filter=metadata.tags=java,metadata.tags.go", ""},
		{"filter=metadata.labels.tier=Gold", "Checkout"},
		{"filter=metadata.labels.example.com/zone=eu", "Checkout"},
		{"filter=metadata.annotations.github.com/project-slug", "Checkout"},
		{"filter=metadata.annotations.github.com/project-slug=ACME/checkout", "Checkout"},
		{"filter=metadata.annotations.backstage.io/view-url=https://elsewhere.example.com/", "Checkout"},
		{"filter=metadata.annotations.backstage.io/managed-by-location,kind=user", "mei"},
		{"filter=metadata.annotations", ""},
		{"filter=metadata.links.title=a", "Checkout"},
		{"filter=metadata.links.url=https://b.example.com", "Checkout"},
		{"filter=spec.sla.hours=4", "Checkout"},
		{"filter=spec.sla.tiers=one", "Checkout"},
		{"filter=spec.sla.tiers.one", "Checkout"},
		{"filter=spec.sla.tiers.level=2", "Checkout"},
		{"filter=spec.sla.note", "Checkout"},
		{"filter=spec.sla.note=null", ""},
		{"filter=spec.sla", ""},
		{"filter=spec.owner=crew", "Checkout orders-db shop"},
		{"filter=spec.owner=group:default/crew", "admin"},
		{"filter=spec.dependsOn=component:payments", "Checkout"},
		{"filter=spec.profile.displayName=mei lin", "mei"},
		{"filter=relations.ownedBy=group:default/crew", "admin Checkout orders-db shop"},
		{"filter=relations.ownedby=group:default/ghosts", "payments"},
		{"filter=relations.dependencyOf=component:default/checkout", "orders-db payments"},
		{"filter=relations.ownedBy=crew", ""},
		{"filter=relations.memberOf", "mei"},
		{"filter=relations.hasMember=user:default/mei", "crew"},
		{"filter=relations", ""},
		{"filter=metadata.uid=" + uid(parse(t, "x", company)[0].Ref), "Checkout"},
		{"filter=status.items", ""},
		{"filter=nothing.of=this", ""},
		{"filter=kind=nothing", ""},
		{"filter=metadata.title=", ""},
	} {
		rw := call(t, h, byQuery+escape(c.filter)+"&orderField=metadata.name")
		if rw.Code != http.StatusOK {
			t.Errorf("%s: %d %s", c.filter, rw.Code, rw.Body)
			continue
		}
		if got := decode[listed](t, rw); got.names() != c.want || got.TotalItems != len(got.Items) {
			t.Errorf("%s: got %q (%d), want %q", c.filter, got.names(), got.TotalItems, c.want)
		}
	}
}

// escape leaves & and the first = of a parameter alone.
func escape(s string) string {
	return (&url.URL{RawQuery: ""}).String() + url.PathEscape(s)
}

func TestPredicates(t *testing.T) {
	h := serve(t)
	for _, c := range []struct{ query, want string }{
		{`{"kind":"component"}`, "admin Checkout payments"},
		{`{"kind":"component","spec.type":"website"}`, "admin"},
		{`{"$all":[]}`, "admin Checkout crew mei orders-db payments shop"},
		{`{"$any":[]}`, ""},
		{`{}`, "admin Checkout crew mei orders-db payments shop"},
		{`{"$not":{"kind":"component"}}`, "crew mei orders-db shop"},
		{`{"$all":[{"kind":"component"},{"$not":{"metadata.tags":{"$exists":true}}}]}`, "admin"},
		{`{"$any":[{"kind":"user"},{"kind":{"$in":["Group","system"]}}]}`, "crew mei shop"},
		{`{"metadata.name":{"$hasPrefix":"Che"}}`, "Checkout"},
		{`{"metadata.tags":{"$contains":"JAVA"}}`, "Checkout"},
		{`{"spec.sla.hours":4}`, "Checkout"},
		{`{"metadata.title":{"$exists":false},"kind":"component"}`, "admin"},
		{`{"relations":{"$contains":{"type":"ownedBy","targetRef":"group:default/CREW"}}}`, "admin Checkout orders-db shop"},
		{`{"relations":{"$contains":{"type":"ownedBy","targetRef":{"$in":["group:default/ghosts"]}}}}`, "payments"},
		{`{"relations":{"$contains":{"type":"memberof"}}}`, "mei"},
	} {
		rw := call(t, h, "POST /api/catalog/entities/by-query", `{"query":`+c.query+`,"orderBy":[{"field":"metadata.name","order":"asc"}]}`)
		if got := decode[listed](t, rw); rw.Code != http.StatusOK || got.names() != c.want {
			t.Errorf("%s: %d, got %q, want %q", c.query, rw.Code, got.names(), c.want)
		}
	}
}

func TestFullText(t *testing.T) {
	h := serve(t)
	for _, c := range []struct{ query, want string }{
		{"fullTextFilterTerm=check", "Checkout crew"},
		{"fullTextFilterTerm=PAY", "payments"},
		{"fullTextFilterTerm=crew&fullTextFilterFields=spec.profile.displayName", "crew"},
		{"fullTextFilterTerm=e&fullTextFilterFields=metadata.title,spec.profile.displayName&filter=kind=component", "Checkout payments"},
		{"fullTextFilterTerm=e&orderField=metadata.title,desc", "Checkout payments"},
		{"fullTextFilterTerm=+", "Checkout payments admin crew orders-db shop mei"},
	} {
		if got := decode[listed](t, call(t, h, byQuery+c.query)); got.names() != c.want {
			t.Errorf("%s: got %q, want %q", c.query, got.names(), c.want)
		}
	}
}

func TestOrder(t *testing.T) {
	h := serve(t)
	for _, c := range []struct{ query, want string }{
		{"", "Checkout payments admin crew orders-db shop mei"}, // by reference
		{"orderField=metadata.title", "payments Checkout"},      // Payments, The Checkout; the others have no title
		{"orderField=metadata.title,desc", "Checkout payments"},
		{"orderField=metadata.namespace,desc&filter=kind=component", "admin payments Checkout"},
		{"orderField=spec.type,asc&orderField=metadata.name,desc&filter=kind=component", "Checkout payments admin"},
		{"limit=2&offset=1&orderField=metadata.name", "Checkout crew"},
		{"limit=2&offset=90", ""},
		{"limit=0", ""},
	} {
		if got := decode[listed](t, call(t, h, byQuery+c.query)); got.names() != c.want {
			t.Errorf("%s: got %q, want %q", c.query, got.names(), c.want)
		}
	}
	if got := decode[listed](t, call(t, h, byQuery+"limit=0")); got.TotalItems != 7 || got.PageInfo.NextCursor != "" {
		t.Errorf("limit 0 counts only: %+v", got)
	}
	if got := decode[listed](t, call(t, h, byQuery+"limit=1&totalItems=exclude")); got.TotalItems != 0 || len(got.Items) != 1 || got.PageInfo.NextCursor == "" {
		t.Errorf("without a total: %+v", got)
	}
}

// TestCursors walks forward and back again, in every order, and sees every entity once.
func TestCursors(t *testing.T) {
	h := serve(t)
	for _, order := range []string{"", "&orderField=metadata.name", "&orderField=metadata.name,desc", "&orderField=spec.type", "&filter=kind=component&filter=kind=user", "&fullTextFilterTerm=e"} {
		for _, limit := range []string{"1", "2", "3", "100"} {
			want := decode[listed](t, call(t, h, byQuery+order))
			page := decode[listed](t, call(t, h, byQuery+"limit="+limit+order))
			forward, pages := page.names(), []string{page.names()}
			if page.PageInfo.PrevCursor != "" {
				t.Errorf("%s: the first page has a page before it", order)
			}
			for range 20 {
				if page.PageInfo.NextCursor == "" {
					break
				}
				page = decode[listed](t, call(t, h, byQuery+"limit="+limit+"&cursor="+url.QueryEscape(page.PageInfo.NextCursor)))
				forward += " " + page.names()
				pages = append(pages, page.names())
				if page.TotalItems != want.TotalItems {
					t.Errorf("%s: total %d on a later page, want %d", order, page.TotalItems, want.TotalItems)
				}
			}
			if forward != want.names() {
				t.Errorf("limit %s%s: forward %q, want %q", limit, order, forward, want.names())
			}
			for i := len(pages) - 2; i >= 0; i-- {
				if page.PageInfo.PrevCursor == "" {
					t.Fatalf("limit %s%s: no way back to page %d", limit, order, i)
				}
				page = decode[listed](t, call(t, h, byQuery+"limit="+limit+"&cursor="+url.QueryEscape(page.PageInfo.PrevCursor)))
				if page.names() != pages[i] || page.PageInfo.NextCursor == "" {
					t.Errorf("limit %s%s: back on page %d: %q, want %q", limit, order, i, page.names(), pages[i])
				}
			}
			if page.PageInfo.PrevCursor != "" {
				t.Errorf("limit %s%s: something before the first page", limit, order)
			}
		}
	}
}

// TestBadRequests are answered with 400 in Backstage's form.
func TestBadRequests(t *testing.T) {
	h := serve(t)
	good := decode[listed](t, call(t, h, byQuery+"limit=1&filter=kind=component")).PageInfo.NextCursor
	for _, c := range []struct{ request, body string }{
		{byQuery + "filter==x", ""},
		{byQuery + "filter=$not=x", ""},
		{byQuery + "limit=x", ""},
		{byQuery + "limit=-1", ""},
		{byQuery + "offset=-1", ""},
		{byQuery + "orderField=kind,up", ""},
		{byQuery + "totalItems=some", ""},
		{byQuery + "fields=a[0]", ""},
		{byQuery + "cursor=nonsense", ""},
		{byQuery + "cursor=" + url.QueryEscape("a"+good[1:]), ""},
		{byQuery + "cursor=" + url.QueryEscape(good[:len(good)-8]), ""},
		{"GET /api/catalog/entity-facets", ""},
		{"GET /api/catalog/entity-facets?facet=", ""},
		{"GET /api/catalog/entities?limit=0", ""},
		{"GET /api/catalog/entities?after=x", ""},
		{"GET /api/catalog/entities?order=name", ""},
		{"GET /api/search/query?term=x&pageLimit=1000", ""},
		{"GET /api/search/query?term=x&pageCursor=x", ""},
		{"GET /api/search/query?term=x&filters[color]=red", ""},
		{"POST /api/catalog/entities/by-query", `{"query":["kind"]}`},
		{"POST /api/catalog/entities/by-query", `{"query":{"kind":null}}`},
		{"POST /api/catalog/entities/by-query", `{"query":{"kind":{"$like":"x"}}}`},
		{"POST /api/catalog/entities/by-query", `{"query":{"$all":[],"kind":"x"}}`},
		{"POST /api/catalog/entities/by-query", `{"query":{"kind":"x","$any":[]}}`},
		{"POST /api/catalog/entities/by-query", `{"query":{"$none":[]}}`},
		{"POST /api/catalog/entities/by-query", `{"query":{"$all":{}}}`},
		{"POST /api/catalog/entities/by-query", `{"query":{"relations":{"$contains":{"targetRef":"x"}}}}`},
		{"POST /api/catalog/entities/by-query", `{"query":{"relations":{"$contains":{"type":"ownedBy","x":"x"}}}}`},
		{"POST /api/catalog/entities/by-query", `{"query":{"relations":{"$contains":{"type":"ownedBy","targetRef":{"$in":[]}}}}}`},
		{"POST /api/catalog/entities/by-query", `{"cursor":""}`},
		{"POST /api/catalog/entities/by-query", `{"limit":-2}`},
		{"POST /api/catalog/entities/by-query", `nonsense`},
		{"POST /api/catalog/entities/by-refs", `{}`},
		{"POST /api/catalog/entities/by-refs", `{"entityRefs":"x"}`},
		{"POST /api/catalog/entity-facets", `{"facets":[]}`},
		{"POST /api/catalog/entities/by-refs", ""},
	} {
		var body []string
		if c.body != "" {
			body = []string{c.body}
		}
		rw := call(t, h, c.request, body...)
		p := decode[problem](t, rw)
		if rw.Code != http.StatusBadRequest || p.Error.Name != "InputError" || p.Error.Message == "" || p.Response.StatusCode != rw.Code || p.Request.URL == "" {
			t.Errorf("%s %s: %d %s", c.request, c.body, rw.Code, rw.Body)
		}
	}
}
