package declared

import (
	"context"
	"encoding/json"
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

// Trial is what a plugin does for one entity, for its author to see.
type Trial struct {
	Matches  bool
	Requests []Exchange
	Data     any // what the mapping gave
	Card     plugins.Card
	Facts    map[string]string // that watching would write
}

// Try has a parsed plugin make its card, through the given upstreams. What fails is returned with what was seen until
// then.
func Try(ctx context.Context, p plugins.Plugin, e *catalog.Entity, l lang.Lang, now time.Time, upstream func(string) (plugins.Upstream, error)) (Trial, error) {
	var t Trial
	d := fileOf(p)
	if d == nil {
		return t, fault.New(fault.Internal, "this is no declared plugin")
	}
	var err error
	if t.Matches, err = d.matches(e); err != nil || !t.Matches {
		return t, d.positioned(err)
	}
	a := &asker{f: d, upstream: upstream, seen: func(x Exchange) { t.Requests = append(t.Requests, x) }}
	s, err := d.scope(e, l, now)
	if err == nil {
		s, err = a.data(ctx, s)
	}
	if err != nil {
		return t, d.positioned(err)
	}
	t.Data = s["data"]
	if t.Facts, err = d.tried(s); err != nil {
		return t, d.positioned(err)
	}
	c, err := a.finish(s, l)
	if err != nil {
		return t, err
	}
	var operations []plugins.Operation
	if o, ok := p.(plugins.HasOperations); ok {
		operations = o.Operations()
	}
	t.Card, err = plugins.Checked(c, l, now, operations)
	return t, err
}

func fileOf(p plugins.Plugin) *file {
	switch p := p.(type) {
	case *Plugin:
		return p.f
	case hooked:
		return p.f
	}
	return nil
}

// tried are the facts that watching would write.
func (f *file) tried(s scope) (map[string]string, error) {
	if f.Spec.Watch == nil {
		return nil, nil
	}
	out := map[string]string{}
	for _, one := range f.Spec.Watch.Facts {
		v, err := one.expr.value(s)
		if err != nil {
			return nil, at(one.expr.line, err)
		}
		if text := plainText(v); text != "" {
			out[one.key] = text
		}
	}
	return out, nil
}

// Fixture holds answers in the place of upstreams: a YAML or JSON file
//
//	responses:
//	  NAME of the request: the answer's body, or {status: 404, body: ...}
//
// A request with each takes its answers from a list, one after the other.
type Fixture struct {
	responses map[string]*yamldoc.Node
	entity    *yamldoc.Node
}

// ParseFixture reads a fixture.
func ParseFixture(path string, data []byte) (*Fixture, error) {
	root, err := yamldoc.Parse(data, yamldoc.Limits{})
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "read the fixture %s", path)
	}
	f := &Fixture{responses: map[string]*yamldoc.Node{}}
	for _, field := range root.Fields {
		switch field.Key {
		case "entity":
			f.entity = field.Value
		case "responses":
			for _, one := range field.Value.Fields {
				f.responses[one.Key] = one.Value
			}
		default:
			return nil, fault.At(fault.Position{File: path, Line: field.Line, Field: field.Key}, "unknown key; a fixture has responses, by the names of requests, and perhaps an entity")
		}
	}
	return f, nil
}

// Entity is the descriptor in the fixture as JSON, nil where there is none.
func (f *Fixture) Entity() []byte {
	if f == nil || f.entity == nil {
		return nil
	}
	return yamldoc.AppendJSON(nil, f.entity)
}

// Upstreams answers a plugin's requests from the fixture, without a network.
func (f *Fixture) Upstreams(p plugins.Plugin, now time.Time) func(string) (plugins.Upstream, error) {
	d := fileOf(p)
	if d == nil {
		return nil
	}
	return func(string) (plugins.Upstream, error) { return &canned{f: f, file: d, now: now}, nil }
}

// canned is an upstream that answers from a fixture.
type canned struct {
	f    *Fixture
	file *file
	now  time.Time
}

// Do implements plugins.Upstream.
func (c *canned) Do(ctx context.Context, r outbound.Request) (*outbound.Response, error) {
	which, _ := ctx.Value(askedKey{}).(asked)
	name := which.name
	n, ok := c.f.responses[name]
	if !ok {
		return nil, fault.New(fault.NotFound, "the fixture has no response called %q", name)
	}
	if c.each(name) && n.Kind == yamldoc.List {
		if which.index >= len(n.Items) {
			return nil, fault.New(fault.NotFound, "the fixture has only %d responses called %q", len(n.Items), name)
		}
		n = n.Items[which.index]
	}
	resp := &outbound.Response{Status: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}}, At: c.now, URL: &url.URL{Path: r.URL}}
	if s := n.Get("status"); s != nil && n.Get("body") != nil || s != nil && len(n.Fields) == 1 {
		status, err := whole(s)
		if err != nil {
			return nil, err
		}
		resp.Status = status
		n = n.Get("body")
	}
	if n == nil {
		return resp, nil
	}
	if n.Kind == yamldoc.String && !strings.HasPrefix(strings.TrimSpace(n.Text), "{") {
		resp.Body = []byte(n.Text)
		if !json.Valid(resp.Body) {
			resp.Header.Set("Content-Type", "text/plain")
		}
		return resp, nil
	}
	resp.Body = yamldoc.AppendJSON(nil, n)
	return resp, nil
}

// each reports whether a request is made once for each element of a list.
func (c *canned) each(name string) bool {
	for _, q := range c.file.Spec.Requests {
		if q.Name == name {
			return q.Each != nil
		}
	}
	return false
}

func whole(n *yamldoc.Node) (int, error) {
	var status int
	err := yamldoc.Decoder{}.DecodeAt(n, &status, "status")
	return status, err
}
