package commands

import (
	"time"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/plugins"
)

// onCallNow is the part of a context line that names who is on call now; nil when nobody is, or it is not known.
func (t *talk) onCallNow(e *catalog.Entity) []card.Span {
	if !t.connected(t.c.cap.OnCall) {
		return nil
	}
	shifts, err := t.shifts(e)
	if err != nil || len(shifts) == 0 || !t.reachable(shifts[0].Person) || shifts[0].Secondary {
		return nil
	}
	s := shifts[0]
	t.source(s.File, s.Line, s.AsOf)
	if s.Until.IsZero() {
		return t.say(lang.OwnerOnCallOpen, lang.Args{"who": t.person(s.Person)})
	}
	return t.say(lang.OwnerOnCall, lang.Args{"who": t.person(s.Person), "when": t.momentAhead(s.Until, s.Zone)})
}

// secondFirst answers for the second line, which was asked for, before the rest; it returns the rest.
func (t *talk) secondFirst(shifts []plugins.Shift, e *catalog.Entity) []plugins.Shift {
	var rest []plugins.Shift
	none := true
	for _, s := range shifts {
		switch {
		case !s.Secondary || s.Gap():
			rest = append(rest, s)
			continue
		case s.Until.IsZero():
			t.line(lang.OnCallSecondForOpen, lang.Args{"who": t.strong(s.Person), "what": t.named(e)})
		default:
			t.line(lang.OnCallSecondFor, lang.Args{"who": t.strong(s.Person), "what": t.named(e), "when": t.momentAhead(s.Until, s.Zone)})
		}
		none = false
		t.source(s.File, s.Line, s.AsOf)
	}
	if none {
		t.line(lang.OnCallSecondNone, lang.Args{"what": t.named(e)})
	}
	return rest
}

// onCallPerson says when it is a person's turn.
func (t *talk) onCallPerson(e *catalog.Entity) {
	shifts, err := t.rota().ShiftsOf(t.ctx, e.Ref, t.now)
	if err != nil {
		t.failed(lang.CmdOnCallNoun, e)
		return
	}
	if len(shifts) == 0 {
		t.from(e)
		t.no()
		t.line(lang.OnCallPersonNone, lang.Args{"who": t.name(e)})
		return
	}
	t.yes()
	for _, s := range shifts {
		t.source(s.File, s.Line, s.AsOf)
		args := lang.Args{"who": t.name(e), "schedule": s.Title}
		switch {
		case s.From.After(t.now):
			args["when"] = t.momentAhead(s.From, s.Zone)
			t.line(lang.OnCallPersonNext, args)
		case s.Until.IsZero():
			t.line(lang.OnCallPersonOpen, args)
		default:
			args["when"] = t.momentAhead(s.Until, s.Zone)
			t.line(lang.OnCallPersonNow, args)
		}
	}
}

// onCallTeams lists who is on call in the teams below a group that has no schedule itself.
func (t *talk) onCallTeams(g *catalog.Entity) bool {
	var shifts []plugins.Shift
	seen := map[string]bool{}
	for _, team := range descendants(t.view, g.Ref) {
		own, err := t.rota().Shifts(t.ctx, plugins.OnCallQuery{At: t.now, Groups: []catalog.Ref{team}})
		if err != nil {
			return false
		}
		for _, s := range own {
			if !seen[s.Schedule] {
				seen[s.Schedule] = true
				shifts = append(shifts, s)
			}
		}
	}
	if len(shifts) == 0 {
		return false
	}
	t.yes()
	t.line(lang.OnCallTeams, lang.Args{"what": t.named(g)})
	t.scheduleTable(shifts)
	return true
}

// anyShifts reports whether there are shifts to list, and says so where there are none.
func (t *talk) anyShifts(shifts []plugins.Shift, err error) bool {
	switch {
	case err != nil:
		t.failed(lang.CmdOnCallNoun, nil)
		return false
	case len(shifts) == 0:
		t.no()
		t.line(lang.CmdNotConnected, lang.Args{"what": t.text(lang.CmdOnCallNoun, nil)})
		return false
	}
	return true
}

// onCallAll lists every schedule.
func (t *talk) onCallAll() {
	shifts, err := t.rota().All(t.ctx, t.now)
	if !t.anyShifts(shifts, err) {
		return
	}
	t.line(lang.OnCallAll, lang.Args{"n": len(shifts)})
	t.scheduleTable(shifts)
}

func (t *talk) scheduleTable(shifts []plugins.Shift) {
	table := card.Table{Columns: t.columns(lang.OnCallColSchedule, lang.OnCallColNow, lang.OnCallColUntil, lang.OnCallColNext)}
	var file string
	var asOf time.Time
	for _, s := range shifts {
		now := []card.Span{card.T(t.text(lang.OnCallNobody, nil))}
		if !s.Gap() {
			now = []card.Span{t.strong(s.Person)}
		}
		var until, next []card.Span
		if !s.Until.IsZero() {
			until = []card.Span{t.moment(s.Until, s.Zone)}
		}
		if !s.Next.IsZero() {
			next = []card.Span{t.person(s.Next)}
		}
		table.Rows = append(table.Rows, [][]card.Span{{card.T(s.Title)}, now, until, next})
		if file != s.File {
			file, asOf = s.File, s.AsOf
			t.source(file, 0, asOf)
		}
	}
	t.add(table)
}

// columns are the headers of a table.
func (t *talk) columns(keys ...lang.Key) []card.Column {
	out := make([]card.Column, len(keys))
	for i, k := range keys {
		out[i].Title = t.text(k, nil)
	}
	return out
}

// connected reports whether a capability has a source behind it.
func (t *talk) connected(capability any) bool {
	_, none := capability.(plugins.None)
	return !none
}

// failed says that a source does not answer, and whom to ask about the entity instead.
func (t *talk) failed(what lang.Key, e *catalog.Entity) {
	t.no()
	spans := t.say(lang.CmdFailed, lang.Args{"what": t.text(what, nil)})
	if e != nil {
		spans = append(spans, t.belonging(e)...)
	}
	t.add(card.Text{Spans: spans})
}
