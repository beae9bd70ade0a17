package signin

import (
	"context"
	"crypto/rand"
	"slices"
	"strings"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/internal/fault"
)

// The scopes of tokens.
const (
	ScopeRead  = "read"  // the catalog and search
	ScopeAsk   = "ask"   // questions
	ScopeAdmin = "admin" // everything
)

// Scopes are all scopes.
func Scopes() []string { return []string{ScopeRead, ScopeAsk, ScopeAdmin} }

// tokenPrefix lets scanners of secrets know our tokens.
const tokenPrefix = "bct_"

// NewToken makes a token of 256 bits and what is to be kept of it. The token itself is to be shown once.
func NewToken(t bot.APIToken) (token string, kept bot.APIToken) {
	token = tokenPrefix + strings.ToLower(rand.Text()+rand.Text())
	t.ID, t.Hash = strings.ToLower(rand.Text()[:10]), hashed("token", token)
	return token, t
}

// touchTokens is how often the use of a token is noted.
const touchTokens = 10 * time.Minute

// token looks a token up. One that is unknown, revoked or expired is an error of kind NotFound.
func (s *Signin) token(ctx context.Context, token string) (bot.APIToken, error) {
	const most = 200
	if !strings.HasPrefix(token, tokenPrefix) || len(token) > most {
		return bot.APIToken{}, fault.New(fault.NotFound, "there is no such token")
	}
	ctx, cancel := context.WithTimeout(ctx, storeTimeout)
	defer cancel()
	now := s.cfg.Now().UTC()
	t, err := s.cfg.Tokens.ByHash(ctx, hashed("token", token), now)
	if err != nil {
		return t, err
	}
	if now.Sub(t.Used) >= touchTokens {
		if err := s.cfg.Tokens.Touch(ctx, t.ID, now); err != nil {
			s.cfg.Log.Debug("the use of a token was not noted", "err", err)
		}
	}
	return t, nil
}

// may reports whether a token has a scope.
func may(t bot.APIToken, scope string) bool {
	return slices.Contains(t.Scopes, scope) || slices.Contains(t.Scopes, ScopeAdmin)
}
