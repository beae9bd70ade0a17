// Package gitlab asks GitLab what happens in projects: merge requests, releases, deployments, pipelines, code owners. It
// implements plugins.Forge over the upstreams of the proxy, one a host.
package gitlab

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/outbound"
	"github.com/backchannel-portal/backchannel/plugins"
)

// Name is the plugin's name; Upstream begins the names of its upstreams, which end with a host.
const (
	Name     = "gitlab"
	Title    = "GitLab"
	Upstream = "gitlab/"
)

// Annotation names the project of an entity (backstage.io, "Well-known annotations").
const Annotation = "gitlab.com/project-slug"

const sourceLocation = "backstage.io/source-location"

// Forge implements plugins.Forge.
type Forge struct {
	hosts map[string]plugins.Upstream

	mu       sync.Mutex
	branches map[string]string // default ones, by host and path
}

var _ plugins.Forge = (*Forge)(nil)

// New returns the forge of the given hosts, to each of which the program has an upstream.
func New(h plugins.Host, hosts []string) (*Forge, error) {
	f := &Forge{hosts: map[string]plugins.Upstream{}, branches: map[string]string{}}
	for _, name := range hosts {
		up, err := h.Upstream(Upstream + name)
		if err != nil {
			return nil, err
		}
		f.hosts[strings.ToLower(name)] = up
	}
	return f, nil
}

// Of implements plugins.Repositories: the annotation names the project, and the source location the host where it is
// another one than gitlab.com; without an annotation the source location is enough.
func (f *Forge) Of(e *catalog.Entity) (plugins.Repository, bool) {
	host, path := located(e.Annotation(sourceLocation))
	if slug := strings.Trim(strings.TrimSpace(e.Annotation(Annotation)), "/"); slug != "" {
		if !strings.EqualFold(slug, path) {
			host = "gitlab.com"
		}
		path = slug
	}
	if _, ok := f.hosts[host]; !ok || !valid(path) {
		return plugins.Repository{}, false
	}
	return plugins.Repository{Host: host, Path: path, URL: "https://" + host + "/" + path}, true
}

// located reads host and project out of an address such as url:https://gitlab.com/acme/pay/-/tree/main/.
func located(s string) (host, path string) {
	u, err := url.Parse(strings.TrimPrefix(s, "url:"))
	if err != nil || u.Scheme != "https" || u.User != nil {
		return "", ""
	}
	path, _, _ = strings.Cut(u.Path, "/-/")
	return strings.ToLower(u.Host), strings.TrimSuffix(strings.Trim(path, "/"), ".git")
}

// valid reports whether a path can be one of a project: groups, and its name.
func valid(path string) bool {
	parts := strings.Split(path, "/")
	if len(parts) < 2 || len(parts) > 20 || len(path) > 300 {
		return false
	}
	for _, p := range parts {
		if p == "" || p == "." || p == ".." || strings.ContainsFunc(p, func(r rune) bool { return r <= ' ' || r == 0x7f || strings.ContainsRune(`\?#%"<>`, r) }) {
			return false
		}
	}
	return true
}

// How old answers may be: what hardly changes, and what somebody looks at.
const (
	rarely = "max-age=3600"
	soon   = "max-age=15"
)

// ask asks for a path below a project.
func (f *Forge) ask(ctx context.Context, r plugins.Repository, path, age string) (*outbound.Response, error) {
	up, ok := f.hosts[r.Host]
	if !ok {
		return nil, fault.New(fault.NotFound, "%s is not connected", r.Host)
	}
	address := "/projects/" + url.PathEscape(r.Path) + path
	resp, err := up.Do(ctx, outbound.Request{URL: address, Header: http.Header{"Cache-Control": {age}}})
	if err != nil {
		return nil, err
	}
	switch s := resp.Status; {
	case s == http.StatusNotFound || s == http.StatusGone:
		return nil, fault.New(fault.NotFound, "GitLab does not know what was asked for")
	case s == http.StatusTooManyRequests:
		return nil, fault.New(fault.Upstream, "GitLab asks for fewer requests (status %d)", s)
	case s == http.StatusUnauthorized || s == http.StatusForbidden:
		return nil, fault.New(fault.Forbidden, "GitLab refuses the token (status %d)", s)
	case s < 200 || s > 299:
		return nil, fault.New(fault.Upstream, "GitLab answers with status %d", s)
	}
	return resp, nil
}

// get decodes the answer for a path below a project.
func (f *Forge) get(ctx context.Context, r plugins.Repository, path, age string, into any) error {
	resp, err := f.ask(ctx, r, path, age)
	switch {
	case err != nil:
		return err
	case resp.HTML():
		return fault.New(fault.Upstream, "GitLab answers with a web page where data was expected")
	case !decode(resp.Body, into):
		return fault.New(fault.Upstream, "GitLab answers in a form that this version does not know")
	}
	return nil
}

// maxBranches bounds what is remembered of projects.
const maxBranches = 5000

// Branch implements plugins.Repositories. What was told once is told again where GitLab does not answer.
func (f *Forge) Branch(ctx context.Context, r plugins.Repository) (string, error) {
	key := r.Host + "/" + r.Path
	var out struct {
		DefaultBranch string `json:"default_branch"`
	}
	err := f.get(ctx, r, "", rarely, &out)
	f.mu.Lock()
	defer f.mu.Unlock()
	if err != nil || out.DefaultBranch == "" {
		return f.branches[key], err
	}
	if len(f.branches) >= maxBranches {
		clear(f.branches)
	}
	f.branches[key] = clip(out.DefaultBranch)
	return f.branches[key], nil
}
