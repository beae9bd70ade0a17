package rest

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// server answers with what a test scripts, one answer after the other; the last one stays.
type server struct {
	*httptest.Server
	mu    sync.Mutex
	asked []*http.Request
	plan  []http.HandlerFunc
}

func newServer(t *testing.T, plan ...http.HandlerFunc) *server {
	s := &server{plan: plan}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		i := min(len(s.asked), len(s.plan)-1)
		s.asked = append(s.asked, r.Clone(context.Background()))
		s.mu.Unlock()
		s.plan[i](w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *server) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.asked)
}

func reply(status int, body string, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i+1 < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	}
}

// clock sleeps by moving.
type clock struct {
	at    time.Time
	slept time.Duration
}

func (c *clock) now() time.Time { return c.at }

func (c *clock) sleep(ctx context.Context, d time.Duration) error {
	c.at, c.slept = c.at.Add(d), c.slept+d
	return ctx.Err()
}

var start = time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)

func newClient(t *testing.T, s *server, b BudgetOptions, change ...func(*Options)) (*Client, *clock) {
	t.Helper()
	k := &clock{at: start}
	b.Clock, b.Sleep = k.now, k.sleep
	o := Options{Base: s.URL + "/", HTTP: s.Client(), Budget: NewBudget(b)}
	for _, f := range change {
		f(&o)
	}
	c, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return c, k
}

func window(limit, remaining int, reset time.Time) []string {
	return []string{
		"X-RateLimit-Limit", strconv.Itoa(limit), "X-RateLimit-Remaining", strconv.Itoa(remaining),
		"X-RateLimit-Reset", strconv.FormatInt(reset.Unix(), 10), "Date", start.Format(http.TimeFormat),
	}
}

func TestRetries(t *testing.T) {
	hang := func(w http.ResponseWriter, _ *http.Request) {
		hj, _, err := w.(http.Hijacker).Hijack()
		if err == nil {
			hj.Close()
		}
	}
	now := []string{"Date", start.Format(http.TimeFormat)}
	for _, tt := range []struct {
		name  string
		plan  []http.HandlerFunc
		asked int
		slept time.Duration
		kind  fault.Kind // zero: it works in the end
	}{
		{"works", []http.HandlerFunc{reply(200, `{}`)}, 1, 0, 0},
		{"502 then works", []http.HandlerFunc{reply(502, "<html>"), reply(200, `{}`)}, 2, time.Second, 0},
		{"always 500", []http.HandlerFunc{reply(500, "")}, 4, 7 * time.Second, fault.Upstream},
		{"connection dies, then works", []http.HandlerFunc{hang, reply(200, `{}`)}, 2, time.Second, 0},
		{"404", []http.HandlerFunc{reply(404, `{"message":"Not Found"}`)}, 1, 0, fault.NotFound},
		{"401", []http.HandlerFunc{reply(401, `{"message":"Bad credentials"}`)}, 1, 0, fault.Forbidden},
		{"403", []http.HandlerFunc{reply(403, `{"message":"Resource not accessible"}`)}, 1, 0, fault.Forbidden},
		{"html", []http.HandlerFunc{reply(200, `<html>`)}, 1, 0, fault.Upstream},
		{"half an answer", []http.HandlerFunc{reply(200, `{`, "Content-Length", "100"), reply(200, `{}`)}, 2, time.Second, 0},
		{"429 in seconds", []http.HandlerFunc{reply(429, ``, "Retry-After", "30"), reply(200, `{}`)}, 2, 30 * time.Second, 0},
		{"429 at a time", []http.HandlerFunc{reply(429, ``, append(now, "Retry-After", start.Add(20*time.Second).Format(http.TimeFormat))...), reply(200, `{}`)}, 2, 20 * time.Second, 0},
		{"secondary limit", []http.HandlerFunc{reply(403, `{"message":"You have exceeded a secondary rate limit"}`), reply(200, `{}`)}, 2, time.Minute, 0},
		{"primary limit", []http.HandlerFunc{reply(403, ``, window(10, 0, start.Add(50*time.Second))...), reply(200, `{}`)}, 2, 50 * time.Second, 0},
		{"a wait that is too long", []http.HandlerFunc{reply(429, ``, "Retry-After", "3600")}, 1, 0, fault.Upstream},
		{"a redirect elsewhere", []http.HandlerFunc{reply(302, ``, "Location", "https://elsewhere.example/")}, 4, 7 * time.Second, fault.Upstream},
	} {
		s := newServer(t, tt.plan...)
		c, k := newClient(t, s, BudgetOptions{})
		var out map[string]any
		err := Classify(c.Get(t.Context(), "/x", &out), "look")
		if (err != nil) != (tt.kind != 0) || err != nil && fault.KindOf(err) != tt.kind || s.count() != tt.asked || k.slept.Round(time.Second) != tt.slept {
			t.Errorf("%s: asked %d times, slept %v, %v", tt.name, s.count(), k.slept, err)
		}
	}
}

