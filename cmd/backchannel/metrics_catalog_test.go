package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/catalog/search/searchtest"
)

// TestProblemMetric: what is wrong with files and entities is counted anew when the catalog changes.
func TestProblemMetric(t *testing.T) {
	t.Parallel()
	entity := func(name string, codes ...string) *catalog.Entity {
		e := searchtest.Entity(name)
		for _, code := range codes {
			e.Problems = append(e.Problems, catalog.Problem{Code: code, Message: "it is so"})
		}
		return catalog.Lean(e)
	}
	file := func(codes ...string) (out []catalog.Problem) {
		for i, code := range codes {
			out = append(out, catalog.Problem{Code: code, Line: i + 1})
		}
		return out
	}
	r := search.NewReader(catalog.Changes{Generation: 1,
		Upserts: []*catalog.Entity{
			entity("component:a", catalog.ProblemStale, catalog.ProblemDoubtful, catalog.ProblemDoubtful), entity("component:b", catalog.ProblemStale), entity("component:c"),
		},
		Problems: map[string][]catalog.Problem{"a.yaml": file(catalog.ProblemUnreadable), "b.yaml": file(catalog.ProblemInvalid, catalog.ProblemInvalid)},
	}, nil, search.Options{})
	m := newMetrics(func(v catalog.Viewer) search.View { return r.For(v) })
	wants := func(list ...string) {
		t.Helper()
		rec := httptest.NewRecorder()
		m.handler().ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/metrics", nil))
		for _, want := range list {
			if !strings.Contains(rec.Body.String(), "backchannel_catalog_problems{code="+want+"\n") {
				t.Errorf("no %s in\n%s", want, rec.Body)
			}
		}
	}
	wants(`"stale"} 2`, `"doubtful"} 1`, `"unreadable"} 1`, `"invalid"} 2`, `"orphaned"} 0`)
	r = search.NewReader(catalog.Changes{Generation: 2, Upserts: []*catalog.Entity{entity("component:a", catalog.ProblemStale), entity("component:b")}}, nil, search.Options{})
	wants(`"stale"} 1`, `"doubtful"} 0`, `"unreadable"} 0`)
}
