package github

import (
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/scm/rest"
)

// App is a GitHub App, which reads every organisation where it is installed.
type App struct {
	ID         string // App ID or client ID
	PrivateKey string // PEM, PKCS #1 as GitHub gives it, or PKCS #8
}

// signer signs the tokens with which an App speaks for itself (docs.github.com, "Generating a JSON Web Token (JWT)
// for a GitHub App").
type signer struct {
	id   string
	key  *rsa.PrivateKey
	now  func() time.Time
	skew func() time.Duration // how far GitHub's clock is ahead; set once the client exists
}

func newSigner(a App, now func() time.Time) (*signer, error) {
	if strings.TrimSpace(a.ID) == "" {
		return nil, fault.New(fault.Invalid, "a GitHub App needs its id")
	}
	block, _ := pem.Decode([]byte(a.PrivateKey))
	if block == nil {
		return nil, fault.New(fault.Invalid, "the private key of the GitHub App is not in PEM format")
	}
	if key, err := x509.ParsePKCS1PrivateKey(block.Bytes); err == nil {
		return &signer{id: a.ID, key: key, now: now}, nil
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if rsaKey, ok := key.(*rsa.PrivateKey); err == nil && ok {
		return &signer{id: a.ID, key: rsaKey, now: now}, nil
	}
	return nil, fault.New(fault.Invalid, "the private key of the GitHub App is not an RSA key")
}

// jwt is valid for nine minutes by GitHub's clock, which refuses more than ten, and starts a minute ago.
func (s *signer) jwt() (string, error) {
	now := s.now()
	if s.skew != nil {
		now = now.Add(s.skew())
	}
	claims, err := json.Marshal(map[string]any{"iat": now.Add(-time.Minute).Unix(), "exp": now.Add(9 * time.Minute).Unix(), "iss": s.id})
	if err != nil {
		return "", err
	}
	enc := base64.RawURLEncoding
	text := enc.EncodeToString([]byte(`{"alg":"RS256","typ":"JWT"}`)) + "." + enc.EncodeToString(claims)
	sum := sha256.Sum256([]byte(text))
	sig, err := rsa.SignPKCS1v15(nil, s.key, crypto.SHA256, sum[:])
	if err != nil {
		return "", fault.Wrap(fault.Invalid, err, "sign as the GitHub App")
	}
	return text + "." + enc.EncodeToString(sig), nil
}

func (s *signer) authorize(_ context.Context, req *http.Request) error {
	token, err := s.jwt()
	if err == nil {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	return err
}

// twice repeats what an App asks for itself once when it was refused: by then the answer has told GitHub's clock.
func twice(ask func() error) error {
	err := ask()
	if rest.Code(err) == http.StatusUnauthorized {
		return ask()
	}
	return err
}

// installation finds the App's installation in an organisation or at a user.
func (c *Client) installation(ctx context.Context, account string) (string, error) {
	var found struct {
		ID          int64
		SuspendedAt *time.Time `json:"suspended_at"`
	}
	var err error
	for _, kind := range [...]string{"orgs", "users"} {
		err = twice(func() error { return c.base.Get(ctx, "/"+kind+"/"+url.PathEscape(account)+"/installation", &found) })
		if rest.Code(err) != http.StatusNotFound {
			break
		}
	}
	switch {
	case rest.Code(err) == http.StatusNotFound:
		return "", fault.New(fault.Forbidden, "the GitHub App is not installed in %s", account)
	case err != nil:
		return "", rest.Classify(err, "find the installation of the GitHub App in %s", account)
	case found.SuspendedAt != nil:
		return "", fault.New(fault.Forbidden, "the GitHub App is suspended in %s", account)
	}
	return strconv.FormatInt(found.ID, 10), nil
}
