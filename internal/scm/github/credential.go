package github

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/backchannel-portal/backchannel/internal/scm/remote"
	"github.com/backchannel-portal/backchannel/internal/scm/rest"
)

// expiryHeader and its layout: docs.github.com, "Token expiration and revocation".
const (
	expiryHeader = "Github-Authentication-Token-Expiration"
	expiryLayout = "2006-01-02 15:04:05 MST"
)

// Credential asks GitHub about the token or the App. One that GitHub does not accept is an error of kind
// fault.Forbidden. Scopes are told for classic tokens alone (docs.github.com, "Scopes for OAuth apps").
func (c *Client) Credential(ctx context.Context) (remote.Credential, error) {
	path := "/user"
	switch {
	case c.app != nil:
		path = "/app"
	case c.o.Token == "":
		path = "/rate_limit"
	}
	var a *rest.Answer
	ask := func() (err error) {
		a, err = c.base.Uncached().Do(ctx, http.MethodGet, path, nil)
		return err
	}
	err := ask()
	if c.app != nil && rest.Code(err) == http.StatusUnauthorized {
		err = ask() // by now the answer has told GitHub's clock
	}
	if err != nil {
		return remote.Credential{}, rest.Classify(err, "ask %s about the credential", c.o.Host)
	}
	var who struct{ Login, Slug string }
	if err := a.JSON(&who); err != nil {
		return remote.Credential{}, err
	}
	said := remote.Credential{Name: who.Login + who.Slug, Left: -1}
	if l, ok := a.Header["X-Oauth-Scopes"]; ok {
		said.Tells = true
		said.Scopes = strings.FieldsFunc(strings.Join(l, ","), func(r rune) bool { return r == ',' || r == ' ' })
	}
	if t, err := time.Parse(expiryLayout, a.Header.Get(expiryHeader)); err == nil {
		said.Expires = t
	}
	if left, _, _, known := c.base.Budget().State(); known {
		said.Left = left
	}
	return said, nil
}
