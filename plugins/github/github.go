// Package github asks GitHub, and GitHub Enterprise Server, what happens in repositories: pull requests, releases,
// deployments, runs of Actions, code owners. It implements plugins.Forge over the upstreams of the proxy, one a host.
package github

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/outbound"
	"github.com/backchannel-portal/backchannel/plugins"
)

// Name is the plugin's name; Upstream begins the names of its upstreams, which end with a host.
const (
	Name     = "github"
	Title    = "GitHub"
	Upstream = "github/"
)

// Annotation names the repository of an entity (backstage.io, "Well-known annotations").
const Annotation = "github.com/project-slug"

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
	f.names = plugins.RepositoryNames{Annotation: Annotation, Public: "github.com", Hosts: slices.Sorted(maps.Keys(f.hosts)), Path: path, Valid: valid}
	return f, nil
}

// Of implements plugins.Repositories; see plugins.RepositoryNames.
func (f *Forge) Of(e *catalog.Entity) (plugins.Repository, bool) { return f.names.Of(e) }

// path is the repository of an address: the first two parts of its path.
func path(s string) string {
	parts := strings.SplitN(s, "/", 3)
	if len(parts) < 2 {
		return ""
	}
	return parts[0] + "/" + parts[1]
}

// valid reports whether a path can be one of a repository.
func valid(path string) bool {
	owner, name, ok := strings.Cut(path, "/")
	good := func(s string) bool {
		return s != "" && s != "." && s != ".." && len(s) <= 100 && !strings.ContainsFunc(s, func(r rune) bool {
			return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-' && r != '_' && r != '.'
		})
	}
	return ok && good(owner) && good(name)
}

// How old answers may be: what hardly changes, and what somebody looks at.
const (
	rarely = "max-age=3600"
	soon   = "max-age=15"
)

const accept = "application/vnd.github+json"

// ask asks for a path below a repository.
func (f *Forge) ask(ctx context.Context, r plugins.Repository, path, age, accept string) (*outbound.Response, error) {
	up, ok := f.hosts[r.Host]
	if !ok {
		return nil, fault.New(fault.NotFound, "%s is not connected", r.Host)
	}
	resp, err := up.Do(ctx, outbound.Request{URL: "/repos/" + r.Path + path, Header: http.Header{"Accept": {accept}, "Cache-Control": {age}}})
	if err != nil {
		return nil, err
	}
	switch s := resp.Status; {
	case s == http.StatusNotFound || s == http.StatusGone || s == http.StatusUnavailableForLegalReasons:
		return nil, fault.New(fault.NotFound, "GitHub does not know what was asked for")
	case s == http.StatusTooManyRequests || s == http.StatusForbidden && (resp.Header.Get("X-RateLimit-Remaining") == "0" || resp.Header.Get("Retry-After") != ""):
		return nil, fault.New(fault.Upstream, "GitHub asks for fewer requests (status %d)", s)
	case s == http.StatusUnauthorized || s == http.StatusForbidden:
		return nil, fault.New(fault.Forbidden, "GitHub refuses the token (status %d)", s)
	case s < 200 || s > 299:
		return nil, fault.New(fault.Upstream, "GitHub answers with status %d", s)
	}
	return resp, nil
}

// get decodes the answer for a path below a repository.
func (f *Forge) get(ctx context.Context, r plugins.Repository, path, age string, into any) error {
	resp, err := f.ask(ctx, r, path, age, accept)
	switch {
	case err != nil:
		return err
	case resp.HTML():
		return fault.New(fault.Upstream, "GitHub answers with a web page where data was expected")
	case !decode(resp.Body, into):
		return fault.New(fault.Upstream, "GitHub answers in a form that this version does not know")
	}
	return nil
}

// Branch implements plugins.Repositories. What was told once is told again where GitHub does not answer.
func (f *Forge) Branch(ctx context.Context, r plugins.Repository) (string, error) {
	var out struct {
		DefaultBranch string `json:"default_branch"`
	}
	err := f.get(ctx, r, "", rarely, &out)
	return f.branches.Told(r, out.DefaultBranch, err)
}

// Hosts are the names of the hosts that are connected.
func (f *Forge) Hosts() []string { return slices.Clone(f.names.Hosts) }
