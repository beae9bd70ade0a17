package main

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/backchannel-portal/backchannel/catalog/ingest/forge"
	"github.com/backchannel-portal/backchannel/cmd/backchannel/config"
	"github.com/backchannel-portal/backchannel/internal/gitrun"
	"github.com/backchannel-portal/backchannel/internal/outbound"
	"github.com/backchannel-portal/backchannel/internal/scm"
	"github.com/backchannel-portal/backchannel/internal/scm/clone"
	"github.com/backchannel-portal/backchannel/internal/scm/github"
	"github.com/backchannel-portal/backchannel/internal/scm/gitlab"
	"github.com/backchannel-portal/backchannel/internal/scm/remote"
	"github.com/backchannel-portal/backchannel/internal/scm/rest"
)

// reach is how repositories are read: mirrors first, then hosts through their APIs, then clones.
type reach struct {
	cfg   *config.Config
	app   *app
	dir   string     // for caches and clones; "" keeps nothing
	cache rest.Cache // nil: nothing is kept
	hosts []*host
	clone *clone.Store // nil: not needed so far

	tunnel *outbound.Tunnel // the way out of git
	git    *gitrun.Runner   // nil: not needed so far
}

// host is a GitHub or a GitLab.
type host struct {
	kind, name string
	secret     string // of webhooks
	github     *github.Client
	gitlab     *gitlab.Client
	host       *remote.Host
	sources    []*forge.Source
}

// newReach connects the hosts that the configuration names, by integrations or by locations.
func newReach(a *app, dir string) (*reach, error) {
	r := &reach{cfg: a.cfg, app: a, dir: dir}
	if dir != "" {
		disk, err := remote.NewDisk(filepath.Join(dir, "cache"), 0)
		if err != nil {
			return nil, err
		}
		r.cache = disk
	}
	for _, g := range a.cfg.Integrations.GitHub {
		if _, err := r.github(g.Host); err != nil {
			return nil, err
		}
	}
	for _, g := range a.cfg.Integrations.GitLab {
		if _, err := r.gitlab(g.Host); err != nil {
			return nil, err
		}
	}
	for _, l := range a.cfg.Catalog.Locations {
		var err error
		switch {
		case l.GitHub != nil:
			_, err = r.github(strings.ToLower(l.GitHub.Host))
		case l.GitLab != nil:
			_, err = r.gitlab(strings.ToLower(l.GitLab.Host))
		case l.Git != nil:
			_, err = r.clones()
		}
		if err != nil {
			return nil, err
		}
	}
	return r, nil
}

// trees opens what any of them knows.
func (r *reach) trees(local *scm.Local) scm.Trees {
	all := []scm.Trees{local}
	for _, h := range r.hosts {
		all = append(all, h.host)
	}
	if r.clone != nil {
		all = append(all, r.clone)
	}
	return scm.Chain(all...)
}

func (r *reach) find(kind, name string) *host {
	if i := slices.IndexFunc(r.hosts, func(h *host) bool { return h.kind == kind && h.name == name }); i >= 0 {
		return r.hosts[i]
	}
	return nil
}

// github connects a GitHub, once.
func (r *reach) github(name string) (*host, error) {
	if h := r.find("github", name); h != nil {
		return h, nil
	}
	g := config.GitHub{Host: name}
	if i := slices.IndexFunc(r.cfg.Integrations.GitHub, func(g config.GitHub) bool { return g.Host == name }); i >= 0 {
		g = r.cfg.Integrations.GitHub[i]
	}
	o := github.Options{Host: g.Host, APIURL: g.APIURL, Token: g.Token, Cache: r.cache, Budget: r.budget(), HTTP: apiClient(g.APIURL)}
	if g.App != nil {
		o.App = &github.App{ID: g.App.ID, PrivateKey: g.App.PrivateKey}
	}
	c, err := github.New(o)
	if err != nil {
		return nil, err
	}
	h := &host{kind: "github", name: name, secret: g.WebhookSecret, github: c, host: remote.NewHost(remote.HostOptions{Name: c.Host(), API: c, Cache: r.cache})}
	r.hosts = append(r.hosts, h)
	return h, nil
}

// gitlab connects a GitLab, once.
func (r *reach) gitlab(name string) (*host, error) {
	if h := r.find("gitlab", name); h != nil {
		return h, nil
	}
	g := config.GitLab{Host: name}
	if i := slices.IndexFunc(r.cfg.Integrations.GitLab, func(g config.GitLab) bool { return g.Host == name }); i >= 0 {
		g = r.cfg.Integrations.GitLab[i]
	}
	c, err := gitlab.New(gitlab.Options{Host: g.Host, APIURL: g.APIURL, Token: g.Token, Cache: r.cache, Budget: r.budget(), HTTP: apiClient(g.APIURL)})
	if err != nil {
		return nil, err
	}
	h := &host{kind: "gitlab", name: name, secret: g.WebhookSecret, gitlab: c, host: remote.NewHost(remote.HostOptions{Name: c.Host(), API: c, Cache: r.cache})}
	r.hosts = append(r.hosts, h)
	return h, nil
}