func TestPostIsNotRepeated(t *testing.T) {
	s := newServer(t, reply(502, ""))
	c, _ := newClient(t, s, BudgetOptions{})
	if err := c.Post(t.Context(), "/x", struct{}{}, nil); Code(err) != 502 || s.count() != 1 {
		t.Errorf("asked %d times, %v", s.count(), err)
	}
}

func TestReserve(t *testing.T) {
	s := newServer(t, reply(200, `{}`, window(100, 11, start.Add(time.Hour))...))
	var until time.Time
	c, k := newClient(t, s, BudgetOptions{Reserve: -1, MaxWait: 2 * time.Hour, Waiting: func(at time.Time) { until = at }})
	for range 3 {
		if err := c.Get(t.Context(), "/x", &struct{}{}); err != nil {
			t.Fatal(err)
		}
	}
	if k.slept != time.Hour || !until.Equal(start.Add(time.Hour)) {
		t.Errorf("slept %v until %v", k.slept, until)
	}

	s = newServer(t, reply(200, `{}`, window(100, 1, start.Add(time.Hour))...))
	c, _ = newClient(t, s, BudgetOptions{Reserve: 5})
	if err := c.Get(t.Context(), "/x", &struct{}{}); err != nil {
		t.Fatal(err)
	}
	err := c.Get(t.Context(), "/x", &struct{}{})
	if at, ok := Exhausted(err); !ok || !at.Equal(start.Add(time.Hour)) || s.count() != 1 || !fault.Is(err, fault.Upstream) {
		t.Errorf("asked %d times, %v", s.count(), err)
	}
	if remaining, limit, _, known := c.Budget().State(); remaining != 1 || limit != 100 || !known {
		t.Errorf("%d of %d are left, known %v", remaining, limit, known)
	}
}

func TestSpread(t *testing.T) {
	s := newServer(t, reply(200, `{}`))
	c, k := newClient(t, s, BudgetOptions{PerMinute: 40})
	for n, want := range map[int]time.Duration{10: 0, 40: time.Minute} { // ten at once, the others one by one
		k.at, k.slept = k.at.Add(time.Hour), 0
		for range n {
			if err := c.Get(t.Context(), "/x", &struct{}{}); err != nil {
				t.Fatal(err)
			}
		}
		if k.slept < want*3/4-2*time.Second || k.slept > want {
			t.Errorf("%d requests slept %v", n, k.slept)
		}
	}
}

func TestSkewMovesTheReset(t *testing.T) {
	header := window(100, 0, start.Add(time.Hour+10*time.Second))
	header[7] = start.Add(time.Hour).Format(http.TimeFormat) // the server's clock is an hour ahead
	s := newServer(t, reply(200, `{}`, header...))
	c, k := newClient(t, s, BudgetOptions{})
	for range 2 {
		if err := c.Get(t.Context(), "/x", &struct{}{}); err != nil {
			t.Fatal(err)
		}
	}
	if k.slept != 10*time.Second || c.Budget().Skew() < 59*time.Minute {
		t.Errorf("slept %v, skew %v", k.slept, c.Budget().Skew())
	}
}

func TestOtherResourcesDoNotCount(t *testing.T) {
	s := newServer(t, reply(200, `{}`, append(window(30, 0, start.Add(time.Hour)), "X-RateLimit-Resource", "search")...))
	c, _ := newClient(t, s, BudgetOptions{})
	for range 2 {
		if err := c.Get(t.Context(), "/search/x", &struct{}{}); err != nil {
			t.Fatal(err)
		}
	}
}

