package main

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/backchannel-portal/backchannel/cmd/backchannel/config"
	"github.com/backchannel-portal/backchannel/plugins/github"
	"github.com/backchannel-portal/backchannel/plugins/gitlab"
	"github.com/backchannel-portal/backchannel/plugins/proxy"
)

// upstreams are the ways to the code hosts that are read with a credential: the same one, through the proxy.
func (r *reach) upstreams() []proxy.Config {
	var out []proxy.Config
	for _, h := range r.hosts {
		if c, ok := r.upstream(h); ok {
			out = append(out, c)
		}
	}
	return out
}

// asked are the hosts of a kind to which there is a way.
func (r *reach) asked(kind string) []string {
	var out []string
	for _, h := range r.hosts {
		if c, ok := r.upstream(h); ok && h.kind == kind {
			_, name, _ := strings.Cut(c.Name, "/")
			out = append(out, name)
		}
	}
	return out
}

func (r *reach) upstream(h *host) (proxy.Config, bool) {
	c := proxy.Config{
		Methods: []string{http.MethodGet}, Timeout: 15 * time.Second, Rate: 10, Keep: 30 * time.Second,
		Headers: map[string]string{"Accept": "application/json"},
	}
	switch h.kind {
	case "github":
		i := slices.IndexFunc(r.cfg.Integrations.GitHub, func(g config.GitHub) bool { return g.Host == h.name })
		if i < 0 || r.cfg.Integrations.GitHub[i].Token == "" && r.cfg.Integrations.GitHub[i].App == nil {
			return c, false
		}
		c.Name, c.Target = github.Upstream+h.github.Host(), h.github.APIURL()
		c.Paths = []string{"/repos/**", "/rate_limit", "/user"}
		c.Elsewhere = []string{"*.blob.core.windows.net", "*.actions.githubusercontent.com", h.name} // signed addresses of logs
		c.Headers = map[string]string{"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}
		c.Private = r.cfg.Integrations.GitHub[i].APIURL != ""
		c.Sign = func(ctx context.Context, path string, header http.Header) error {
			account, _, _ := strings.Cut(strings.TrimPrefix(path, "/repos/"), "/")
			token, err := h.github.Token(ctx, account)
			if err == nil && token != "" {
				header.Set("Authorization", "Bearer "+token)
			}
			return err
		}
	default:
		i := slices.IndexFunc(r.cfg.Integrations.GitLab, func(g config.GitLab) bool { return g.Host == h.name })
		if i < 0 || r.cfg.Integrations.GitLab[i].Token == "" {
			return c, false
		}
		g := r.cfg.Integrations.GitLab[i]
		c.Name, c.Target, c.Private = gitlab.Upstream+h.gitlab.Host(), g.APIURL, g.APIURL != ""
		if c.Target == "" {
			c.Target = (&url.URL{Scheme: "https", Host: h.gitlab.Host(), Path: "/api/v4"}).String()
		}
		c.Paths = []string{"/projects/**", "/version", "/user"}
		c.Headers["Authorization"] = "Bearer " + g.Token
	}
	return c, true
}
