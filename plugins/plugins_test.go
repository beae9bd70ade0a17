package plugins_test

import (
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/plugins"
)

func TestNewLeavesNothingNil(t *testing.T) {
	t.Parallel()
	c := plugins.New(plugins.Capabilities{})
	ctx := t.Context()
	if s, err := c.OnCall.Shifts(ctx, plugins.OnCallQuery{}); err != nil || len(s) != 0 {
		t.Errorf("Shifts = %v, %v", s, err)
	}
	if s, err := c.OnCall.ShiftsOf(ctx, catalog.Ref{}, time.Time{}); err != nil || len(s) != 0 {
		t.Errorf("ShiftsOf = %v, %v", s, err)
	}
	if s, err := c.OnCall.All(ctx, time.Time{}); err != nil || len(s) != 0 {
		t.Errorf("All = %v, %v", s, err)
	}
	if p, err := c.Builds.Pipelines(ctx, &catalog.Entity{}); err != nil || len(p) != 0 {
		t.Errorf("Pipelines = %v, %v", p, err)
	}
	if p, err := c.Audits.Sites(ctx, &catalog.Entity{}); err != nil || len(p) != 0 {
		t.Errorf("Sites = %v, %v", p, err)
	}
	if m, err := c.Radar.Lookup(ctx, "go"); err != nil || len(m.Entries)+len(m.Near) != 0 {
		t.Errorf("Lookup = %v, %v", m, err)
	}
	if l, err := c.Radar.List(ctx, plugins.RadarFilter{}); err != nil || len(l) != 0 {
		t.Errorf("List = %v, %v", l, err)
	}
	if s, err := c.Radar.Shape(ctx); err != nil || s.Source != "" {
		t.Errorf("Shape = %v, %v", s, err)
	}
}

type fixedRadar struct{ plugins.None }

func TestNewKeepsWhatIsThere(t *testing.T) {
	t.Parallel()
	c := plugins.New(plugins.Capabilities{Radar: fixedRadar{}})
	if _, ok := c.Radar.(fixedRadar); !ok {
		t.Errorf("Radar = %T, want the one given", c.Radar)
	}
	if !(plugins.Shift{}).Gap() {
		t.Error("a shift without a person is a gap")
	}
}
