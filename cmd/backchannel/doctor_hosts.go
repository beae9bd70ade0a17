package main

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/backchannel-portal/backchannel/cmd/backchannel/config"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/scm/remote"
)

// expiresSoon is how long before its end a credential is worth a word.
const expiresSoon = 14 * 24 * time.Hour

// hosts asks every GitHub and GitLab that is read about the credential.
func (d *doctor) hosts(cfg *config.Config) {
	r := &reach{cfg: cfg}
	for _, g := range cfg.Integrations.GitHub {
		d.host(cfg, r.github, g.Host)
	}
	for _, g := range cfg.Integrations.GitLab {
		d.host(cfg, r.gitlab, g.Host)
	}
	for _, l := range cfg.Catalog.Locations {
		switch {
		case l.GitHub != nil && r.find("github", strings.ToLower(l.GitHub.Host)) == nil:
			d.host(cfg, r.github, strings.ToLower(l.GitHub.Host))
		case l.GitLab != nil && r.find("gitlab", strings.ToLower(l.GitLab.Host)) == nil:
			d.host(cfg, r.gitlab, strings.ToLower(l.GitLab.Host))
		}
	}
}

// host asks one host.
func (d *doctor) host(cfg *config.Config, connect func(string) (*host, error), name string) {
	h, err := connect(name)
	if err != nil {
		d.fail(name, "Correct integrations in the configuration.", "%v", err)
		return
	}
	ctx, cancel := context.WithTimeout(d.s.ctx, doctorTimeout)
	defer cancel()
	said, rules, err := credential(ctx, h)
	switch {
	case fault.Is(err, fault.Forbidden):
		d.fail(name, "Make a new token that may read, and put it where the configuration takes it from.", "%s does not accept the credential: %v", name, err)
		return
	case err != nil:
		d.fail(name, "Check that the host can be reached from here, through the proxy if there is one.", "%v", err)
		return
	}
	fine := true
	for _, r := range rules {
		if said.Tells && !slices.ContainsFunc(r.any, func(s string) bool { return slices.Contains(said.Scopes, s) }) {
			d.warn(name, "Add the scope "+r.any[0]+" to the token.", "the token lacks %s: %s", r.any[0], r.without)
			fine = false
		}
	}
	now := d.s.now.clock()()
	switch {
	case said.Name == "" && said.Left >= 0 && !tokened(cfg, h):
		d.warn(name, "Set a token or an App under integrations.", "%s is asked without a credential: only what is public is read, and the rate limit is low (%d requests left)", name, said.Left)
	case !said.Expires.IsZero() && said.Expires.Sub(now) < expiresSoon:
		d.warn(name, "Make a new token in time.", "the credential of %s expires on %s", name, said.Expires.Format(time.DateOnly))
	case fine && said.Tells:
		d.ok(name, "%s, with every scope that reading needs", said.Name)
	case fine:
		d.ok(name, "%s, accepted; the host does not tell what it may read", nameOr(said.Name, "a credential"))
	}
}

// scopeRule is what a token must allow for something to be read: one of any.
type scopeRule struct {
	any     []string
	without string
}

// githubScopes: docs.github.com, "Scopes for OAuth apps".
var githubScopes = []scopeRule{
	{[]string{"repo"}, "only public repositories are read"},
	{[]string{"read:org", "write:org", "admin:org"}, "teams and their members are not read"},
}

// gitlabScopes: docs.gitlab.com, "Personal access token scopes".
var gitlabScopes = []scopeRule{{[]string{"read_api", "api"}, "projects and groups are not read"}}

// credential asks a host about the credential, and says what that has to allow.
func credential(ctx context.Context, h *host) (remote.Credential, []scopeRule, error) {
	if h.gitlab != nil {
		said, err := h.gitlab.Credential(ctx)
		return said, gitlabScopes, err
	}
	said, err := h.github.Credential(ctx)
	return said, githubScopes, err
}

// tokened reports whether the configuration has a credential for a host.
func tokened(cfg *config.Config, h *host) bool {
	for _, g := range cfg.Integrations.GitHub {
		if h.github != nil && strings.EqualFold(g.Host, h.name) && (g.Token != "" || g.App != nil) {
			return true
		}
	}
	for _, g := range cfg.Integrations.GitLab {
		if h.gitlab != nil && strings.EqualFold(g.Host, h.name) && g.Token != "" {
			return true
		}
	}
	return false
}

func nameOr(name, other string) string {
	if name == "" {
		return other
	}
	return name
}
