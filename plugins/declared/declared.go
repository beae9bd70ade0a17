// Package declared makes plugins out of YAML files: no code, no build, no restart. A file says which entities it is
// about, what to ask of which upstream, how to read the answers (jq) and what to show (the neutral blocks of a card),
// and perhaps what to look at from time to time, whose webhooks to take and what a button does.
//
// Files are data of the operator's: expressions have a budget, requests leave only through the proxy, to upstreams that
// the configuration names. A file with a mistake says where; while a program runs its last good version stays.
package declared

import (
	"context"
	"time"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/plugins"
)

// APIVersion is what a file begins with.
const APIVersion = "plugin.backchannel.dev/v1"

// view is the name of a declared plugin's only view.
const view = "card"

// Plugin is a plugin that a file declares.
type Plugin struct {
	f    *file
	host plugins.Host
}

var (
	_ plugins.Starter       = (*Plugin)(nil)
	_ plugins.HasViews      = (*Plugin)(nil)
	_ plugins.HasOperations = (*Plugin)(nil)
	_ plugins.HasTopics     = (*Plugin)(nil)
	_ plugins.HasChecks     = (*Plugin)(nil)
	_ plugins.HasMeasures   = (*Plugin)(nil)
)

// hooked is a declared plugin that takes webhooks.
type hooked struct{ *Plugin }

// About implements plugins.Plugin.
func (p *Plugin) About() plugins.About {
	m := p.f.Metadata
	return plugins.About{Name: m.Name, Title: m.Title.In("en"), Description: m.Description, Version: p.f.hash, API: plugins.API}
}

// Start implements plugins.Starter.
func (p *Plugin) Start(_ context.Context, h plugins.Host) error {
	p.host = h.Whole()
	return nil
}

// Views implements plugins.HasViews.
func (p *Plugin) Views() []plugins.View {
	s := p.f.Spec
	v := plugins.View{
		Name: view, Title: s.Title.text(), Command: s.Command, Answers: s.Answers, Card: true,
		Has: p.has, Show: p.show, Fresh: s.Fresh, Timeout: s.Timeout,
	}
	if len(v.Title) == 0 {
		v.Title = p.f.Metadata.Title.text()
	}
	for l, patterns := range s.Phrases {
		for _, pattern := range patterns {
			v.Phrases = append(v.Phrases, plugins.Phrase{Lang: l, Pattern: pattern})
		}
	}
	return []plugins.View{v}
}

// Checks implements plugins.HasChecks.
func (p *Plugin) Checks() []plugins.Check {
	w := p.f.Spec.Watch
	if w == nil {
		return nil
	}
	return []plugins.Check{{Name: "watch", Every: w.Every, Timeout: watchTime, Run: p.watch}}
}

// watchTime bounds a look at everything.
const watchTime = 10 * time.Minute

// has reports whether the plugin is about an entity.
func (p *Plugin) has(e *catalog.Entity) bool {
	ok, err := p.f.matches(e)
	return ok && err == nil
}
