package commands

import (
	"cmp"
	"slices"
	"time"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/plugins"
)

// Who was on call, or will be: "who was on call for checkout last night". The time is read in the zone of whoever asks,
// else in that of the schedule, and the answer names it.

// maxTurns bounds the shifts of one schedule that are told for one stretch of time.
const maxTurns = 8

// period is the stretch of time that a question asks about; from and to are equal for a moment.
type period struct {
	from, to time.Time
	zone     *time.Location // that it is shown in
}

// moment reports whether it has no length.
func (a period) moment() bool { return !a.to.After(a.from) }

// askedTime returns the time that the question asks about, read in the reader's zone or in the given one. Buttons of the
// answer ask about the same day, however late they are pressed.
func (t *talk) askedTime(zone *time.Location) period {
	if t.zone != nil {
		zone = t.zone
	}
	if zone == nil {
		zone = time.UTC
	}
	now := t.now.In(zone)
	from, to := t.r.When.Span(now)
	t.r.When = t.r.When.On(now)
	return period{from, to, zone}
}

// onCallAt answers for an entity and a time other than now.
func (t *talk) onCallAt(e *catalog.Entity) {
	shifts, err := t.shifts(e)
	if err != nil {
		t.failed(lang.CmdOnCallNoun, e)
		return
	}
	if len(shifts) == 0 {
		t.noSchedule(e)
		return
	}
	a := t.askedTime(shifts[0].Zone)
	turns, err := t.turnsAt(a, func(at time.Time) ([]plugins.Shift, error) {
		q := t.onCallQuery(e)
		q.At = at
		return t.rota().Shifts(t.ctx, q)
	})
	if err != nil {
		t.failed(lang.CmdOnCallNoun, e)
		return
	}
	t.yes()
	turns = t.lineAsked(turns, e)
	for i, s := range turns {
		t.source(s.File, s.Line, s.AsOf)
		t.turn(s, a, e)
		if i == 0 {
			t.reach(s, e, t.covers(s))
		}
	}
	t.line(lang.OnCallAtAsked, lang.Args{"when": t.stretch(a)})
}

// lineAsked keeps the second line where that is asked for, and says so where there is none; else both stay, the first one
// first.
func (t *talk) lineAsked(turns []plugins.Shift, e *catalog.Entity) []plugins.Shift {
	if t.r.Trait != "secondary" {
		return turns
	}
	second := slices.DeleteFunc(slices.Clone(turns), func(s plugins.Shift) bool { return !s.Secondary })
	if len(second) == 0 {
		t.line(lang.OnCallSecondNone, lang.Args{"what": t.named(e)})
		return turns
	}
	return second
}

