package plugins

import (
	"context"
	"time"

	"github.com/backchannel-portal/backchannel/catalog"
)

// OnCall tells who is on call.
type OnCall interface {
	// Shifts returns the shifts in force at q.At for what q asks about: primary lines first, then second lines. The
	// schedules that list one of q.Services decide; without any, those of the first of q.Groups that has a schedule.
	Shifts(ctx context.Context, q OnCallQuery) ([]Shift, error)
	// ShiftsOf returns the shifts of one person: those in force at the given time, then the next one of each schedule
	// the person takes part in, ordered by From. A shift that has not begun has From after at.
	ShiftsOf(ctx context.Context, person catalog.Ref, at time.Time) ([]Shift, error)
	// All returns the shift in force of every schedule, ordered as the source lists them.
	All(ctx context.Context, at time.Time) ([]Shift, error)
}

// OnCallQuery asks who is on call for something.
type OnCallQuery struct {
	At       time.Time     // the moment asked about; zero: now
	Services []string      // PagerDuty service ids of the component, from PagerDutyService
	Keys     []string      // integration keys of PagerDuty services, from PagerDutyKey
	Groups   []catalog.Ref // the owner and its ancestors, nearest first
}

// PagerDutyService is the annotation that names the PagerDuty service of an entity (backstage.io, "Well-known
// annotations", and the PagerDuty plugin).
const PagerDutyService = "pagerduty.com/service-id"

// PagerDutyKey is the annotation that names a PagerDuty service by one of its integration keys (the PagerDuty plugin).
const PagerDutyKey = "pagerduty.com/integration-key"

// Shift is one person's time on one schedule: the longest stretch around the moment asked about during which the
// same person answers, overrides included.
type Shift struct {
	Schedule  string         // id of the schedule
	Title     string         // of the schedule; its id when it has none
	Team      catalog.Ref    // the group whose schedule it is
	Secondary bool           // the second line, or one behind it
	Level     int            // of escalation: 1 is asked first; 0 when the source knows first and second lines only
	Person    catalog.Ref    // zero: nobody is on call (before a rotation's start)
	Covers    catalog.Ref    // set while Person stands in by an override: whom the rotation names
	From      time.Time      // when Person took over; zero: not known or always
	Until     time.Time      // when somebody else takes over; zero: nobody else ever does
	Next      catalog.Ref    // who takes over at Until; zero when Until is
	Zone      *time.Location // the schedule's time zone, never nil; From and Until are in it
	File      string         // where the schedule stands, as a person would open it
	Line      int            // first line of the schedule in File, 0 when not known
	AsOf      time.Time      // when the source was last read or confirmed unchanged
	Services  []string       // the vendor's ids of the services that the schedule answers for
	Silent    string         // the source, where it has not answered since AsOf
	Strangers Strangers      // those of Person, Covers and Next who are in no catalog
}

// Strangers are people whom a source knows and the catalog does not: their names by the references that stand for
// them.
type Strangers map[catalog.Ref]string

// Gap reports whether nobody is on call.
func (s Shift) Gap() bool { return s.Person.IsZero() }
