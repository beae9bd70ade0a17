package readapi

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// question is a by-query request, from the address or from a body.
type question struct {
	query  json.RawMessage
	order  []orderField
	text   *fullText
	from   *cursor
	fields []string
	limit  int
	offset int
	total  bool // count what is selected
}

// filter tells questions apart that select different things.
func (q *question) filter() string {
	if q.text == nil {
		return string(q.query)
	}
	fields := q.text.Fields
	if len(fields) == 0 && len(q.order) > 0 {
		fields = []string{q.order[0].Field}
	}
	return strings.Join(append([]string{string(q.query), q.text.Term}, fields...), "\x00")
}

// readQuestion reads a by-query request.
func readQuestion(rw http.ResponseWriter, r *http.Request) (question, error) {
	if r.Method == http.MethodPost {
		return postedQuestion(rw, r)
	}
	v := r.URL.Query()
	q := question{limit: defaultLimit, total: true}
	var err error
	if q.fields, err = projection(v["fields"]); err != nil {
		return q, err
	}
	if q.limit, err = number(v, "limit", defaultLimit); err != nil {
		return q, err
	}
	if v.Get("cursor") != "" {
		return q.resume(v.Get("cursor"))
	}
	if q.offset, err = number(v, "offset", 0); err != nil {
		return q, err
	}
	if q.query, err = filterParams(v); err != nil {
		return q, err
	}
	if len(v["orderField"]) > 0 {
		field, order, given := strings.Cut(v["orderField"][0], ",")
		if !given {
			order = "asc"
		}
		q.order = []orderField{{field, order}}
	}
	if term := strings.TrimSpace(v.Get("fullTextFilterTerm")); term != "" {
		q.text = &fullText{Term: term}
		for _, list := range v["fullTextFilterFields"] {
			q.text.Fields = append(q.text.Fields, split(list)...)
		}
	}
	return q.check(v.Get("totalItems"))
}

// postedQuestion reads the body of a POST by-query request.
func postedQuestion(rw http.ResponseWriter, r *http.Request) (question, error) {
	var body struct {
		Cursor  *string         `json:"cursor"`
		Query   json.RawMessage `json:"query"`
		Order   []orderField    `json:"orderBy"`
		Text    *fullText       `json:"fullTextFilter"`
		Fields  []string        `json:"fields"`
		Limit   *int            `json:"limit"`
		Offset  int             `json:"offset"`
		Counted string          `json:"totalItems"`
	}
	q := question{limit: defaultLimit, total: true}
	if err := readBody(rw, r, &body); err != nil {
		return q, err
	}
	var err error
	if q.fields, err = projection(body.Fields); err != nil {
		return q, err
	}
	if body.Limit != nil {
		q.limit = *body.Limit
	}
	if body.Cursor != nil {
		if *body.Cursor == "" {
			return q, bad("Cursor cannot be empty")
		}
		return q.resume(*body.Cursor)
	}
	q.query, q.order, q.offset = body.Query, body.Order, body.Offset
	if body.Text != nil && strings.TrimSpace(body.Text.Term) != "" {
		q.text = &fullText{strings.TrimSpace(body.Text.Term), body.Text.Fields}
	}
	return q.check(body.Counted)
}

// resume goes on where a cursor says, which overrides what else was asked for but limit and fields.
func (q question) resume(s string) (question, error) {
	c, err := parseCursor(s)
	if err != nil {
		return q, err
	}
	q.from, q.query, q.order, q.text = c, c.Query, c.Order, c.Text
	return q.check("")
}

// check refuses what cannot be meant.
func (q question) check(counted string) (question, error) {
	if len(q.order) > 1 {
		q.order = q.order[:1] // as Backstage: one field decides
	}
	for _, o := range q.order {
		if o.Order != "asc" && o.Order != "desc" {
			return q, bad("Invalid order field order, must be asc or desc")
		}
		if o.Field == "" {
			return q, bad("Invalid order field, must not be empty")
		}
	}
	switch counted {
	case "", "include":
	case "exclude":
		q.total = false
	default:
		return q, bad("Invalid totalItems parameter %q, expected one of: include, exclude", clip(counted))
	}
	if q.limit < 0 || q.offset < 0 || q.offset > mostOffset {
		return q, bad("Invalid limit or offset, must be zero or greater")
	}
	q.limit = min(q.limit, mostLimit)
	return q, nil
}

// filterParams reads the filter parameters of an address.
func filterParams(v url.Values) (json.RawMessage, error) {
	if len(v["filter"]) > mostParams {
		return nil, bad("Invalid filter, there are more than %d", mostParams)
	}
	return filters(v["filter"])
}

func number(v url.Values, key string, otherwise int) (int, error) {
	s := v.Get(key)
	if s == "" {
		return otherwise, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 {
		return 0, bad("Invalid %s, must be a whole number that is zero or greater", key)
	}
	return n, nil
}

func split(list string) []string {
	var out []string
	for s := range strings.SplitSeq(list, ",") {
		if s = strings.TrimSpace(s); s != "" {
			out = append(out, s)
		}
	}
	return out
}

// readBody decodes a JSON object. Bodies of another type are refused: a form of another site cannot send this one.
func readBody(rw http.ResponseWriter, r *http.Request, into any) error {
	kind, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";")
	if !strings.EqualFold(strings.TrimSpace(kind), "application/json") {
		return bad("Malformed request body (did you remember to specify an application/json content type?)")
	}
	text, err := io.ReadAll(http.MaxBytesReader(rw, r.Body, mostBody))
	if _, large := errors.AsType[*http.MaxBytesError](err); large {
		return bad("Malformed request body, it is larger than %d bytes", mostBody)
	}
	if err != nil {
		return bad("Malformed request body, it could not be read")
	}
	if err := json.Unmarshal(text, into); err != nil {
		return bad("Malformed request body, %s", clip(err.Error()))
	}
	return nil
}
