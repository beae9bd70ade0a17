package outbound

import (
	"compress/gzip"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// serve starts a server that the client may reach although it is on loopback.
func serve(t *testing.T, o Options, h http.HandlerFunc) (*Client, string) {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	u, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	o.Hosts = append(o.Hosts, Host{Name: u.Host, Private: true, Plain: true, Rate: 10000})
	return client(t, o), s.URL
}

func client(t *testing.T, o Options) *Client {
	if o.Backoff == 0 {
		o.Backoff = time.Millisecond
	}
	c := New(o)
	t.Cleanup(c.Close)
	return c
}

// refused checks the kind of an error and a part of its text.
func refused(t *testing.T, err error, k fault.Kind, text string) {
	t.Helper()
	if !fault.Is(err, k) || !strings.Contains(err.Error(), text) {
		t.Errorf("got %v of kind %s, want %q of kind %s", err, fault.KindOf(err), text, k)
	}
}

func TestGet(t *testing.T) {
	c, at := serve(t, Options{Agent: "Test/1"}, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("If-None-Match") == `"v1"` {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		w.Header().Set("ETag", `"v1"`)
		fmt.Fprint(w, r.Method, " ", r.UserAgent(), " ", r.Header.Get("Authorization"))
	})
	r, err := c.Do(t.Context(), Request{URL: at + "/a", Header: http.Header{"authorization": {"Bearer x"}}})
	if err != nil || string(r.Body) != "GET Test/1 Bearer x" || r.ETag != `"v1"` || r.Err() != nil || r.At.IsZero() {
		t.Fatal(r, err)
	}
	again, err := c.Do(t.Context(), Request{URL: at + "/a", ETag: r.ETag})
	if err != nil || !again.NotModified || again.ETag != r.ETag || again.Body != nil {
		t.Error(again, err)
	}
}

func TestAddressesThatAreRefused(t *testing.T) {
	c, at := serve(t, Options{Hosts: []Host{{Name: "169.254.169.254", Private: true, Plain: true}}}, func(http.ResponseWriter, *http.Request) {
		t.Error("the server was reached")
	})
	_, port, _ := net.SplitHostPort(strings.TrimPrefix(at, "http://"))
	for address, text := range map[string]string{
		"https://localhost:" + port:                         "inside the network",
		"https://127.0.0.1/":                                "inside the network",
		"https://127.1/":                                    "",
		"https://[::1]/":                                    "inside the network",
		"https://[::ffff:127.0.0.1]/":                       "inside the network",
		"https://[64:ff9b::7f00:1]/":                        "inside the network",
		"https://[2002:7f00:1::]/":                          "inside the network",
		"https://10.1.2.3/":                                 "inside the network",
		"https://192.168.0.1/":                              "inside the network",
		"https://100.64.0.1/":                               "inside the network",
		"https://[fd12::1]/":                                "inside the network",
		"https://0.0.0.0/":                                  "never connected to",
		"https://169.254.169.254/latest/":                   "never connected to",
		"http://169.254.169.254/latest/":                    "never connected to",
		"https://[fe80::1]/":                                "never connected to",
		"https://[fd00:ec2::254]/":                          "never connected to",
		"https://[::ffff:169.254.169.254]/":                 "never connected to",
		"https://168.63.129.16/":                            "never connected to",
		"https://224.0.0.1/":                                "never connected to",
		"http://example.com/":                               "not encrypted",
		"ftp://example.com/":                                "only https",
		"file:///etc/passwd":                                "only https",
		"https://user:secret@example.com/?token=secret":     "credentials",
		"https:///x":                                        "no host",
		"https://exa mple.com/?secret":                      "not a usable address",
		"https://example.com:99999/?secret=1":               "",
		"https://" + strings.Repeat("a", 300) + ".invalid/": "",
	} {
		_, err := c.Get(t.Context(), address)
		if err == nil || !strings.Contains(err.Error(), text) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", address, err)
		}
	}
}

