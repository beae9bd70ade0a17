package commands

import (
	"context"
	"maps"
	"time"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/plugins"
)

// acquainted is who is on call, noting on the way what an answer has to say besides: names of people who are in no
// catalog, and sources that do not answer any more.
type acquainted struct {
	plugins.OnCall
	t *talk
}

// Shifts implements plugins.OnCall.
func (a acquainted) Shifts(ctx context.Context, q plugins.OnCallQuery) ([]plugins.Shift, error) {
	out, err := a.OnCall.Shifts(ctx, q)
	return a.t.met(out), err
}

// ShiftsOf implements plugins.OnCall.
func (a acquainted) ShiftsOf(ctx context.Context, person catalog.Ref, at time.Time) ([]plugins.Shift, error) {
	out, err := a.OnCall.ShiftsOf(ctx, person, at)
	return a.t.met(out), err
}

// All implements plugins.OnCall.
func (a acquainted) All(ctx context.Context, at time.Time) ([]plugins.Shift, error) {
	out, err := a.OnCall.All(ctx, at)
	return a.t.met(out), err
}

func (t *talk) met(shifts []plugins.Shift) []plugins.Shift {
	for _, s := range shifts {
		t.meet(s)
	}
	return shifts
}

// meet notes what a shift says of its people and its source. Who may not see everything hears no names that the catalog
// does not know.
func (t *talk) meet(s plugins.Shift) {
	if len(s.Strangers) > 0 && search.Hides(t.view) == nil {
		if t.strangers == nil {
			t.strangers = plugins.Strangers{}
		}
		maps.Copy(t.strangers, s.Strangers)
	}
	if s.Silent == "" || t.silent[s.Silent] {
		return
	}
	if t.silent == nil {
		t.silent = map[string]bool{}
	}
	t.silent[s.Silent] = true
	t.remark(t.say(lang.PageSourceSilent, lang.Args{"source": s.Silent})...)
}

// furtherLine names a line behind the second.
func (t *talk) furtherLine(s plugins.Shift) {
	args := lang.Args{"n": s.Level, "who": t.duty(s.Person)}
	if s.Until.IsZero() {
		t.line(lang.PageLevelOpen, args)
		return
	}
	args["when"] = t.momentAhead(s.Until, s.Zone)
	t.line(lang.PageLevel, args)
}

// metAs is the name of somebody on call who is in no catalog; ok is false for everybody else.
func (t *talk) metAs(person catalog.Ref) (card.Span, bool) {
	name, ok := t.strangers[person]
	return card.S(name), ok
}
