package main

import (
	"slices"

	"github.com/backchannel-portal/backchannel/internal/outbound"
	"github.com/backchannel-portal/backchannel/scaffold"
	"github.com/backchannel-portal/backchannel/scaffold/action/entity"
	"github.com/backchannel-portal/backchannel/scaffold/action/fetch"
	"github.com/backchannel-portal/backchannel/scaffold/action/file"
	"github.com/backchannel-portal/backchannel/scaffold/action/web"
)

// actions are what templates can do here.
func (a *app) actions(c entity.Catalog, n entity.Notifier) (*scaffold.Registry, error) {
	return scaffold.NewRegistry(slices.Concat(
		fetch.Actions(fetch.Sources{Trees: a.trees}),
		file.Actions(file.Options{}),
		entity.Actions(entity.Options{Catalog: c, Notifier: n}),
		web.Actions(web.Options{Client: outbound.New(outbound.Options{})}),
	)...)
}
