// Package action brings together the actions that steps of templates can use without a plugin.
package action

import (
	"slices"

	"github.com/backchannel-portal/backchannel/scaffold"
	"github.com/backchannel-portal/backchannel/scaffold/action/entity"
	"github.com/backchannel-portal/backchannel/scaffold/action/fetch"
	"github.com/backchannel-portal/backchannel/scaffold/action/file"
	"github.com/backchannel-portal/backchannel/scaffold/action/host"
	"github.com/backchannel-portal/backchannel/scaffold/action/web"
)

// Deps are what the actions reach. The zero value plans everything that needs nothing from elsewhere.
type Deps struct {
	Fetch  fetch.Sources
	File   file.Options
	Entity entity.Options
	Web    web.Options
	Host   host.Options
}

// All are the built-in actions.
func All(d Deps) []scaffold.Action {
	return slices.Concat(fetch.Actions(d.Fetch), file.Actions(d.File), entity.Actions(d.Entity), web.Actions(d.Web), host.Actions(d.Host))
}

// Builtin is a registry of the built-in actions, to which others can be added with its With.
func Builtin(d Deps) (*scaffold.Registry, error) { return scaffold.NewRegistry(All(d)...) }
