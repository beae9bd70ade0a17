// Package signintest is an identity provider for tests: it speaks OpenID Connect as real ones do (discovery, keys,
// authorization code with PKCE, nonce, user info, sign-out at the relying party's wish) and can be told to misbehave.
package signintest

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"
)

// What the provider knows the program under test by.
const (
	ClientID     = "portal"
	ClientSecret = "portal-secret-of-the-test"
)

// Provider is a running identity provider. Its fields may be changed between requests.
type Provider struct {
	URL string

	mu       sync.Mutex
	person   map[string]any // claims of whoever signs in next; nil: they say no
	thin     bool           // claims are told by user info alone
	lie      Lie
	down     bool
	deaf     bool   // where codes are exchanged
	session  string // of whoever signed in last
	nameless bool   // sessions have no names
	key      *rsa.PrivateKey
	codes    map[string]grant
	access   map[string]map[string]any
	asked    int // tokens that were asked for
}

// Lie is a way in which the provider misbehaves.
type Lie string

// The lies.
const (
	Honest      Lie = ""
	WrongKey    Lie = "signed with another key"
	WrongAud    Lie = "made for another program"
	WrongIssuer Lie = "made by another issuer"
	WrongNonce  Lie = "with another nonce"
	NoNonce     Lie = "without a nonce"
	Expired     Lie = "expired"
	AlgNone     Lie = "not signed at all"
	AlgHMAC     Lie = "signed with the client's secret as HS256"
	NoToken     Lie = "no ID token"
	OtherInfo   Lie = "user info is about somebody else"
)

// grant is what a code stands for.
type grant struct {
	redirect, challenge, nonce string
	session                    string // the "sid" of OpenID Connect Back-Channel Logout 1.0
	person                     map[string]any
}

// New starts a provider at which somebody with these claims signs in. It ends with the test.
func New(t testing.TB, person map[string]any) *Provider {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	p := &Provider{person: person, key: key, codes: map[string]grant{}, access: map[string]map[string]any{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", p.discovery)
	mux.HandleFunc("GET /keys", p.keys)
	mux.HandleFunc("GET /authorize", p.authorize)
	mux.HandleFunc("POST /token", p.token)
	mux.HandleFunc("GET /userinfo", p.userinfo)
	mux.HandleFunc("GET /logout", p.logout)
	srv := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.down || p.deaf && r.URL.Path == "/token" {
			http.Error(rw, "maintenance", http.StatusServiceUnavailable)
			return
		}
		mux.ServeHTTP(rw, r)
	}))
	t.Cleanup(srv.Close)
	p.URL = srv.URL
	return p
}

// Next says who signs in from now on, and how the provider lies about it. A nil person is somebody who says no.
func (p *Provider) Next(person map[string]any, lie Lie) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.person, p.lie = person, lie
}

// Thin has claims beyond the subject told by user info alone.
func (p *Provider) Thin(thin bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.thin = thin
}

// Down has every request fail.
func (p *Provider) Down(down bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.down = down
}

// Deaf has requests for tokens fail, as where only a part of a provider is up.
func (p *Provider) Deaf(deaf bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.deaf = deaf
}

// Asked returns how many tokens were asked for.
func (p *Provider) Asked() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.asked
}

func (p *Provider) discovery(rw http.ResponseWriter, _ *http.Request) {
	answer(rw, http.StatusOK, map[string]any{
		"issuer": p.URL, "authorization_endpoint": p.URL + "/authorize", "token_endpoint": p.URL + "/token", "jwks_uri": p.URL + "/keys",
		"userinfo_endpoint": p.URL + "/userinfo", "end_session_endpoint": p.URL + "/logout", "response_types_supported": []string{"code"},
		"subject_types_supported": []string{"public"}, "id_token_signing_alg_values_supported": []string{"RS256", "HS256", "none"},
		"code_challenge_methods_supported": []string{"S256"}, "backchannel_logout_supported": true, "backchannel_logout_session_supported": true,
	})
}

func (p *Provider) keys(rw http.ResponseWriter, _ *http.Request) {
	answer(rw, http.StatusOK, map[string]any{"keys": []any{map[string]any{
		"kty": "RSA", "use": "sig", "alg": "RS256", "kid": "k1", "n": encode(p.key.N.Bytes()), "e": encode(big.NewInt(int64(p.key.E)).Bytes()),
	}}})
}

