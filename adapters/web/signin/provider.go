package signin

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// OIDC is an identity provider and what is believed of what it says.
type OIDC struct {
	Issuer       string // as the provider writes it
	ClientID     string
	ClientSecret string // "": a public client
	Label        string // what people call the provider; may be empty
	Scopes       []string
	UserClaim    string   // the claim that holds the name or reference of a User; "": the e-mail address decides
	TrustEmail   bool     // addresses count without email_verified
	Domains      []string // of verified addresses; others may not sign in. None: all may
	Groups       []string // of the claim GroupsClaim; others may not sign in. None: all may
	GroupsClaim  string   // "": groups
}

// The rhythm of asking the provider.
const (
	askTimeout  = 10 * time.Second // one request
	signTimeout = 20 * time.Second // all that signing in takes
	firstLook   = 5 * time.Second  // after a failure, doubling
	lastLook    = 5 * time.Minute
	lookAgain   = 12 * time.Hour // what it says of itself may change
)

// provider is an identity provider, once it could be asked about itself.
type provider struct {
	cfg      OIDC
	callback string
	client   *http.Client
	now      func() time.Time
	log      *slog.Logger

	asking sync.Mutex // one asks at a time

	looking sync.Mutex // one looks at a time; guards looked
	looked  sight

	soon chan struct{} // has run ask again

	mu     sync.Mutex
	known  *discovered // nil: it never answered
	failed error       // of the last try
}

// discovered is what the provider says of itself.
type discovered struct {
	*oidc.Provider
	logout string // end_session_endpoint, "" for none
}

func newProvider(cfg OIDC, callback string, client *http.Client, now func() time.Time, log *slog.Logger) *provider {
	if client == nil {
		client = &http.Client{Timeout: askTimeout}
	}
	return &provider{cfg: cfg, callback: callback, client: client, now: now, log: log, soon: make(chan struct{}, 1)}
}

// run keeps what is known of the provider until ctx is done.
func (p *provider) run(ctx context.Context) {
	for pause := firstLook; ; {
		if _, err := p.ask(ctx); err == nil {
			pause = lookAgain
		} else if pause < lastLook {
			p.log.Warn("the identity provider does not answer; who is signed in stays so", "issuer", p.cfg.Issuer, "err", err)
			pause = min(2*pause, lastLook)
		} else {
			pause = firstLook
		}
		select {
		case <-ctx.Done():
			return
		case <-p.soon:
		case <-time.After(pause):
		}
	}
}

