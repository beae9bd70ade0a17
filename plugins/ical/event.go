package ical

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	ics "github.com/arran4/golang-ical"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/plugins"
)

// Bounds of a calendar.
const (
	maxEvents    = 20_000
	maxAttendees = 50
	maxDates     = 5000 // of EXDATE or RDATE of one event
)

// event is a VEVENT as far as it matters.
type event struct {
	uid      string
	sequence int
	start    time.Time // in its zone
	length   time.Duration
	days     int // of an event of whole days, which may be 23 or 25 hours long; 0: length counts
	rule     string
	except   []time.Time // EXDATE
	more     []time.Time // RDATE
	instead  time.Time   // RECURRENCE-ID: which occurrence this is in the place of
	onwards  bool        // and of all that follow
	off      bool        // cancelled
	people   []plugins.RosterPerson
}

// parse reads a calendar. The zone is that of times without one.
func parse(data []byte, zone string) (all []event, own string, err error) {
	defer func() {
		if r := recover(); r != nil { // of the library, on what nobody has tried yet
			all, err = nil, fault.New(fault.Invalid, "it is no calendar that can be read")
		}
	}()
	cal, err := ics.ParseCalendarWithOptions(bytes.NewReader(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))), ics.WithUnknownPropertyHandler(ics.AcceptUnknownPropertyHandler))
	if err != nil {
		return nil, "", fault.Wrap(fault.Invalid, err, "it is no iCalendar file")
	}
	if len(cal.Components) > maxEvents {
		return nil, "", fault.New(fault.Invalid, "it has more than %d events", maxEvents)
	}
	z, err := zonesOf(cal, zone)
	if err != nil {
		return nil, "", err
	}
	for _, v := range cal.Events() {
		e, ok, err := z.event(v)
		if err != nil {
			return nil, "", fault.Wrap(fault.Invalid, err, "event %q", clip(value(v, "SUMMARY")))
		}
		if ok {
			all = append(all, e)
		}
	}
	return all, z.floating.String(), nil
}

// value is the value of a property, "" where there is none.
func value(v *ics.VEvent, name string) string {
	for _, p := range v.Properties {
		if p.IANAToken == name {
			return strings.TrimSpace(p.Value)
		}
	}
	return ""
}

// event reads one VEVENT; ok is false for one that takes no time.
func (z zones) event(v *ics.VEvent) (e event, ok bool, err error) {
	e.uid = value(v, "UID")
	e.sequence, _ = strconv.Atoi(value(v, "SEQUENCE")) // without one it is 0
	e.off = strings.EqualFold(value(v, "STATUS"), "CANCELLED")
	e.rule = value(v, "RRULE")
	var end time.Time
	var whole, wholeEnd bool
	for _, p := range v.Properties {
		switch p.IANAToken {
		case "DTSTART":
			e.start, whole, err = z.time(p)
		case "DTEND":
			end, wholeEnd, err = z.time(p)
		case "DURATION":
			e.length, e.days, err = duration(p.Value)
		case "EXDATE":
			e.except, err = z.times(e.except, p)
		case "RDATE":
			e.more, err = z.times(e.more, p)
		case "RECURRENCE-ID":
			e.instead, _, err = z.time(p)
			e.onwards = strings.EqualFold(first(p, "RANGE"), "THISANDFUTURE")
		}
		if err != nil {
			return e, false, fmt.Errorf("%s: %w", p.IANAToken, err)
		}
	}
	if e.start.IsZero() {
		return e, false, fmt.Errorf("it has no DTSTART")
	}
	switch {
	case !end.IsZero() && whole && wholeEnd:
		e.days, e.length = daysBetween(e.start, end), 0
	case !end.IsZero():
		e.length = end.Sub(e.start)
	case whole && e.length == 0 && e.days == 0:
		e.days = 1 // RFC 5545, 3.6.1
	}
	e.people = peopleOf(v)
	return e, e.length > 0 || e.days > 0 || e.off, nil
}

