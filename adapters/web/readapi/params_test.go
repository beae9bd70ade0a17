package readapi

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// TestParams holds requests against the words of Backstage 4.0's backend (seen from the program itself).
func TestParams(t *testing.T) {
	h := serve(t)
	for request, want := range map[string]string{
		byQuery + "filters=kind=api":                                  "Unknown query parameter 'filters'",
		byQuery + "filter=":                                           "Empty value found for query parameter 'filter'",
		byQuery + "fields=":                                           "Empty value found for query parameter 'fields'",
		byQuery + "limit=":                                            "Empty value found for query parameter 'limit'",
		byQuery + "cursor=":                                           "Empty value found for query parameter 'cursor'",
		byQuery + "totalItems=":                                       "Empty value found for query parameter 'totalItems'",
		byQuery + "limit=x":                                           "request/query/limit must be integer",
		byQuery + "limit=1.5":                                         "request/query/limit must be integer",
		byQuery + "limit=-1":                                          "request/query/limit must be >= 0",
		byQuery + "limit=-99999999999999999999":                       "request/query/limit must be >= 0",
		byQuery + "limit=1&limit=2":                                   "request/query/limit must be integer",
		byQuery + "offset=x":                                          "request/query/offset must be integer",
		byQuery + "cursor=a&cursor=b":                                 "request/query/cursor must be string",
		byQuery + "fullTextFilterTerm=a&fullTextFilterTerm=b":         "request/query/fullTextFilterTerm must be string",
		byQuery + "totalItems=some":                                   "request/query/totalItems must be equal to one of the allowed values: include, exclude",
		"GET /api/catalog/entities?totalItems=include":                "Unknown query parameter 'totalItems'",
		"GET /api/catalog/entities?after=":                            "Empty value found for query parameter 'after'",
		"GET /api/catalog/entities/by-name/a/b/c?fields=kind":         "Unknown query parameter 'fields'",
		"GET /api/catalog/entity-facets":                              "request/query must have required property 'facet'",
		"GET /api/catalog/entity-facets?filter=kind=api":              "request/query must have required property 'facet'",
		"GET /api/catalog/entity-facets?facet=":                       "Empty value found for query parameter 'facet'",
		"GET /api/catalog/entity-facets?facet=kind&limit=1":           "Unknown query parameter 'limit'",
		"GET /api/catalog/locations?x=1":                              "Unknown query parameter 'x'",
		byQuery + url.QueryEscape(strings.Repeat("x", 10_000)) + "=1": "Unknown query parameter '" + strings.Repeat("x", 120) + "…'",
	} {
		rw := call(t, h, request)
		p := decode[problem](t, rw)
		if rw.Code != http.StatusBadRequest || p.Error.Name != "InputError" || p.Error.Message != want {
			t.Errorf("%s: %d %s %q, not %q", clip(request), rw.Code, p.Error.Name, p.Error.Message, want)
		}
	}
}

// TestParamsTaken are requests that look odd and are none the less answered.
func TestParamsTaken(t *testing.T) {
	h := serve(t)
	for _, request := range []string{
		byQuery + "limit=99999999999999999999",
		byQuery + "filter=kind=api&filter=",
		byQuery + "fields=,",
		byQuery + "fields=kind&fields=metadata.name",
		"GET /api/catalog/entities/by-query?",
		"GET /api/catalog/entity-facets?facet=kind&facet=kind",
	} {
		if rw := call(t, h, request); rw.Code != http.StatusOK {
			t.Errorf("%s: %d %s", request, rw.Code, rw.Body)
		}
	}
}
