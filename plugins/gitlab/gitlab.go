// Package gitlab asks GitLab what happens in projects: merge requests, releases, deployments, pipelines, code owners. It
// implements plugins.Forge over the upstreams of the proxy, one a host.
package gitlab

import (
	"context"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

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

// Forge implements plugins.Forge.
type Forge struct {
	hosts    map[string]plugins.Upstream
	names    plugins.RepositoryNames
	branches plugins.DefaultBranches
}

var _ plugins.Forge = (*Forge)(nil)

// New returns the forge of the given hosts, to each of which the program has an upstream.
func New(h plugins.Host, hosts []string) (*Forge, error) {
	f := &Forge{hosts: map[string]plugins.Upstream{}}
	for _, name := range hosts {
		up, err := h.Upstream(Upstream + name)
		if err != nil {
			return nil, err
		}
		f.hosts[strings.ToLower(name)] = up
	}
	f.names = plugins.RepositoryNames{Annotation: Annotation, Public: "gitlab.com", Hosts: slices.Sorted(maps.Keys(f.hosts)), Path: path, Valid: valid}
	return f, nil
}

// Of implements plugins.Repositories; see plugins.RepositoryNames.
func (f *Forge) Of(e *catalog.Entity) (plugins.Repository, bool) { return f.names.Of(e) }

// path is the project of an address: all of its path before the marker.
func path(s string) string {
	s, _, _ = strings.Cut(s, "/-/")
	return strings.Trim(s, "/")
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

// Branch implements plugins.Repositories. What was told once is told again where GitLab does not answer.
func (f *Forge) Branch(ctx context.Context, r plugins.Repository) (string, error) {
	var out struct {
		DefaultBranch string `json:"default_branch"`
	}
	err := f.get(ctx, r, "", rarely, &out)
	return f.branches.Told(r, out.DefaultBranch, err)
}
