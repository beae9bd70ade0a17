package host

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"

	"golang.org/x/crypto/nacl/box"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/scm/rest"
)

// settle gives a repository what else it is to have: access, topics, variables, secrets. Each can be done again. As in
// Backstage, a collaborator or topic that the host refuses is told in the log and passed over.
func (r *repository) settle(ctx context.Context, in repoInput) error {
	if err := r.grant(ctx, in); err != nil {
		return err
	}
	if len(in.Topics) > 0 {
		names := make([]string, len(in.Topics))
		for i, t := range in.Topics {
			names[i] = strings.ToLower(t)
		}
		if err := r.send(ctx, http.MethodPut, r.top()+"/topics", map[string]any{"names": names}, nil); err != nil {
			r.c.Logf(ctx, "the topics %s are refused: %v", strings.Join(names, ", "), err)
		}
	}
	for key, v := range in.RepoVariables.Entries {
		if err := r.variable(ctx, key, v.String()); err != nil {
			return err
		}
	}
	if err := r.secrets(ctx, in); err != nil {
		return err
	}
	if o := in.OIDCCustomization; o != nil {
		b := map[string]any{"use_default": orTrue(o.UseDefault)}
		if o.IncludeClaimKeys != nil {
			b["include_claim_keys"] = o.IncludeClaimKeys
		}
		if err := r.send(ctx, http.MethodPut, r.top()+"/actions/oidc/customization/sub", b, nil); err != nil {
			return refused(err, "set the subject of tokens in %s", r.Path())
		}
	}
	if in.Subscribe {
		err := r.send(ctx, http.MethodPut, r.top()+"/subscription", map[string]any{"subscribed": true, "ignored": false}, nil)
		return refused(err, "watch %s", r.Path())
	}
	return ctx.Err() // what was passed over may have been stopped
}

// grant gives people and teams access.
func (r *repository) grant(ctx context.Context, in repoInput) error {
	team, isTeam := strings.CutPrefix(in.Access, r.Owner+"/")
	switch {
	case isTeam:
		if err := r.team(ctx, team, "admin"); err != nil {
			return refused(err, "give the team %s access to %s", in.Access, r.Path())
		}
	case in.Access != "" && !strings.EqualFold(in.Access, r.Owner):
		if err := r.user(ctx, in.Access, "admin"); err != nil {
			return refused(err, "give %s access to %s", in.Access, r.Path())
		}
	}
	for _, c := range in.Collaborators {
		who, give := name(c.User+c.Username), r.user
		if c.Team != "" {
			who, give = name(c.Team), r.team
		}
		if err := give(ctx, who, c.Access); err != nil {
			r.c.Logf(ctx, "%s does not get the access %s: %v", who, c.Access, err)
		}
	}
	return nil
}

func (r *repository) team(ctx context.Context, slug, access string) error {
	path := "/orgs/" + url.PathEscape(r.Owner) + "/teams/" + url.PathEscape(slug) + r.top()
	return r.send(ctx, http.MethodPut, path, map[string]any{"permission": access}, nil)
}

func (r *repository) user(ctx context.Context, login, access string) error {
	return r.send(ctx, http.MethodPut, r.top()+"/collaborators/"+url.PathEscape(login), map[string]any{"permission": access}, nil)
}

// variable sets a variable of workflows.
func (r *repository) variable(ctx context.Context, key, value string) error {
	b := map[string]any{"name": key, "value": value}
	err := r.send(ctx, http.MethodPost, r.top()+"/actions/variables", b, nil)
	if rest.Code(err) == http.StatusConflict { // an earlier attempt set it
		err = r.send(ctx, http.MethodPatch, r.top()+"/actions/variables/"+url.PathEscape(key), b, nil)
	}
	return refused(err, "set the variable %s of %s", key, r.Path())
}

// secrets encrypts secrets for the repository (docs.github.com, "Encrypting secrets for the REST API") and sets them.
func (r *repository) secrets(ctx context.Context, in repoInput) error {
	if in.Secrets.Len() == 0 {
		return nil
	}
	var public struct {
		KeyID string `json:"key_id"`
		Key   string
	}
	if err := r.send(ctx, http.MethodGet, r.top()+"/actions/secrets/public-key", nil, &public); err != nil {
		return refused(err, "get the key for secrets of %s", r.Path())
	}
	raw, err := base64.StdEncoding.DecodeString(public.Key)
	if err != nil || len(raw) != 32 {
		return fault.New(fault.Upstream, "the key for secrets of %s cannot be used", r.Path())
	}
	for key, v := range in.Secrets.Entries {
		sealed, err := box.SealAnonymous(nil, []byte(v.String()), (*[32]byte)(raw), rand.Reader)
		if err != nil {
			return fault.Wrap(fault.Internal, err, "encrypt a secret")
		}
		b := map[string]any{"encrypted_value": base64.StdEncoding.EncodeToString(sealed), "key_id": public.KeyID}
		if err := r.send(ctx, http.MethodPut, r.top()+"/actions/secrets/"+url.PathEscape(key), b, nil); err != nil {
			return refused(err, "set the secret %s of %s", key, r.Path())
		}
	}
	return nil
}
