// Package signin finds out who opens the pages of the web view. People sign in at an identity provider (OpenID Connect
// Core 1.0, authorization code with PKCE) or with a link that they were given in a chat, once; programs bring a token.
// What it knows ends up in the request, see WhoOf; which User of the catalog that is, and what they may see, others
// decide. It shows no page itself: Config.Page does.
package signin

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// Config is what signing in needs. BaseURL, Drafts, Sessions, Book, Tokens and Page are required.
type Config struct {
	BaseURL  string // the public address of the pages; https, but on this machine
	OIDC     *OIDC  // nil: nobody signs in at a provider
	Chat     bool   // people may sign in with a link from a chat
	NoChat   bool   // no chat is connected: the page of signing in does not speak of one
	Drafts   bot.Drafts
	Sessions bot.Sessions
	Book     bot.SessionBook // of the same sessions
	Tokens   bot.APITokens
	Idle     time.Duration // a session ends when nobody used it for so long; 0: a day
	Longest  time.Duration // and in any case after so long; 0: a week
	// Page shows a page by the name of its template, with a title.
	Page func(rw http.ResponseWriter, r *http.Request, status int, name string, title lang.Key, data any)
	// Refuse answers a program at an address whose errors have a form of their own, and says whether it did; nil: none has.
	Refuse func(rw http.ResponseWriter, r *http.Request, status int, text string) bool
	// Allow reports whether whoever sent a request may try again now; nil: always.
	Allow func(*http.Request) bool
	// Name is what people call somebody of a chat; nil: as the chat does.
	Name func(bot.Actor) string
	// Began hears of every session that begins; may be nil.
	Began  func(bot.Session)
	Client *http.Client // to the provider; nil: one with a time limit
	Now    func() time.Time
	Random io.Reader // nil: crypto/rand
	Log    *slog.Logger
}

// The usual ends of sessions.
const (
	defaultIdle    = 24 * time.Hour
	defaultLongest = 7 * 24 * time.Hour
)

// Signin signs people in. It is safe for concurrent use.
type Signin struct {
	cfg      Config
	base     *url.URL
	provider *provider // nil: none
	cache    *cache
	reading  chan struct{} // has a place for each piece of news that is looked at
}

// New checks the configuration. It asks nobody yet: a provider that is away keeps nothing from starting.
func New(cfg Config) (*Signin, error) {
	base, err := url.Parse(cfg.BaseURL)
	if err != nil || base.Host == "" {
		return nil, fault.New(fault.Invalid, "signing in needs the public address of the pages, found %q", cfg.BaseURL)
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Random == nil {
		cfg.Random = rand.Reader
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Idle <= 0 {
		cfg.Idle = defaultIdle
	}
	if cfg.Longest <= 0 {
		cfg.Longest = defaultLongest
	}
	s := &Signin{cfg: cfg, base: base, cache: newCache(), reading: make(chan struct{}, newsAtOnce)}
	if cfg.OIDC != nil {
		s.provider = newProvider(*cfg.OIDC, s.address("/auth/callback"), cfg.Client, cfg.Now, cfg.Log)
	}
	return s, nil
}

// Mount adds the pages of signing in to a router. The router must check where unsafe requests come from.
func (s *Signin) Mount(r chi.Router) {
	r.Get("/auth/login", s.login)
	r.Get("/auth/start", s.start)
	r.Get("/auth/callback", s.callback)
	r.Get("/auth/link/{token}", s.showLink)
	r.Post("/auth/link/{token}", s.useLink)
	r.Post("/auth/logout", s.logout)
	r.Get("/auth/signed-out", s.signedOut)
	r.Post(logoutPath, s.news)
}

// Run looks for the provider until ctx is done, so that the first who signs in need not wait.
func (s *Signin) Run(ctx context.Context) error {
	if s.provider != nil {
		s.provider.run(ctx)
	}
	return nil
}

// Status says how the provider is.
func (s *Signin) Status() (detail string, ok bool) {
	if s.provider == nil {
		return "", true
	}
	return s.provider.status()
}

// address is the public address of a path.
func (s *Signin) address(path string) string {
	return strings.TrimRight(s.cfg.BaseURL, "/") + path
}

// secret is a new secret of 256 bits.
func (s *Signin) secret() (string, error) {
	var b [32]byte
	if _, err := io.ReadFull(s.cfg.Random, b[:]); err != nil {
		return "", fault.Wrap(fault.Internal, err, "make a secret")
	}
	return base64.RawURLEncoding.EncodeToString(b[:]), nil
}

// hashed is what the store knows of a secret: what for, and its SHA-256.
func hashed(purpose, secret string) string {
	sum := sha256.Sum256([]byte("backchannel " + purpose + " " + secret))
	return hex.EncodeToString(sum[:])
}

// Local is an address on this site, or its start page: where to go after signing in must not be chosen by others.
func Local(address string) string {
	const most = 2000
	u, err := url.Parse(address)
	if err != nil || len(address) > most || u.Scheme != "" || u.Host != "" || u.User != nil || u.Opaque != "" || !strings.HasPrefix(address, "/") ||
		strings.HasPrefix(address, "//") || strings.HasPrefix(u.Path, "//") || strings.HasPrefix(u.Path, "/auth/") || strings.ContainsFunc(address, unsafe) || strings.ContainsFunc(u.Path, unsafe) {
		return "/"
	}
	return address
}

// unsafe are characters that browsers read as others, or drop.
func unsafe(r rune) bool { return r == '\\' || r < ' ' || r == 0x7f }

// clip bounds foreign text in a log line.
func clip(s string) string {
	const most = 200
	return s[:min(len(s), most)]
}