// turnsAt returns the shifts that overlap a stretch of time, first lines before second ones, each schedule in its order, but
// for whoever has most of it: the first hours of a week, before the hand-over, are not what a week is asked for.
func (t *talk) turnsAt(a period, at func(time.Time) ([]plugins.Shift, error)) ([]plugins.Shift, error) {
	var out []plugins.Shift
	for moment, n := a.from, 0; n < maxTurns && (n == 0 || moment.Before(a.to)); n++ {
		shifts, err := at(moment)
		if err != nil {
			return nil, err
		}
		next := time.Time{}
		for _, s := range shifts {
			if !slices.ContainsFunc(out, func(o plugins.Shift) bool { return sameTurn(o, s) }) {
				out = append(out, s)
			}
			if s.Until.After(moment) && (next.IsZero() || s.Until.Before(next)) {
				next = s.Until
			}
		}
		if next.IsZero() {
			break
		}
		moment = next
	}
	order := map[string]int{} // of schedules, first lines first
	for i, s := range out {
		if _, ok := order[s.Schedule]; ok {
			continue
		}
		order[s.Schedule] = i
		if s.Secondary {
			order[s.Schedule] += len(out)
		}
	}
	most := func(s plugins.Shift) int {
		if a.share(s) > 0.5 {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(out, func(a, b plugins.Shift) int {
		return cmp.Or(order[a.Schedule]-order[b.Schedule], most(a)-most(b))
	})
	return out, nil
}

// share is how much of a stretch of time a shift covers, 0 to 1; of a moment nothing.
func (a period) share(s plugins.Shift) float64 {
	from, to := a.from, a.to
	if s.From.After(from) {
		from = s.From
	}
	if !s.Until.IsZero() && s.Until.Before(to) {
		to = s.Until
	}
	if a.moment() || !to.After(from) {
		return 0
	}
	return float64(to.Sub(from)) / float64(a.to.Sub(a.from))
}

// sameTurn reports whether two shifts are one.
func sameTurn(a, b plugins.Shift) bool {
	return a.Schedule == b.Schedule && a.Person == b.Person && a.From.Equal(b.From) && a.Until.Equal(b.Until)
}

// turn is the sentence for a shift that is over, goes on, or comes.
func (t *talk) turn(s plugins.Shift, a period, e *catalog.Entity) {
	args := lang.Args{"who": t.duty(s.Person), "what": t.named(e), "when": t.stretch(period{s.From, s.Until, a.zone})}
	if s.Gap() {
		t.line(lang.OnCallAtNobody, args)
		return
	}
	over, ahead := !s.Until.IsZero() && !s.Until.After(t.now), s.From.After(t.now)
	if s.From.IsZero() {
		over, ahead = over || a.to.Before(t.now), a.from.After(t.now)
	}
	t.line(turnKey(over, ahead, s.Secondary), args)
}

// turnKey is the sentence for a shift by when it is and of which line.
func turnKey(over, ahead, second bool) lang.Key {
	switch {
	case second:
		return lang.OnCallAtSecond
	case over:
		return lang.OnCallAtWas
	case ahead:
		return lang.OnCallAtWill
	}
	return lang.OnCallAtIs
}

// stretch is a stretch of time as people say it: a moment, "from ... to ...", or one of the two where the other is open.
func (t *talk) stretch(a period) []card.Span {
	switch {
	case a.from.IsZero() && a.to.IsZero():
		return t.say(lang.OnCallAtOpen, nil)
	case a.from.IsZero():
		return t.say(lang.OnCallAtUntil, lang.Args{"to": t.dated(a.to, a.zone)})
	case a.to.IsZero():
		return t.say(lang.OnCallAtFrom, lang.Args{"from": t.dated(a.from, a.zone)})
	case a.moment():
		return []card.Span{t.dated(a.from, a.zone)}
	}
	return t.say(lang.OnCallAtSpan, lang.Args{"from": t.dated(a.from, a.zone), "to": t.dated(a.to, a.zone)})
}

// dated is a moment with its day, also where that is today: of two moments one mostly is on another day.
func (t *talk) dated(at time.Time, zone *time.Location) card.Span {
	if t.zone != nil {
		zone = t.zone
	}
	local := at.In(zone)
	s := lang.Date(t.l, local, t.now) + " " + lang.Clock(local)
	if t.zone == nil {
		s = t.text(lang.CmdUTC, lang.Args{"time": s, "zone": offset(local)})
	}
	return card.Span{Kind: card.Time, Text: s, At: at}
}

// onCallPersonAt says whether it is a person's turn at a time other than now.
func (t *talk) onCallPersonAt(e *catalog.Entity) {
	now, err := t.rota().ShiftsOf(t.ctx, e.Ref, t.now)
	if err != nil {
		t.failed(lang.CmdOnCallNoun, e)
		return
	}
	zone := t.zone
	if len(now) > 0 {
		zone = now[0].Zone
	}
	a := t.askedTime(zone)
	shifts, err := t.rota().ShiftsOf(t.ctx, e.Ref, a.from)
	switch {
	case err != nil:
		t.failed(lang.CmdOnCallNoun, e)
		return
	case len(shifts) == 0 && len(now) == 0:
		t.from(e)
		t.no()
		t.line(lang.OnCallPersonNone, lang.Args{"who": t.name(e)})
		return
	}
	t.yes()
	during := slices.DeleteFunc(slices.Clone(shifts), func(s plugins.Shift) bool { return s.From.After(a.from) && !s.From.Before(a.to) })
	if len(during) == 0 {
		t.line(lang.OnCallAtPersonNot, lang.Args{"who": t.name(e), "when": t.stretch(a)})
		return
	}
	for _, s := range during {
		t.source(s.File, s.Line, s.AsOf)
		t.line(lang.OnCallAtPerson, lang.Args{"who": t.name(e), "schedule": s.Title, "when": t.stretch(period{s.From, s.Until, a.zone})})
	}
	t.line(lang.OnCallAtAsked, lang.Args{"when": t.stretch(a)})
}

// onCallAllAt lists every schedule as it is at a time other than now.
func (t *talk) onCallAllAt() {
	a := t.askedTime(nil)
	shifts, err := t.turnsAt(a, func(at time.Time) ([]plugins.Shift, error) { return t.rota().All(t.ctx, at) })
	if !t.anyShifts(shifts, err) {
		return
	}
	t.yes()
	t.line(lang.OnCallAtAll, lang.Args{"when": t.stretch(a)})
	table := card.Table{Columns: t.columns(lang.OnCallColSchedule, lang.OnCallAtColWho, lang.OnCallAtColFrom, lang.OnCallColUntil)}
	files := map[string]bool{}
	for _, s := range shifts {
		who := []card.Span{card.T(t.text(lang.OnCallNobody, nil))}
		if !s.Gap() {
			who = []card.Span{t.duty(s.Person)}
		}
		table.Rows = append(table.Rows, [][]card.Span{{card.T(s.Title)}, who, t.datedOrNone(s.From, s.Zone), t.datedOrNone(s.Until, s.Zone)})
		if !files[s.File] {
			files[s.File] = true
			t.source(s.File, 0, s.AsOf)
		}
	}
	t.add(table)
}

// datedOrNone is a moment with its day, nothing where it is not known.
func (t *talk) datedOrNone(at time.Time, zone *time.Location) []card.Span {
	if at.IsZero() {
		return nil
	}
	return []card.Span{t.dated(at, zone)}
}
