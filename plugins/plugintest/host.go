package plugintest

import (
	"bytes"
	"context"
	"iter"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/outbound"
	"github.com/backchannel-portal/backchannel/plugins"
)

// Host is a host for tests: upstreams are handlers, facts and what is kept stay in memory. All who are started with it
// take turns with each other.
type Host struct {
	ups      map[string]http.Handler
	entities []*catalog.Entity
	turn     plugins.TakeTurn
	requests atomic.Int64

	mu      sync.Mutex
	facts   map[catalog.Ref][]catalog.Fact
	changed []catalog.Ref
}

// NewHost returns a host. A nil handler is an upstream that does not answer.
func NewHost(ups map[string]http.Handler, entities ...*catalog.Entity) *Host {
	return &Host{ups: ups, entities: entities, turn: plugins.Host{}.Whole().Turn, facts: map[catalog.Ref][]catalog.Fact{}}
}

// Host returns what a plugin is started with.
func (h *Host) Host() plugins.Host {
	return plugins.Host{
		Now: time.Now, Log: slog.New(slog.DiscardHandler), BaseURL: "http://localhost:7007", Upstream: h.upstream, Facts: h, Catalog: h,
		Keep: plugins.NewMemoryKeeper(), Changed: h.change, Turn: h.turn,
	}.Whole()
}

// Requests is how many requests upstreams have had.
func (h *Host) Requests() int { return int(h.requests.Load()) }

// Changed are the entities that the plugin said have something new.
func (h *Host) Changed() []catalog.Ref {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.changed)
}

func (h *Host) change(ref catalog.Ref) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.changed = append(h.changed, ref)
}

// Write implements plugins.Facts.
func (h *Host) Write(_ context.Context, about []catalog.Ref, facts []catalog.Fact) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, ref := range about {
		delete(h.facts, ref)
	}
	for _, f := range facts {
		h.facts[f.Entity] = append(h.facts[f.Entity], f)
	}
	return nil
}

// Of implements plugins.Facts.
func (h *Host) Of(ref catalog.Ref) []catalog.Fact {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.facts[ref])
}

// Entity implements plugins.Catalog.
func (h *Host) Entity(ref catalog.Ref) (*catalog.Entity, bool) {
	i := slices.IndexFunc(h.entities, func(e *catalog.Entity) bool { return e.Ref == ref })
	if i < 0 {
		return nil, false
	}
	return h.entities[i], true
}

// Entities implements plugins.Catalog.
func (h *Host) Entities() iter.Seq[*catalog.Entity] { return slices.Values(h.entities) }

func (h *Host) upstream(name string) (plugins.Upstream, error) {
	handler, ok := h.ups[name]
	if !ok {
		return nil, fault.New(fault.NotFound, "there is no upstream %q", name)
	}
	return upstream{h, handler}, nil
}

// upstream asks a handler as the proxy would ask a server.
type upstream struct {
	h       *Host
	handler http.Handler
}

// Do implements plugins.Upstream.
func (u upstream) Do(ctx context.Context, r outbound.Request) (*outbound.Response, error) {
	u.h.requests.Add(1)
	if u.handler == nil {
		return nil, fault.Wrap(fault.Upstream, errAway, "ask the upstream")
	}
	method := r.Method
	if method == "" {
		method = http.MethodGet
	}
	req, err := http.NewRequestWithContext(ctx, method, "http://upstream.test"+r.URL, bytes.NewReader(r.Body))
	if err != nil {
		return nil, fault.New(fault.Invalid, "%q is no path", r.URL)
	}
	req.RequestURI = req.URL.RequestURI()
	for k, v := range r.Header {
		req.Header[k] = v
	}
	w := httptest.NewRecorder()
	done := make(chan struct{})
	go func() {
		defer close(done)
		u.handler.ServeHTTP(w, req)
	}()
	select {
	case <-done:
	case <-ctx.Done():
		return nil, fault.Wrap(fault.Upstream, ctx.Err(), "ask the upstream")
	}
	return &outbound.Response{Status: w.Code, Header: w.Result().Header, Body: w.Body.Bytes(), URL: &url.URL{Path: r.URL}, At: time.Now()}, nil
}

// Faults are what vendors answer on bad days, by what that is.
func Faults() map[string]http.Handler {
	status := func(code int, kind, body string) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", kind)
			if code == http.StatusTooManyRequests {
				w.Header().Set("Retry-After", "30")
			}
			w.WriteHeader(code)
			_, _ = w.Write([]byte(body)) // whoever asked may be gone
		})
	}
	const data, page = "application/json", "text/html"
	return map[string]http.Handler{
		"away":         nil,
		"401":          status(http.StatusUnauthorized, data, `{"message":"unauthorized"}`),
		"403":          status(http.StatusForbidden, data, `{}`),
		"404":          status(http.StatusNotFound, data, `{"message":"not found"}`),
		"429":          status(http.StatusTooManyRequests, data, `{}`),
		"500":          status(http.StatusInternalServerError, "text/plain", "oops"),
		"a page":       status(http.StatusOK, page, "<html><body>Sign in</body></html>"),
		"half of it":   status(http.StatusOK, data, `{"items":[{"id":1,`),
		"nothing":      status(http.StatusOK, data, ``),
		"null":         status(http.StatusOK, data, `null`),
		"a number":     status(http.StatusOK, data, `5`),
		"a text":       status(http.StatusOK, data, `"hello"`),
		"a list":       status(http.StatusOK, data, `[1,"a",null,{}]`),
		"an object":    status(http.StatusOK, data, `{"unexpected":true}`),
		"wrong types":  status(http.StatusOK, data, `{"items":{"a":1},"status":[],"builds":"x","issues":7,"name":{}}`),
		"deeply":       status(http.StatusOK, data, string(bytes.Repeat([]byte("["), 5000))+string(bytes.Repeat([]byte("]"), 5000))),
		"not UTF-8":    status(http.StatusOK, data, "{\"a\":\"\xff\xfe\"}"),
		"it is silent": http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }),
	}
}

// hang are upstreams that never answer.
func hang(ups map[string]http.Handler) map[string]http.Handler {
	out := map[string]http.Handler{}
	for name := range ups {
		out[name] = Faults()["it is silent"]
	}
	return out
}
