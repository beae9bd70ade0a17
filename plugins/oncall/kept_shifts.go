package oncall

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/plugins"
)

// Shifts implements plugins.OnCall.
func (k *Kept) Shifts(_ context.Context, q plugins.OnCallQuery) ([]plugins.Shift, error) {
	s := k.state.Load()
	if s == nil || s.AsOf.IsZero() {
		return nil, k.Problem()
	}
	at := k.at(q.At)
	lines := k.linesOf(s, q)
	if len(lines) == 0 {
		return nil, nil
	}
	var out []plugins.Shift
	for _, l := range lines {
		out = append(out, k.shifts(s, l, at)...)
	}
	slices.SortStableFunc(out, func(a, b plugins.Shift) int {
		return cmp.Or(cmp.Compare(a.Level, b.Level), cmp.Compare(gapLast(a), gapLast(b)))
	})
	return out, nil
}

func gapLast(s plugins.Shift) int {
	if s.Gap() {
		return 1
	}
	return 0
}

func (k *Kept) at(t time.Time) time.Time {
	if t.IsZero() {
		return k.cfg.Now()
	}
	return t
}

// linesOf are the lines that a query is about: those that name a service of it, else those of its nearest group.
func (k *Kept) linesOf(s *keptState, q plugins.OnCallQuery) []*plugins.RosterLine {
	named := k.lines(s, func(l *plugins.RosterLine) bool { return shares(l.Services, q.Services) || shares(l.Keys, q.Keys) })
	if len(named) > 0 {
		return named
	}
	for _, g := range q.Groups {
		own := k.lines(s, func(l *plugins.RosterLine) bool { return k.group(l) == g })
		if len(own) > 0 {
			return own
		}
	}
	return nil
}

func (k *Kept) lines(s *keptState, keep func(*plugins.RosterLine) bool) []*plugins.RosterLine {
	var out []*plugins.RosterLine
	for i := range s.Roster.Lines {
		if keep(&s.Roster.Lines[i]) {
			out = append(out, &s.Roster.Lines[i])
		}
	}
	return out
}

// shares reports whether two lists of ids have one in common.
func shares(mine, asked []string) bool {
	return slices.ContainsFunc(asked, func(a string) bool {
		a = strings.TrimSpace(a)
		return a != "" && slices.ContainsFunc(mine, func(m string) bool { return strings.EqualFold(m, a) })
	})
}

// group is whose line it is, zero when nobody knows.
func (k *Kept) group(l *plugins.RosterLine) catalog.Ref {
	if !l.Group.IsZero() {
		return l.Group
	}
	ref, _ := k.cfg.Directory.Line(*l)
	return ref
}

// All implements plugins.OnCall.
func (k *Kept) All(_ context.Context, at time.Time) ([]plugins.Shift, error) {
	s := k.state.Load()
	if s == nil || s.AsOf.IsZero() {
		return nil, k.Problem()
	}
	at = k.at(at)
	var out []plugins.Shift
	for i := range s.Roster.Lines {
		out = append(out, k.shifts(s, &s.Roster.Lines[i], at)...)
	}
	return out, nil
}

// ShiftsOf implements plugins.OnCall.
func (k *Kept) ShiftsOf(_ context.Context, person catalog.Ref, at time.Time) ([]plugins.Shift, error) {
	s := k.state.Load()
	if s == nil || s.AsOf.IsZero() {
		return nil, k.Problem()
	}
	at = k.at(at)
	var now, next []plugins.Shift
	for i := range s.Roster.Lines {
		l := &s.Roster.Lines[i]
		all := merged(l.Stretches)
		for _, st := range all {
			sh := k.shift(s, l, st, all)
			if sh.Person != person || !endsAfter(st, at) {
				continue
			}
			if !st.From.After(at) {
				now = append(now, sh)
				continue
			}
			next = append(next, sh)
			break // the first that comes
		}
	}
	byFrom := func(a, b plugins.Shift) int { return a.From.Compare(b.From) }
	slices.SortStableFunc(now, byFrom)
	slices.SortStableFunc(next, byFrom)
	return append(now, next...), nil
}

// shifts are the shifts in force on a line: several where people answer together, and a gap where nobody does.
func (k *Kept) shifts(s *keptState, l *plugins.RosterLine, at time.Time) []plugins.Shift {
	all := merged(l.Stretches)
	var out []plugins.Shift
	for _, st := range all {
		if !st.From.After(at) && endsAfter(st, at) {
			out = append(out, k.shift(s, l, st, all))
		}
	}
	if len(out) > 0 {
		return out
	}
	gap := k.shift(s, l, plugins.RosterStretch{}, nil)
	gap.Person = catalog.Ref{}
	for _, st := range all {
		if st.From.After(at) {
			gap.Until, gap.Next = inZone(st.From, gap.Zone), k.person(&gap, s, st.Person)
			break
		}
	}
	return []plugins.Shift{gap}
}

func endsAfter(st plugins.RosterStretch, at time.Time) bool { return st.To.IsZero() || st.To.After(at) }

// shift is a stretch of a line as the neutral type.
func (k *Kept) shift(s *keptState, l *plugins.RosterLine, st plugins.RosterStretch, all []plugins.RosterStretch) plugins.Shift {
	zone, err := time.LoadLocation(l.Zone)
	if err != nil {
		zone = time.UTC
	}
	out := plugins.Shift{
		Schedule: l.ID, Title: cmp.Or(l.Title, l.ID), Team: k.group(l), Level: max(l.Level, 1), Secondary: l.Level > 1,
		From: inZone(st.From, zone), Until: inZone(st.To, zone), Zone: zone, File: cmp.Or(l.URL, k.Name()), AsOf: s.AsOf,
		Services: l.Services, Silent: k.silent(s),
	}
	if st.Person != "" {
		out.Person = k.person(&out, s, st.Person)
	}
	if st.To.IsZero() {
		return out
	}
	if i := slices.IndexFunc(all, func(o plugins.RosterStretch) bool { return o.Person != st.Person && !o.From.Before(st.To) }); i >= 0 {
		out.Next = k.person(&out, s, all[i].Person)
	}
	return out
}

// person is who somebody of the source is; one who is in no catalog gets a reference and a name of their own.
func (k *Kept) person(sh *plugins.Shift, s *keptState, id string) catalog.Ref {
	p := s.Roster.People[id]
	if ref, ok := k.cfg.Directory.Person(p); ok {
		return ref
	}
	ref := catalog.MakeRef("user", strings.ReplaceAll(strings.ToLower(k.Name()), " ", "-"), strings.ToLower(id))
	if sh.Strangers == nil {
		sh.Strangers = plugins.Strangers{}
	}
	sh.Strangers[ref] = cmp.Or(p.Name, p.Email, id)
	return ref
}

// merged are stretches in the order in which they begin, those of one person that touch or overlap as one.
func merged(in []plugins.RosterStretch) []plugins.RosterStretch {
	all := slices.Clone(in)
	slices.SortStableFunc(all, func(a, b plugins.RosterStretch) int { return a.From.Compare(b.From) })
	var out []plugins.RosterStretch
	last := map[string]int{} // of each person, in out
	for _, st := range all {
		i, known := last[st.Person]
		if known && (out[i].To.IsZero() || !st.From.After(out[i].To)) {
			if st.To.IsZero() || !out[i].To.IsZero() && st.To.After(out[i].To) {
				out[i].To = st.To
			}
			continue
		}
		last[st.Person] = len(out)
		out = append(out, st)
	}
	return out
}
