// Package githubtest is a GitHub for tests: an HTTP server that speaks the parts of the REST API that are read, with
// paging, ETags, rate limits, cut-short trees, renamed repositories, Apps and signed webhooks, as docs.github.com
// describes them. It is not GitHub: what it refuses, GitHub refuses, but not the other way round.
package githubtest

import (
	"crypto/rsa"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Server is a GitHub with one organisation.
type Server struct {
	*httptest.Server

	pulls   []*Pull
	readers bool // credentials read only
	Org     string

	mu       sync.Mutex
	now      func() time.Time
	repos    []*repo
	renamed  map[string]string // former path -> path, lower case
	teams    []Team
	users    []User
	tokens   map[string]time.Time // token -> end of validity; zero: none
	app      *app
	limit    int // of requests in a window
	window   time.Duration
	used     int
	reset    time.Time
	maxTree  int // entries of a recursive tree
	fail     []failure
	requests map[string]int // by method and path
	cheap    int            // answers that cost nothing
	paged    int
	down     map[string]int
	made     []string
	runs     []string
	key      *[32]byte // for secrets; nil: none was asked for
	private  *[32]byte
	noForce  bool
	login    string
	unlisted bool // the list of the organisation's repositories is not served
}

type app struct {
	id           string
	key          *rsa.PublicKey
	installation int64 // 0: it is not installed
	suspended    bool
	lifetime     time.Duration
	issued       int
}

// failure is an answer that is given instead of the real one, once.
type failure struct {
	prefix string
	status int
	header http.Header
	body   string
}

// Team is a team of the organisation. Members are direct ones.
type Team struct {
	Slug, Name, Description, Parent string
	Members                         []string
}

// User is a member of the organisation.
type User struct{ Login, Name, Email string }

// Options configure a Server.
type Options struct {
	Org   string
	Token string           // that is accepted; empty: anybody
	Now   func() time.Time // nil: time.Now
}

// New starts a server; Close ends it.
func New(o Options) *Server {
	s := &Server{
		Org: o.Org, now: o.Now, renamed: map[string]string{}, tokens: map[string]time.Time{}, limit: 5000, window: time.Hour,
		maxTree: 100_000, requests: map[string]int{}, paged: 100, down: map[string]int{},
	}
	if s.now == nil {
		s.now = time.Now
	}
	if o.Token != "" {
		s.tokens[o.Token] = time.Time{}
	}
	s.Server = httptest.NewServer(s.routes())
	return s
}

// Host is the host and port in the addresses of repositories.
func (s *Server) Host() string { return strings.TrimPrefix(s.URL, "http://") }

// Limit sets the rate limit; the present window ends after it.
func (s *Server) Limit(requests int, window time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.limit, s.window, s.used, s.reset = requests, window, 0, s.now().Add(window)
}

// Pages sets how many elements a page of a list has at most.
func (s *Server) Pages(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.paged = n
}

// MaxTree sets how many entries a recursive tree may have before it is cut short.
func (s *Server) MaxTree(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.maxTree = n
}

// Unlisted makes the list of the organisation's repositories answer 404, as some stand-ins do.
func (s *Server) Unlisted() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.unlisted = true
}

// Fail answers the next request to a path with the given prefix with a status instead.
func (s *Server) Fail(prefix string, status int, header http.Header, body string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fail = append(s.fail, failure{prefix, status, header, body})
}

// Down answers all requests to paths with the given prefix with a status, until it is called with zero.
func (s *Server) Down(prefix string, status int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.down[prefix] = status; status == 0 {
		delete(s.down, prefix)
	}
}

// Requests returns how many requests had a path with the given prefix, and forgets nothing.
func (s *Server) Requests(prefix string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for path, k := range s.requests {
		if strings.HasPrefix(path, prefix) {
			n += k
		}
	}
	return n
}

// Reset forgets the requests so far.
func (s *Server) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.requests)
	s.cheap, s.used = 0, 0
}

// Spent returns how many requests counted against the rate limit since the last Reset or window.
func (s *Server) Spent() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.used
}

// admit does what comes before every answer: time, budget, credentials. It reports whether the request goes on.
func (s *Server) admit(w http.ResponseWriter, r *http.Request) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	w.Header().Set("Date", now.UTC().Format(http.TimeFormat))
	s.requests[r.URL.Path]++
	if now.After(s.reset) {
		s.used, s.reset = 0, now.Add(s.window)
	}
	w.Header().Set("X-RateLimit-Limit", strconv.Itoa(s.limit))
	w.Header().Set("X-RateLimit-Reset", strconv.FormatInt(s.reset.Unix(), 10))
	w.Header().Set("X-RateLimit-Resource", "core")
	if s.used >= s.limit {
		w.Header().Set("X-RateLimit-Remaining", "0")
		problem(w, http.StatusForbidden, "API rate limit exceeded for installation")
		return false
	}
	s.used++
	w.Header().Set("X-RateLimit-Remaining", strconv.Itoa(s.limit-s.used))
	for i, f := range s.fail {
		if strings.HasPrefix(r.URL.Path, f.prefix) {
			s.fail = append(s.fail[:i], s.fail[i+1:]...)
			for k, v := range f.header {
				w.Header()[k] = v
			}
			problem(w, f.status, f.body)
			return false
		}
	}
	for prefix, status := range s.down {
		if strings.HasPrefix(r.URL.Path, prefix) {
			problem(w, status, "it is down")
			return false
		}
	}
	return s.known(w, r, now)
}

// known checks the credentials.
func (s *Server) known(w http.ResponseWriter, r *http.Request, now time.Time) bool {
	token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if strings.Count(token, ".") == 2 && s.app != nil {
		if why := s.app.check(token, now); why != "" {
			problem(w, http.StatusUnauthorized, why)
			return false
		}
		return true
	}
	until, ok := s.tokens[token]
	if (len(s.tokens) > 0 || s.app != nil) && (!ok || !until.IsZero() && now.After(until)) {
		problem(w, http.StatusUnauthorized, "Bad credentials")
		return false
	}
	if s.app != nil && s.app.suspended {
		problem(w, http.StatusForbidden, suspendedMessage)
		return false
	}
	return true
}
