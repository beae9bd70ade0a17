package proxy_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/outbound"
	"github.com/backchannel-portal/backchannel/plugins/proxy"
)

func TestRules(t *testing.T) {
	t.Parallel()
	b := open(t, proxy.Config{Target: "api", Methods: []string{"get", "POST"}, Paths: []string{"/v2/**", "/v1/*/x"}}, echo)
	for _, tt := range []struct {
		method, path, want string // "" is refused
	}{
		{"GET", "/v2/a?b=c%20d", "/api/v2/a?b=c%20d"},
		{"GET", "v2/a", "/api/v2/a"},
		{"POST", "/v2/", "/api/v2/"},
		{"GET", "/v1/a/x", "/api/v1/a/x"},
		{"GET", "/v2/group%2Fproject", "/api/v2/group%2Fproject"},
		{"GET", b.server.URL + "/api/v2/a?page=2", "/api/v2/a?page=2"},
		{"DELETE", "/v2/a", ""}, {"GET", "/v1/a/b/x", ""}, {"GET", "/v3", ""}, {"GET", "/", ""},
		{"GET", "/v2/../v3", ""}, {"GET", "/v2/%2e%2e/v3", ""}, {"GET", "/v2/..%2fv3", ""}, {"GET", "/v2/%252e%252e/x", ""},
		{"GET", "/v2/..;/x", ""}, {"GET", `/v2/..\x`, ""}, {"GET", "/v2/%5c..%5cx", ""}, {"GET", "/v2/a%00b", ""}, {"GET", "/v2//a", ""},
		{"GET", "/v2/a\r\nHost: x", ""}, {"GET", "/v2/%zz", ""}, {"GET", "/v2/a#b", ""}, {"GET", "/v2/" + strings.Repeat("a", 9000), ""},
		{"GET", b.server.URL + "/other/v2/a", ""}, {"GET", "https://elsewhere.example/api/v2/a", ""}, {"GET", "//elsewhere.example/api/v2/a", ""},
		{"TRACE", "/v2/a", ""}, {"CONNECT", "/v2/a", ""},
	} {
		got, err := b.do(outbound.Request{Method: tt.method, URL: tt.path})
		switch {
		case tt.want == "" && (!fault.Is(err, fault.Forbidden) || b.last() != proxy.Refused):
			t.Errorf("%s %.60s: %s, %v", tt.method, tt.path, got, err)
		case tt.want != "" && !strings.HasPrefix(got, tt.method+" "+tt.want+" auth=Bearer "+secret):
			t.Errorf("%s %s: %s, %v", tt.method, tt.path, got, err)
		}
	}
}

func TestHeaders(t *testing.T) {
	t.Parallel()
	b := open(t, proxy.Config{}, echo)
	h := http.Header{"Authorization": {"Bearer mine"}, "Cookie": {"a=b"}, "X-Forwarded-For": {"1.2.3.4"}, "Host": {"x"}}
	got, err := b.do(outbound.Request{Method: "POST", URL: "/x", Header: h, Body: []byte("hello")})
	if err != nil || got != "POST /x auth=Bearer "+secret+" cookie= body=hello" {
		t.Errorf("%s, %v", got, err)
	}
}

func TestCache(t *testing.T) {
	t.Parallel()
	n := 0
	b := open(t, proxy.Config{Keep: time.Minute}, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("If-None-Match") == `"1"` {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		n++
		w.Header().Set("ETag", `"1"`)
		fmt.Fprint(w, n)
	})
	ask := func(cc, want string, at time.Time, sent int64) {
		t.Helper()
		before := b.asked.Load()
		resp, err := b.up.Do(t.Context(), outbound.Request{URL: "/x", Header: http.Header{"Cache-Control": {cc}}})
		if err != nil || string(resp.Body) != want || !resp.At.Equal(at) || b.asked.Load()-before != sent {
			t.Errorf("%q: %+v, %v, %d sent", cc, resp, err, b.asked.Load()-before)
		}
	}
	ask("", "1", start, 1)
	b.later(30 * time.Second)
	ask("", "1", start, 0)
	ask("max-age=20", "1", start.Add(30*time.Second), 1) // not modified
	b.later(90 * time.Second)
	ask("max-age=3600", "1", start.Add(30*time.Second), 0)
	ask("no-cache", "1", start.Add(2*time.Minute), 1)
	if n != 1 || b.last() != proxy.NotModified {
		t.Errorf("%d, %s", n, b.last())
	}
	if _, err := b.do(outbound.Request{URL: "/x", Header: http.Header{"Accept": {"text/plain"}}}); err != nil || n != 2 {
		t.Errorf("another header is another answer: %d, %v", n, err)
	}
	if _, err := b.do(outbound.Request{Method: "POST", URL: "/x"}); err != nil {
		t.Fatal(err)
	}
	before := n
	if _, err := b.do(outbound.Request{URL: "/x"}); err != nil || n != before+1 {
		t.Errorf("what is kept was not forgotten after a change: %d, %v", n, err)
	}
}

