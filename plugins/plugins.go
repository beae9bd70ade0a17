// Package plugins holds what plugins and the built-in commands agree on: the capability interfaces through which the
// data of an intent is read, in neutral types. Who fills them (a file, a vendor's API, another process) is decided
// where the program is wired up; a capability nobody fills is None, so callers never compare with nil.
//
// Every method returns from memory or within the context's deadline, is safe for concurrent use, and reports
// "nothing known" as an empty result without an error. An error means that the source could not be asked and no
// earlier state is left.
package plugins

import (
	"context"
	"time"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/fault"
)

// Capabilities are the sources behind the built-in intents. Build one with New, which leaves no field nil.
type Capabilities struct {
	OnCall OnCall
	Paging Paging
	Builds Builds
	Audits Audits
	Radar  Radar
}

// New returns c with None in place of every capability that is nil.
func New(c Capabilities) Capabilities {
	if c.OnCall == nil {
		c.OnCall = None{}
	}
	if c.Paging == nil {
		c.Paging = None{}
	}
	if c.Builds == nil {
		c.Builds = None{}
	}
	if c.Audits == nil {
		c.Audits = None{}
	}
	if c.Radar == nil {
		c.Radar = None{}
	}
	return c
}

// None is every capability without any data.
type None struct{}

// Shifts returns nothing.
func (None) Shifts(context.Context, OnCallQuery) ([]Shift, error) { return nil, nil }

// ShiftsOf returns nothing.
func (None) ShiftsOf(context.Context, catalog.Ref, time.Time) ([]Shift, error) { return nil, nil }

// All returns nothing.
func (None) All(context.Context, time.Time) ([]Shift, error) { return nil, nil }

// Routes returns nothing.
func (None) Routes(context.Context, OnCallQuery) ([]PageRoute, error) { return nil, nil }

// Page refuses.
func (None) Page(context.Context, PageRequest) (Page, error) {
	return Page{}, fault.New(fault.Invalid, "nothing that pages people is connected")
}

// Paged knows no page.
func (None) Paged(_ context.Context, id string) (Page, error) {
	return Page{}, fault.New(fault.NotFound, "there is no page %q", id)
}

// Pipelines returns nothing.
func (None) Pipelines(context.Context, *catalog.Entity) ([]Pipeline, error) { return nil, nil }

// Sites returns nothing.
func (None) Sites(context.Context, *catalog.Entity) ([]Site, error) { return nil, nil }

// Lookup returns nothing.
func (None) Lookup(context.Context, string) (RadarMatch, error) { return RadarMatch{}, nil }

// List returns nothing.
func (None) List(context.Context, RadarFilter) ([]RadarEntry, error) { return nil, nil }

// Shape returns the zero shape, whose Source is empty.
func (None) Shape(context.Context) (RadarShape, error) { return RadarShape{}, nil }
