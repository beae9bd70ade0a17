package signin_test

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/backchannel-portal/backchannel/adapters/web/signin"
	"github.com/backchannel-portal/backchannel/adapters/web/signin/signintest"
	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// ada is somebody of the provider.
func ada() map[string]any {
	return map[string]any{"sub": "248289761001", "name": "Ada Berg", "email": "ada@town.example", "email_verified": true, "groups": []string{"engineers"}}
}

// site is pages behind a sign-in.
type site struct {
	*httptest.Server
	t        *testing.T
	sign     *signin.Signin
	provider *signintest.Provider
	state    bot.State
	cfg      signin.Config

	mu    sync.Mutex
	ahead time.Duration // of the clock
	log   strings.Builder
}

func (s *site) now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return time.Now().Add(s.ahead)
}

func (s *site) later(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ahead += d
}

// Write takes the log.
func (s *site) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.log.Write(p)
}

func (s *site) logged() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.log.String()
}

// open starts pages. change may change the configuration.
func open(t *testing.T, change func(*signin.Config)) *site {
	t.Helper()
	s := &site{t: t, provider: signintest.New(t, ada()), state: bot.NewMemoryState()}
	r := chi.NewRouter()
	s.Server = httptest.NewServer(r)
	t.Cleanup(s.Close)
	s.cfg = signin.Config{
		BaseURL: s.URL, Chat: true, Drafts: s.state.Drafts, Sessions: s.state.Sessions, Book: s.state.SessionBook, Tokens: s.state.APITokens, Now: s.now,
		OIDC: &signin.OIDC{Issuer: s.provider.URL, ClientID: signintest.ClientID, ClientSecret: signintest.ClientSecret, Label: "Town"},
		Page: func(rw http.ResponseWriter, _ *http.Request, status int, name string, _ lang.Key, data any) {
			rw.WriteHeader(status)
			fmt.Fprintf(rw, "page %s %+v", name, data)
		},
		Log: slog.New(slog.NewTextHandler(s, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	if change != nil {
		change(&s.cfg)
	}
	var err error
	if s.sign, err = signin.New(s.cfg); err != nil {
		t.Fatal(err)
	}
	s.sign.Mount(r)
	r.Group(func(r chi.Router) {
		r.Use(s.sign.Admit)
		r.HandleFunc("/*", func(rw http.ResponseWriter, r *http.Request) {
			who, _ := signin.WhoOf(r.Context())
			fmt.Fprintf(rw, "hello %s%s at %s", who.Session.Name, who.Token.Name, r.URL.RequestURI())
		})
	})
	return s
}

// browser is a browser that follows redirects.
func (s *site) browser() *http.Client {
	s.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		s.t.Fatal(err)
	}
	return &http.Client{Jar: jar, Timeout: 20 * time.Second}
}

// get opens an address and returns what came at the end, with the path where that was.
func (s *site) get(b *http.Client, path string) string {
	s.t.Helper()
	if strings.HasPrefix(path, "/") {
		path = s.URL + path
	}
	resp, err := b.Get(path)
	return s.read(resp, err)
}

func (s *site) post(b *http.Client, path string) string {
	s.t.Helper()
	resp, err := b.PostForm(s.URL+path, url.Values{})
	return s.read(resp, err)
}

func (s *site) read(resp *http.Response, err error) string {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return fmt.Sprint(resp.StatusCode, " ", string(body))
}

// stay has a browser show redirects instead of following them.
func stay(b *http.Client) *http.Client {
	c := *b
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &c
}

// hop opens an address and returns where it leads.
func (s *site) hop(b *http.Client, address string) string {
	s.t.Helper()
	if strings.HasPrefix(address, "/") {
		address = s.URL + address
	}
	resp, err := stay(b).Get(address)
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	return resp.Header.Get("Location")
}

func (s *site) cookie(b *http.Client, name string) string {
	u, err := url.Parse(s.URL)
	if err != nil {
		s.t.Fatal(err)
	}
	for _, c := range b.Jar.Cookies(u) {
		if c.Name == name {
			return c.Value
		}
	}
	return ""
}

func (s *site) want(what, got, want string) {
	s.t.Helper()
	if !strings.HasPrefix(got, want) {
		s.t.Errorf("%s:\n got  %.300s\n want %s", what, got, want)
	}
}
