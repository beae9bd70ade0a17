package readapi

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// facets answers GET and POST /entity-facets: which values the selected entities have at some fields, and how many
// have each, ordered by value.
func (a *API) facets(rw http.ResponseWriter, r *http.Request) {
	names, query, err := facetRequest(rw, r)
	view := a.o.View(r)
	var s *selection
	if err == nil {
		s, err = newSelection(view, &question{query: query})
	}
	if err != nil {
		a.fail(rw, r, err)
		return
	}
	kept, key := a.kept.view(view), strings.Join(names, "\x00")+"\x00\x00"+string(query)
	if b, ok := kept.body(key); ok {
		write(rw, http.StatusOK, b)
		return
	}
	counts := make([]facetCount, len(names))
	for i, n := range names {
		counts[i] = facetCount{newField(n, view), map[string]int{}, nil}
	}
	s.each(func(e *item) bool {
		for i := range counts {
			counts[i].add(e)
		}
		return true
	})
	b := []byte(`{"facets":{`)
	for i, n := range names {
		if i > 0 {
			b = append(b, ',')
		}
		b = counts[i].append(append(appendString(b, n), ':'))
	}
	b = append(b, "}}"...)
	kept.keepBody(key, b)
	write(rw, http.StatusOK, b)
}

func facetRequest(rw http.ResponseWriter, r *http.Request) (names []string, query json.RawMessage, err error) {
	missing := "Missing facet parameter"
	if r.Method == http.MethodPost {
		var body struct {
			Facets []string        `json:"facets"`
			Query  json.RawMessage `json:"query"`
		}
		if err := readBody(rw, r, &body); err != nil {
			return nil, nil, err
		}
		names, query, missing = body.Facets, body.Query, "Missing or empty facets parameter"
	} else {
		v := r.URL.Query()
		names = v["facet"]
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

// facetCount counts the values of one field.
type facetCount struct {
	field  field
	counts map[string]int
	seen   []string // of one entity, lower case: a value counts once
}

func (c *facetCount) add(e *item) {
	c.seen = c.seen[:0]
	c.field.each(e, func(v found) {
		if v.null {
			return
		}
		if c.field.column >= ofTags || c.field.column == inText {
			low := strings.ToLower(v.text)
			if slices.Contains(c.seen, low) {
				return
			}
			c.seen = append(c.seen, low)
		}
		c.counts[v.text]++
	})
}

func (c *facetCount) append(b []byte) []byte {
	values := make([]string, 0, len(c.counts))
	for v := range c.counts {
		values = append(values, v)
	}
	slices.Sort(values)
	b = append(b, '[')
	for i, v := range values {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendString(append(b, `{"value":`...), v)
		b = strconv.AppendInt(append(b, `,"count":`...), int64(c.counts[v]), 10)
		b = append(b, '}')
	}
	return append(b, ']')
}
