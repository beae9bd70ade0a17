package ical

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	_ "time/tzdata" // calendars name IANA zones, and a container may have none on disk

	ics "github.com/arran4/golang-ical"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// windowsJSON maps the names that Microsoft's programs give to time zones to those of the IANA (Unicode CLDR,
// windowsZones, territory 001).
//
//go:embed windows.json
var windowsJSON []byte

// zones resolves the time zones that a calendar names.
type zones struct {
	floating *time.Location            // of times without a zone
	known    map[string]*time.Location // by TZID
	windows  map[string]string
}

// zonesOf reads the zones that a calendar defines. zone is that of times without one; "" takes the calendar's own.
func zonesOf(cal *ics.Calendar, zone string) (zones, error) {
	var windows map[string]string
	if err := json.Unmarshal(windowsJSON, &windows); err != nil {
		return zones{}, fault.Wrap(fault.Internal, err, "the table of time zones")
	}
	z := zones{floating: time.UTC, known: map[string]*time.Location{}, windows: windows}
	for _, c := range cal.Components {
		tz, ok := c.(*ics.VTimezone)
		if !ok {
			continue
		}
		var id, other string
		for _, p := range tz.Properties {
			switch p.IANAToken {
			case "TZID":
				id = strings.TrimSpace(p.Value)
			case "X-LIC-LOCATION":
				other = strings.TrimSpace(p.Value)
			}
		}
		if l := locate(windows, id, other); l != nil {
			z.known[id] = l
		} else if l := constant(tz); l != nil {
			z.known[id] = l
		}
	}
	own := ""
	for _, p := range cal.CalendarProperties {
		if p.IANAToken == "X-WR-TIMEZONE" {
			own = strings.TrimSpace(p.Value)
		}
	}
	for _, name := range []string{zone, own} {
		if l := locate(windows, name); l != nil {
			z.floating = l
			break
		}
	}
	return z, nil
}

// locate finds a zone by the first of its names that is one: as the IANA has it, with a maker's prefix before it
// ("/mozilla.org/20050126_1/Europe/Berlin"), or as Windows has it.
func locate(windows map[string]string, names ...string) *time.Location {
	for _, name := range names {
		name = strings.Trim(name, `"`)
		parts := strings.Split(name, "/")
		for i := max(0, len(parts)-3); i < len(parts); i++ {
			id := strings.Join(parts[i:], "/")
			if id == "" || id == "Local" || len(id) > 60 {
				continue
			}
			if l, err := time.LoadLocation(id); err == nil {
				return l
			}
		}
		if iana := windows[name]; iana != "" {
			if l, err := time.LoadLocation(iana); err == nil {
				return l
			}
		}
	}
	return nil
}

// constant is a zone that a calendar defines and that has one offset all the year; nil for any other.
func constant(tz *ics.VTimezone) *time.Location {
	offset, found := 0, false
	for _, c := range tz.Components {
		var props []ics.IANAProperty
		switch c := c.(type) {
		case *ics.Standard:
			props = c.Properties
		case *ics.Daylight:
			props = c.Properties
		}
		for _, p := range props {
			if p.IANAToken != "TZOFFSETTO" {
				continue
			}
			seconds, ok := offsetOf(p.Value)
			if !ok || found && seconds != offset {
				return nil
			}
			offset, found = seconds, true
		}
	}
	if !found {
		return nil
	}
	return time.FixedZone("", offset)
}

// offsetOf reads +hhmm or +hhmmss, in seconds.
func offsetOf(s string) (int, bool) {
	s = strings.TrimSpace(s)
	layout := "-0700"
	if len(s) == len("+hhmmss") {
		layout = "-070000"
	}
	t, err := time.Parse(layout, s)
	if err != nil {
		return 0, false
	}
	_, offset := t.Zone()
	return offset, true
}

// zone is that of a property, and an error for one that nobody knows: a wrong guess would call the wrong person.
func (z zones) zone(p ics.IANAProperty) (*time.Location, error) {
	id := strings.TrimSpace(first(p, "TZID"))
	if id == "" {
		return z.floating, nil
	}
	if l := z.known[id]; l != nil {
		return l, nil
	}
	if l := locate(z.windows, id); l != nil {
		z.known[id] = l
		return l, nil
	}
	return nil, fmt.Errorf("the time zone %q is not known", clip(id))
}

// time reads a date or a time; whole says that it is a date.
func (z zones) time(p ics.IANAProperty) (t time.Time, whole bool, err error) {
	zone, err := z.zone(p)
	if err != nil {
		return t, false, err
	}
	return readTime(strings.TrimSpace(p.Value), zone)
}

// times appends the dates and times of a list, of periods their starts.
func (z zones) times(to []time.Time, p ics.IANAProperty) ([]time.Time, error) {
	zone, err := z.zone(p)
	if err != nil {
		return nil, err
	}
	for v := range strings.SplitSeq(p.Value, ",") {
		v, _, _ = strings.Cut(strings.TrimSpace(v), "/")
		if v == "" {
			continue
		}
		t, _, err := readTime(v, zone)
		if err != nil {
			return nil, err
		}
		if to = append(to, t); len(to) > maxDates {
			return nil, fmt.Errorf("there are more than %d dates", maxDates)
		}
	}
	return to, nil
}

// readTime reads the forms of RFC 5545, 3.3.4 and 3.3.5.
func readTime(s string, zone *time.Location) (t time.Time, whole bool, err error) {
	switch {
	case len(s) == len("20261123"):
		t, err = time.ParseInLocation("20060102", s, zone)
		whole = true
	case strings.HasSuffix(s, "Z"):
		t, err = time.ParseInLocation("20060102T150405Z", s, time.UTC)
	default:
		t, err = time.ParseInLocation("20060102T150405", s, zone)
	}
	if err != nil || t.Year() < 1970 || t.Year() > 2999 {
		return time.Time{}, false, fmt.Errorf("%q is no time", clip(s))
	}
	return t, whole, nil
}
