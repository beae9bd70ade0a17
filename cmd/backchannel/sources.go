package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/ingest"
	"github.com/backchannel-portal/backchannel/catalog/ingest/backstage"
	"github.com/backchannel-portal/backchannel/catalog/ingest/file"
	"github.com/backchannel-portal/backchannel/catalog/ingest/forge"
	"github.com/backchannel-portal/backchannel/catalog/ingest/git"
	"github.com/backchannel-portal/backchannel/catalog/ingest/github"
	"github.com/backchannel-portal/backchannel/catalog/ingest/gitlab"
	"github.com/backchannel-portal/backchannel/catalog/ingest/ldap"
	fromurl "github.com/backchannel-portal/backchannel/catalog/ingest/url"
	"github.com/backchannel-portal/backchannel/cmd/backchannel/config"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/gitrun"
	"github.com/backchannel-portal/backchannel/internal/outbound"
)

// source makes the source of a configured location.
func (a *app) source(l config.Location) (catalog.Source, error) {
	every := a.cfg.Catalog.Refresh
	allow := a.allowed(l)
	switch {
	case l.File != nil:
		return file.New(file.Options{Target: l.File.Target, Allow: allow, Trees: a.trees, Owners: a.owners, Interval: every, Clock: a.now})
	case l.URL != nil:
		return a.urlSource(l.URL, allow)
	case l.Git != nil:
		return a.gitSource(l.Git, allow)
	case l.GitHub != nil:
		h, err := a.reach.github(strings.ToLower(l.GitHub.Host))
		if err != nil {
			return nil, err
		}
		s, err := github.New(github.Options{Settings: a.hosted(l.GitHub, allow, h.name), Org: l.GitHub.Org, Client: h.github, Host: h.host})
		if err != nil {
			return nil, err
		}
		h.sources = append(h.sources, s)
		return s, nil
	case l.GitLab != nil:
		h, err := a.reach.gitlab(strings.ToLower(l.GitLab.Host))
		if err != nil {
			return nil, err
		}
		s, err := gitlab.New(gitlab.Options{Settings: a.hosted(l.GitLab, allow, h.name), Group: l.GitLab.Group, Client: h.gitlab, Host: h.host})
		if err != nil {
			return nil, err
		}
		h.sources = append(h.sources, s)
		return s, nil
	case l.Backstage != nil:
		return backstage.New(backstage.Options{
			URL: l.Backstage.URL, Token: l.Backstage.Token, Filter: l.Backstage.Filter, Allow: allow, Interval: every, Clock: a.now,
		})
	case l.LDAP != nil:
		d := l.LDAP
		return ldap.New(ldap.Options{
			URL: d.URL, StartTLS: d.StartTLS, BindDN: d.Bind.DN, Secret: d.Bind.Secret, Users: ldap.Search(d.Users), Groups: ldap.Search(d.Groups),
			Allow: allow, Interval: 5 * every, Clock: a.now, // a directory changes more slowly than code, and is read whole
		})
	}
	return nil, fault.New(fault.Internal, "no source reads locations of type %s", l.Type)
}

// allowed are the rules for a location. Without catalog.rules (nil) everything is allowed, and a location's own have
// nothing to add; an empty list allows nothing but those.
func (a *app) allowed(l config.Location) []ingest.Rule {
	if a.cfg.Catalog.Rules == nil {
		return nil
	}
	allow := []ingest.Rule{}
	for _, r := range slices.Concat(a.cfg.Catalog.Rules, l.Rules) {
		for _, kind := range r.Allow {
			allow = append(allow, ingest.Rule{Kind: kind})
		}
	}
	return allow
}

func (a *app) urlSource(l *config.URLLocation, allow []ingest.Rule) (catalog.Source, error) {
	u, err := url.Parse(l.Target)
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "read the address of a location")
	}
	header := http.Header{}
	for k, v := range l.Header {
		header.Set(k, v)
	}
	if l.Token != "" {
		header.Set("Authorization", "Bearer "+l.Token)
	}
	return fromurl.New(fromurl.Options{
		URLs: []string{l.Target}, Header: header, Client: a.webs.of(u), Trees: a.trees, Owners: a.owners, Allow: allow,
		Parallel: webParallel, Interval: a.cfg.Catalog.Refresh, Clock: a.now,
	})
}