// shelf is a cache in memory.
type shelf map[string][]byte

func (s shelf) Get(k string) ([]byte, bool) { v, ok := s[k]; return v, ok }
func (s shelf) Put(k string, v []byte)      { s[k] = v }

func TestConditional(t *testing.T) {
	s := newServer(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"1"`)
		w.Header().Set("Link", `<http://`+r.Host+`/y>; rel="next"`)
		if r.Header.Get("If-None-Match") == `"1"` {
			w.Header().Del("Link")
			w.WriteHeader(304)
			return
		}
		fmt.Fprint(w, `[1,2]`)
	})
	cache := shelf{}
	c, _ := newClient(t, s, BudgetOptions{}, func(o *Options) { o.Cache, o.Scope = cache, "a" })
	for i := range 2 {
		a, err := c.Do(t.Context(), "GET", "/x", nil)
		if err != nil || string(a.Body) != "[1,2]" || a.Cached != (i == 1) || a.Header.Get("Link") == "" {
			t.Errorf("answer %d: %+v, %v", i, a, err)
		}
	}
	other, _ := newClient(t, s, BudgetOptions{}, func(o *Options) { o.Cache, o.Scope = cache, "b" })
	if a, err := other.Do(t.Context(), "GET", "/x", nil); err != nil || a.Cached {
		t.Errorf("another credential has an answer from the cache: %v", err)
	}
	if a, err := c.Uncached().Do(t.Context(), "GET", "/x", nil); err != nil || a.Cached {
		t.Errorf("uncached: %v", err)
	}
}

func TestPages(t *testing.T) {
	page := func(w http.ResponseWriter, r *http.Request) {
		n, _ := strconv.Atoi(r.URL.Query().Get("page"))
		switch {
		case n < 3 && r.URL.Path == "/link":
			w.Header().Set("Link", fmt.Sprintf(`<http://%s/link?page=%d>; rel="next", <http://%s/link?page=9>; rel="last"`, r.Host, max(n, 1)+1, r.Host))
		case n < 3 && r.URL.Path == "/number":
			w.Header().Set("X-Next-Page", strconv.Itoa(max(n, 1)+1))
		case r.URL.Path == "/away":
			w.Header().Set("Link", `<https://elsewhere.example/x>; rel="next"`)
		}
		fmt.Fprintf(w, "[%d]", max(n, 1))
	}
	s := newServer(t, page)
	c, _ := newClient(t, s, BudgetOptions{})
	read := func(path string, most int) (got []int, err error) {
		err = Pages(t.Context(), c, path, most, func(p []int) error { got = append(got, p...); return nil })
		return got, err
	}
	for _, path := range []string{"/link", "/number?x=y"} {
		if got, err := read(path, 5); err != nil || fmt.Sprint(got) != "[1 2 3]" {
			t.Errorf("%s: %v, %v", path, got, err)
		}
	}
	if _, err := read("/link", 2); !fault.Is(err, fault.Invalid) {
		t.Errorf("too many pages: %v", err)
	}
	if _, err := read("/away", 5); !fault.Is(err, fault.Upstream) {
		t.Errorf("a page elsewhere: %v", err)
	}
}

func TestNoSecretsInErrors(t *testing.T) {
	s := newServer(t, reply(500, ``))
	s.Close()
	c, _ := newClient(t, s, BudgetOptions{}, func(o *Options) {
		o.Authorize = func(_ context.Context, r *http.Request) error {
			r.Header.Set("Authorization", "Bearer hunter2")
			return nil
		}
	})
	err := c.Get(t.Context(), "/x?private_token=hunter2", &struct{}{})
	if err == nil || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("%v", err)
	}
}

func TestOptions(t *testing.T) {
	for _, base := range []string{"", "github.com", "ftp://x", "https://user:pw@x", "https://"} {
		if _, err := New(Options{Base: base}); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: %v", base, err)
		}
	}
}

func TestLargeAnswer(t *testing.T) {
	s := newServer(t, reply(200, strings.Repeat("x", 100)))
	c, _ := newClient(t, s, BudgetOptions{}, func(o *Options) { o.MaxBytes = 50 })
	if _, err := c.Do(t.Context(), "GET", "/x", nil); !fault.Is(err, fault.Invalid) {
		t.Errorf("%v", err)
	}
}