// TestTogether: those who ask the same at once are one request; one of them giving up takes nobody along.
func TestTogether(t *testing.T) {
	t.Parallel()
	gate := make(chan struct{})
	b := open(t, proxy.Config{}, func(w http.ResponseWriter, _ *http.Request) {
		<-gate
		fmt.Fprint(w, "late")
	})
	impatient, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	for i := range 50 {
		ctx := t.Context()
		if i == 0 {
			ctx = impatient
		}
		wg.Go(func() {
			resp, err := b.up.Do(ctx, outbound.Request{URL: "/x"})
			if i > 0 && (err != nil || string(resp.Body) != "late") || i == 0 && err == nil {
				t.Errorf("%d: %v", i, err)
			}
		})
	}
	time.Sleep(50 * time.Millisecond)
	cancel()
	time.Sleep(10 * time.Millisecond)
	close(gate)
	wg.Wait()
	if n := b.asked.Load(); n > 2 { // a straggler may come when all is over
		t.Errorf("%d requests", n)
	}
}

func TestStale(t *testing.T) {
	t.Parallel()
	b := open(t, proxy.Config{Keep: time.Second, Attempts: 1}, say(200, "good"))
	want := func(cc, body string) {
		t.Helper()
		got, err := b.do(outbound.Request{URL: "/x", Header: http.Header{"Cache-Control": {cc}}})
		if got != body || (body == "") != (err != nil) {
			t.Errorf("%q: %q, %v", cc, got, err)
		}
	}
	want("", "good")
	b.later(time.Minute)
	b.serve(say(500, "bad"))
	want("stale-if-error=3600", "good")
	want("stale-if-error=10", "bad")
	b.server.CloseClientConnections()
	b.serve(func(w http.ResponseWriter, _ *http.Request) { panic(http.ErrAbortHandler) })
	want("stale-if-error=3600", "good")
	want("", "")
}

func TestBreaker(t *testing.T) {
	t.Parallel()
	b := open(t, proxy.Config{Attempts: 1, Failures: 3, Rest: time.Minute, Keep: -1}, say(503, ""))
	for range 10 {
		if resp, err := b.up.Get(t.Context(), "/x"); err == nil && resp.Status != 503 {
			t.Error(resp.Status)
		}
	}
	if n := b.asked.Load(); n != 3 || b.last() != proxy.Open {
		t.Errorf("%d requests, %s", n, b.last())
	}
	if why, until, ok := b.up.Well(); ok || why == "" || !until.Equal(start.Add(time.Minute)) {
		t.Error(why, until, ok)
	}
	_, err := b.up.Get(t.Context(), "/x")
	if !fault.Is(err, fault.Upstream) || !strings.Contains(err.Error(), "left alone until 10:01:00 UTC") {
		t.Error(err)
	}
	b.later(time.Minute)
	for range 5 {
		_, _ = b.up.Get(t.Context(), "/x")
	}
	if n := b.asked.Load(); n != 4 {
		t.Errorf("%d requests: one goes out to see", n)
	}
	b.later(time.Minute)
	b.serve(say(200, "well"))
	for range 5 {
		if resp, err := b.up.Get(t.Context(), "/x"); err != nil || resp.Status != 200 {
			t.Error(err)
		}
	}
	if _, _, ok := b.up.Well(); !ok {
		t.Error("it is not well")
	}
}

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	b := open(t, proxy.Config{Keep: -1}, say(429, "", "Retry-After", "3600"))
	for range 10 {
		_, _ = b.up.Get(t.Context(), "/x")
	}
	if n := b.asked.Load(); n != 1 || b.last() != proxy.Resting {
		t.Errorf("%d requests, %s", n, b.last())
	}
	b.later(time.Hour)
	b.serve(say(200, "well"))
	if resp, err := b.up.Get(t.Context(), "/x"); err != nil || resp.Status != 200 {
		t.Error(err)
	}
	// GitHub's way: nothing is left of a window.
	b.serve(say(403, "", "X-RateLimit-Remaining", "0", "X-RateLimit-Reset", fmt.Sprint(b.now().Add(time.Minute).Unix())))
	before := b.asked.Load()
	for range 10 {
		_, _ = b.up.Get(t.Context(), "/x")
	}
	if n := b.asked.Load() - before; n != 1 || b.last() != proxy.Resting {
		t.Errorf("%d requests, %s", n, b.last())
	}
}

