package forge

import "github.com/backchannel-portal/backchannel/plugins"

// Measures implements plugins.HasMeasures: how the default branches are.
func (p *Plugin) Measures() []plugins.Measure {
	return []plugins.Measure{plugins.BranchMeasure("build", p.c.Kind.Words...)}
}
