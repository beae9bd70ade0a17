package oncall

import (
	"slices"
	"strings"
	"time"

	"github.com/backchannel-portal/backchannel/catalog"
)

// File is an on-call file.
type File struct {
	Name      string // as the user wrote its path
	Schedules []Schedule
}

// Schedule is one line of people who answer for a team.
type Schedule struct {
	ID        string
	Title     string // ID when the file gives none
	Team      catalog.Ref
	Services  []string // PagerDuty service ids
	Zone      *time.Location
	Days      int       // length of a turn: 1, 7 or 14 days
	Start     time.Time // the wall clock of the first hand-off, kept in UTC; read it in Zone with wall
	People    []catalog.Ref
	Overrides []Override // in the order of the file; a later one beats an earlier one where both apply
	Line      int
}

// Override puts one person on call while From <= now < To.
type Override struct {
	From, To time.Time
	Person   catalog.Ref
}

const (
	primarySuffix   = "-primary"
	secondarySuffix = "-secondary"
)

// Secondary reports whether the schedule is a second line: its id says so.
func (s *Schedule) Secondary() bool { return strings.HasSuffix(s.ID, secondarySuffix) }

// base is the id without the suffix that tells first and second lines apart.
func (s *Schedule) base() string {
	return strings.TrimSuffix(strings.TrimSuffix(s.ID, primarySuffix), secondarySuffix)
}

func (s *Schedule) mentions(person catalog.Ref) bool {
	return slices.Contains(s.People, person) ||
		slices.ContainsFunc(s.Overrides, func(o Override) bool { return o.Person == person })
}

// stretch is a time during which one person (or nobody) is on call. Zero bounds are open.
type stretch struct {
	person, covers catalog.Ref
	from, until    time.Time
	next           catalog.Ref
}

// around returns the whole stretch that contains t.
func (s *Schedule) around(t time.Time) stretch {
	p := s.piece(t)
	st := stretch{person: p.person, covers: p.covers, from: p.from}
	for n := s.pieces(); n > 0 && !st.from.IsZero(); n-- {
		before := s.piece(st.from.Add(-1))
		if before.person != st.person {
			break
		}
		st.from = before.from
	}
	st.until, st.next = s.follow(p)
	return st
}

// follow returns when somebody else takes over from the person of p, and who; zero when nobody ever does.
func (s *Schedule) follow(p piece) (time.Time, catalog.Ref) {
	q := p
	for n := s.pieces(); n > 0 && !q.until.IsZero(); n-- {
		q = s.piece(q.until)
		if q.person != p.person {
			return q.from, q.person
		}
	}
	return time.Time{}, catalog.Ref{}
}

// nextOf returns the first stretch of person that begins after the stretch st.
func (s *Schedule) nextOf(person catalog.Ref, st stretch) (stretch, bool) {
	if st.until.IsZero() {
		return stretch{}, false
	}
	best := s.find(person, st.until, time.Time{})
	for _, o := range s.Overrides { // one may lie further ahead than the walk goes
		if o.Person != person || !o.To.After(st.until) {
			continue
		}
		from := o.From
		if from.Before(st.until) {
			from = st.until
		}
		if t := s.find(person, from, o.To); !t.IsZero() && (best.IsZero() || t.Before(best)) {
			best = t
		}
	}
	if best.IsZero() {
		return stretch{}, false
	}
	return s.around(best), true
}

// find returns the first instant from on, and before limit if there is one, at which person is on call, or zero.
func (s *Schedule) find(person catalog.Ref, from, limit time.Time) time.Time {
	for n := s.pieces(); n > 0 && (limit.IsZero() || from.Before(limit)); n-- {
		p := s.piece(from)
		if p.person == person {
			return from
		}
		if p.until.IsZero() {
			break
		}
		from = p.until
	}
	return time.Time{}
}

// pieces bounds a walk: after so many pieces every override near by is behind, and then a whole round of the rotation.
func (s *Schedule) pieces() int { return (2*len(s.Overrides) + 2) * (len(s.People) + 1) }

// piece is a time during which neither the rotation's person nor the override in force changes.
type piece struct {
	person, covers catalog.Ref
	from, until    time.Time
}

// piece returns the piece that contains t.
func (s *Schedule) piece(t time.Time) piece {
	turn := s.turn(t)
	winner := -1
	for i := len(s.Overrides) - 1; i >= 0; i-- {
		if o := s.Overrides[i]; !t.Before(o.From) && t.Before(o.To) {
			winner = i
			break
		}
	}
	p := turn
	if winner >= 0 {
		o := s.Overrides[winner]
		p = piece{person: o.Person, from: o.From, until: o.To}
		if turn.person != o.Person {
			p.covers = turn.person
		}
	}
	for _, o := range s.Overrides[winner+1:] { // these beat what holds at t wherever they apply
		if o.From.After(t) && (p.until.IsZero() || o.From.Before(p.until)) {
			p.until = o.From
		}
		if !o.To.After(t) && o.To.After(p.from) {
			p.from = o.To
		}
	}
	return p
}

// turn returns whose turn it is by the rotation alone.
func (s *Schedule) turn(t time.Time) piece {
	if start := s.handoff(0); t.Before(start) {
		return piece{until: start}
	}
	if s.alone() {
		return piece{person: s.People[0], from: s.handoff(0)}
	}
	y, m, d := t.In(s.Zone).Date()
	sy, sm, sd := s.Start.Date()
	const day = 24 * 60 * 60
	days := int((time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() - time.Date(sy, sm, sd, 0, 0, 0, 0, time.UTC).Unix()) / day)
	k := max(days/s.Days, 0)
	for k > 0 && t.Before(s.handoff(k)) { // at most twice: the estimate is off by less than two turns
		k--
	}
	for !t.Before(s.handoff(k + 1)) {
		k++
	}
	return piece{person: s.People[k%len(s.People)], from: s.handoff(k), until: s.handoff(k + 1)}
}

// alone reports whether the rotation never changes hands.
func (s *Schedule) alone() bool {
	return !slices.ContainsFunc(s.People, func(p catalog.Ref) bool { return p != s.People[0] })
}

// handoff returns the instant of the k-th hand-off, counted from 0.
func (s *Schedule) handoff(k int) time.Time { return wall(s.Start.AddDate(0, 0, k*s.Days), s.Zone) }

// wall returns the instant at which clocks in zone show the date and time of civil (which is in UTC). A time that
// clocks show twice, when they are set back, is the first of the two; one they skip, when they are set forward, is as
// long after the change as it would have been: 02:30 becomes 03:30.
func wall(civil time.Time, zone *time.Location) time.Time {
	const day = 24 * time.Hour
	offset := func(t time.Time) time.Duration {
		_, seconds := t.In(zone).Zone()
		return time.Duration(seconds) * time.Second
	}
	before := civil.Add(-offset(civil.Add(-day)))
	if shows(before, zone, civil) {
		return before
	}
	if after := civil.Add(-offset(civil.Add(day))); shows(after, zone, civil) {
		return after
	}
	return before
}

func shows(t time.Time, zone *time.Location, civil time.Time) bool {
	_, seconds := t.In(zone).Zone()
	return t.Add(time.Duration(seconds) * time.Second).Equal(civil)
}