func TestFaults(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		answer  http.HandlerFunc
		outcome proxy.Outcome
		sent    int64
	}{
		"broken off": {say(200, "x", "Content-Length", "100"), proxy.Unreachable, 3},
		"huge": {func(w http.ResponseWriter, _ *http.Request) {
			piece := make([]byte, 1<<20)
			for range 100 {
				if _, err := w.Write(piece); err != nil {
					return
				}
			}
		}, proxy.TooLarge, 1},
		"no answer": {func(_ http.ResponseWriter, r *http.Request) {
			select {
			case <-r.Context().Done():
			case <-time.After(3 * time.Second):
			}
		}, proxy.Timeout, 1},
		"drip": {func(w http.ResponseWriter, r *http.Request) {
			for range 60 {
				fmt.Fprint(w, "x")
				w.(http.Flusher).Flush()
				select {
				case <-r.Context().Done():
					return
				case <-time.After(50 * time.Millisecond):
				}
			}
		}, proxy.Timeout, 1},
		"gone": {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, proxy.Unreachable, 3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := proxy.Config{MaxBody: 1 << 20}
			if tt.outcome == proxy.Timeout {
				c.Timeout = 200 * time.Millisecond
			}
			b := open(t, c, tt.answer)
			_, err := b.up.Get(t.Context(), "/x?token="+secret)
			if !fault.Is(err, fault.Upstream) || strings.Contains(err.Error(), secret) || strings.Contains(err.Error(), "127.0.0.1") {
				t.Errorf("%v", err)
			}
			if b.last() != tt.outcome || b.asked.Load() < tt.sent || b.asked.Load() > 3 {
				t.Errorf("%s after %d requests: %v", b.last(), b.asked.Load(), err)
			}
		})
	}
}

// TestInside: addresses inside of the network are refused when the connection is made, whatever the name.
func TestInside(t *testing.T) {
	t.Parallel()
	all := []proxy.Config{
		{Name: "link-local", Target: "http://169.254.169.254/latest", Private: true},
		{Name: "v6", Target: "http://[fe80::1]/", Private: true},
		{Name: "aws", Target: "http://[fd00:ec2::254]/", Private: true},
		{Name: "zero", Target: "http://0.0.0.0/", Private: true},
		{Name: "mapped", Target: "http://[::ffff:169.254.169.254]/", Private: true},
	}
	p, err := proxy.New(all, proxy.Options{Backoff: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	for _, u := range p.Upstreams() {
		if _, err := u.Get(t.Context(), "/"); !fault.Is(err, fault.Forbidden) {
			t.Errorf("%s: %v", u.Name(), err)
		}
	}
}

func TestConfig(t *testing.T) {
	t.Parallel()
	for _, c := range []proxy.Config{
		{Name: ""}, {Name: "a b", Target: "https://x"}, {Name: "a/../b", Target: "https://x"}, {Name: "a", Target: "x"},
		{Name: "a", Target: "ftp://x"}, {Name: "a", Target: "https://u:p@x"}, {Name: "a", Target: "https://x?token=1"},
		{Name: "a", Target: "https://x", Headers: map[string]string{"A b": "c"}}, {Name: "a", Target: "https://x", Headers: map[string]string{"A": "c\r\nB: d"}},
		{Name: "a", Target: "https://x", Headers: map[string]string{"Host": "y"}}, {Name: "a", Target: "https://x", Credentials: "maybe"},
	} {
		if _, err := proxy.New([]proxy.Config{c}, proxy.Options{}); !fault.Is(err, fault.Invalid) {
			t.Errorf("%+v: %v", c, err)
		}
	}
	if _, err := proxy.New([]proxy.Config{{Name: "a", Target: "https://x"}, {Name: "/a/", Target: "https://y"}}, proxy.Options{}); !fault.Is(err, fault.Invalid) {
		t.Error(err)
	}
}
