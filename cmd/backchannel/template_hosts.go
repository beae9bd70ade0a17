package main

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/backchannel-portal/backchannel/cmd/backchannel/config"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/outbound"
	"github.com/backchannel-portal/backchannel/internal/scm"
	"github.com/backchannel-portal/backchannel/internal/scm/github"
	"github.com/backchannel-portal/backchannel/internal/scm/gitlab"
	"github.com/backchannel-portal/backchannel/internal/scm/remote"
	publish "github.com/backchannel-portal/backchannel/scaffold/action/host"
	"github.com/backchannel-portal/backchannel/scaffold/template"
)

// publishTo are the hosts that templates can publish to: those of the configuration, and others that are known well
// enough to plan for.
func (a *app) publishTo() []publish.Host {
	var out []publish.Host
	for name, kind := range codeHosts(a.cfg) {
		switch kind {
		case template.GitHub:
			out = append(out, a.publishGitHub(name))
		case template.GitLab:
			out = append(out, a.publishGitLab(name))
		case template.BitbucketCloud:
			out = append(out, a.publishPushed(publish.Bitbucket, name, "https://api.bitbucket.org/2.0", a.cfg.Integrations.Bitbucket))
		case template.Gitea:
			out = append(out, a.publishPushed(publish.Gitea, name, "https://"+name+"/api/v1", a.cfg.Integrations.Gitea))
		}
	}
	return out
}

// unable is the error where there is no credential for making repositories.
func unable(name string) error {
	return fault.New(fault.Forbidden, "the configuration has no credential scaffold for %s, which making repositories needs", name)
}

func (a *app) publishGitHub(name string) publish.Host {
	cfg := config.GitHub{Host: name}
	if i := slices.IndexFunc(a.cfg.Integrations.GitHub, func(g config.GitHub) bool { return g.Host == name }); i >= 0 {
		cfg = a.cfg.Integrations.GitHub[i]
	}
	own := sync.OnceValues(func() (*github.Client, error) {
		k := cfg.Scaffold
		if k == nil {
			return nil, unable(name)
		}
		o := a.gitHubOptions(cfg, k.Token)
		if k.App != nil {
			o.App = &github.App{ID: k.App.ID, PrivateKey: k.App.PrivateKey}
		}
		return github.New(o)
	})
	return publish.Host{Kind: publish.GitHub, Name: name, Ready: cfg.Scaffold != nil, Folder: a.sampleFolder(name), GitHub: func(token string) (*github.Client, error) {
		if token == "" {
			return own()
		}
		return github.New(a.gitHubOptions(cfg, token))
	}}
}

// sampleFolder is where the sample company's repositories on a host lie; nil for any other company.
func (a *app) sampleFolder(host string) func(owner, repo string) string {
	if !a.cfg.Sample {
		return nil
	}
	return func(owner, repo string) string {
		for _, m := range a.cfg.Integrations.Mirrors {
			if strings.TrimRight(m.URL, "/") == "https://"+host+"/"+owner && filepath.IsLocal(repo) && !strings.ContainsAny(repo, `/\`) {
				return filepath.Join(m.Dir, repo)
			}
		}
		return ""
	}
}

func (a *app) gitHubOptions(cfg config.GitHub, token string) github.Options {
	return github.Options{Host: cfg.Host, APIURL: cfg.APIURL, Token: token, Budget: a.reach.budget(), HTTP: apiClient(cfg.APIURL)}
}

func (a *app) publishGitLab(name string) publish.Host {
	cfg := config.GitLab{Host: name}
	if i := slices.IndexFunc(a.cfg.Integrations.GitLab, func(g config.GitLab) bool { return g.Host == name }); i >= 0 {
		cfg = a.cfg.Integrations.GitLab[i]
	}
	own := sync.OnceValues(func() (*gitlab.Client, error) {
		if cfg.Scaffold == nil {
			return nil, unable(name)
		}
		return gitlab.New(a.gitLabOptions(cfg, cfg.Scaffold.Token))
	})
	return publish.Host{Kind: publish.GitLab, Name: name, Ready: cfg.Scaffold != nil, GitLab: func(token string) (*gitlab.Client, error) {
		if token == "" {
			return own()
		}
		return gitlab.New(a.gitLabOptions(cfg, token))
	}}
}

func (a *app) gitLabOptions(cfg config.GitLab, token string) gitlab.Options {
	return gitlab.Options{Host: cfg.Host, APIURL: cfg.APIURL, Token: token, Budget: a.reach.budget(), HTTP: apiClient(cfg.APIURL)}
}

// publishPushed is a host to which files are pushed with git. api is its API's address unless the configuration says
// otherwise.
func (a *app) publishPushed(kind publish.Kind, name, api string, all []config.CodeHost) publish.Host {
	cfg := config.CodeHost{Host: name}
	if i := slices.IndexFunc(all, func(h config.CodeHost) bool { return h.Host == name }); i >= 0 {
		cfg = all[i]
	}
	if cfg.APIURL != "" {
		api = strings.TrimRight(cfg.APIURL, "/")
	}
	client := sync.OnceValue(func() *outbound.Client { return outbound.New(apiGuard(api)) })
	return publish.Host{Kind: kind, Name: name, Ready: cfg.Scaffold != nil, API: func(token string) (*publish.API, error) {
		if token == "" {
			if cfg.Scaffold == nil {
				return nil, unable(name)
			}
			token = cfg.Scaffold.Token
		}
		return &publish.API{URL: api, Client: client(), Token: token}, nil
	}}
}

// asTrees opens repositories with somebody's own token, and mirrors as everybody.
type asTrees struct {
	a     *app
	token string
}

// Open implements scm.Trees.
func (t asTrees) Open(ctx context.Context, target string) (scm.Tree, error) {
	at, web, err := scm.ParseAddress(target)
	if err != nil || !web {
		return nil, fault.New(fault.Invalid, "%q is no address of a repository", target)
	}
	var api remote.API
	for _, g := range t.a.cfg.Integrations.GitHub {
		if g.Host == at.Host {
			if api, err = github.New(t.a.gitHubOptions(g, t.token)); err != nil {
				return nil, err
			}
		}
	}
	for _, g := range t.a.cfg.Integrations.GitLab {
		if g.Host == at.Host {
			if api, err = gitlab.New(t.a.gitLabOptions(g, t.token)); err != nil {
				return nil, err
			}
		}
	}
	if api == nil { // a mirror, or a host that the configuration does not name, which must not get the token
		return t.a.trees.Open(ctx, target)
	}
	return remote.NewHost(remote.HostOptions{Name: at.Host, API: api}).Open(ctx, target)
}
