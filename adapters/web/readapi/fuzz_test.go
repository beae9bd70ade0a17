package readapi

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// FuzzQuery sends foreign filters, fields, cursors and orders: the answer is JSON, and 200 or 400.
func FuzzQuery(f *testing.F) {
	for _, s := range [][4]string{
		{"kind=component,spec.type=service", "kind,metadata.name", "", "metadata.name,desc"},
		{"metadata.annotations.github.com/project-slug", "metadata.annotations.github.com/project-slug", "", "spec.sla.hours"},
		{"relations.ownedBy=group:default/crew", "spec.sla..x,.,..", "", "relations.ownedBy,asc"},
		{"=,a==b,\x00,\xff", "a\x00b", cursor{Order: []orderField{{"kind", "asc"}}, Values: []string{"api", "api:default/x"}}.String(), "x"},
		{"", "", cursor{Query: []byte(`{"$not":{"kind":"user"}}`), Order: []orderField{}, Values: []string{"api:default/x"}, Previous: true}.String(), ""},
		{"", "", cursor{Query: []byte(`[]`), Order: []orderField{}, Values: []string{"x"}}.String(), ""},
	} {
		f.Add(s[0], s[1], s[2], s[3])
	}
	h := over(readerOf(f, parse(f, "https://github.com/acme/all/blob/main/a.yaml", company)))
	f.Fuzz(func(t *testing.T, filter, fields, at, order string) {
		v := url.Values{"filter": {filter}, "fields": {fields}, "orderField": {order}, "limit": {"3"}}
		if at != "" {
			v.Set("cursor", at)
		}
		rw := httptest.NewRecorder()
		h.ServeHTTP(rw, httptest.NewRequest(http.MethodGet, "/api/catalog/entities/by-query?"+v.Encode(), nil))
		if rw.Code != http.StatusOK && rw.Code != http.StatusBadRequest || !json.Valid(rw.Body.Bytes()) {
			t.Errorf("%v: %d %s", v, rw.Code, rw.Body)
		}
	})
}

// FuzzPredicate sends foreign bodies.
func FuzzPredicate(f *testing.F) {
	for _, s := range []string{
		`{"query":{"$all":[{"kind":{"$in":["a","b"]}},{"$not":{"metadata.name":{"$hasPrefix":"x"}}}]}}`,
		`{"query":{"relations":{"$contains":{"type":"ownedBy","targetRef":{"$in":["group:default/crew"]}}}}}`,
		`{"query":{"a":{"$exists":true}},"orderBy":[{"field":"a","order":"asc"}],"fullTextFilter":{"term":"x","fields":["a"]},"limit":2,"offset":1}`,
		`{"query":` + strings.Repeat(`{"$not":`, 50) + `{}` + strings.Repeat(`}`, 50) + `}`,
		`{"query":null}`, `{"query":{"a":[]}}`, `{"query":{"":""}}`, `{"cursor":"x"}`, `[]`, ``,
	} {
		f.Add(s)
	}
	h := over(readerOf(f, parse(f, "https://github.com/acme/all/blob/main/a.yaml", company)))
	f.Fuzz(func(t *testing.T, body string) {
		for _, path := range []string{"entities/by-query", "entities/by-refs", "entity-facets", "locations/by-query"} {
			r := httptest.NewRequest(http.MethodPost, "/api/catalog/"+path, strings.NewReader(body))
			r.Header.Set("Content-Type", "application/json")
			rw := httptest.NewRecorder()
			h.ServeHTTP(rw, r)
			if rw.Code != http.StatusOK && rw.Code != http.StatusBadRequest || !json.Valid(rw.Body.Bytes()) {
				t.Errorf("%s: %d %s", body, rw.Code, rw.Body)
			}
		}
	})
}

// FuzzJSON walks text that may not be JSON.
func FuzzJSON(f *testing.F) {
	f.Add(`{"a":{"b.c":[1,"x",{"d":null}]}}`, "a.b.c.d")
	f.Add(`{"a":"\\\"","b":[[],{}]`, "a")
	f.Add(`[{"x":1},2,"y"`, "x")
	f.Add(`{"`, "")
	f.Add(`{"a":}`, "a")
	f.Fuzz(func(t *testing.T, text, path string) {
		at([]byte(text), strings.ToLower(path), func(found) {})
		out := project(nil, []byte(text), []string{path, "a", "a.b"})
		if json.Valid([]byte(text)) && !json.Valid(out) {
			t.Errorf("%s cut to %s gives %s", text, path, out)
		}
	})
}