// ask asks the provider about itself.
func (p *provider) ask(ctx context.Context) (*discovered, error) {
	p.asking.Lock()
	defer p.asking.Unlock()
	limited, cancel := context.WithTimeout(oidc.ClientContext(ctx, p.client), askTimeout)
	defer cancel()
	d := &discovered{}
	var err error
	if d.Provider, err = oidc.NewProvider(limited, p.cfg.Issuer); err == nil {
		var more struct {
			Logout string `json:"end_session_endpoint"`
		}
		if err = d.Claims(&more); err == nil && web(more.Logout) {
			d.logout = more.Logout
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.failed = err; err != nil {
		return p.known, err
	}
	p.known = d
	return d, nil
}

// Diagnose asks a provider about itself, for those who set it up.
func Diagnose(ctx context.Context, client *http.Client, issuer string) error {
	ctx, cancel := context.WithTimeout(oidc.ClientContext(ctx, client), askTimeout)
	defer cancel()
	_, err := oidc.NewProvider(ctx, issuer)
	return err
}

// web reports whether an address is one that a browser may be sent to.
func web(address string) bool {
	u, err := url.Parse(address)
	return err == nil && u.Host != "" && (u.Scheme == "https" || u.Scheme == "http")
}

// get is the provider, asked now if it never answered.
func (p *provider) get(ctx context.Context) (*discovered, error) {
	p.mu.Lock()
	d := p.known
	p.mu.Unlock()
	if d != nil {
		return d, nil
	}
	d, err := p.ask(ctx)
	if err != nil {
		return nil, fault.Wrap(fault.Upstream, errors.Join(errAway, err), "ask the identity provider")
	}
	return d, nil
}

func (p *provider) status() (string, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.failed != nil {
		return "the identity provider does not answer: " + p.failed.Error(), false
	}
	return "", true
}

func (p *provider) oauth(d *discovered) *oauth2.Config {
	scopes := p.cfg.Scopes
	if len(scopes) == 0 {
		scopes = []string{oidc.ScopeOpenID, "profile", "email"}
	}
	return &oauth2.Config{ClientID: p.cfg.ClientID, ClientSecret: p.cfg.ClientSecret, Endpoint: d.Endpoint(), RedirectURL: p.callback, Scopes: scopes}
}

// started is what must be known again when the browser comes back.
type started struct {
	Nonce    string
	Verifier string
	Browser  string // the hash of the browser's cookie
	Next     string
}

// begin is the address at the provider where somebody signs in, or says with which account, where other is set (OpenID
// Connect Core 1.0, section 3.1.2.1).
func (p *provider) begin(ctx context.Context, state string, s started, other bool) (string, error) {
	d, err := p.get(ctx)
	if err == nil {
		err = p.look(ctx, d)
	}
	if err != nil {
		return "", err
	}
	options := []oauth2.AuthCodeOption{oidc.Nonce(s.Nonce), oauth2.S256ChallengeOption(s.Verifier)}
	if other {
		options = append(options, oauth2.SetAuthURLParam("prompt", "select_account"))
	}
	return p.oauth(d).AuthCodeURL(state, options...), nil
}

// errToken is a token that is not what the provider would have made for us now.
var errToken = errors.New("the token of the provider is not valid")

// errClock is a token that would be valid at another time. As it was made a moment ago, a clock is wrong.
var errClock = errors.New("the clock of the provider or of this machine is wrong")

// finish turns a code into who signed in. What the provider refuses or wrongly says is an error of kind Forbidden.
func (p *provider) finish(ctx context.Context, code string, s started) (c claims, idToken string, err error) {
	ctx, cancel := context.WithTimeout(oidc.ClientContext(ctx, p.client), signTimeout)
	defer cancel()
	d, err := p.get(ctx)
	if err != nil {
		return c, "", err
	}
	token, err := p.oauth(d).Exchange(ctx, code, oauth2.VerifierOption(s.Verifier))
	if err != nil {
		if refused, ok := errors.AsType[*oauth2.RetrieveError](err); ok && refused.Response.StatusCode < http.StatusInternalServerError {
			return c, "", fault.New(fault.Forbidden, "the provider refused the code: %s %s", clip(refused.ErrorCode), clip(refused.ErrorDescription))
		}
		return c, "", fault.Wrap(fault.Upstream, errors.Join(errAway, err), "exchange the code")
	}
	raw, _ := token.Extra("id_token").(string)
	id, err := d.VerifierContext(ctx, &oidc.Config{ClientID: p.cfg.ClientID, Now: p.now}).Verify(ctx, raw)
	if err != nil {
		if _, late := d.VerifierContext(ctx, &oidc.Config{ClientID: p.cfg.ClientID, SkipExpiryCheck: true}).Verify(ctx, raw); late == nil {
			err = errors.Join(errClock, err)
		}
		return c, "", fault.Wrap(fault.Forbidden, errors.Join(errToken, err), "verify the token")
	}
	if subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(s.Nonce)) != 1 || id.Subject == "" {
		return c, "", fault.Wrap(fault.Forbidden, errToken, "the nonce is another one, or nobody is named")
	}
	if c, err = readClaims(id.Claims); err != nil {
		return c, "", err
	}
	c.issuer, c.subject = id.Issuer, id.Subject
	if c.email == "" && d.UserInfoEndpoint() != "" {
		if info, err := d.UserInfo(ctx, oauth2.StaticTokenSource(token)); err != nil {
			p.log.Warn("the identity provider did not tell more of somebody", "err", err)
		} else if info.Subject == id.Subject {
			more, err := readClaims(info.Claims)
			if err != nil {
				return c, "", err
			}
			c.fill(more)
		}
	}
	return c, raw, nil
}

// signedOut is the address at the provider where somebody signs out of it, too (OpenID Connect RP-Initiated Logout
// 1.0, section 2); "" where it has none.
func (p *provider) signedOut(idToken, back string) string {
	p.mu.Lock()
	d := p.known
	p.mu.Unlock()
	if d == nil || d.logout == "" {
		return ""
	}
	u, err := url.Parse(d.logout)
	if err != nil {
		return ""
	}
	q := u.Query()
	q.Set("client_id", p.cfg.ClientID)
	q.Set("post_logout_redirect_uri", back)
	if idToken != "" {
		q.Set("id_token_hint", idToken)
	}
	u.RawQuery = q.Encode()
	return u.String()
}

// all reads claims as they come.
func all(read func(any) error) (map[string]json.RawMessage, error) {
	var out map[string]json.RawMessage
	return out, fault.Wrap(fault.Forbidden, read(&out), "read what the provider says")
}
