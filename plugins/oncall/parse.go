package oncall

import (
	"errors"
	"fmt"
	"strings"
	"time"
	_ "time/tzdata" // schedules name IANA zones, and a container may have none on disk

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/yamldoc"
)

// Bounds of an on-call file.
const (
	maxSchedules = 5000
	maxPeople    = 100
	maxOverrides = 500
	maxText      = 300 // bytes of an id, a title or a service id
	maxErrors    = 20  // reported at once
)

// Parse reads an on-call file, strictly: unknown and repeated keys are errors. name is the file's path for messages.
// The error joins every mistake found, up to maxErrors, each a fault of kind Invalid with file, line and field.
//
// The format: "version: 1" and "schedules", a list of
//
//	id                 unique; a suffix "-secondary" makes it the second line
//	title              optional
//	team               group reference
//	pagerdutyServices  optional list of PagerDuty service ids
//	timezone           IANA name
//	rotation           every: 1d, 1w or 2w; handoffDay: MON to SUN, optional, weekly ones only, must be the day of start;
//	                   start: 2026-09-07T10:00:00, wall clock in timezone; people: list of user references
//	overrides          optional list of from, to (RFC 3339) and person; the later in the list wins where two apply
func Parse(name string, data []byte) (*File, error) {
	root, err := document(name, data)
	if err != nil {
		return nil, err
	}
	p := &parser{file: name}
	f := p.parse(root)
	if len(p.errs) > 0 {
		return nil, errors.Join(p.errs...)
	}
	return f, nil
}

// parser collects mistakes while it reads the tree.
type parser struct {
	file string
	errs []error
}

func (p *parser) fail(line int, field, format string, args ...any) {
	switch {
	case len(p.errs) < maxErrors:
		p.errs = append(p.errs, fault.At(fault.Position{File: p.file, Line: line, Field: field}, format, args...))
	case len(p.errs) == maxErrors:
		p.errs = append(p.errs, fault.At(fault.Position{File: p.file}, "there are more mistakes"))
	}
}

func (p *parser) parse(root *yamldoc.Node) *File {
	m := p.mapping(root, "", "version", "schedules")
	if m == nil {
		return nil
	}
	if v, ok := p.need(root, m, "", "version"); ok && (v.Kind != yamldoc.Number || v.Text != "1") {
		p.fail(v.Line, "version", "version %s is not known; this program reads version 1", quote(v.Text))
	}
	f := &File{Name: p.file}
	n, ok := p.need(root, m, "", "schedules")
	if !ok {
		return f
	}
	seen := map[string]int{}
	for i, item := range p.list(n, "schedules", maxSchedules) {
		field := fmt.Sprintf("schedules[%d]", i)
		s := p.schedule(item, field)
		if line, twice := seen[s.ID]; twice && s.ID != "" {
			p.fail(item.Line, field+".id", "schedule %s is already defined in line %d", quote(s.ID), line)
		}
		seen[s.ID] = s.Line
		f.Schedules = append(f.Schedules, s)
	}
	return f
}

func (p *parser) schedule(n *yamldoc.Node, field string) Schedule {
	s := Schedule{Line: n.Line, Zone: time.UTC}
	m := p.mapping(n, field, "id", "title", "team", "pagerdutyServices", "timezone", "rotation", "overrides")
	if m == nil {
		return s
	}
	if v, ok := p.need(n, m, field, "id"); ok {
		s.ID = p.text(v, field+".id")
	}
	s.Title = s.ID
	if v, ok := m["title"]; ok {
		s.Title = p.text(v, field+".title")
	}
	if v, ok := p.need(n, m, field, "team"); ok {
		s.Team = p.ref(v, field+".team", "group")
	}
	if v, ok := m["pagerdutyServices"]; ok {
		for i, item := range p.list(v, field+".pagerdutyServices", maxPeople) {
			s.Services = append(s.Services, p.text(item, fmt.Sprintf("%s.pagerdutyServices[%d]", field, i)))
		}
	}
	if v, ok := p.need(n, m, field, "timezone"); ok {
		s.Zone = p.zone(v, field+".timezone")
	}
	if v, ok := p.need(n, m, field, "rotation"); ok {
		p.rotation(v, field+".rotation", &s)
	}
	if v, ok := m["overrides"]; ok {
		for i, item := range p.list(v, field+".overrides", maxOverrides) {
			s.Overrides = append(s.Overrides, p.override(item, fmt.Sprintf("%s.overrides[%d]", field, i)))
		}
	}
	return s
}