func TestRedirects(t *testing.T) {
	var other string
	var rounds atomic.Int32
	handler := func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/loop" {
			rounds.Add(1)
		}
		to := map[string]string{
			"/loop": "/loop", "/once": "/end", "/metadata": "http://169.254.169.254/latest/meta-data/",
			"/private": "https://10.0.0.1/", "/plain": "http://example.com/", "/file": "file:///etc/passwd", "/other": other + "/end?token=1",
		}[r.URL.Path]
		if to != "" {
			http.Redirect(w, r, to, http.StatusFound)
			return
		}
		fmt.Fprintf(w, "%s%s", r.Header.Get("Authorization"), r.Header.Get("Private-Token"))
	}
	s := httptest.NewServer(http.HandlerFunc(handler))
	defer s.Close()
	other = s.URL
	c, at := serve(t, Options{Hosts: []Host{
		{Name: strings.TrimPrefix(other, "http://"), Private: true, Plain: true}, {Name: "169.254.169.254", Private: true, Plain: true},
	}}, handler)
	get := func(path, method string) (*Response, error) {
		return c.Do(t.Context(), Request{Method: method, URL: at + path, Header: http.Header{"Authorization": {"a"}, "Private-Token": {"b"}}})
	}
	for path, want := range map[string]string{"/once": "ab", "/other": ""} {
		if r, err := get(path, ""); err != nil || string(r.Body) != want {
			t.Errorf("%s: %v %v", path, r, err)
		}
	}
	for path, text := range map[string]string{
		"/loop": "more than 5 times", "/metadata": "never connected to", "/private": "inside the network", "/plain": "not encrypted", "/file": "only https",
	} {
		if _, err := get(path, ""); err == nil || !strings.Contains(err.Error(), text) {
			t.Errorf("%s: %v", path, err)
		}
	}
	if n := rounds.Load(); n != 6 {
		t.Errorf("a loop was followed to %d answers", n)
	}
	_, err := get("/once", http.MethodPost)
	refused(t, err, fault.Upstream, "redirects a POST")
}

func TestRedirectToPlainAddress(t *testing.T) {
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://"+r.Host+"/", http.StatusFound)
	}))
	defer s.Close()
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	c := client(t, Options{TLS: &tls.Config{RootCAs: roots}, Hosts: []Host{{Name: "127.0.0.1", Private: true, Plain: true}}})
	_, err := c.Get(t.Context(), s.URL)
	refused(t, err, fault.Forbidden, "not encrypted")
}

func TestSizes(t *testing.T) {
	c, at := serve(t, Options{MaxBody: 1 << 20}, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/endless":
			for chunk := make([]byte, 1<<16); ; {
				if _, err := w.Write(chunk); err != nil {
					return
				}
			}
		case "/bomb":
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			io.CopyN(z, zeros{}, 200<<20)
			z.Close()
		case "/exact":
			w.Write(make([]byte, 1<<20))
		case "/head":
			for i := range 10_000 {
				w.Header().Set(fmt.Sprint("X-", i), strings.Repeat("x", 100))
			}
		}
	})
	for path, text := range map[string]string{"/endless": "larger than 1048576 bytes", "/bomb": "larger than 1048576 bytes", "/head": "cannot be read", "/exact": ""} {
		r, err := c.Get(t.Context(), at+path)
		if text == "" && (err != nil || len(r.Body) != 1<<20) || text != "" && (err == nil || !strings.Contains(err.Error(), text)) {
			t.Errorf("%s: %v", path, err)
		}
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestTimes(t *testing.T) {
	release := make(chan struct{})
	defer close(release)
	handler := func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/silent":
			<-release
		case "/stalls":
			w.Write([]byte("half"))
			w.(http.Flusher).Flush()
			<-release
		case "/drips":
			for r.Context().Err() == nil {
				w.Write([]byte("."))
				w.(http.Flusher).Flush()
				time.Sleep(10 * time.Millisecond)
			}
		}
	}
	for path, c := range map[string]struct {
		o    Options
		text string
	}{
		"/silent": {Options{Header: 50 * time.Millisecond}, "took too long"},
		"/stalls": {Options{Idle: 50 * time.Millisecond}, "nothing came for 50ms"},
		"/drips":  {Options{Total: 300 * time.Millisecond}, "took too long"},
	} {
		c.o.Attempts = 1
		client, at := serve(t, c.o, handler)
		_, err := client.Get(t.Context(), at+path)
		if !fault.Is(err, fault.Upstream) || !strings.Contains(err.Error(), c.text) {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func TestHalfAnswers(t *testing.T) {
	var n atomic.Int32
	c, at := serve(t, Options{}, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/heals" && n.Add(1) == 3 {
			fmt.Fprint(w, "whole")
			return
		}
		w.Header().Set("Content-Length", "100")
		fmt.Fprint(w, "half")
	})
	_, err := c.Get(t.Context(), at+"/half?token=secret")
	refused(t, err, fault.Upstream, "/half cannot be read: the answer broke off")
	if r, err := c.Get(t.Context(), at+"/heals"); err != nil || string(r.Body) != "whole" {
		t.Error(r, err)
	}
}