// How much the hosts get that locations of type url name. They are the operator's own choice and serve files, so they get
// more than those that somebody else names.
const (
	webRate     = 200 // requests a second
	webParallel = 8   // at once, for each location
)

// webs are the clients of configured locations on the web. Those on one host share one, so that the host gets no more
// requests than it should.
type webs map[string]*outbound.Client

func (w webs) of(u *url.URL) *outbound.Client {
	key := u.Scheme + "://" + strings.ToLower(u.Host)
	if c, ok := w[key]; ok {
		return c
	}
	w[key] = outbound.New(outbound.Options{
		Hosts: []outbound.Host{{Name: u.Host, Private: true, Plain: u.Scheme == "http", Rate: webRate}}, // configured, so it may be one's own
		Proxy: http.ProxyFromEnvironment,
	})
	return w[key]
}

func (a *app) gitSource(l *config.GitLocation, allow []ingest.Rule) (catalog.Source, error) {
	clones, err := a.reach.clones()
	if err != nil {
		return nil, err
	}
	return git.New(git.Options{
		Clones: clones, URL: l.URL, Branch: l.Branch, Path: l.Path, Allow: allow, Trees: a.trees, Owners: a.owners, Interval: a.cfg.Catalog.Refresh, Clock: a.now,
		Credential: gitrun.Credential{User: l.Username, Password: l.Token, Key: l.SSHKey},
	})
}

// hosted are the settings of a source that discovers repositories.
func (a *app) hosted(l *config.HostedLocation, allow []ingest.Rule, host string) forge.Settings {
	f := l.Filters
	s := forge.Settings{
		Path: l.Path, Branch: l.Branch, Users: l.Users, Allow: allow, Trees: a.trees, Interval: a.cfg.Catalog.Refresh, Clock: a.now,
		Filters: forge.Filters{
			Name: f.Name, Topics: f.Topics.Include, NotTopics: f.Topics.Exclude, Archived: f.Archived, Forks: f.Forks, Visibility: f.Visibility,
		},
		Progress: a.progress, Owners: a.owners,
		Warn: func(err error) { a.log.Warn("a source of repositories goes on, but", "host", host, "err", err) },
		Pushed: func(string) {
			a.pushes.Add(1)
		},
	}
	if a.reach.dir != "" {
		sum := sha256.Sum256(fmt.Appendf(nil, "%s %+v %v", host, *l, allow)) // each location resumes its own load
		s.State = filepath.Join(a.reach.dir, "state", hex.EncodeToString(sum[:8])+".json")
		s.Patience = a.patience
	}
	return s
}

// owners finds whom a CODEOWNERS file means: somebody in the catalog, or else whoever would have the name. An owner
// that does not exist is reported like any other.
func (a *app) owners(handle string) (catalog.Ref, bool) {
	if ref, ok := a.people.Find(handle); ok {
		return ref, true
	}
	return ingest.OwnersByName(handle)
}

// progress says how a load goes on, where there is something to say.
func (a *app) progress(p forge.Progress) {
	log := a.log.With("source", p.Origin, "done", p.Done, "of", p.Total)
	switch {
	case !p.Until.IsZero():
		log.Warn("the API budget is used up, the rest is read later", "from", p.Until)
	case p.Failed > 0:
		log.Warn("some repositories cannot be read, their last good state stays", "failed", p.Failed)
	default:
		log.Info("repositories are read")
	}
}

// tempDir makes a folder that close removes.
func (a *app) tempDir() (string, error) {
	dir, err := os.MkdirTemp("", "backchannel-")
	if err != nil {
		return "", fault.Wrap(fault.Internal, err, "make a folder for repositories")
	}
	a.temp = append(a.temp, dir)
	return dir, nil
}
