package main

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
)

func TestIdentified(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, given, path string
		status            int
		kept, logged      bool
	}{
		{"a proxy's number", "abc-123", "/x?q=secret", 200, true, false},
		{"none", "", "/x", 200, false, false},
		{"a hostile one", "a\nb=c", "/x", 200, false, false},
		{"an endless one", strings.Repeat("a", 65), "/x", 200, false, false},
		{"a failure", "abc", "/x?q=secret", 500, true, true},
		{"not ready yet", "abc", "/readyz", 503, true, false},
	} {
		var log bytes.Buffer
		inner := ""
		h := identified(slog.New(slog.NewTextHandler(&log, nil)))(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			inner = r.Header.Get(requestID)
			w.WriteHeader(tt.status)
		}))
		r := httptest.NewRequest(http.MethodGet, tt.path, nil)
		r.Header[requestID] = []string{tt.given}
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, r)
		id := rec.Header().Get(requestID)
		if !soundID(id) || (id == tt.given) != tt.kept || inner != id {
			t.Errorf("%s: answered %q, handled as %q", tt.name, id, inner)
		}
		if got := strings.Contains(log.String(), "request="+id); got != tt.logged || strings.Contains(log.String(), "secret") {
			t.Errorf("%s: log %q", tt.name, log.String())
		}
	}
}

func TestPartMetric(t *testing.T) {
	t.Parallel()
	m := &eventMetrics{registry: prometheus.NewRegistry()}
	m.parts(func() []part {
		return []part{{Name: "store", OK: true}, {Name: "file:a", Detail: "away"}, {Name: "store", OK: true}}
	})
	rec := httptest.NewRecorder()
	m.handler().ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	for _, want := range []string{`backchannel_part_up{part="file:a"} 0`, `backchannel_part_up{part="store"} 1`} {
		if !strings.Contains(rec.Body.String(), want+"\n") {
			t.Errorf("no %s in\n%s", want, rec.Body)
		}
	}
}