func TestRetries(t *testing.T) {
	var n atomic.Int32
	c, at := serve(t, Options{}, func(w http.ResponseWriter, r *http.Request) {
		status := http.StatusInternalServerError
		if n.Add(1)%3 == 0 && r.URL.Path == "/heals" {
			status = http.StatusOK
		}
		w.WriteHeader(status)
	})
	for _, step := range []struct {
		method, path string
		status       int
		calls        int32
	}{
		{"GET", "/heals", 200, 3}, {"GET", "/sick", 500, 3}, {"POST", "/sick", 500, 1}, {"DELETE", "/sick", 500, 3},
	} {
		n.Store(0)
		r, err := c.Do(t.Context(), Request{Method: step.method, URL: at + step.path, Body: []byte("x")})
		if err != nil || r.Status != step.status || n.Load() != step.calls {
			t.Errorf("%+v: %v %v after %d calls", step, r, err, n.Load())
		}
	}
	r, err := c.Get(t.Context(), at+"/sick?token=1")
	if err != nil {
		t.Fatal(err)
	}
	refused(t, r.Err(), fault.Upstream, "/sick answers with status 500")
}

func TestRetryAfter(t *testing.T) {
	var n atomic.Int32
	now := time.Now()
	c, at := serve(t, Options{Patience: 2 * time.Second, Clock: func() time.Time { return now }}, func(w http.ResponseWriter, r *http.Request) {
		n.Add(1)
		w.Header().Set("Retry-After", r.URL.Query().Get("wait"))
		w.WriteHeader(http.StatusTooManyRequests)
	})
	if r, err := c.Get(t.Context(), at+"/?wait=0"); err != nil || r.Status != 429 || n.Load() != 3 {
		t.Error(r, err, n.Load())
	}
	_, err := c.Get(t.Context(), at+"/?wait=600")
	refused(t, err, fault.Upstream, "asks for no requests until")
	if n.Load() != 4 {
		t.Errorf("%d calls", n.Load())
	}
	_, err = c.HTTP().Get(at)
	refused(t, err, fault.Upstream, "asks for no requests until")
	now = now.Add(11 * time.Minute)
	if _, err := c.Get(t.Context(), at+"/?wait=x"); err != nil || n.Load() != 7 {
		t.Error(err, n.Load())
	}
	_, err = c.Get(t.Context(), at+"/?wait=Fri,+31+Dec+2199+23:59:59+GMT")
	refused(t, err, fault.Upstream, "until "+now.Add(time.Hour).UTC().Format("2 Jan 15:04:05 MST"))
	now = now.Add(61 * time.Minute)
	if _, err := c.Get(t.Context(), at+"/?wait=x"); err != nil || n.Load() != 11 {
		t.Errorf("an hour later: %v after %d calls", err, n.Load())
	}
}

