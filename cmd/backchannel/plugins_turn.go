package main

import (
	"context"

	"github.com/backchannel-portal/backchannel/internal/job"
	"github.com/backchannel-portal/backchannel/plugins"
)

// jobPluginTurn begins the kinds of the jobs that are turns of plugins; the plugin and what it does in turn follow.
const jobPluginTurn = "plugin.turn/"

// turn is how a plugin takes turns with itself in other replicas; nil where there are none.
func (p *plugged) turn(plugin string) plugins.TakeTurn {
	if p.queue == nil {
		return nil
	}
	return func(ctx context.Context, name string, waits func()) (context.Context, func(), error) {
		return job.Turn{Queue: p.queue, Kind: jobPluginTurn + plugin + "/" + name}.Take(ctx, waits)
	}
}
