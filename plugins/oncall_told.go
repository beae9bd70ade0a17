package plugins

import (
	"context"
	"time"

	"github.com/backchannel-portal/backchannel/catalog"
)

// Told is an OnCall as somebody is told of it who may not see everything: without the schedules of teams and the
// shifts of people that are hidden.
func Told(all OnCall, hidden func(catalog.Ref) bool) OnCall { return told{all, hidden} }

type told struct {
	all    OnCall
	hidden func(catalog.Ref) bool
}

// Shifts implements OnCall.
func (t told) Shifts(ctx context.Context, q OnCallQuery) ([]Shift, error) {
	return t.of(t.all.Shifts(ctx, q))
}

// ShiftsOf implements OnCall.
func (t told) ShiftsOf(ctx context.Context, person catalog.Ref, at time.Time) ([]Shift, error) {
	return t.of(t.all.ShiftsOf(ctx, person, at))
}

// All implements OnCall.
func (t told) All(ctx context.Context, at time.Time) ([]Shift, error) {
	return t.of(t.all.All(ctx, at))
}

func (t told) of(all []Shift, err error) ([]Shift, error) {
	var out []Shift
	for _, s := range all {
		if t.hidden(s.Team) || t.hidden(s.Person) {
			continue
		}
		for _, who := range []*catalog.Ref{&s.Covers, &s.Next} {
			if t.hidden(*who) {
				*who = catalog.Ref{}
			}
		}
		out = append(out, s)
	}
	return out, err
}
