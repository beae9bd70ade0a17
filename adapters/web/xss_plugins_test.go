//go:build browser

package web

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"net/http"
	"net/http/httptest"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/go-chi/chi/v5"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/catalog/search/searchtest"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/plugins"
	"github.com/backchannel-portal/backchannel/plugins/circleci"
	"github.com/backchannel-portal/backchannel/plugins/circleci/circlecitest"
	"github.com/backchannel-portal/backchannel/plugins/declared"
	"github.com/backchannel-portal/backchannel/plugins/lighthouse"
	"github.com/backchannel-portal/backchannel/plugins/proxy"
)

// hostilePlugins is a service whose vendors all send vectors: CircleCI, Lighthouse, what declared plugins ask, a plugin
// with pages, upstreams of the proxy, and the log of runs.
type hostilePlugins struct {
	*testing.T
	all      []string
	entities []*catalog.Entity
	proxy    *proxy.Proxy
	audits   plugins.AuditStore
	registry *plugins.Registry
	vendor   *httptest.Server
}

// declaredPlugins show what an upstream says, in every kind of block and as addresses.
var declaredPlugins = []string{`apiVersion: plugin.backchannel.dev/v1
metadata: {name: words, title: Words}
spec:
  match: {annotation: vector}
  values: {n: 'entity.metadata.annotations["vector"]'}
  requests: [{name: a, upstream: vendor, path: '/json/{{ values.n }}'}]
  card:
    - {type: text, spans: ['{{ results.a.v }}', {type: strong, text: '{{ results.a.v }}'}, {type: code, text: '{{ results.a.v }}'}]}
    - {type: fields, items: [{label: '{{ results.a.v }}', value: '{{ results.a.v }}'}]}
    - {type: list, items: ['{{ results.a.v }}']}
    - {type: table, columns: [{title: '{{ results.a.v }}'}], rows: [['{{ results.a.v }}']]}
    - {type: code, text: '{{ results.a.v }}'}
    - {type: note, spans: '{{ results.a.v }}'}
`, `apiVersion: plugin.backchannel.dev/v1
metadata: {name: addresses, title: Addresses}
spec:
  match: {annotation: vector}
  values: {n: 'entity.metadata.annotations["vector"]'}
  requests: [{name: a, upstream: vendor, path: '/json/{{ values.n }}'}]
  card:
    - {type: text, spans: [{type: link, text: a, url: 'https://a.example/{{ results.a.v }}'}, {type: link, text: b, url: '{{ results.a.v }}'}]}
    - {type: image, url: '{{ results.a.v }}', alt: '{{ results.a.v }}'}
    - {type: actions, items: [{label: '{{ results.a.v }}', url: '{{ results.a.v }}'}]}
`}

// report is a page of a vendor's making, which says in its title how far its script comes.
const report = `<!doctype html><title>quiet</title><script>document.title = "ran"; try { document.cookie; localStorage.x; document.title = "inside" } catch { document.title = "apart" }</script>`

// ServeHTTP is the vendor: /json/N is data, /plain/N, /html/N and /svg/N are documents with a script, of which one has
// a vector besides.
func (h *hostilePlugins) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	n, err := strconv.Atoi(path.Base(r.URL.Path))
	if err != nil || n < 0 || n >= len(h.all) {
		http.NotFound(rw, r)
		return
	}
	switch path.Dir(r.URL.Path) {
	case "/json":
		rw.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(rw).Encode(map[string]string{"v": h.all[n]})
	case "/svg":
		rw.Header().Set("Content-Type", "image/svg+xml")
		fmt.Fprint(rw, `<svg xmlns="http://www.w3.org/2000/svg"><title>quiet</title><script>document.title = "ran"; document.querySelector("title").textContent = "ran"</script></svg>`)
	default:
		rw.Header().Set("Content-Type", "text/html")
		fmt.Fprint(rw, `<!doctype html><title>quiet</title><script>document.title = "ran"</script>`)
		if path.Dir(r.URL.Path) == "/html" {
			fmt.Fprint(rw, h.all[n])
		}
	}
}

// Entity and Entities implement plugins.Catalog.
func (h *hostilePlugins) Entity(ref catalog.Ref) (*catalog.Entity, bool) {
	i := slices.IndexFunc(h.entities, func(e *catalog.Entity) bool { return e.Ref == ref })
	if i < 0 {
		return nil, false
	}
	return h.entities[i], true
}

func (h *hostilePlugins) Entities() iter.Seq[*catalog.Entity] { return slices.Values(h.entities) }

// About, Views and WebPage implement a plugin with a card and a page for each vector.
func (h *hostilePlugins) About() plugins.About {
	return plugins.About{Name: "hostile", Title: h.all[0], Description: h.all[1], API: plugins.API}
}

