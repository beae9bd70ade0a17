package main

import (
	"context"
	"strings"

	"github.com/backchannel-portal/backchannel/cmd/backchannel/config"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/plugins"
)

// plugins asks the plugins whether their vendors are there and let them in, and looks at their data files.
func (d *doctor) plugins(cfg *config.Config) {
	if len(cfg.Catalog.Locations) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(d.s.ctx, sourceTimeout)
	defer cancel()
	inner := *d.s
	inner.ctx, inner.Quiet = ctx, true
	a, err := inner.catalogOnly(cfg, d.s.now.clock())
	if err != nil {
		return // the sources say why
	}
	defer a.close()
	for _, f := range a.dataFiles() {
		if err := f.file.Reload(); err != nil {
			d.fail("plugin", "Mend the file, or the address that is read.", "%s: %v", f.name, err)
		}
	}
	if a.radar != nil {
		if err := a.radar.Problem(); err != nil {
			d.warn("plugin", "These entries are left out.", "tech radar: %s", strings.ReplaceAll(err.Error(), "\n", "; "))
		}
	}
	if err := a.plug.load(ctx); err != nil {
		d.fail("plugin", "See the handbook's page of the plugin.", "%v", err)
	}
	for _, e := range a.plug.registry.All() {
		p, ok := e.Plugin.(plugins.Prober)
		if !ok {
			continue
		}
		_, err := plugins.Call(ctx, a.plug.gates, e.About.Name, "probe", doctorTimeout, func(ctx context.Context) (struct{}, error) {
			return struct{}{}, p.Probe(ctx)
		})
		if err != nil {
			d.fail("plugin", pluginFix(err), "%s: %v", e.About.Title, err)
			continue
		}
		d.ok("plugin", "%s answers", e.About.Title)
	}
}

func pluginFix(err error) string {
	switch {
	case fault.Is(err, fault.Forbidden):
		return "Check the token and what it may do."
	case fault.Is(err, fault.Invalid), fault.Is(err, fault.NotFound):
		return "Check its keys in the configuration."
	}
	return "Check that the host can be reached from here, through the proxy if there is one."
}
