package readapi

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
)

// TestKept: what is kept for one audience is not shown to another, and not after the catalog changed.
func TestKept(t *testing.T) {
	reader := func(generation catalog.Generation, text string) *search.Reader {
		r := search.NewReader(catalog.Changes{Generation: generation, Full: true, Upserts: parse(t, "https://github.com/acme/all/blob/main/a.yaml", text)}, nil, search.Options{})
		t.Cleanup(func() {
			if err := r.Close(); err != nil {
				t.Error(err)
			}
		})
		return r
	}
	var now atomic.Pointer[search.Reader]
	now.Store(reader(1, company))
	h := follow(now.Load)
	ask := func(path, actor string) string {
		r := httptest.NewRequest(http.MethodGet, "/api/"+path, nil)
		r.Header.Set("X-Actor", actor)
		rw := httptest.NewRecorder()
		h.ServeHTTP(rw, r)
		return rw.Body.String()
	}
	paths := []string{
		"catalog/entities/by-query?orderField=metadata.name", "catalog/entities/by-query?filter=kind=group&filter=kind=user", "catalog/entity-facets?facet=kind",
		"catalog/entities/by-name/group/default/crew", "catalog/entities/by-name/user/default/mei", "search/query?term=crew&types=software-catalog",
	}
	for _, path := range paths {
		first := ask(path, "staff")
		for range 3 {
			if again := ask(path, "staff"); again != first {
				t.Errorf("%s: asked again: %s, at first %s", path, again, first)
			}
			if outside := ask(path, "outside"); strings.Contains(outside, "Checkout Crew") || strings.Contains(outside, `"group:default/crew"}]`) || strings.Contains(outside, `"value":"Group"`) {
				t.Errorf("%s shows others what is hidden: %s", path, outside)
			}
		}
	}
	before := ask(paths[3], "staff")
	old := now.Load()
	now.Store(reader(2, strings.Replace(company, "Checkout Crew", "Basket Weavers", 1)))
	for _, path := range paths[:4] {
		after := ask(path, "staff")
		if strings.Contains(after, "Checkout Crew") || path == paths[3] && !strings.Contains(after, "Basket Weavers") {
			t.Errorf("%s shows the past: %s", path, after)
		}
	}
	now.Store(old) // a request that began before the change
	if ask(paths[3], "staff") != before {
		t.Error("a view of the past shows something else than it did")
	}
}
