package oncall

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/plugins"
)

// Join returns several sources as one. A source that cannot be asked is left out as long as another answers.
func Join(sources ...plugins.OnCall) plugins.OnCall {
	if len(sources) == 1 {
		return sources[0]
	}
	return joined(sources)
}

type joined []plugins.OnCall

// Shifts implements plugins.OnCall: the sources that know a service of the query decide together; where none has a
// first line for one, those that know the nearest group.
func (j joined) Shifts(ctx context.Context, q plugins.OnCallQuery) ([]plugins.Shift, error) {
	var out []plugins.Shift
	var failed error
	if len(q.Services)+len(q.Keys) > 0 {
		one := q
		one.Groups = nil
		out, failed = j.gather(func(s plugins.OnCall) ([]plugins.Shift, error) { return s.Shifts(ctx, one) })
	}
	for _, g := range q.Groups {
		if slices.ContainsFunc(out, func(s plugins.Shift) bool { return !s.Secondary }) {
			break
		}
		of, err := j.gather(func(s plugins.OnCall) ([]plugins.Shift, error) {
			return s.Shifts(ctx, plugins.OnCallQuery{At: q.At, Groups: []catalog.Ref{g}})
		})
		if err != nil {
			failed = err
		}
		out = append(of, out...)
	}
	if len(out) == 0 {
		return nil, failed
	}
	return distinct(out), nil
}

// distinct are shifts, first lines first, without those of one person on the same line of several sources.
func distinct(all []plugins.Shift) []plugins.Shift {
	slices.SortStableFunc(all, func(a, b plugins.Shift) int { return cmp.Compare(line(a), line(b)) })
	var out []plugins.Shift
	for _, s := range all {
		same := func(o plugins.Shift) bool { return line(o) == line(s) && o.Person == s.Person && o.Team == s.Team }
		if s.Gap() && len(out) > 0 && line(out[len(out)-1]) == line(s) || slices.ContainsFunc(out, same) {
			continue // somebody else stands on that line
		}
		out = slices.DeleteFunc(out, func(o plugins.Shift) bool { return o.Gap() && line(o) == line(s) })
		out = append(out, s)
	}
	return out
}

// line is the level of a shift.
func line(s plugins.Shift) int {
	switch {
	case s.Level > 0:
		return s.Level
	case s.Secondary:
		return 2
	}
	return 1
}

// All implements plugins.OnCall.
func (j joined) All(ctx context.Context, at time.Time) ([]plugins.Shift, error) {
	return j.gather(func(s plugins.OnCall) ([]plugins.Shift, error) { return s.All(ctx, at) })
}

// ShiftsOf implements plugins.OnCall.
func (j joined) ShiftsOf(ctx context.Context, person catalog.Ref, at time.Time) ([]plugins.Shift, error) {
	out, err := j.gather(func(s plugins.OnCall) ([]plugins.Shift, error) { return s.ShiftsOf(ctx, person, at) })
	slices.SortStableFunc(out, func(a, b plugins.Shift) int {
		return cmp.Or(compareBool(a.From.After(at), b.From.After(at)), a.From.Compare(b.From))
	})
	return out, err
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// gather asks every source, and returns an error only when none answers with anything.
func (j joined) gather(ask func(plugins.OnCall) ([]plugins.Shift, error)) ([]plugins.Shift, error) {
	var out []plugins.Shift
	var failed error
	for _, s := range j {
		of, err := ask(s)
		if err != nil {
			failed = err
			continue
		}
		out = append(out, of...)
	}
	if len(out) > 0 {
		return out, nil
	}
	return nil, failed
}
