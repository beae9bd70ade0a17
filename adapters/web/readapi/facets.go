package readapi

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/bits-and-blooms/bitset"
)

// facets answers GET and POST /entity-facets: which values the selected entities have at some fields, and how many
// have each, ordered by value.
func (a *API) facets(rw http.ResponseWriter, r *http.Request) {
	names, query, err := facetRequest(rw, r)
	if err != nil {
		a.fail(rw, r, err)
		return
	}
	view := a.o.View(r)
	kept, key := a.kept.view(view), strings.Join(names, "\x00")+"\x00\x00"+string(query)
	if b, ok := kept.body(key); ok {
		write(rw, http.StatusOK, b)
		return
	}
	fields := make([]field, len(names))
	for i, n := range names {
		fields[i] = newField(n, view)
	}
	s, err := newSelection(view, kept, &question{query: query}, fields...)
	if err != nil {
		a.fail(rw, r, err)
		return
	}
	set := s.chosen()
	b := []byte(`{"facets":{`)
	for i, n := range names {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendCounts(append(appendString(b, n), ':'), s.counts(&fields[i], set))
	}
	b = append(b, "}}"...)
	kept.keepBody(key, b)
	write(rw, http.StatusOK, b)
}

func facetRequest(rw http.ResponseWriter, r *http.Request) (names []string, query json.RawMessage, err error) {
	missing := "Missing or empty facets parameter"
	if r.Method == http.MethodPost {
		var body struct {
			Facets []string        `json:"facets"`
			Query  json.RawMessage `json:"query"`
		}
		if err := readBody(rw, r, &body); err != nil {
			return nil, nil, err
		}
		names, query = body.Facets, body.Query
	} else {
		v, err := facetParams.read(r)
		if err != nil {
			return nil, nil, err
		}
		names, missing = v["facet"], "request/query must have required property 'facet'"
		if query, err = filterParams(v); err != nil {
			return nil, nil, err
		}
	}
	var out []string
	for _, n := range names {
		if n = strings.ToValidUTF8(n, "\uFFFD"); n != "" && !slices.Contains(out, n) {
			out = append(out, n)
		}
	}
	switch {
	case len(out) == 0:
		return nil, nil, bad("%s", missing)
	case len(out) > mostFacets:
		return nil, nil, bad("There are more than %d facets", mostFacets)
	}
	return out, query, nil
}

// counts are how many rows of a set have which values at a field. A value counts once for an entity, as its first
// spelling.
func (s *selection) counts(f *field, set *bitset.BitSet) map[string]int {
	counts := map[string]int{}
	if x := s.index(f); x != nil {
		for i, text := range x.texts {
			n := 0
			for _, row := range x.rows[x.from[i]:x.from[i+1]] {
				if set.Test(uint(row)) {
					n++
				}
			}
			if n > 0 {
				counts[text] = n
			}
		}
		return counts
	}
	var seen distinct
	for row := range set.EachSet() {
		i, ok := itemOf(s.view, s.refs[row])
		if !ok {
			continue
		}
		seen.clear()
		f.each(i, func(v found) {
			if !v.null && seen.add(strings.ToLower(v.text)) {
				counts[v.text]++
			}
		})
	}
	s.pay([]fieldKey{f.id()}, int(set.Count()))
	return counts
}

func appendCounts(b []byte, counts map[string]int) []byte {
	b = append(b, '[')
	for i, v := range slices.Sorted(maps.Keys(counts)) {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendString(append(b, `{"value":`...), v)
		b = strconv.AppendInt(append(b, `,"count":`...), int64(counts[v]), 10)
		b = append(b, '}')
	}
	return append(b, ']')
}
