package signin_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/backchannel-portal/backchannel/adapters/web/signin"
	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/internal/fault"
)

// session is what the store has of a session.
func (s *site) session(secret string) bot.Session {
	s.t.Helper()
	sum := sha256.Sum256([]byte("backchannel session " + secret))
	got, err := s.state.Sessions.Get(s.t.Context(), hex.EncodeToString(sum[:]), s.now())
	if err != nil {
		s.t.Fatal(err)
	}
	return got
}

func TestSessionsEnd(t *testing.T) {
	t.Parallel()
	s := open(t, func(c *signin.Config) { c.Idle, c.Longest = 2*time.Hour, 5*time.Hour })
	b := s.browser()
	s.want("signing in", s.get(b, "/auth/start"), "200 hello")
	for range 3 {
		s.later(90 * time.Minute)
		s.want("somebody who comes back", s.get(b, "/"), "200 hello Ada Berg")
	}
	s.later(40 * time.Minute)
	s.want("at the end in any case", s.get(b, "/"), "200 page auth_login")
	idle := open(t, func(c *signin.Config) { c.Idle, c.Longest = 2*time.Hour, 5*time.Hour })
	b = idle.browser()
	idle.want("signing in", idle.get(b, "/auth/start"), "200 hello")
	idle.later(2*time.Hour + time.Minute)
	idle.want("after nobody came", idle.get(b, "/"), "200 page auth_login")
}

func TestSignOut(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	b := s.browser()
	s.want("signing in", s.get(b, "/auth/start"), "200 hello")
	secret := s.cookie(b, "backchannel_session")
	got := s.post(b, "/auth/logout")
	s.want("signing out", got, "200 page auth_out {Provider:"+s.provider.URL+"/logout?client_id=portal&id_token_hint=ey")
	address := strings.TrimSuffix(strings.TrimPrefix(got, "200 page auth_out {Provider:"), "}")
	s.want("signing out there", s.get(b, address), "200 page auth_out {Provider:}")
	s.want("after it", s.get(b, "/"), "200 page auth_login")
	thief := s.browser()
	u, _ := url.Parse(s.URL)
	thief.Jar.SetCookies(u, []*http.Cookie{{Name: "backchannel_session", Value: secret}})
	s.want("a copy of the cookie", s.get(thief, "/"), "200 page auth_login")
	s.want("signing out twice", s.post(b, "/auth/logout"), "200 page auth_out {Provider:}")
}

func TestSessionIsNotFixed(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	b := s.browser()
	u, _ := url.Parse(s.URL)
	planted := strings.Repeat("A", 43)
	b.Jar.SetCookies(u, []*http.Cookie{{Name: "backchannel_session", Value: planted}})
	s.want("a planted secret", s.get(b, "/"), "200 page auth_login")
	s.want("signing in with it", s.get(b, "/auth/start"), "200 hello")
	if s.cookie(b, "backchannel_session") == planted {
		t.Error("the planted secret is a session now")
	}
}

func TestCookies(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	cfg := s.cfg
	cfg.BaseURL = "https://portal.town.example"
	sign, err := signin.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	r := chi.NewRouter()
	sign.Mount(r)
	rec := httptest.NewRecorder()
	r.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "https://portal.town.example/auth/start", nil))
	got := rec.Header().Get("Set-Cookie")
	for _, want := range []string{"__Host-backchannel_signin=", "; Path=/", "; HttpOnly", "; Secure", "; SameSite=Lax", "; Max-Age=600"} {
		if !strings.Contains(got, want) {
			t.Errorf("the cookie is %q, without %q", got, want)
		}
	}
	if strings.Contains(got, "Domain") || rec.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("%v", rec.Header())
	}
	if !strings.Contains(rec.Header().Get("Location"), "redirect_uri=https%3A%2F%2Fportal.town.example%2Fauth%2Fcallback") {
		t.Errorf("leads to %s", rec.Header().Get("Location"))
	}
}

// flaky are sessions of a store that may be away.
type flaky struct {
	bot.Sessions
	away atomic.Bool
}

func (f *flaky) Get(ctx context.Context, id string, now time.Time) (bot.Session, error) {
	if f.away.Load() {
		return bot.Session{}, fault.New(fault.Upstream, "the database is away")
	}
	return f.Sessions.Get(ctx, id, now)
}

func TestStoreIsAway(t *testing.T) {
	t.Parallel()
	var store *flaky
	s := open(t, func(c *signin.Config) {
		store = &flaky{Sessions: c.Sessions}
		c.Sessions = store
	})
	b := s.browser()
	s.want("signing in", s.get(b, "/auth/start"), "200 hello")
	store.away.Store(true)
	s.later(time.Minute)
	s.want("who is remembered", s.get(b, "/"), "200 hello Ada Berg")
	stranger := s.browser()
	u, _ := url.Parse(s.URL)
	stranger.Jar.SetCookies(u, []*http.Cookie{{Name: "backchannel_session", Value: strings.Repeat("B", 43)}})
	s.want("who is not", s.get(stranger, "/"), "503 page auth_problem {Why:signin.away")
	s.want("a program", s.get(stranger, "/api/catalog/entities"), `503 {"error":"who asks cannot`)
	store.away.Store(false)
	if _, err := s.state.Sessions.End(t.Context(), s.session(s.cookie(b, "backchannel_session")).Actor, ""); err != nil {
		t.Fatal(err)
	}
	s.later(time.Minute)
	s.want("whose sessions were ended elsewhere", s.get(b, "/"), "200 page auth_login")
}

func TestLocal(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"/catalog?kind=api#x": "/catalog?kind=api#x", "/": "/", "": "/", "/search?q=%E4%B8%AD": "/search?q=%E4%B8%AD",
		"https://evil.example": "/", "//evil.example": "/", "/\\evil.example": "/", "\\/evil.example": "/", "/%5cevil.example": "/", "/%2Fevil.example": "/",
		"/\tx": "/", "/%09/evil.example": "/", "javascript:alert(1)": "/", "catalog": "/", "/auth/logout": "/", "/auth/login?next=/": "/", "///evil": "/",
		"http:evil": "/", "/x\r\nSet-Cookie: a=b": "/", "/" + strings.Repeat("x", 3000): "/", "@evil.example": "/", "/ok//x": "/ok//x",
	} {
		if got := signin.Local(in); got != want {
			t.Errorf("%q leads to %q, want %q", in, got, want)
		}
	}
}

// FuzzLocal looks for an address that leads away.
func FuzzLocal(f *testing.F) {
	for _, seed := range []string{"/catalog", "//evil.example", "/\\evil", "https://evil.example/", "/%2f/x", "/\x00", "/a?b#c"} {
		f.Add(seed)
	}
	base, err := url.Parse("https://portal.example/auth/login")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, in string) {
		out := signin.Local(in)
		u, err := base.Parse(out)
		if err != nil || u.Host != base.Host || u.Scheme != base.Scheme || strings.ContainsAny(out, "\\\r\n\t") || !strings.HasPrefix(out, "/") {
			t.Errorf("%q leads to %q", in, out)
		}
	})
}
