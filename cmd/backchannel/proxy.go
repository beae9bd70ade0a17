package main

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/plugins"
	"github.com/backchannel-portal/backchannel/plugins/circleci"
	"github.com/backchannel-portal/backchannel/plugins/forge"
	"github.com/backchannel-portal/backchannel/plugins/github"
	"github.com/backchannel-portal/backchannel/plugins/gitlab"
	"github.com/backchannel-portal/backchannel/plugins/proxy"
)

// newProxy makes the upstreams: those of the configuration, and those of the plugins that come with the program.
func (a *app) newProxy(o proxy.Observer) (*proxy.Proxy, error) {
	var all []proxy.Config
	for _, e := range a.cfg.Proxy.Endpoints {
		c, err := e.Upstream()
		if err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	if c := a.cfg.Plugins.CircleCI; a.tellsBuilds() && !a.toldBuilds() {
		all = append(all, circleci.Upstream(c.APIURL, c.Token))
	}
	all = append(all, a.reach.upstreams()...)
	all = append(all, a.duty.upstreams...)
	p, err := proxy.New(all, proxy.Options{Observer: o, Proxy: http.ProxyFromEnvironment})
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "upstreams of proxy, plugins and integrations")
	}
	return p, nil
}

// tellsBuilds reports whether CircleCI is connected, rather than linked to.
func (a *app) tellsBuilds() bool {
	c := a.cfg.Plugins.CircleCI
	return c.Token != "" || c.APIURL != "" || c.WebhookSecret != ""
}

// toldBuilds reports whether CircleCI is connected by its webhooks alone.
func (a *app) toldBuilds() bool {
	c := a.cfg.Plugins.CircleCI
	return c.Token == "" && c.APIURL == ""
}

// upstreamOf is an upstream as plugins are given it.
func upstreamOf(p *proxy.Proxy) func(string) (plugins.Upstream, error) {
	return func(name string) (plugins.Upstream, error) {
		u, err := p.Upstream(name)
		if err != nil {
			return nil, err
		}
		return u, nil
	}
}

// mountProxy offers upstreams to people who have signed in.
func (s *service) mountProxy(r chi.Router) {
	gate := proxy.Gate{May: s.mayProxy}
	if in := s.admitted(); in != nil {
		gate.SignedIn = in
	}
	r.Group(func(r chi.Router) {
		r.Use(s.web.Guard)
		r.Handle(proxy.Mount+"*", s.plug.proxy.Handler(gate))
	})
}

// mayProxy decides whether somebody may ask an upstream: like asking the bot, or like running something where that may
// change things. Rules name it as a command, "proxy:" and its name.
func (s *service) mayProxy(r *http.Request, upstream string, change bool) bool {
	if s.guard == nil {
		return true
	}
	who, _ := r.Context().Value(viewerKey{}).(visitor)
	return s.guard.mayProxy(who.actor, "proxy:"+strings.ToLower(upstream), change)
}

// vendors are the plugins that come with the program and that the configuration connects.
type vendors struct {
	plug *plugged
	all  []plugins.Plugin
}

// Load implements pluginSet.
func (v *vendors) Load(ctx context.Context) error {
	var first error
	for _, p := range v.all {
		name := p.About().Name
		err := v.plug.start(ctx, p)
		v.plug.note(name, err)
		if err != nil && first == nil {
			first = fault.Wrap(fault.KindOf(err), err, "the plugin %s does not start", name)
		}
	}
	return first
}

// Run implements pluginSet: they keep themselves up to date.
func (v *vendors) Run(context.Context) {}

// Problems implements pluginSet.
func (v *vendors) Problems() map[string]error { return nil }

// Close implements pluginSet: each is closed as a plugin.
func (v *vendors) Close() error { return nil }

// connect makes the way out of plugins, and adds those of the configuration that come with the program.
func (a *app) connect(w wiring) error {
	m := newProxyMetrics()
	p, err := a.newProxy(m)
	if err == nil {
		a.duty.proxy.Store(p)
	}
	if err != nil {
		return err
	}
	m.upstreams = p.Upstreams
	a.plug.proxy, a.plug.proxied, a.plug.upstream = p, m, upstreamOf(p)
	v := &vendors{plug: a.plug, all: a.vendors(w)}
	for _, one := range v.all {
		if err := a.plug.registry.Add(one); err != nil {
			return err
		}
	}
	a.plug.sets = append(a.plug.sets, v)
	return nil
}

// vendors are the plugins that the configuration connects.
func (a *app) vendors(w wiring) []plugins.Plugin {
	out := a.duty.plugins()
	if a.tellsBuilds() {
		c := a.cfg.Plugins.CircleCI
		out = append(out, circleci.New(circleci.Config{Web: c.Web, WebhookSecret: c.WebhookSecret, Told: a.toldBuilds(), Runs: w.runs}))
	}
	if hosts := a.reach.asked("github"); len(hosts) > 0 {
		out = append(out, forge.New(forge.Config{
			Kind: forge.Kind{
				Name: github.Name, Title: github.Title, Noun: lang.RepoPullNoun, Pulls: lang.RepoPullsTitle, Topic: "actions", About: lang.RepoTopicActions,
				CI: otherBuilders(), Words: []string{"github actions", "actions", "github build", "github builds"},
			},
			Forge: func(h plugins.Host) (plugins.Forge, error) { return github.New(h, hosts) }, Runs: w.runs,
		}))
	}
	if hosts := a.reach.asked("gitlab"); len(hosts) > 0 {
		out = append(out, forge.New(forge.Config{
			Kind: forge.Kind{
				Name: gitlab.Name, Title: gitlab.Title, Noun: lang.RepoMergeNoun, Pulls: lang.RepoMergesTitle, Topic: "pipelines", About: lang.RepoTopicPipelines,
				CI: otherBuilders(), Words: []string{"gitlab", "gitlab ci", "gitlab pipeline", "gitlab pipelines"},
			},
			Forge: func(h plugins.Host) (plugins.Forge, error) { return gitlab.New(h, hosts) }, Runs: w.runs,
		}))
	}
	return out
}

// otherBuilders are the annotations that say that something else than the host of the code builds an entity.
func otherBuilders() []string {
	return []string{circleci.Annotation, "jenkins.io/job-full-name", "jenkins.io/github-folder", "buildkite.com/project-slug", "travis-ci.com/repo-slug"}
}

// runs keeps runs of builds where the base outlives the process.
func (b *base) runs() plugins.Runs {
	if b.db == nil {
		return nil
	}
	return b.db.Runs(time.Now)
}

// away are the upstreams that do not answer.
func (p *plugged) away() []part {
	var out []part
	for _, u := range p.proxy.Upstreams() {
		if why, _, ok := u.Well(); !ok {
			out = append(out, part{Name: "upstream " + u.Name(), Detail: why})
		}
	}
	return out
}
