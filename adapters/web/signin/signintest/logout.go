package signintest

import (
	"crypto/rand"
	"time"
)

// Session is the name that the provider has for the session of whoever signed in last.
func (p *Provider) Session() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.session
}

// Nameless has sessions without a name in the tokens, as providers do that know no back-channel logout for one of them.
func (p *Provider) Nameless(nameless bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.nameless = nameless
}

// LogoutToken makes a token that says that somebody signed out (OpenID Connect Back-Channel Logout 1.0, section 2.4),
// with the lie in it; change may change its claims.
func (p *Provider) LogoutToken(lie Lie, change map[string]any) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	claims := map[string]any{
		"iss": p.URL, "aud": ClientID, "iat": now.Unix(), "exp": now.Add(2 * time.Minute).Unix(), "jti": rand.Text(), "sub": p.person["sub"],
		"events": map[string]any{"http://schemas.openid.net/event/backchannel-logout": map[string]any{}},
	}
	for name, value := range change {
		if claims[name] = value; value == nil {
			delete(claims, name)
		}
	}
	before := p.lie
	p.lie = lie
	token := p.signed("logout+jwt", claims)
	p.lie = before
	return token
}
