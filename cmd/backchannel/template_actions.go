package main

import (
	"net/http"
	"net/url"

	"github.com/backchannel-portal/backchannel/cmd/backchannel/config"
	"github.com/backchannel-portal/backchannel/internal/outbound"
	"github.com/backchannel-portal/backchannel/internal/scm"
	"github.com/backchannel-portal/backchannel/scaffold"
	"github.com/backchannel-portal/backchannel/scaffold/action"
	"github.com/backchannel-portal/backchannel/scaffold/action/entity"
	fetching "github.com/backchannel-portal/backchannel/scaffold/action/fetch"
	publish "github.com/backchannel-portal/backchannel/scaffold/action/host"
	"github.com/backchannel-portal/backchannel/scaffold/action/web"
)

// actions are what templates can do here. Without a catalog, and without somebody who can tell people, steps that need
// them are planned and fail when they run. What plans would replace elsewhere is read through before; nil: it is not.
func (a *app) actions(c entity.Catalog, n entity.Notifier, before scm.Trees) (*scaffold.Registry, error) {
	builtin, err := action.Builtin(action.Deps{
		Fetch:  fetching.Sources{Trees: a.trees, As: func(token string) scm.Trees { return asTrees{a, token} }},
		Entity: entity.Options{Catalog: c, Notifier: n},
		Web: web.Options{
			Client:    outbound.New(outbound.Options{Proxy: http.ProxyFromEnvironment, MaxBody: actionBody}),
			Backstage: backstageOf(a.cfg),
		},
		Host: publish.Options{Hosts: a.publishTo(), Git: a.reach.runner, Trees: before},
	})
	if err != nil {
		return nil, err
	}
	return builtin.With(a.plug.actions()...)
}

// actionBody bounds the answer to a request that a step makes, in bytes.
const actionBody = 8 << 20

// backstageOf is the Backstage that the configuration reads, nil without one.
func backstageOf(cfg *config.Config) *web.Backstage {
	for _, l := range cfg.Catalog.Locations {
		if l.Backstage == nil {
			continue
		}
		o := outbound.Options{Proxy: http.ProxyFromEnvironment, MaxBody: actionBody}
		if u, err := url.Parse(l.Backstage.URL); err == nil {
			o.Hosts = []outbound.Host{{Name: u.Host, Private: true, Plain: u.Scheme == "http"}}
		}
		return &web.Backstage{URL: l.Backstage.URL, Token: l.Backstage.Token, Client: outbound.New(o)}
	}
	return nil
}
