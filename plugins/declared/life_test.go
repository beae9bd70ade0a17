package declared

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/plugins"
	"github.com/backchannel-portal/backchannel/plugins/plugintest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const head = `apiVersion: plugin.backchannel.dev/v1
metadata: {name: %, title: Thing}
spec:
`

// written parses a plugin whose spec is given.
func written(t *testing.T, spec string) plugins.Plugin {
	t.Helper()
	p, err := Parse("x.yaml", []byte(strings.Replace(head, "%", "thing", 1)+spec), Options{})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func component(t *testing.T) *catalog.Entity {
	t.Helper()
	return entityOf(t, []byte(`{"apiVersion":"backstage.io/v1alpha1","kind":"Component","metadata":{"name":"checkout","annotations":{"a/b":"one two/..?#"}},"spec":{"type":"service","lifecycle":"production","owner":"payments"}}`))
}

// echo answers with the request itself.
func echo() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(map[string]any{"method": r.Method, "uri": r.RequestURI, "body": string(body), "accept": r.Header.Get("Accept"), "n": 3, "list": []int{1, 2, 3}})
	})
}

func try(t *testing.T, p plugins.Plugin, ups map[string]http.Handler) (Trial, error) {
	t.Helper()
	return Try(t.Context(), p, component(t), lang.English, now, plugintest.NewHost(ups).Host().Upstream)
}

func TestRequests(t *testing.T) {
	ups := map[string]http.Handler{"up": echo(), "gone": http.NotFoundHandler(), "away": nil}
	for name, tt := range map[string]struct{ requests, want string }{
		"values are escaped": {`{name: a, upstream: up, path: '/x/{{ values.v }}', query: {q: '{{ values.v }}', empty: '{{ "" }}'}}`, "GET up /x/one%20two%2F..%3F%23?q=one+two%2F..%3F%23"},
		"path keeps slashes": {`{name: a, upstream: up, path: '/x/{{ path("a/b c") }}/y'}`, "GET up /x/a/b%20c/y"},
		"a body of JSON":     {`{name: a, upstream: up, method: post, path: /x, body: {v: '{{ values.v }}', n: '{{ 1 + 2 }}', l: [{for: '[1, 2]', do: '{{ item }}'}]}}`, `POST up /x {"v":"one two/..?#","n":3,"l":[1,2]}`},
		"one after another":  {"{name: a, upstream: up, path: /x}\n    - {name: b, upstream: up, path: '/{{ results.a.n }}'}", "GET up /3"},
		"one for each":       {"{name: a, upstream: up, path: /x}\n    - {name: b, upstream: up, each: results.a.list, path: '/{{ item }}/{{ index }}'}", "GET up /3/2"},
		"left out":           {"{name: a, upstream: up, path: /x, if: 'false'}\n    - {name: b, upstream: up, path: '/{{ results.a == nil }}'}", "GET up /true"},
		"missing":            {`{name: a, upstream: gone, path: /x, missing: true}`, "GET gone /x"},
		"optional":           {`{name: a, upstream: away, path: /x, optional: true}`, "GET away /x"},
		"text":               {`{name: a, upstream: up, path: /x, text: true}`, "GET up /x"},
	} {
		t.Run(name, func(t *testing.T) {
			p := written(t, "  match: {annotation: a/b}\n  values: {v: 'entity.metadata.annotations[\"a/b\"]'}\n  requests:\n    - "+tt.requests+"\n  card: [{type: text, spans: x}]\n")
			trial, err := try(t, p, ups)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, r := range trial.Requests {
				got = append(got, strings.TrimSpace(r.Method+" "+r.Upstream+" "+r.URL+" "+string(r.Body)))
			}
			if last := got[len(got)-1]; last != tt.want {
				t.Errorf("%q, want %q", last, tt.want)
			}
		})
	}
}

func TestFailuresSayWhy(t *testing.T) {
	ups := plugintest.Faults()
	for name, tt := range map[string]struct {
		spec, want string
		kind       fault.Kind
	}{
		"refused":        {"  requests: [{name: a, upstream: '403', path: /x}]\n  card: [{type: rule}]\n", "403 refuses our access to a (403)", fault.Forbidden},
		"unknown":        {"  requests: [{name: a, upstream: '404', path: /x}]\n  card: [{type: rule}]\n", "404 does not have a", fault.NotFound},
		"broken":         {"  requests: [{name: a, upstream: '500', path: /x}]\n  card: [{type: rule}]\n", "500 answered 500 to a", fault.Upstream},
		"a page":         {"  requests: [{name: a, upstream: a page, path: /x}]\n  card: [{type: rule}]\n", "with a page instead of data", fault.Upstream},
		"half":           {"  requests: [{name: a, upstream: half of it, path: /x}]\n  card: [{type: rule}]\n", "is not JSON", fault.Upstream},
		"no upstream":    {"  requests: [{name: a, upstream: nobody, path: /x}]\n  card: [{type: rule}]\n", `upstream "nobody"`, fault.Invalid},
		"dots in a path": {"  values: {v: '\"..\"'}\n  requests: [{name: a, upstream: '403', path: '/{{ values.v }}'}]\n  card: [{type: rule}]\n", `x.yaml:6: values.v: ".." cannot be a part of a path`, fault.Invalid},
		"jq":             {"  map: '.a.b'\n  requests: [{name: a, upstream: a number, path: /x}]\n  card: [{type: rule}]\n", "x.yaml:5: jq: expected an object but got: number", fault.Invalid},
		"an expression":  {"  card:\n    - {type: text, spans: '{{ 1 + entity }}'}\n", "x.yaml:6: 1 + entity", fault.Invalid},
		"a shape":        {"  card:\n    - type: fields\n      items:\n        - {label: x, value: '{{ {\"colour\": \"red\"} }}'}\n", "x.yaml:8: card.blocks[0].items[0].value", fault.Invalid},
		"for":            {"  card:\n    - type: list\n      items:\n        - {for: '5', do: x}\n", "x.yaml:8: for needs a list: 5 is none", fault.Invalid},
		"too much":       {"  card:\n    - type: list\n      items:\n        - {for: '1..1000', do: x}\n", "for takes at most 500 elements", fault.Invalid},
		"memory":         {"  card:\n    - {type: text, spans: '{{ map(1..1500, map(1..1500, # * 2)) }}'}\n", "memory budget exceeded", fault.Invalid},
		"time":           {"  map: '[range(1e12)] | length'\n  card: [{type: rule}]\n", "jq took longer", fault.Upstream},
	} {
		t.Run(name, func(t *testing.T) {
			if name == "time" { // two seconds are enough for the others
				ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
				defer cancel()
				_, err := Try(ctx, written(t, "  match: {kind: Component}\n"+strings.ReplaceAll(tt.spec, "[range(1e12)] | length", "last(range(1e12))")), component(t), lang.English, now, nil)
				if err == nil || !strings.Contains(err.Error(), tt.want) {
					t.Errorf("%v, want %q", err, tt.want)
				}
				return
			}
			_, err := try(t, written(t, "  match: {kind: Component}\n"+tt.spec), ups)
			if err == nil || !strings.Contains(err.Error(), tt.want) || fault.KindOf(err) != tt.kind {
				t.Errorf("%v (%v), want %q (%v)", err, fault.KindOf(err), tt.want, tt.kind)
			}
		})
	}
}

func TestMatches(t *testing.T) {
	for match, want := range map[string]bool{
		"{annotation: a/b}": true, "{annotation: [x/y, a/b]}": true, "{annotation: x/y}": false, "{kind: component}": true, "{kind: API}": false,
		"{type: [website, Service]}": true, "{type: website}": false, "{if: 'entity.spec.owner == \"payments\"'}": true,
		"{annotation: a/b, if: 'entity.spec.owner == \"others\"'}": false, "{if: 'entity.spec.nothing.at.all'}": false,
	} {
		p := written(t, "  match: "+match+"\n  card: [{type: text, spans: x}]\n")
		if got := p.(*Plugin).has(component(t)); got != want {
			t.Errorf("%s: %v", match, got)
		}
	}
}

const watching = `  match: {annotation: a/b}
  values: {id: 'entity.metadata.name'}
  requests: [{name: a, upstream: up, path: /x}]
  card: [{type: text, spans: '{{ data.state }}'}]
  watch:
    every: 1m
    facts: {state: data.state, other: '"x"'}
    topic: {name: things, title: things, facts: [state], say: '{what} is {to}'}
  webhook: {header: X-Sig, prefix: 'v1=', secret: s, id: .id, entities: .names, value: id}
  actions:
    - {name: go, title: Go, done: Gone., request: {upstream: up, method: POST, path: '/go/{{ values.id }}', body: {who: '{{ by }}'}}}
