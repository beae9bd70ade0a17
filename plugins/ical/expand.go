package ical

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/teambition/rrule-go"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/plugins"
)

// Bounds of repetition. A rule is counted through from its start, so that its start may not lie too far back.
const (
	maxSteps  = 200_000 // of one rule
	maxShifts = 50_000  // of a calendar
)

// shift is one person's turn.
type shift struct {
	from, to time.Time
	person   plugins.RosterPerson
}

// expand returns the turns of a calendar that overlap a window, in the order in which they begin, and the zone that
// its times are shown in.
func expand(data []byte, zone string, from, to time.Time) ([]shift, string, error) {
	events, own, err := parse(data, zone)
	if err != nil {
		return nil, "", err
	}
	events = newest(events)
	instead := map[string][]event{} // by uid
	for _, e := range events {
		if !e.instead.IsZero() {
			instead[e.uid] = append(instead[e.uid], e)
		}
	}
	var out []shift
	add := func(e event, start time.Time) {
		end := e.end(start)
		if e.off || !end.After(from) || !start.Before(to) {
			return
		}
		for _, p := range e.people {
			out = append(out, shift{start.UTC(), end.UTC(), p})
		}
	}
	for _, e := range events {
		if !e.instead.IsZero() {
			add(e, e.start)
			continue
		}
		starts, err := e.starts(from, to)
		if err != nil {
			return nil, "", err
		}
		for _, s := range starts {
			if other, start, ok := replaced(instead[e.uid], s); ok {
				if !start.IsZero() {
					add(other, start)
				}
				continue
			}
			add(e, s)
		}
		if len(out) > maxShifts {
			return nil, "", fault.New(fault.Invalid, "it has more than %d turns in the time that is looked at", maxShifts)
		}
	}
	slices.SortStableFunc(out, func(a, b shift) int {
		return cmp.Or(a.from.Compare(b.from), strings.Compare(a.person.Name, b.person.Name))
	})
	return out, own, nil
}

// replaced looks for what stands in the place of an occurrence. A zero start says that it is counted as an event of its
// own; another one, that the occurrence is moved along with an earlier one that changed all that follow.
func replaced(instead []event, at time.Time) (e event, start time.Time, ok bool) {
	var newer event
	for _, o := range instead {
		if o.instead.Equal(at) {
			return o, time.Time{}, true
		}
		if o.onwards && o.instead.Before(at) && (newer.instead.IsZero() || o.instead.After(newer.instead)) {
			newer = o
		}
	}
	if newer.instead.IsZero() {
		return e, start, false
	}
	return newer, at.Add(newer.start.Sub(newer.instead)), true
}

// starts are when the occurrences of an event begin that may overlap a window.
func (e event) starts(from, to time.Time) ([]time.Time, error) {
	longest := e.end(e.start).Sub(e.start) + 24*time.Hour
	begin := from.Add(-longest)
	var out []time.Time
	if e.rule == "" {
		out = append(out, e.start)
	} else {
		rule, err := e.parseRule()
		if err != nil {
			return nil, fmt.Errorf("RRULE %q: %w", clip(e.rule), err)
		}
		next := rule.Iterator()
		for n := 0; ; n++ {
			at, ok := next()
			if !ok || !at.Before(to) {
				break
			}
			if n == maxSteps {
				return nil, fmt.Errorf("RRULE %q repeats too often since %s", clip(e.rule), e.start.Format(time.DateOnly))
			}
			if at.After(begin) {
				out = append(out, at)
			}
		}
		if !e.start.Before(begin) && !slices.ContainsFunc(out, e.start.Equal) { // it counts even where its rule leaves it out (3.8.5.3)
			out = append(out, e.start)
		}
	}
	out = append(out, e.more...)
	out = slices.DeleteFunc(out, func(t time.Time) bool { return slices.ContainsFunc(e.except, t.Equal) })
	slices.SortFunc(out, time.Time.Compare)
	return slices.CompactFunc(out, time.Time.Equal), nil
}

// parseRule reads the rule. What would be counted through for ever is refused: nobody is on call by the minute.
func (e event) parseRule() (*rrule.RRule, error) {
	text := strings.Trim(strings.ToUpper(e.rule), "; ")
	o, err := rrule.StrToROptionInLocation(text, e.start.Location())
	if err != nil {
		return nil, err
	}
	switch {
	case o.Freq == rrule.SECONDLY || o.Freq == rrule.MINUTELY:
		return nil, fmt.Errorf("shifts that change by the minute are not read")
	case o.Freq == rrule.HOURLY && strings.Contains(text, "BY"):
		return nil, fmt.Errorf("hourly shifts with further conditions are not read")
	case o.Interval > 10_000:
		return nil, fmt.Errorf("the interval is too long")
	}
	if day := untilDay(text); day && (e.start.Hour() != 0 || e.start.Minute() != 0) {
		o.Until = o.Until.AddDate(0, 0, 1).Add(-time.Second) // as calendars mean it: the whole last day
	}
	o.Dtstart = e.start
	return rrule.NewRRule(*o)
}

// untilDay reports whether a rule ends with a day, not with a moment.
func untilDay(rule string) bool {
	_, after, ok := strings.Cut(rule, "UNTIL=")
	day, _, _ := strings.Cut(after, ";")
	return ok && len(day) == len("20261130")
}
