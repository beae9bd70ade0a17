package readapi

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
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
	q := question{limit: defaultLimit, total: true}
	v, err := byQueryParams.read(r)
	if err != nil {
		return q, err
	}
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
		return q, bad("request/query/totalItems must be equal to one of the allowed values: include, exclude")
	}
	if q.limit < 0 || q.offset < 0 || q.offset > mostOffset {
		return q, bad("Invalid limit or offset, must be zero or greater")
	}
	q.limit = min(q.limit, mostLimit)
	return q, nil
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