func (h *hostilePlugins) Views() []plugins.View {
	return []plugins.View{{
		Name: "all", Title: plugins.Text{lang.English: h.all[2]}, Card: true, Has: func(*catalog.Entity) bool { return true },
		Show: func(_ context.Context, q plugins.Query) (plugins.Card, error) {
			return plugins.Card{Message: hostileCard(q.Entity.Title)}, nil
		},
	}, {
		Name: "broken", Title: plugins.Text{lang.English: h.all[3]}, Card: true, Has: func(*catalog.Entity) bool { return true },
		Show: func(_ context.Context, q plugins.Query) (plugins.Card, error) {
			return plugins.Card{}, fault.New(fault.Upstream, "%s", q.Entity.Title)
		},
	}}
}

func (h *hostilePlugins) WebPage(_ context.Context, q plugins.WebQuery) (plugins.WebPage, error) {
	n, err := strconv.Atoi(q.Path)
	if err != nil || n < 0 || n >= len(h.all) {
		return plugins.WebPage{}, fault.New(fault.NotFound, "%s", q.Path)
	}
	return plugins.WebPage{Title: h.all[n], Message: hostileCard(h.all[n])}, nil
}

// Run implements Runs: a run for each vector.
func (h *hostilePlugins) Run(_ context.Context, id string, _ int64, _ search.View, _ lang.Lang) (Run, error) {
	n, err := strconv.Atoi(id)
	if err != nil || n < 0 || n >= len(h.all) {
		return Run{}, fault.New(fault.NotFound, "no run")
	}
	v := h.all[n]
	return Run{Title: v, Message: hostileCard(v), Lines: []RunLine{{At: noon(), Step: v, Text: v, State: "failed"}, {At: noon(), Text: v}}, Over: true}, nil
}

// newHostilePlugins starts the vendors and what asks them.
func newHostilePlugins(t *testing.T, all []string) *hostilePlugins {
	h := &hostilePlugins{T: t, all: all, audits: plugins.NewMemoryAudits(), registry: plugins.NewRegistry()}
	ci := circlecitest.New()
	h.vendor = httptest.NewServer(h)
	t.Cleanup(func() { ci.Close(); h.vendor.Close() })
	for i, v := range all {
		e := searchtest.Entity(fmt.Sprintf("component:v%03d", i), searchtest.Title(v))
		website := fmt.Sprintf("https://shop.acme.example/%03d", i)
		e.Annotations = []catalog.Pair{{Key: circleci.Annotation, Value: fmt.Sprintf("github/acme/v%03d", i)}, {Key: plugins.WebsiteURL, Value: website}, {Key: "vector", Value: strconv.Itoa(i)}}
		h.entities = append(h.entities, e)
		now := time.Now()
		ci.Add(&circlecitest.Project{Slug: fmt.Sprintf("github/acme/v%03d", i), Default: v, Pipelines: []*circlecitest.Pipeline{{
			ID: fmt.Sprintf("p%03d", i), Number: 7, Created: now.Add(-time.Hour), Branch: v, Commit: v, Subject: v, Author: v, Login: v,
			Workflows: []*circlecitest.Workflow{{ID: fmt.Sprintf("w%03d", i), Name: v, Status: "failed", Created: now.Add(-time.Hour), Stopped: now.Add(-50 * time.Minute), Jobs: []circlecitest.Job{
				{Number: int64(1000 + i), Name: v, Status: "failed", FailedStep: v, Output: v, Failures: []string{v}, Artifacts: []string{v}},
			}}},
		}}})
		h.keep(plugins.Audit{ID: fmt.Sprintf("a%03d", i), URL: website, State: plugins.AuditCompleted, Tool: v, Report: fmt.Sprintf("/plugins/lighthouse/report/a%03d", i), Scores: []plugins.Score{{ID: v, Title: v, Value: 3}, {ID: "seo", Title: v, Value: 50}}}, report)
		h.keep(plugins.Audit{ID: fmt.Sprintf("b%03d", i), URL: website, State: plugins.AuditFailed, Why: v}, "")
	}
	circle := circleci.Upstream(ci.URL, circlecitest.Token)
	circle.Rate, circle.Private = 10_000, true
	var err error
	h.proxy, err = proxy.New([]proxy.Config{circle, {Name: "vendor", Target: h.vendor.URL, Private: true, Rate: 10_000, Offered: true}}, proxy.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.proxy.Close)
	h.start(circleci.New(circleci.Config{WebhookSecret: circlecitest.Secret}))
	light := lighthouse.New(lighthouse.Config{Store: h.audits, Now: noon, Every: 24 * time.Hour, NewID: func() string { return "id" }})
	h.start(light)
	if err := light.Reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, text := range declaredPlugins {
		p, err := declared.Parse("x.yaml", []byte(text), declared.Options{})
		if err != nil {
			t.Fatal(err)
		}
		h.start(p)
	}
	h.start(h)
	return h
}