// authorize signs in whoever is next, without asking.
func (p *Provider) authorize(rw http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	back, err := url.Parse(q.Get("redirect_uri"))
	if err != nil || q.Get("client_id") != ClientID || q.Get("response_type") != "code" || q.Get("code_challenge_method") != "S256" || len(q.Get("code_challenge")) != 43 {
		http.Error(rw, "bad request: "+r.URL.RawQuery, http.StatusBadRequest)
		return
	}
	out := url.Values{"state": {q.Get("state")}, "iss": {p.URL}}
	if p.person == nil {
		out.Set("error", "access_denied")
		out.Set("error_description", "the person said <b>no</b>")
	} else {
		code := rand.Text()
		p.session = rand.Text()
		p.codes[code] = grant{q.Get("redirect_uri"), q.Get("code_challenge"), q.Get("nonce"), p.session, p.person}
		out.Set("code", code)
	}
	back.RawQuery = out.Encode()
	http.Redirect(rw, r, back.String(), http.StatusFound)
}

// token takes a code once, from whoever knows the client's secret and the verifier.
func (p *Provider) token(rw http.ResponseWriter, r *http.Request) {
	p.asked++
	id, secret, basic := r.BasicAuth()
	if !basic {
		id, secret = r.FormValue("client_id"), r.FormValue("client_secret")
	}
	if id != ClientID || secret != ClientSecret {
		answer(rw, http.StatusUnauthorized, map[string]any{"error": "invalid_client"})
		return
	}
	g, ok := p.codes[r.FormValue("code")]
	delete(p.codes, r.FormValue("code"))
	sum := sha256.Sum256([]byte(r.FormValue("code_verifier")))
	if !ok || r.FormValue("grant_type") != "authorization_code" || r.FormValue("redirect_uri") != g.redirect || encode(sum[:]) != g.challenge {
		answer(rw, http.StatusBadRequest, map[string]any{"error": "invalid_grant", "error_description": "the code is used, or the verifier is wrong"})
		return
	}
	access := rand.Text()
	p.access[access] = g.person
	out := map[string]any{"access_token": access, "token_type": "Bearer", "expires_in": 300, "id_token": p.idToken(g)}
	if p.lie == NoToken {
		delete(out, "id_token")
	}
	answer(rw, http.StatusOK, out)
}

func (p *Provider) userinfo(rw http.ResponseWriter, r *http.Request) {
	person, ok := p.access[bearer(r)]
	if !ok {
		http.Error(rw, "unknown", http.StatusUnauthorized)
		return
	}
	if p.lie == OtherInfo {
		answer(rw, http.StatusOK, map[string]any{"sub": "somebody-else", "email": "boss@example.com", "email_verified": true})
		return
	}
	answer(rw, http.StatusOK, person)
}

func bearer(r *http.Request) string {
	const scheme = "Bearer "
	if h := r.Header.Get("Authorization"); len(h) > len(scheme) {
		return h[len(scheme):]
	}
	return ""
}

func (p *Provider) logout(rw http.ResponseWriter, r *http.Request) {
	if r.URL.Query().Get("id_token_hint") == "" {
		http.Error(rw, "no hint", http.StatusBadRequest)
		return
	}
	http.Redirect(rw, r, r.URL.Query().Get("post_logout_redirect_uri"), http.StatusFound)
}

// idToken is the token for a grant.
func (p *Provider) idToken(g grant) string {
	now := time.Now()
	claims := map[string]any{"iss": p.URL, "aud": ClientID, "iat": now.Unix(), "exp": now.Add(5 * time.Minute).Unix(), "nonce": g.nonce}
	for name, value := range g.person {
		if !p.thin || name == "sub" {
			claims[name] = value
		}
	}
	if !p.nameless {
		claims["sid"] = g.session
	}
	return p.signed("JWT", claims)
}

// signed is a token with the lie in it.
func (p *Provider) signed(typ string, claims map[string]any) string {
	now := time.Now()
	header := map[string]any{"alg": "RS256", "kid": "k1", "typ": typ}
	key := p.key
	switch p.lie {
	case WrongKey:
		key, _ = rsa.GenerateKey(rand.Reader, 2048) // a failure is a nil key, and a test that fails
	case WrongAud:
		claims["aud"] = "another-program"
	case WrongIssuer:
		claims["iss"] = "https://evil.example"
	case WrongNonce:
		claims["nonce"] = "another"
	case NoNonce:
		delete(claims, "nonce")
	case Expired:
		claims["iat"], claims["exp"] = now.Add(-time.Hour).Unix(), now.Add(-30*time.Minute).Unix()
	case AlgNone:
		header["alg"] = "none"
	case AlgHMAC:
		header["alg"] = "HS256"
	}
	return sign(header, claims, key, p.lie)
}

func encode(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func answer(rw http.ResponseWriter, status int, v any) {
	rw.Header().Set("Content-Type", "application/json")
	rw.WriteHeader(status)
	_ = json.NewEncoder(rw).Encode(v) // a client that is gone needs no answer
}