func (p *parser) rotation(n *yamldoc.Node, field string, s *Schedule) {
	m := p.mapping(n, field, "every", "handoffDay", "start", "people")
	if m == nil {
		return
	}
	if v, ok := p.need(n, m, field, "every"); ok {
		switch p.text(v, field+".every") {
		case "1d":
			s.Days = 1
		case "1w":
			s.Days = 7
		case "2w":
			s.Days = 14
		case "": // reported
		default:
			p.fail(v.Line, field+".every", "%s is not one of 1d, 1w, 2w", quote(v.Text))
		}
	}
	if v, ok := p.need(n, m, field, "start"); ok {
		s.Start = p.civil(v, field+".start")
	}
	if v, ok := m["handoffDay"]; ok {
		p.handoffDay(v, field+".handoffDay", s)
	}
	if v, ok := p.need(n, m, field, "people"); ok {
		for i, item := range p.list(v, field+".people", maxPeople) {
			s.People = append(s.People, p.ref(item, fmt.Sprintf("%s.people[%d]", field, i), "user"))
		}
		if len(s.People) == 0 {
			p.fail(v.Line, field+".people", "a rotation needs at least one person")
		}
	}
}

func (p *parser) handoffDay(n *yamldoc.Node, field string, s *Schedule) {
	day := strings.ToUpper(p.text(n, field))
	known := false
	for d := time.Sunday; d <= time.Saturday; d++ {
		known = known || day == shortDay(d)
	}
	switch {
	case day == "": // reported
	case !known:
		p.fail(n.Line, field, "%s is not one of MON, TUE, WED, THU, FRI, SAT, SUN", quote(n.Text))
	case s.Days == 1:
		p.fail(n.Line, field, "a daily rotation has no hand-off day")
	case !s.Start.IsZero() && day != shortDay(s.Start.Weekday()):
		p.fail(n.Line, field, "the hand-off day is %s but the rotation starts on a %s", day, s.Start.Weekday())
	}
}

func shortDay(d time.Weekday) string { return strings.ToUpper(d.String()[:3]) }

func (p *parser) override(n *yamldoc.Node, field string) Override {
	var o Override
	m := p.mapping(n, field, "from", "to", "person")
	if m == nil {
		return o
	}
	if v, ok := p.need(n, m, field, "from"); ok {
		o.From = p.instant(v, field+".from")
	}
	if v, ok := p.need(n, m, field, "to"); ok {
		o.To = p.instant(v, field+".to")
		if !o.From.IsZero() && !o.To.IsZero() && !o.From.Before(o.To) {
			p.fail(v.Line, field+".to", "the override ends before it begins")
		}
	}
	if v, ok := p.need(n, m, field, "person"); ok {
		o.Person = p.ref(v, field+".person", "user")
	}
	return o
}

func (p *parser) ref(n *yamldoc.Node, field, kind string) catalog.Ref {
	s := p.text(n, field)
	if s == "" {
		return catalog.Ref{}
	}
	r, err := catalog.ParseRef(s, kind, "")
	switch {
	case err != nil:
		p.fail(n.Line, field, "%v", err)
	case r.Kind != kind:
		p.fail(n.Line, field, "%s is a %s; this must be a %s", quote(s), r.Kind, kind)
	}
	return r
}

func (p *parser) zone(n *yamldoc.Node, field string) *time.Location {
	s := p.text(n, field)
	if s == "" {
		return time.UTC
	}
	zone, err := time.LoadLocation(s)
	if err != nil || s == "Local" {
		p.fail(n.Line, field, "%s is not an IANA time zone such as Europe/Berlin", quote(s))
		return time.UTC
	}
	return zone
}

// civil reads a wall clock time without an offset. It is kept in UTC.
func (p *parser) civil(n *yamldoc.Node, field string) time.Time {
	s := p.text(n, field)
	if s == "" {
		return time.Time{}
	}
	for _, layout := range []string{"2006-01-02T15:04:05", "2006-01-02T15:04"} {
		if t, err := time.Parse(layout, s); err == nil && sane(t) {
			return t
		}
	}
	if _, err := time.Parse(time.RFC3339, s); err == nil {
		p.fail(n.Line, field, "%s has a time zone; write the wall clock time in the schedule's zone, without one", quote(s))
	} else {
		p.fail(n.Line, field, "%s is not a wall clock time such as 2026-09-07T10:00:00", quote(s))
	}
	return time.Time{}
}

func (p *parser) instant(n *yamldoc.Node, field string) time.Time {
	s := p.text(n, field)
	if s == "" {
		return time.Time{}
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil || !sane(t) {
		p.fail(n.Line, field, "%s is not an RFC 3339 time such as 2026-11-23T08:00:00Z", quote(s))
		return time.Time{}
	}
	return t.UTC()
}

// sane keeps dates out that are typing mistakes and would strain the arithmetic.
func sane(t time.Time) bool { return t.Year() >= 1970 && t.Year() < 3000 }
