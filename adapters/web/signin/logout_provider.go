package signin

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// The bounds of the news that somebody signed out at the provider.
const (
	maxNews     = 64 << 10        // bytes
	newsAtOnce  = 4               // that are looked at; the others wait
	clocksApart = 2 * time.Minute // at most, of the provider's and ours
)

// logoutPath is where the provider sends the news.
const logoutPath = "/auth/backchannel-logout"

// news takes the news that somebody signed out at the provider, and ends their sessions here (OpenID Connect
// Back-Channel Logout 1.0, section 2.5 and on).
func (s *Signin) news(rw http.ResponseWriter, r *http.Request) {
	rw.Header().Set("Cache-Control", "no-store")
	if s.provider == nil {
		refuse(rw, http.StatusBadRequest, "nobody signs in at a provider here")
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), signTimeout)
	defer cancel()
	select {
	case s.reading <- struct{}{}:
		defer func() { <-s.reading }()
	case <-ctx.Done():
		refuse(rw, http.StatusServiceUnavailable, "there is too much to do")
		return
	}
	r.Body = http.MaxBytesReader(rw, r.Body, maxNews)
	t, err := s.provider.loggedOut(ctx, strings.TrimSpace(r.PostFormValue("logout_token")))
	ended := 0
	if err == nil {
		ended, err = s.endAll(ctx, t)
	}
	switch {
	case err == nil:
		s.cfg.Log.Info("somebody signed out at the provider", "sessions", ended)
		rw.WriteHeader(http.StatusOK)
	case fault.Is(err, fault.Forbidden):
		s.cfg.Log.Warn("news of the provider is not valid", "err", err)
		if s.cfg.Allow != nil && !s.cfg.Allow(r) {
			rw.Header().Set("Retry-After", "5")
			refuse(rw, http.StatusTooManyRequests, "too many tries; wait a few seconds")
			return
		}
		refuse(rw, http.StatusBadRequest, "the logout token is not valid")
	default:
		s.cfg.Log.Error("sessions could not be ended", "err", err)
		refuse(rw, http.StatusBadRequest, "the sessions could not be ended just now") // section 2.8 knows no other status
	}
}

// loggedOut reads a logout token. One that is not valid is an error of kind Forbidden.
func (p *provider) loggedOut(ctx context.Context, raw string) (*oidc.LogoutToken, error) {
	d, err := p.get(ctx)
	if err != nil {
		return nil, err
	}
	ctx = oidc.ClientContext(ctx, p.client)
	t, err := d.VerifierContext(ctx, &oidc.Config{ClientID: p.cfg.ClientID, Now: p.now}).VerifyLogout(ctx, raw)
	if err != nil {
		return nil, fault.Wrap(fault.Forbidden, err, "verify the logout token")
	}
	return t, nil
}

// endAll ends the sessions that a logout token is about: those that began with one session at the provider, or all of an
// account. What began after the token was made goes on, so that old news ends nothing.
func (s *Signin) endAll(ctx context.Context, t *oidc.LogoutToken) (n int, err error) {
	ctx, cancel := context.WithTimeout(ctx, storeTimeout)
	defer cancel()
	if at := sessionAt(t.Issuer, t.SessionID); at != "" {
		s.cache.dropAt(at)
		if n, err = s.cfg.Book.EndAt(ctx, at); err != nil {
			return n, err
		}
	}
	if t.Subject == "" {
		return n, nil
	}
	all, err := s.cfg.Book.Of(ctx, claims{issuer: t.Issuer, subject: t.Subject}.account())
	for _, session := range all {
		if t.SessionID != "" && session.Provider != "" || session.Begun.After(t.IssuedAt.Add(clocksApart)) {
			continue
		}
		s.cache.drop(session.ID)
		ended, err := s.cfg.Sessions.End(ctx, session.Actor, session.ID)
		if err != nil {
			return n, err
		}
		n += ended
	}
	return n, err
}

// sessionAt is what is kept of the name of a session at the provider; "" for none.
func sessionAt(issuer, sid string) string {
	if sid == "" {
		return ""
	}
	return hashed("provider session", issuer+"\x00"+sid)
}