// end is when an occurrence that begins at a time ends.
func (e event) end(start time.Time) time.Time {
	if e.days > 0 {
		return start.AddDate(0, 0, e.days).Add(e.length)
	}
	return start.Add(e.length)
}

// daysBetween counts the days from one midnight to another, whatever the clocks do between them.
func daysBetween(from, to time.Time) int {
	day := func(t time.Time) time.Time { return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC) }
	return int(day(to).Sub(day(from)) / (24 * time.Hour))
}

// first is the first value of a parameter.
func first(p ics.IANAProperty, name string) string {
	for key, values := range p.ICalParameters {
		if strings.EqualFold(key, name) && len(values) > 0 {
			return values[0]
		}
	}
	return ""
}

// duration reads an RFC 5545 duration (3.3.6): weeks and days are days of a calendar, the rest is time.
func duration(s string) (d time.Duration, days int, err error) {
	text, ok := strings.CutPrefix(strings.TrimPrefix(strings.TrimSpace(s), "+"), "P")
	if !ok || text == "" {
		return 0, 0, fmt.Errorf("%q is no duration", clip(s))
	}
	units := map[byte]time.Duration{'H': time.Hour, 'M': time.Minute, 'S': time.Second}
	number, inTime := "", false
	for i := range len(text) {
		c := text[i]
		n, bad := strconv.Atoi(number)
		switch {
		case c == 'T' && number == "" && !inTime:
			inTime = true
			continue
		case c >= '0' && c <= '9' && len(number) < 6:
			number += string(c)
			continue
		case bad != nil:
		case c == 'W' && !inTime:
			days, number = days+7*n, ""
			continue
		case c == 'D' && !inTime:
			days, number = days+n, ""
			continue
		case units[c] > 0 && inTime:
			d, number = d+time.Duration(n)*units[c], ""
			continue
		}
		return 0, 0, fmt.Errorf("%q is no duration", clip(s))
	}
	if number != "" {
		return 0, 0, fmt.Errorf("%q is no duration", clip(s))
	}
	return d, days, nil
}

// peopleOf are whose turn an event is: its attendees who have not declined, else whom the summary names.
func peopleOf(v *ics.VEvent) []plugins.RosterPerson {
	var out []plugins.RosterPerson
	for _, p := range v.Properties {
		kind := first(p, "CUTYPE")
		if p.IANAToken != "ATTENDEE" || len(out) == maxAttendees || strings.EqualFold(first(p, "PARTSTAT"), "DECLINED") ||
			kind != "" && !strings.EqualFold(kind, "INDIVIDUAL") {
			continue
		}
		person := plugins.RosterPerson{Name: strings.TrimSpace(first(p, "CN")), Email: address(p.Value)}
		if person.Name == "" && person.Email == "" {
			continue
		}
		if !slices.Contains(out, person) {
			out = append(out, person)
		}
	}
	if len(out) > 0 {
		return out
	}
	if person := named(value(v, "SUMMARY")); person != (plugins.RosterPerson{}) {
		return []plugins.RosterPerson{person}
	}
	return nil
}

// address is the e-mail address of a calendar user, "" where it has none.
func address(s string) string {
	if len(s) > 7 && strings.EqualFold(s[:7], "mailto:") {
		s = s[7:]
	}
	if s = strings.TrimSpace(s); strings.Contains(s, "@") && !strings.ContainsAny(s, " <>") {
		return s
	}
	return ""
}

func clip(s string) string {
	const most = 60
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}

// newest keeps of the events that are versions of one another the one with the highest sequence, the later in the file
// where these are equal.
func newest(all []event) []event {
	type key struct {
		uid     string
		instead time.Time
	}
	at := map[key]int{}
	var out []event
	for _, e := range all {
		k := key{e.uid, e.instead.UTC()}
		i, known := at[k]
		switch {
		case e.uid == "" || !known:
			at[k] = len(out)
			out = append(out, e)
		case cmp.Compare(e.sequence, out[i].sequence) >= 0:
			out[i] = e
		}
	}
	return out
}
