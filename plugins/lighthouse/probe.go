package lighthouse

import (
	"context"

	"github.com/backchannel-portal/backchannel/plugins"
)

var _ plugins.Prober = (*Plugin)(nil)

// Probe implements plugins.Prober: the two programs can be started, or the service answers.
func (p *Plugin) Probe(ctx context.Context) error {
	if p.cfg.Runner != nil {
		_, err := p.cfg.Runner.Programs(ctx)
		return err
	}
	_, err := p.engine.known(ctx)
	return err
}
