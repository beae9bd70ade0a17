package lighthouse

import (
	"encoding/json"
	"fmt"
	"iter"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"context"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/outbound"
	"github.com/backchannel-portal/backchannel/plugins"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// watch is a clock that a test moves.
type watch struct {
	mu sync.Mutex
	t  time.Time
}

func (w *watch) now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.t
}

func (w *watch) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.t = w.t.Add(d)
}

func site(name, address string) *catalog.Entity {
	e := &catalog.Entity{Ref: catalog.MakeRef("component", "", name), Name: name}
	if address != "" {
		e.Annotations = []catalog.Pair{{Key: plugins.WebsiteURL, Value: address}}
	}
	return e
}

// town is a catalog, and the facts that were written about it.
type town struct {
	entities []*catalog.Entity
	mu       sync.Mutex
	facts    map[catalog.Ref][]catalog.Fact
}

func (t *town) Entity(ref catalog.Ref) (*catalog.Entity, bool) {
	i := slices.IndexFunc(t.entities, func(e *catalog.Entity) bool { return e.Ref == ref })
	if i < 0 {
		return nil, false
	}
	return t.entities[i], true
}

func (t *town) Entities() iter.Seq[*catalog.Entity] { return slices.Values(t.entities) }

func (t *town) Write(_ context.Context, about []catalog.Ref, facts []catalog.Fact) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, ref := range about {
		t.facts[ref] = slices.Clone(facts)
	}
	return nil
}

func (t *town) Of(ref catalog.Ref) []catalog.Fact {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.facts[ref])
}

func (t *town) fact(name, key string) string {
	for _, f := range t.Of(catalog.MakeRef("component", "", name)) {
		if f.Key == key {
			return f.Value
		}
	}
	return ""
}

// plugin is one that is started for a town with two entities of one website, and another.
func plugin(t *testing.T, change func(*Config)) (*Plugin, *town, *watch) {
	t.Helper()
	clock := &watch{t: noon}
	tw := &town{facts: map[catalog.Ref][]catalog.Fact{}, entities: []*catalog.Entity{
		site("shop", "https://shop.acme.example"), site("shop-2", "https://SHOP.acme.example/"), site("blog", "https://blog.acme.example/start"), site("none", ""),
	}}
	ids := 0
	cfg := Config{
		Store: plugins.NewMemoryAudits(), Now: clock.now, Every: 24 * time.Hour, Budgets: []plugins.Budget{{Category: "performance", Least: 80}},
		NewID: func() string { ids++; return fmt.Sprint("id", ids) },
	}
	change(&cfg)
	p := New(cfg)
	p.host = plugins.Host{Now: clock.now, BaseURL: "https://bc.example", Facts: tw, Catalog: tw}.Whole()
	if err := p.Reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	return p, tw, clock
}

// lhrOf is a Lighthouse result with scores.
func lhrOf(performance float64, form string) string {
	return fmt.Sprintf(`{"lighthouseVersion":"12.8.2","requestedUrl":"https://shop.acme.example/","finalDisplayedUrl":"https://shop.acme.example/","configSettings":{"formFactor":%q},
		"categories":{"seo":{"id":"seo","title":"SEO","score":0.925},"performance":{"id":"performance","title":"Performance","score":%v},
		"accessibility":{"id":"accessibility","title":"Accessibility","score":1},"pwa":{"id":"pwa","title":"PWA","score":null}}}`, form, performance)
}

// service is a lighthouse-audit-service, with the shapes of its REST API v1.
type service struct {
	mu       sync.Mutex
	audits   []map[string]any
	score    float64
	looks    int // of an audit until it is over
	outcome  string
	fault    func(http.ResponseWriter, *http.Request) bool
	requests []string
}

func newService(t *testing.T) (*service, *Service) {
	t.Helper()
	s := &service{score: 0.9, looks: 1, outcome: "COMPLETED"}
	srv := httptest.NewServer(s)
	t.Cleanup(srv.Close)
	way := outbound.New(outbound.Options{
		Hosts: []outbound.Host{{Name: strings.TrimPrefix(srv.URL, "http://"), Private: true, Plain: true, Rate: 10_000}}, Idle: 1500 * time.Millisecond,
		MaxBody: 1 << 20, Backoff: time.Millisecond, Attempts: 2,
	})
	t.Cleanup(way.Close)
	return s, &Service{URL: srv.URL + "/", Way: way, Poll: time.Millisecond}
}

func (s *service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests = append(s.requests, r.Method+" "+r.URL.Path)
	if s.fault != nil && s.fault(w, r) {
		return
	}
	id, one := strings.CutPrefix(r.URL.Path, "/v1/audits/")
	i := slices.IndexFunc(s.audits, func(a map[string]any) bool { return a["id"] == id })
	switch {
	case r.Method == http.MethodPost && r.URL.Path == "/v1/audits":
		var body struct{ URL string }
		if json.NewDecoder(r.Body).Decode(&body) != nil || body.URL == "" {
			http.Error(w, "no url", http.StatusBadRequest)
			return
		}
		s.add(body.URL, "RUNNING", noon)
		reply(w, http.StatusCreated, s.audits[len(s.audits)-1])
	case one && i < 0:
		http.Error(w, "not found", http.StatusNotFound)
	case one && r.Header.Get("Accept") != "application/json":
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprintf(w, "<!doctype html><title>report %s</title>", id)
	case one:
		if s.looks--; s.looks < 0 {
			s.end(i)
		}
		reply(w, http.StatusOK, s.audits[i])
	case r.URL.Path == "/v1/websites":
		s.websites(w, r)
	default:
		http.NotFound(w, r)
	}
}

func (s *service) add(address, status string, created time.Time) string {
	id := fmt.Sprintf("00000000-0000-4000-8000-%012d", len(s.audits)+1)
	s.audits = append(s.audits, map[string]any{"id": id, "url": address, "status": status, "timeCreated": created.Format(time.RFC3339)})
	return id
}

func (s *service) end(i int) {
	a := s.audits[i]
	a["status"], a["timeCompleted"] = s.outcome, noon.Add(time.Minute).Format(time.RFC3339)
	if s.outcome == "COMPLETED" {
		a["report"] = json.RawMessage(lhrOf(s.score, "mobile"))
	}
}

func (s *service) websites(w http.ResponseWriter, r *http.Request) {
	by := map[string][]any{}
	var order []string
	for _, a := range slices.Backward(s.audits) {
		item := map[string]any{"id": a["id"], "url": a["url"], "status": a["status"], "timeCreated": a["timeCreated"], "timeCompleted": a["timeCompleted"]}
		if a["status"] == "COMPLETED" {
			item["categories"] = map[string]any{"performance": map[string]any{"id": "performance", "title": "Performance", "score": s.score}}
		}
		u := a["url"].(string)
		if by[u] == nil {
			order = append(order, u)
		}
		by[u] = append(by[u], item)
	}
	var items []any
	for _, u := range order {
		items = append(items, map[string]any{"url": u, "audits": by[u], "lastAudit": by[u][0]})
	}
	reply(w, http.StatusOK, map[string]any{"items": items, "total": len(items), "limit": 50, "offset": 0})
}

func reply(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // a client that went away is its own affair
}

// program writes a shell script.
func program(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+text), 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}