`

// TestWatchHookAndAction follows the facts of an entity through a look, a delivery and a press.
func TestWatchHookAndAction(t *testing.T) {
	var state atomic.Value
	state.Store("red")
	var posted atomic.Value
	up := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			body, _ := io.ReadAll(r.Body)
			posted.Store(r.URL.Path + " " + string(body))
			w.WriteHeader(http.StatusCreated)
			return
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"state": state.Load()})
	})
	p, e := written(t, watching), component(t)
	h := plugintest.NewHost(map[string]http.Handler{"up": up}, e)
	if err := p.(plugins.Starter).Start(t.Context(), h.Host()); err != nil {
		t.Fatal(err)
	}
	entry, err := plugins.NewEntry(p)
	if err != nil {
		t.Fatal(err)
	}
	if err := entry.Checks[0].Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	items := entry.Topics[0].Items(h.Of(e.Ref))
	if len(h.Of(e.Ref)) != 2 || len(items) != 1 || items[0].Value != "red" {
		t.Errorf("facts %+v, items %+v", h.Of(e.Ref), items)
	}
	state.Store("green")
	body := []byte(`{"id":"d1","names":["checkout","others"]}`)
	d := plugins.Delivery{Header: http.Header{"X-Sig": {"v1=" + hexMAC("s", body)}}, Body: body}
	hook := entry.Plugin.(plugins.HasWebhook)
	if id, err := hook.Verify(d); id != "d1" || err != nil {
		t.Errorf("%q, %v", id, err)
	}
	if err := hook.Receive(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	if c := h.Changed(); len(c) != 1 || c[0] != e.Ref || entry.Topics[0].Items(h.Of(e.Ref))[0].Value != "green" {
		t.Errorf("changed %v, facts %+v", c, h.Of(e.Ref))
	}
	c, err := entry.Operations[0].Run(t.Context(), plugintest.Press(e))
	if err != nil || strings.TrimSpace(card.Plain(c.Message)) != "Gone." || posted.Load() != `/go/checkout {"who":"Ada"}` {
		t.Errorf("%q %v %v", card.Plain(c.Message), posted.Load(), err)
	}
}

// TestEditedFiles edits files as people do.
func TestEditedFiles(t *testing.T) {
	dir := t.TempDir()
	put := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	body := "  match: {kind: Component}\n  card: [{type: text, spans: %}]\n"
	text := func(name, says string) string {
		return strings.Replace(head, "%", name, 1) + strings.Replace(body, "%", says, 1)
	}
	r := plugins.NewRegistry()
	s := NewSet(SetOptions{Paths: []string{filepath.Join(dir, "*.yaml")}, Registry: r})
	says := func(name string) string {
		t.Helper()
		e := r.Get(name)
		if e == nil {
			return "nothing"
		}
		c, err := e.Views[0].Show(t.Context(), plugins.Query{Entity: component(t), Lang: lang.English, Now: now})
		if err != nil {
			t.Fatal(err)
		}
		return strings.TrimSpace(card.Plain(c.Message))
	}
	steps := []struct {
		do              func()
		a, b, complains string
	}{
		{func() {}, "nothing", "nothing", ""},
		{func() { put("a.yaml", text("a", "one")) }, "one", "nothing", ""},
		{func() { put("a.yaml", text("a", "two")); put("b.yaml", text("b", "bee")) }, "two", "bee", ""},
		{func() { put("a.yaml", text("a", "'{{ nobody }}'")) }, "two", "bee", "unknown name nobody"},
		{func() { put("b.yaml", "") }, "two", "bee", "b.yaml:1"},
		{func() { put("a.yaml", text("a", "three")) }, "three", "bee", "b.yaml:1"},
		{func() { put("b.yaml", text("a", "mine")) }, "three", "nothing", "declares the plugin"},
		{func() { _ = os.Remove(filepath.Join(dir, "b.yaml")) }, "three", "nothing", ""},
		{func() { _ = os.Remove(filepath.Join(dir, "a.yaml")) }, "nothing", "nothing", ""},
	}
	for i, step := range steps {
		step.do()
		err := s.Load(t.Context())
		if (err == nil) != (step.complains == "") || err != nil && !strings.Contains(err.Error(), step.complains) {
			t.Errorf("step %d: %v, want %q", i, err, step.complains)
		}
		if a, b := says("a"), says("b"); a != step.a || b != step.b {
			t.Errorf("step %d: a says %q, b %q; want %q, %q", i, a, b, step.a, step.b)
		}
		if len(s.Problems()) == 0 != (step.complains == "") {
			t.Errorf("step %d: problems %v", i, s.Problems())
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	s.o.Every = 5 * time.Millisecond
	s.Run(ctx)
	if NewSet(SetOptions{Paths: []string{filepath.Join(dir, "none.yaml")}, Registry: r}).Load(t.Context()) == nil {
		t.Error("a named file that is not there is no problem")
	}
}
