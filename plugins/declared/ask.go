package declared

import (
	"context"
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/internal/outbound"
	"github.com/backchannel-portal/backchannel/internal/yamldoc"
	"github.com/backchannel-portal/backchannel/plugins"
)

// The bounds of requests.
const (
	maxEach   = 10      // requests of one each
	maxAnswer = 4 << 20 // bytes that are read as JSON
)

// Exchange is a request that a plugin makes, with its answer.
type Exchange struct {
	Name     string
	Upstream string
	Method   string
	URL      string // relative to the upstream
	Body     []byte
	Status   int // of the answer; 0 where there is none
}

// asked tells a fixture, through the context, which request it answers.
type asked struct {
	name  string
	index int // of an each
}

// askedKey is the key of asked in a context.
type askedKey struct{}

// asker makes the requests of a file.
type asker struct {
	f        *file
	upstream func(string) (plugins.Upstream, error)
	seen     func(Exchange) // nil: nobody looks
	asOf     time.Time      // of the oldest answer
}

// document is an entity as expressions and queries see it: the descriptor.
func document(e *catalog.Entity) (any, error) {
	var doc any
	err := json.Unmarshal(e.Document.JSON(), &doc)
	return doc, err
}

// matches reports whether the file is about an entity.
func (f *file) matches(e *catalog.Entity) (bool, error) {
	m := f.Spec.Match
	if len(m.Annotations) > 0 && !anyOf(m.Annotations, func(a string) bool { return strings.TrimSpace(e.Annotation(a)) != "" }) {
		return false, nil
	}
	if len(m.Kinds) > 0 && !anyOf(m.Kinds, func(k string) bool { return k == e.Ref.Kind }) {
		return false, nil
	}
	if len(m.Types) > 0 && !anyOf(m.Types, func(t string) bool { return t == strings.ToLower(e.Type) }) {
		return false, nil
	}
	if m.When == nil {
		return true, nil
	}
	doc, err := document(e)
	if err != nil {
		return false, err
	}
	ok, err := m.When.holds(scope{"entity": doc})
	return ok, at(m.When.line, err)
}

func anyOf(all []string, fits func(string) bool) bool {
	for _, s := range all {
		if fits(s) {
			return true
		}
	}
	return false
}

// scope is what expressions know before anything was asked.
func (f *file) scope(e *catalog.Entity, l lang.Lang, now time.Time) (scope, error) {
	doc, err := document(e)
	if err != nil {
		return nil, err
	}
	s := scope{"entity": doc, "lang": string(l), "now": now.UTC().Format(time.RFC3339), "values": map[string]any{}}
	values := map[string]any{}
	for _, v := range f.Spec.Values {
		got, err := v.expr.value(s)
		if err != nil {
			return nil, at(v.expr.line, fmt.Errorf("values.%s: %w", v.name, err))
		}
		values[v.name] = got
	}
	s["values"] = values
	return s, nil
}

// data asks everything and maps the answers: what the card is made of.
func (a *asker) data(ctx context.Context, s scope) (scope, error) {
	results := map[string]any{}
	s = s.with("results", results)
	for _, q := range a.f.Spec.Requests {
		v, err := a.one(ctx, q, s)
		if err != nil {
			return nil, err
		}
		results[q.Name] = v
	}
	var data any = results
	if len(a.f.Spec.Requests) == 1 {
		data = results[a.f.Spec.Requests[0].Name]
	}
	if a.f.Spec.Map != nil {
		var err error
		if data, err = a.f.Spec.Map.run(ctx, any(results), s); err != nil {
			return nil, err
		}
	}
	return s.with("data", data), nil
}

// one makes a request, or one for each element of its list.
func (a *asker) one(ctx context.Context, q request, s scope) (any, error) {
	ok, err := q.When.holds(s)
	if err != nil || !ok {
		return nil, at(q.line, err)
	}
	if q.Each == nil {
		return a.send(ctx, q, s)
	}
	v, err := q.Each.value(s)
	if err != nil {
		return nil, at(q.line, err)
	}
	elements, isList := v.([]any)
	if v != nil && !isList {
		return nil, at(q.line, fmt.Errorf("each needs a list: %s is none", clip(q.Each.code)))
	}
	out := []any{}
	for i, el := range elements[:min(len(elements), maxEach)] {
		got, err := a.send(context.WithValue(ctx, askedKey{}, asked{index: i}), q, s.with("item", el).with("index", i))
		if err != nil {
			return nil, err
		}
		out = append(out, got)
	}
	return out, nil
}