func (h *hostilePlugins) keep(a plugins.Audit, report string) {
	h.Helper()
	a.Began, a.Ended = noon().Add(-time.Hour), noon().Add(-50*time.Minute)
	var body []byte
	if report != "" {
		body = []byte(report)
	}
	if err := h.audits.Put(h.Context(), a, body); err != nil {
		h.Fatal(err)
	}
}

func (h *hostilePlugins) start(p plugins.Plugin) {
	h.Helper()
	host := plugins.Host{Now: time.Now, Catalog: h, Upstream: func(name string) (plugins.Upstream, error) { return h.proxy.Upstream(name) }}
	if s, starts := p.(plugins.Starter); starts {
		if err := s.Start(h.Context(), host.Whole()); err != nil {
			h.Fatal(err)
		}
	}
	if c, closes := p.(interface{ Close() error }); closes {
		h.Cleanup(func() { _ = c.Close() })
	}
	if err := h.registry.Add(p); err != nil {
		h.Fatal(err)
	}
}

// serve is the address of the web view.
func (h *hostilePlugins) serve() string {
	h.Helper()
	gates := plugins.NewGates(plugins.GateOptions{})
	h.Cleanup(func() { gates.Close(5 * time.Second) })
	reader := search.NewReader(catalog.Changes{Generation: 1, Full: true, Upserts: h.entities}, nil, search.Options{})
	h.Cleanup(func() { _ = reader.Close() })
	w := site(h.T, func(c *Config) {
		c.BaseURL, c.Runs = "", h
		c.View = func() search.View { return reader.For(catalog.Viewer{}) }
		c.Views = plugins.NewRunner(h.registry, gates, plugins.RunnerOptions{Now: noon})
	})
	r := chi.NewRouter()
	w.Mount(r)
	w.MountPlugins(r)
	r.Group(func(r chi.Router) {
		r.Use(w.Guard)
		r.Handle(proxy.Mount+"*", h.proxy.Handler(proxy.Gate{}))
	})
	s := httptest.NewServer(r)
	h.Cleanup(s.Close)
	return s.URL
}

// TestNothingOfVendorsRuns visits every page on which plugins show what vendors sent, without the policy that would stop
// a script; and what the proxy hands through and documents of vendors, whose policy is all there is.
func TestNothingOfVendorsRuns(t *testing.T) {
	all := vectors(t)
	h := newHostilePlugins(t, all)
	base, p := h.serve(), open(t)
	if _, err := chromedp.Call(p.ctx, cdppage.SetBypassCSP, cdppage.SetBypassCSPParams{Enabled: true}); err != nil {
		t.Fatal(err)
	}
	p.control()
	if _, err := chromedp.Call(p.ctx, cdppage.AddScriptToEvaluateOnNewDocument, cdppage.AddScriptToEvaluateOnNewDocumentParams{Source: listen}); err != nil {
		t.Fatal(err)
	}
	pages, cards := 0, map[string]int{}
	look := func(path string) {
		pages++
		p.do(chromedp.Navigate(base + path))
		p.harmless(path)
	}
	for i := range all {
		look(fmt.Sprintf("/catalog/default/component/v%03d", i))
		for _, title := range []string{"CircleCI", "Lighthouse", "Words", "Addresses"} {
			if get(p, chromedp.Evaluate[bool](`[...document.querySelectorAll("h2")].some((h) => h.textContent.includes("`+title+`"))`)) {
				cards[title]++
			}
		}
		look(fmt.Sprintf([]string{"/runs/%d", "/plugins/hostile/%d", "/plugins/lighthouse/default/component/v%03d"}[i%3], i))
	}
	look("/plugins/lighthouse")
	look("/docs")
	for _, title := range []string{"CircleCI", "Lighthouse", "Words", "Addresses"} {
		if cards[title] < len(all) {
			t.Errorf("%s shows %d cards of %d", title, cards[title], len(all))
		}
	}
	t.Logf("%d vectors on %d pages, %v", len(all), pages, cards)

	kept := open(t) // with the policies
	for _, tt := range []struct{ address, title string }{
		{h.vendor.URL + "/plain/0", "ran"}, {h.vendor.URL + "/svg/0", "ran"}, // as it would be without us
		{base + "/api/proxy/vendor/svg/0", "quiet"}, {base + "/plugins/lighthouse/report/a000", "apart"},
	} {
		kept.titled(tt.address, tt.title)
	}
	for i := 0; i < len(all); i += 4 {
		kept.titled(fmt.Sprintf("%s/api/proxy/vendor/html/%d", base, i), "quiet")
	}
}

// titled loads a document, which must have a title in the end.
func (p tab) titled(address, want string) {
	p.Helper()
	p.do(chromedp.Navigate(address))
	title := get(p, chromedp.Title())
	if title != want && !(want == "quiet" && strings.HasPrefix(title, "<")) {
		p.Errorf("%s has the title %q, not %q", address, title, want)
	}
}
