package readapi

import (
	"encoding/json"
	"errors"
	"maps"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// paramType is how the values of a query parameter are read, as OpenAPI names it.
type paramType string

const (
	paramText   paramType = "string"
	paramNumber paramType = "integer" // zero or greater
	paramList   paramType = "array"   // of strings: given any number of times
)

// params are the query parameters that a path takes. As in Backstage, whose backend checks requests against its
// OpenAPI description, a parameter that a path does not take is refused rather than ignored: a misspelt filter would
// else select everything.
type params map[string]paramType

// The parameters of each path (openapi.yaml of @backstage/plugin-catalog-backend 4.0.0).
var (
	noParams      = params{}
	filterParam   = params{"filter": paramList}
	facetParams   = params{"facet": paramList, "filter": paramList}
	entityParams  = params{"fields": paramList, "limit": paramNumber, "filter": paramList, "offset": paramNumber, "after": paramText, "order": paramList}
	byQueryParams = params{
		"fields": paramList, "limit": paramNumber, "offset": paramNumber, "orderField": paramList, "cursor": paramText, "filter": paramList,
		"totalItems": paramText, "fullTextFilterTerm": paramText, "fullTextFilterFields": paramList,
	}
)

// read returns the query parameters of a request. Errors are in the words of express-openapi-validator, which
// Backstage answers with.
func (p params) read(r *http.Request) (url.Values, error) {
	if r.URL.RawQuery == "" {
		return url.Values{}, nil
	}
	given := r.URL.Query()
	for _, key := range slices.Sorted(maps.Keys(given)) {
		kind, known := p[key]
		values := given[key]
		switch {
		case !known:
			return nil, bad("Unknown query parameter '%s'", clip(key))
		case len(values) == 1 && values[0] == "":
			return nil, bad("Empty value found for query parameter '%s'", key)
		case kind != paramList && len(values) > 1:
			return nil, bad("request/query/%s must be %s", key, kind)
		}
	}
	return given, nil
}

// number reads a parameter that is a whole number; what is larger than any int is the largest.
func number(v url.Values, key string, otherwise int) (int, error) {
	s := v.Get(key)
	if s == "" {
		return otherwise, nil
	}
	n, err := strconv.Atoi(s)
	switch {
	case strings.HasPrefix(s, "-") && (err == nil && n < 0 || errors.Is(err, strconv.ErrRange)):
		return 0, bad("request/query/%s must be >= 0", key)
	case errors.Is(err, strconv.ErrRange):
		return math.MaxInt, nil
	case err != nil:
		return 0, bad("request/query/%s must be integer", key)
	}
	return n, nil
}

// filterParams reads the filter parameters of an address.
func filterParams(v url.Values) (json.RawMessage, error) {
	if len(v["filter"]) > mostParams {
		return nil, bad("Invalid filter, there are more than %d", mostParams)
	}
	return filters(v["filter"])
}

// split parts a list at its commas.
func split(list string) []string {
	var out []string
	for s := range strings.SplitSeq(list, ",") {
		if s = strings.TrimSpace(s); s != "" {
			out = append(out, s)
		}
	}
	return out
}
