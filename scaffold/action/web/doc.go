// Package web holds the actions that make requests: http, to anything on the web, and http:backstage:request, to the
// Backstage beside which the bot runs. Requests go through the guarded client of internal/outbound.
package web

import (
	"github.com/backchannel-portal/backchannel/internal/outbound"
	"github.com/backchannel-portal/backchannel/scaffold"
)

// Options set the actions up.
type Options struct {
	Client    *outbound.Client // nil: nothing is asked
	Backstage *Backstage       // nil: there is none
}

// Backstage is a Backstage whose API steps may use.
type Backstage struct {
	URL   string // of its backend, such as https://portal.acme.dev
	Token string
	// Client reaches it, as the configuration of its address allows; nil: Options.Client.
	Client *outbound.Client
}

// Actions are all actions of the package.
func Actions(o Options) []scaffold.Action {
	return []scaffold.Action{&request{o, false}, &request{o, true}}
}