// apiClient sends requests to a host's API; one that the configuration names may be one's own.
func apiClient(api string) *http.Client { return outbound.New(apiGuard(api)).HTTP() }

func apiGuard(api string) outbound.Options {
	o := outbound.Options{MaxBody: apiBody, Rate: apiRate, Proxy: http.ProxyFromEnvironment}
	if u, err := url.Parse(api); err == nil && u.Host != "" {
		o.Hosts = []outbound.Host{{Name: u.Host, Private: true, Plain: u.Scheme == "http"}}
	}
	return o
}

// The bounds of requests to an API: the largest answer is a blob in base64, and its own rate limit is followed besides.
const (
	apiBody = 64 << 20
	apiRate = 100 // a second
)

// budget leaves a tenth of every rate limit to others.
func (r *reach) budget() rest.BudgetOptions { return rest.BudgetOptions{Reserve: -1} }

// clones is where git repositories are kept.
func (r *reach) clones() (*clone.Store, error) {
	if r.clone != nil {
		return r.clone, nil
	}
	dir := r.dir
	if dir == "" {
		temp, err := r.app.tempDir()
		if err != nil {
			return nil, err
		}
		dir = temp
	}
	runner, err := r.runner()
	if err != nil {
		return nil, err
	}
	r.clone, err = clone.New(clone.Options{Dir: filepath.Join(dir, "clones"), Git: runner, Cache: r.cache})
	return r.clone, err
}

// runner runs git, which gets out through a tunnel that judges where it connects to.
func (r *reach) runner() (*gitrun.Runner, error) {
	if r.git != nil {
		return r.git, nil
	}
	guard := outbound.Options{Proxy: http.ProxyFromEnvironment}
	var plain []string
	for _, l := range r.cfg.Catalog.Locations {
		if l.Git == nil {
			continue
		}
		u, err := url.Parse(l.Git.URL)
		if err != nil || u.Host == "" {
			continue // git@host:path, which no proxy sees
		}
		if u.Scheme == "http" { // configured so, for example inside a cluster
			plain = append(plain, u.Host)
		}
		guard.Hosts = append(guard.Hosts, outbound.Host{Name: u.Host, Private: true, Plain: u.Scheme == "http"})
	}
	for _, h := range slices.Concat(r.cfg.Integrations.Bitbucket, r.cfg.Integrations.Gitea) {
		if h.Scaffold != nil { // it is pushed to
			guard.Hosts = append(guard.Hosts, outbound.Host{Name: h.Host, Private: true})
		}
	}
	tunnel, err := outbound.NewTunnel(outbound.New(guard))
	if err != nil {
		return nil, err
	}
	r.tunnel = tunnel
	r.git, err = gitrun.New(gitrun.Options{Plain: plain, Proxy: tunnel.URL()})
	return r.git, err
}

// hooks are the handlers of the hosts' webhooks, by path. notify is told of events that may concern a source.
func (r *reach) hooks(notify func(context.Context, remote.Event) (bool, error)) map[string]http.Handler {
	out := map[string]http.Handler{}
	for _, kind := range []string{"github", "gitlab"} {
		o := forge.HookOptions{Verify: github.Verify, Parse: github.ParseEvent, Notify: notify}
		if kind == "gitlab" {
			o.Verify, o.Parse = gitlab.Verify, gitlab.ParseEvent
		}
		for _, h := range r.hosts {
			if h.kind == kind && h.secret != "" {
				o.Secrets = append(o.Secrets, h.secret)
			}
		}
		if len(o.Secrets) > 0 {
			out["/webhooks/"+kind] = forge.NewHook(o)
		}
	}
	return out
}

// tell passes a webhook's event on to the sources of this process.
func (r *reach) tell(ctx context.Context, e remote.Event) error {
	for _, h := range r.hosts {
		if _, err := forge.Tell(h.host, h.sources...)(ctx, e); err != nil {
			return err
		}
	}
	return nil
}

func (r *reach) close() error {
	var err error
	if r.clone != nil {
		err = r.clone.Close()
	}
	if r.tunnel != nil {
		err = errors.Join(err, r.tunnel.Close())
	}
	for _, dir := range r.app.temp {
		err = errors.Join(err, os.RemoveAll(dir))
	}
	return err
}
