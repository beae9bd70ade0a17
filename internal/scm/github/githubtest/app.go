package githubtest

import (
	"bytes"
	"context"
	"crypto"
	"crypto/hmac"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/backchannel-portal/backchannel/internal/outbound/outboundtest"
)

// App makes the server know a GitHub App that is installed in the organisation; its tokens live as long as given.
func (s *Server) App(id string, key *rsa.PublicKey, lifetime time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.app = &app{id: id, key: key, installation: 77, lifetime: lifetime}
}

// Install gives the App another installation in the organisation, suspended or not; 0 removes it. The tokens of the one
// before are refused.
func (s *Server) Install(id int64, suspended bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if id != s.app.installation {
		clear(s.tokens)
	}
	s.app.installation, s.app.suspended = id, suspended
}

const suspendedMessage = "This installation has been suspended"

// Lifetime changes how long the tokens of the App live.
func (s *Server) Lifetime(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.app.lifetime = d
}

// Issued returns how many tokens the App's installation was given.
func (s *Server) Issued() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.app.issued
}

// Revoke makes all tokens of the installation invalid.
func (s *Server) Revoke() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.tokens)
}

// check verifies an App's own token; it returns what is wrong with it.
func (a *app) check(token string, now time.Time) string {
	part := strings.Split(token, ".")
	sig, err1 := base64.RawURLEncoding.DecodeString(part[2])
	text, err2 := base64.RawURLEncoding.DecodeString(part[1])
	var claims struct {
		Iat, Exp int64
		Iss      string
	}
	if err1 != nil || err2 != nil || json.Unmarshal(text, &claims) != nil {
		return "A JSON web token could not be decoded"
	}
	sum := sha256.Sum256([]byte(part[0] + "." + part[1]))
	if rsa.VerifyPKCS1v15(a.key, crypto.SHA256, sum[:], sig) != nil || claims.Iss != a.id {
		return "A JSON web token could not be decoded"
	}
	switch iat, exp := time.Unix(claims.Iat, 0), time.Unix(claims.Exp, 0); {
	case iat.After(now):
		return "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued"
	case !exp.After(now):
		return "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires"
	case exp.Sub(now) > 10*time.Minute:
		return "'Expiration time' claim ('exp') is too far in the future"
	}
	return ""
}

func (s *Server) getInstallation(r *http.Request) (any, int) {
	if s.app == nil || s.app.installation == 0 || !strings.EqualFold(r.PathValue("org"), s.Org) {
		return nil, http.StatusNotFound
	}
	var since any
	if s.app.suspended {
		since = s.now().UTC().Format(time.RFC3339)
	}
	return map[string]any{"id": s.app.installation, "suspended_at": since}, http.StatusOK
}

func (s *Server) postToken(r *http.Request) (any, int) {
	if s.app == nil || r.PathValue("id") != fmt.Sprint(s.app.installation) {
		return nil, http.StatusNotFound
	}
	if s.app.suspended {
		return map[string]any{"message": suspendedMessage}, http.StatusForbidden
	}
	s.app.issued++
	token, until := fmt.Sprintf("ghs_%d", s.app.issued), s.now().Add(s.app.lifetime)
	s.tokens[token] = until
	return map[string]any{"token": token, "expires_at": until.UTC().Format(time.RFC3339)}, http.StatusCreated
}

// Deliver posts a signed webhook as GitHub does and returns the status of the answer.
func Deliver(ctx context.Context, url, secret, event string, payload any) (int, error) {
	body, err := json.Marshal(payload)
	if err != nil {
		return 0, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body) //nolint:errcheck // hashes do not fail
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-GitHub-Event", event)
	req.Header.Set("X-GitHub-Delivery", "72d3162e-cc78-11e3-81ab-4c9367dc0958")
	req.Header.Set("X-Hub-Signature-256", "sha256="+hex.EncodeToString(mac.Sum(nil)))
	res, err := outboundtest.Client.Do(req)
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	return res.StatusCode, nil
}

// PushPayload is the body of the event "push".
func (s *Server) PushPayload(name, branch string) map[string]any {
	s.mu.Lock()
	defer s.mu.Unlock()
	x := s.find(s.Org + "/" + name)
	if x == nil {
		return nil
	}
	return map[string]any{
		"ref": "refs/heads/" + branch, "after": x.branches[branch].id, "repository": s.repoJSON(x), "organization": map[string]any{"login": s.Org},
	}
}
