// Package techradar answers what the organisation thinks of a technology from a file in the JSON of Backstage's tech
// radar plugin: {quadrants: [{id, name}], rings: [{id, name, color}], entries: [{key, id, quadrant, title, url,
// description, links: [{url, title}], timeline: [{date, ringId, description, moved}]}]}.
package techradar

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/backchannel-portal/backchannel/plugins"
)

// MaxFile is the size in bytes up to which a radar is read.
const MaxFile = 8 << 20

// Source is a radar file as a capability. It answers from memory; Reload or Watch bring it up to date.
type Source struct {
	held *plugins.Held[*radar]
}

var _ plugins.Radar = (*Source)(nil)

// New returns a source for the file at path, which is not read before Reload. now stamps what was read.
func New(path string, now func() time.Time) *Source {
	return &Source{held: plugins.Hold(path, MaxFile, now, parse)}
}

// NewFrom returns a source for a radar that is read in another way than from a file; see plugins.HoldFrom. name is an
// address or what else people know it by.
func NewFrom(name string, now func() time.Time, load func() ([]byte, error)) *Source {
	return &Source{held: plugins.HoldFrom(name, MaxFile, now, load, parse)}
}

// Reload reads the file if it changed. A broken file leaves the last good radar in place and is reported here and by
// Problem.
func (s *Source) Reload() error { return s.held.Reload() }

// Watch looks at the file every so often until ctx is done and calls changed, if not nil, when the outcome differs.
func (s *Source) Watch(ctx context.Context, every time.Duration, changed func(error)) {
	s.held.Watch(ctx, every, changed)
}

// Problem returns what is wrong with the file, or else the entries that could not be used, or nil.
func (s *Source) Problem() error {
	if err := s.held.Problem(); err != nil {
		return err
	}
	if r, _, ok := s.held.Get(); ok {
		return errors.Join(r.skipped...)
	}
	return nil
}

// Shape implements plugins.Radar.
func (s *Source) Shape(context.Context) (plugins.RadarShape, error) {
	r, asOf, ok := s.held.Get()
	if !ok {
		return plugins.RadarShape{}, s.held.Problem()
	}
	return plugins.RadarShape{
		Rings: slices.Clone(r.rings), Quadrants: slices.Clone(r.quadrants), Source: s.held.Path(), AsOf: asOf,
	}, nil
}

// List implements plugins.Radar.
func (s *Source) List(_ context.Context, f plugins.RadarFilter) ([]plugins.RadarEntry, error) {
	r, _, ok := s.held.Get()
	if !ok {
		return nil, s.held.Problem()
	}
	ring, quadrant := fold(f.Ring), fold(f.Quadrant)
	var out []plugins.RadarEntry
	for _, e := range r.entries {
		if (ring == "" || named(e.Ring, ring)) && (quadrant == "" || named(e.Quadrant, quadrant)) &&
			(f.Since.IsZero() || !e.Since.Before(f.Since)) {
			out = append(out, e.RadarEntry)
		}
	}
	return out, nil
}

func named(n plugins.RadarName, folded string) bool {
	return fold(n.ID) == folded || fold(n.Name) == folded
}

// Lookup implements plugins.Radar. An exact name is tried before one without its version: "java 17" finds Java, and
// "java" finds Java 17 and Java 21 where the radar has no Java.
func (s *Source) Lookup(_ context.Context, name string) (plugins.RadarMatch, error) {
	r, _, ok := s.held.Get()
	if !ok {
		return plugins.RadarMatch{}, s.held.Problem()
	}
	var m plugins.RadarMatch
	if len(name) > maxName {
		return m, nil
	}
	exact, bare := fold(name), fold(unversioned(name))
	if exact == "" {
		return m, nil
	}
	for _, same := range []func(entry) bool{
		func(e entry) bool { return slices.Contains(e.names, exact) },
		func(e entry) bool { return slices.Contains(e.names, bare) || slices.Contains(e.bare, exact) },
	} {
		for _, e := range r.entries {
			if same(e) {
				m.Entries = append(m.Entries, e.RadarEntry)
			}
		}
		if len(m.Entries) > 0 {
			return m, nil
		}
	}
	m.Near = r.near(exact)
	return m, nil
}

// near returns the entries whose names resemble a folded name, best first.
func (r *radar) near(name string) []plugins.RadarEntry {
	const most = 5
	type scored struct {
		e     entry
		score int
	}
	var all []scored
	for _, e := range r.entries {
		best := 0
		for _, n := range e.names {
			best = max(best, likeness(name, n))
		}
		if best > 0 {
			all = append(all, scored{e, best})
		}
	}
	slices.SortStableFunc(all, func(a, b scored) int { return cmp.Compare(b.score, a.score) })
	var out []plugins.RadarEntry
	for _, s := range all[:min(len(all), most)] {
		out = append(out, s.e.RadarEntry)
	}
	return out
}
