package proxy_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/backchannel-portal/backchannel/internal/outbound"
	"github.com/backchannel-portal/backchannel/plugins/proxy"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// start is when the tests begin.
var start = time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)

// bench is an upstream with the server behind it.
type bench struct {
	*testing.T
	server *httptest.Server
	proxy  *proxy.Proxy
	up     *proxy.Upstream
	asked  atomic.Int64

	mu     sync.Mutex
	answer http.HandlerFunc
	at     time.Time
	seen   []proxy.Exchange
}

func (b *bench) now() time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.at
}

func (b *bench) later(d time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.at = b.at.Add(d)
}

func (b *bench) serve(h http.HandlerFunc) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.answer = h
}

// Observe implements proxy.Observer.
func (b *bench) Observe(e proxy.Exchange) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.seen = append(b.seen, e)
}

// last is how the last exchange ended.
func (b *bench) last() proxy.Outcome {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.seen) == 0 {
		return ""
	}
	return b.seen[len(b.seen)-1].Outcome
}

// secret is what no answer and no error may hold.
const secret = "hunter2-hunter2"

func open(t *testing.T, c proxy.Config, answer http.HandlerFunc) *bench {
	t.Helper()
	b := &bench{T: t, at: start, answer: answer}
	b.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b.asked.Add(1)
		b.mu.Lock()
		h := b.answer
		b.mu.Unlock()
		w.Header().Set("Date", b.now().Format(http.TimeFormat)) // its clock is ours
		h(w, r)
	}))
	c.Name, c.Rate = "vendor", 1000
	c.Target = b.server.URL + "/" + strings.TrimPrefix(c.Target, "/")
	if c.Timeout == 0 {
		c.Timeout = 30 * time.Second
	}
	if c.Headers == nil {
		c.Headers = map[string]string{"Authorization": "Bearer " + secret}
	}
	var err error
	b.proxy, err = proxy.New([]proxy.Config{c}, proxy.Options{Observer: b, Clock: b.now, Backoff: time.Millisecond, Rand: func() float64 { return 0 }})
	if err != nil {
		t.Fatal(err)
	}
	if b.up, err = b.proxy.Upstream("/vendor/"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		b.proxy.Close()
		b.server.Close()
	})
	return b
}

func say(status int, text string, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i+1 < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.WriteHeader(status)
		fmt.Fprint(w, text)
	}
}

// echo answers with what was asked.
func echo(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	fmt.Fprintf(w, "%s %s auth=%s cookie=%s body=%s", r.Method, r.RequestURI, r.Header.Get("Authorization"), r.Header.Get("Cookie"), body)
}

func (b *bench) do(r outbound.Request) (string, error) {
	resp, err := b.up.Do(b.Context(), r)
	if err != nil {
		return "", err
	}
	return string(resp.Body), nil
}
