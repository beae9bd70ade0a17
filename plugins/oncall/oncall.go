// Package oncall answers who is on call from a file that people write by hand: rotations that hand over at a wall
// clock time, and overrides. The format is described in docs/handbook and checked strictly; see Parse.
package oncall

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/plugins"
)

// MaxFile is the size in bytes up to which an on-call file is read.
const MaxFile = 4 << 20

// Source is the on-call file as a capability. It answers from memory; Reload or Watch bring it up to date.
type Source struct {
	held *plugins.Held[*File]
	now  func() time.Time
}

var _ plugins.OnCall = (*Source)(nil)

// New returns a source for the file at path, which is not read before Reload. Until a first good read it knows no
// schedules. now is the clock that a query without a time means.
func New(path string, now func() time.Time) *Source {
	return &Source{held: plugins.Hold(path, MaxFile, now, Parse), now: now}
}

// Reload reads the file if it changed. A broken file leaves the last good schedules in force and is reported here and
// by Problem.
func (s *Source) Reload() error { return s.held.Reload() }

// Problem returns what was wrong with the file when it was last looked at, or nil.
func (s *Source) Problem() error { return s.held.Problem() }

// Watch looks at the file every so often until ctx is done and calls changed, if not nil, when the outcome differs.
func (s *Source) Watch(ctx context.Context, every time.Duration, changed func(error)) {
	s.held.Watch(ctx, every, changed)
}

// Shifts implements plugins.OnCall.
func (s *Source) Shifts(_ context.Context, q plugins.OnCallQuery) ([]plugins.Shift, error) {
	f, asOf, ok := s.held.Get()
	if !ok {
		return nil, s.held.Problem()
	}
	at := s.at(q.At)
	var out []plugins.Shift
	for _, sc := range f.pick(q) {
		out = append(out, f.shift(sc, sc.around(at), asOf))
	}
	return out, nil
}

// All implements plugins.OnCall.
func (s *Source) All(_ context.Context, at time.Time) ([]plugins.Shift, error) {
	f, asOf, ok := s.held.Get()
	if !ok {
		return nil, s.held.Problem()
	}
	at = s.at(at)
	out := make([]plugins.Shift, 0, len(f.Schedules))
	for i := range f.Schedules {
		sc := &f.Schedules[i]
		out = append(out, f.shift(sc, sc.around(at), asOf))
	}
	return out, nil
}

// ShiftsOf implements plugins.OnCall.
func (s *Source) ShiftsOf(_ context.Context, person catalog.Ref, at time.Time) ([]plugins.Shift, error) {
	f, asOf, ok := s.held.Get()
	if !ok {
		return nil, s.held.Problem()
	}
	at = s.at(at)
	var now, later []plugins.Shift
	for i := range f.Schedules {
		sc := &f.Schedules[i]
		if !sc.mentions(person) {
			continue
		}
		sh := sc.around(at)
		if sh.person == person {
			now = append(now, f.shift(sc, sh, asOf))
		}
		if next, ok := sc.nextOf(person, sh); ok {
			later = append(later, f.shift(sc, next, asOf))
		}
	}
	byFrom := func(a, b plugins.Shift) int { return a.From.Compare(b.From) }
	slices.SortStableFunc(now, byFrom)
	slices.SortStableFunc(later, byFrom)
	return append(now, later...), nil
}

func (s *Source) at(t time.Time) time.Time {
	if t.IsZero() {
		return s.now()
	}
	return t
}

// pick returns the schedules a query is about, primary lines first.
func (f *File) pick(q plugins.OnCallQuery) []*Schedule {
	byService := f.filter(func(s *Schedule) bool { return s.lists(q.Services) })
	first, second := split(byService)
	for _, g := range q.Groups {
		if len(first) > 0 {
			break
		}
		p, sec := split(f.filter(func(s *Schedule) bool { return s.Team == g }))
		first = p
		if len(second) == 0 && (len(p) > 0 || len(sec) > 0) {
			second = sec
		}
	}
	if len(byService) > 0 {
		for _, p := range first {
			second = append(second, f.secondLine(p, second)...)
		}
	}
	return append(first, second...)
}

// secondLine returns the second line of a primary schedule that was found by its service: the one with the same id
// but for the suffix, else the team's own if the team has only one primary.
func (f *File) secondLine(p *Schedule, have []*Schedule) []*Schedule {
	if len(have) > 0 {
		return nil
	}
	named := f.filter(func(s *Schedule) bool { return s.Secondary() && s.base() == p.base() })
	if len(named) > 0 {
		return named
	}
	first, second := split(f.filter(func(s *Schedule) bool { return s.Team == p.Team }))
	if len(first) != 1 {
		return nil
	}
	return second
}

func (f *File) filter(keep func(*Schedule) bool) []*Schedule {
	var out []*Schedule
	for i := range f.Schedules {
		if keep(&f.Schedules[i]) {
			out = append(out, &f.Schedules[i])
		}
	}
	return out
}

func split(all []*Schedule) (first, second []*Schedule) {
	for _, s := range all {
		if s.Secondary() {
			second = append(second, s)
		} else {
			first = append(first, s)
		}
	}
	return first, second
}

func (s *Schedule) lists(services []string) bool {
	return slices.ContainsFunc(s.Services, func(mine string) bool {
		return slices.ContainsFunc(services, func(asked string) bool {
			return strings.EqualFold(mine, strings.TrimSpace(asked))
		})
	})
}

// shift turns a stretch into the neutral type.
func (f *File) shift(s *Schedule, st stretch, asOf time.Time) plugins.Shift {
	return plugins.Shift{
		Schedule: s.ID, Title: s.Title, Team: s.Team, Secondary: s.Secondary(),
		Person: st.person, Covers: st.covers, From: inZone(st.from, s.Zone), Until: inZone(st.until, s.Zone), Next: st.next,
		Zone: s.Zone, File: f.Name, Line: s.Line, AsOf: asOf, Services: s.Services,
	}
}

func inZone(t time.Time, zone *time.Location) time.Time {
	if t.IsZero() {
		return t
	}
	return t.In(zone)
}
