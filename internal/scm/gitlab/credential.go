package gitlab

import (
	"context"
	"net/http"
	"time"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/scm/remote"
	"github.com/backchannel-portal/backchannel/internal/scm/rest"
)

// Credential asks GitLab about the token: personal, project and group access tokens know themselves (docs.gitlab.com,
// "Personal access tokens API"). One that GitLab does not accept is an error of kind fault.Forbidden.
func (c *Client) Credential(ctx context.Context) (remote.Credential, error) {
	said := remote.Credential{Left: -1}
	a, err := c.rest.Uncached().Do(ctx, http.MethodGet, "/personal_access_tokens/self", nil)
	switch code := rest.Code(err); {
	case code == http.StatusNotFound:
		return said, nil // a GitLab before 15.5, or a token of another sort
	case code == http.StatusUnauthorized && !c.tokened:
		return said, nil
	case err != nil:
		return said, rest.Classify(err, "ask %s about the token", c.host)
	}
	var token struct {
		Name      string
		Scopes    []string
		Active    bool
		Revoked   bool
		ExpiresAt string `json:"expires_at"`
	}
	if err := a.JSON(&token); err != nil {
		return said, err
	}
	if token.Revoked || !token.Active {
		return said, fault.New(fault.Forbidden, "the token %q is revoked or has expired", token.Name)
	}
	said.Name, said.Scopes, said.Tells = token.Name, token.Scopes, true
	if t, err := time.Parse(time.DateOnly, token.ExpiresAt); err == nil {
		said.Expires = t
	}
	if left, _, _, known := c.rest.Budget().State(); known {
		said.Left = left
	}
	return said, nil
}