// send makes one request and reads its answer.
func (a *asker) send(ctx context.Context, q request, s scope) (any, error) {
	r, err := build(q, s)
	if err != nil {
		return nil, at(q.line, err)
	}
	seen := Exchange{Name: q.Name, Upstream: q.Upstream, Method: r.Method, URL: r.URL, Body: r.Body}
	which, _ := ctx.Value(askedKey{}).(asked)
	which.name = q.Name
	resp, err := a.do(context.WithValue(ctx, askedKey{}, which), q.Upstream, r)
	if err == nil {
		seen.Status = resp.Status
	}
	if a.seen != nil {
		a.seen(seen)
	}
	if err == nil {
		if a.asOf.IsZero() || resp.At.Before(a.asOf) {
			a.asOf = resp.At
		}
		if q.Missing && resp.Status == http.StatusNotFound {
			return nil, nil
		}
		var v any
		if v, err = answer(q, resp); err == nil {
			return v, nil
		}
	}
	if q.Optional && ctx.Err() == nil {
		return nil, nil
	}
	return nil, err
}

func (a *asker) do(ctx context.Context, upstream string, r outbound.Request) (*outbound.Response, error) {
	up, err := a.upstream(upstream)
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "upstream %q", upstream)
	}
	return up.Do(ctx, r)
}

// build fills a request in.
func build(q request, s scope) (outbound.Request, error) {
	r := outbound.Request{Method: q.Method, Header: http.Header{"Accept": {"application/json"}}}
	if r.Method == "" {
		r.Method = http.MethodGet
	}
	p, err := q.Path.string(s, escaped)
	if err != nil {
		return r, err
	}
	query := url.Values{}
	for _, param := range q.Query {
		v, err := param.text.string(s, asPlain)
		if err != nil {
			return r, err
		}
		if v != "" || param.text.sole() == nil {
			query.Set(param.name, v)
		}
	}
	if r.URL = p; len(query) > 0 {
		r.URL += "?" + query.Encode()
	}
	for _, h := range q.Headers {
		v, err := h.text.string(s, asPlain)
		if err != nil {
			return r, err
		}
		r.Header.Set(h.name, v)
	}
	if q.Body == nil {
		return r, nil
	}
	n, err := (&grower{lang: lang.English}).grow(q.Body, s)
	if err != nil {
		return r, err
	}
	if n.Kind == yamldoc.String {
		r.Body = []byte(n.Text)
	} else {
		r.Body = yamldoc.AppendJSON(nil, n)
	}
	if r.Header.Get("Content-Type") == "" {
		r.Header.Set("Content-Type", "application/json")
	}
	return r, nil
}

// answer reads an answer, or says what its status means.
func answer(q request, resp *outbound.Response) (any, error) {
	switch s := resp.Status; {
	case s == http.StatusUnauthorized || s == http.StatusForbidden:
		return nil, fault.New(fault.Forbidden, "%s refuses our access to %s (%d): the token in the configuration of the upstream is missing, wrong, or may not read this", q.Upstream, q.Name, s)
	case s == http.StatusNotFound:
		return nil, fault.New(fault.NotFound, "%s does not have %s", q.Upstream, q.Name)
	case s < 200 || s > 299:
		return nil, fault.New(fault.Upstream, "%s answered %d to %s", q.Upstream, s, q.Name)
	}
	if q.Text {
		return string(resp.Body), nil
	}
	if len(resp.Body) == 0 {
		return nil, nil
	}
	kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	var v any
	switch {
	case len(resp.Body) > maxAnswer:
		return nil, fault.New(fault.Upstream, "the answer of %s to %s has more than %d MB", q.Upstream, q.Name, maxAnswer>>20)
	case strings.HasSuffix(kind, "html"):
		return nil, fault.New(fault.Upstream, "%s answered %s with a page instead of data: often that of a login", q.Upstream, q.Name)
	}
	if err := json.Unmarshal(resp.Body, &v); err != nil {
		return nil, fault.New(fault.Upstream, "the answer of %s to %s is not JSON: %v", q.Upstream, q.Name, err)
	}
	return v, nil
}
