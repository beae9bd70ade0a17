package proxy_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/outbound"
	"github.com/backchannel-portal/backchannel/plugins/proxy"
)

func TestElsewhere(t *testing.T) {
	t.Parallel()
	other := httptest.NewServer(http.HandlerFunc(echo))
	t.Cleanup(other.Close)
	host := strings.TrimPrefix(other.URL, "http://")
	b := open(t, proxy.Config{Target: "api", Paths: []string{"/v2/**"}, Elsewhere: []string{host, "*.logs.example"}, Private: true}, echo)
	got, err := b.do(outbound.Request{URL: other.URL + "/log?sig=1"})
	if err != nil || got != "GET /log?sig=1 auth= cookie= body=" {
		t.Errorf("%s, %v", got, err)
	}
	for _, r := range []outbound.Request{
		{Method: "POST", URL: other.URL + "/log"}, {URL: "http://x.logs.example.evil.example/"}, {URL: "http://logs.example/"},
		{URL: "http://user:pw@" + host + "/"}, {URL: "ftp://" + host + "/"},
	} {
		if got, err := b.do(r); !fault.Is(err, fault.Forbidden) {
			t.Errorf("%s: %s, %v", r.URL, got, err)
		}
	}
}

// TestRedirects: they stay where the upstream could have been asked as well.
func TestRedirects(t *testing.T) {
	t.Parallel()
	var outside atomic.Int64
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { outside.Add(1); echo(w, r) }))
	t.Cleanup(other.Close)
	b := open(t, proxy.Config{Target: "api"}, nil)
	for to, ok := range map[string]bool{
		"/api/there": true, "/admin": false, other.URL + "/api/x": false, "http://169.254.169.254/latest/meta-data": false, "file:///etc/passwd": false,
	} {
		b.serve(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/api/x" {
				http.Redirect(w, r, to, http.StatusFound)
				return
			}
			echo(w, r)
		})
		b.later(time.Minute)
		got, err := b.do(outbound.Request{URL: "/x"})
		if ok != (err == nil) {
			t.Errorf("to %s: %s, %v", to, got, err)
		}
	}
	if outside.Load() > 0 {
		t.Error("another host was asked")
	}
}

// TestRedirectsElsewhere: to hosts that the configuration names, and without anything secret.
func TestRedirectsElsewhere(t *testing.T) {
	t.Parallel()
	other := httptest.NewServer(http.HandlerFunc(echo))
	t.Cleanup(other.Close)
	host := strings.TrimPrefix(other.URL, "http://")
	lead := func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, other.URL+"/log?sig=1", http.StatusFound)
	}
	b := open(t, proxy.Config{Target: "api", Elsewhere: []string{host}, Headers: map[string]string{"Authorization": "secret"}, Private: true}, lead)
	if got, err := b.do(outbound.Request{URL: "/jobs/1/logs", Header: http.Header{"Cookie": {"a=b"}}}); err != nil || got != "GET /log?sig=1 auth= cookie= body=" {
		t.Errorf("%s, %v", got, err)
	}
}