func TestReadsRetryAfter(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for s, want := range map[string]time.Duration{
		"5": 5 * time.Second, " 7 ": 7 * time.Second, "Fri, 02 Jan 2026 03:05:05 GMT": time.Minute, "Fri, 02 Jan 2026 03:00:00 GMT": 0,
		"": -1, "-1": -1, "soon": -1, "99999999999": -1,
	} {
		got, ok := retryAfter(s, now)
		if !ok {
			got = -1
		}
		if got != want {
			t.Errorf("%q: %s, want %s", s, got, want)
		}
	}
}

func TestRate(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer s.Close()
	c := client(t, Options{Hosts: []Host{{Name: strings.TrimPrefix(s.URL, "http://"), Private: true, Plain: true, Rate: 0.1}}})
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	if _, err := c.Get(ctx, s.URL); err != nil {
		t.Fatal(err)
	}
	_, err := c.Get(ctx, s.URL)
	refused(t, err, fault.Upstream, "more requests")
}

// TestPace: a server that complains gets fewer requests each second that it does, and what it had when it does not.
func TestPace(t *testing.T) {
	now, status := time.Now(), http.StatusTooManyRequests
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }))
	defer s.Close()
	c := client(t, Options{
		Hosts:    []Host{{Name: strings.TrimPrefix(s.URL, "http://"), Private: true, Plain: true, Rate: 1000}},
		Attempts: 1, Clock: func() time.Time { return now },
	})
	u, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	limit := c.budget(u).limit
	ask := func(want, burst int) {
		t.Helper()
		for range 3 { // of one second one counts
			if _, err := c.Get(t.Context(), s.URL); err != nil {
				t.Fatal(err)
			}
		}
		if int(limit.Limit()) != want || limit.Burst() != burst {
			t.Errorf("%v requests a second, %d at once, want %d and %d", limit.Limit(), limit.Burst(), want, burst)
		}
		now = now.Add(time.Second)
	}
	ask(500, 500)
	ask(250, 250)
	status = http.StatusServiceUnavailable
	ask(125, 125)
	status = http.StatusOK
	ask(156, 156)
	for range 9 {
		if _, err := c.Get(t.Context(), s.URL); err != nil {
			t.Fatal(err)
		}
		now = now.Add(time.Second)
	}
	ask(1000, 10_000)
	limit.SetLimit(1.5)
	status = http.StatusTooManyRequests
	ask(1, 1)
}

func TestManyHostsAreForgotten(t *testing.T) {
	c := client(t, Options{})
	for i := range 3 * maxBudgets {
		c.budget(&url.URL{Host: fmt.Sprint("h", i)})
	}
	if len(c.budgets) > maxBudgets {
		t.Error(len(c.budgets))
	}
}

func TestHTML(t *testing.T) {
	for _, c := range []struct {
		kind, body string
		want       bool
	}{
		{"text/html; charset=utf-8", "", true}, {"text/plain", "  <!DOCTYPE html><p>", true}, {"", "<html>", true},
		{"application/yaml", "kind: X", false}, {"text/plain", "", false}, {"", "# <html>", false},
	} {
		r := &Response{Header: http.Header{"Content-Type": {c.kind}}, Body: []byte(c.body)}
		if r.HTML() != c.want {
			t.Errorf("%q %q: %v", c.kind, c.body, !c.want)
		}
	}
}

func TestErr(t *testing.T) {
	u, _ := url.Parse("https://example.com/a?token=secret")
	for status, kind := range map[int]fault.Kind{404: fault.NotFound, 410: fault.NotFound, 401: fault.Forbidden, 403: fault.Forbidden, 418: fault.Upstream, 503: fault.Upstream} {
		if err := (&Response{Status: status, URL: u}).Err(); !fault.Is(err, kind) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%d: %v", status, err)
		}
	}
	if err := (&Response{Status: 302, URL: u}).Err(); err != nil {
		t.Error(err)
	}
}

func TestCalledOff(t *testing.T) {
	c, at := serve(t, Options{}, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(20*time.Millisecond, cancel)
	if _, err := c.Get(ctx, at); err == nil || !strings.Contains(err.Error(), "called off") || errors.Is(err, io.EOF) {
		t.Error(err)
	}
}
