package oncall

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/catalog"
)

// step is what all times of the random schedules are multiples of.
const step = 10 * time.Minute

// naive goes through a stretch of time step by step and notes who is on call, with no arithmetic on hand-offs
// but "the clock on the wall shows the hand-off's time and enough days have passed".
type naive struct {
	begin  time.Time
	people []catalog.Ref // one a step from begin
}

func simulate(s *Schedule, begin, end time.Time) naive {
	n := naive{begin: begin}
	turns := -1
	last := "" // civil date of the newest hand-off: a clock that is set back shows its time twice
	for t := begin; t.Before(end); t = t.Add(step) {
		local := t.In(s.Zone)
		if local.Hour() == s.Start.Hour() && local.Minute() == s.Start.Minute() && local.Format(time.DateOnly) != last {
			if days := daysBetween(s.Start, local); days >= 0 && days%s.Days == 0 {
				turns, last = turns+1, local.Format(time.DateOnly)
			}
		}
		var who catalog.Ref
		if turns >= 0 {
			who = s.People[turns%len(s.People)]
		}
		for _, o := range s.Overrides {
			if !t.Before(o.From) && t.Before(o.To) {
				who = o.Person
			}
		}
		n.people = append(n.people, who)
	}
	return n
}

func daysBetween(from, to time.Time) int {
	days := 0
	for d := from; d.Format(time.DateOnly) < to.Format(time.DateOnly); d = d.AddDate(0, 0, 1) {
		days++
	}
	if from.Format(time.DateOnly) > to.Format(time.DateOnly) {
		return -1
	}
	return days
}

// TestAgainstSteps compares random schedules around clock changes with the naive reference.
func TestAgainstSteps(t *testing.T) {
	t.Parallel()
	zones := map[string]time.Time{ // a moment shortly before a change of the clocks
		"Europe/Berlin":       time.Date(2026, 10, 15, 0, 0, 0, 0, time.UTC),
		"America/Toronto":     time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC),
		"Australia/Lord_Howe": time.Date(2026, 3, 28, 0, 0, 0, 0, time.UTC), // by half an hour
		"Africa/Casablanca":   time.Date(2026, 2, 8, 0, 0, 0, 0, time.UTC),
		"Asia/Shanghai":       time.Date(2026, 2, 8, 0, 0, 0, 0, time.UTC),
	}
	for name, near := range zones {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		for seed := range uint64(6) {
			t.Run(fmt.Sprintf("%s/%d", name, seed), func(t *testing.T) {
				t.Parallel()
				r := rand.New(rand.NewPCG(seed, 1))
				s := random(r, zone, near)
				begin := wall(s.Start, zone).Add(-time.Hour)
				end := begin.AddDate(0, 0, 45)
				compare(t, s, simulate(s, begin, end), r)
			})
		}
	}
}

func random(r *rand.Rand, zone *time.Location, near time.Time) *Schedule {
	s := &Schedule{ID: "x", Zone: zone, Days: []int{1, 7, 14}[r.IntN(3)]}
	hour := []int{0, 1, 4, 9, 23}[r.IntN(5)] // never inside the hour that is skipped
	s.Start = near.AddDate(0, 0, r.IntN(7)).Add(time.Duration(hour)*time.Hour + 30*time.Minute)
	for range 1 + r.IntN(4) {
		s.People = append(s.People, person(r))
	}
	for range r.IntN(6) {
		from := near.Add(time.Duration(r.IntN(40*24*6)) * step)
		to := from.Add(time.Duration(1+r.IntN(5*24*6)) * step)
		s.Overrides = append(s.Overrides, Override{from, to, person(r)})
	}
	return s
}

func person(r *rand.Rand) catalog.Ref {
	return catalog.MakeRef("user", "", string(rune('a'+r.IntN(4))))
}

func compare(t *testing.T, s *Schedule, n naive, r *rand.Rand) {
	t.Helper()
	at := func(i int) time.Time { return n.begin.Add(time.Duration(i) * step) }
	for i, want := range n.people {
		if got := s.piece(at(i)); got.person != want {
			t.Fatalf("%v: %v, want %v; %+v", at(i), got.person, want, s)
		}
	}
	for range 100 {
		i := r.IntN(len(n.people))
		st := s.around(at(i))
		first, last := i, i
		for first > 0 && n.people[first-1] == n.people[i] {
			first--
		}
		for last+1 < len(n.people) && n.people[last+1] == n.people[i] {
			last++
		}
		if first > 0 && !st.from.Equal(at(first)) {
			t.Fatalf("%v: from %v, want %v; %+v", at(i), st.from, at(first), s)
		}
		if last+1 < len(n.people) && (!st.until.Equal(at(last+1)) || st.next != n.people[last+1]) {
			t.Fatalf("%v: until %v then %v, want %v then %v; %+v", at(i), st.until, st.next, at(last+1), n.people[last+1], s)
		}
		who := person(r)
		next, ok := s.nextOf(who, st)
		j := last + 1
		for j < len(n.people) && n.people[j] != who {
			j++
		}
		if j < len(n.people) && (!ok || !next.from.Equal(at(j))) {
			t.Fatalf("%v: next of %v is %v, want %v; %+v", at(i), who, next.from, at(j), s)
		}
	}
}

func TestWall(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ zone, civil, want string }{
		{"Europe/Berlin", "2026-03-29T02:30:00", "2026-03-29T01:30:00Z"}, // skipped: 03:30 summer time
		{"Europe/Berlin", "2026-10-25T02:30:00", "2026-10-25T00:30:00Z"}, // twice: the first
		{"Europe/Berlin", "2026-10-25T03:00:00", "2026-10-25T02:00:00Z"},
		{"Europe/Berlin", "2026-10-25T01:59:59", "2026-10-24T23:59:59Z"},
		{"America/Toronto", "2026-11-01T01:00:00", "2026-11-01T05:00:00Z"},
		{"Asia/Shanghai", "2026-11-23T09:00:00", "2026-11-23T01:00:00Z"},
		{"Pacific/Kiritimati", "2026-11-23T00:00:00", "2026-11-22T10:00:00Z"},
		{"Etc/UTC", "2026-11-23T00:00:00", "2026-11-23T00:00:00Z"},
	} {
		zone, err := time.LoadLocation(c.zone)
		if err != nil {
			t.Fatal(err)
		}
		civil, err := time.Parse("2006-01-02T15:04:05", c.civil)
		if err != nil {
			t.Fatal(err)
		}
		if got := wall(civil, zone).UTC().Format(time.RFC3339); got != c.want {
			t.Errorf("%s %s: %s, want %s", c.zone, c.civil, got, c.want)
		}
	}
}

func TestFarAway(t *testing.T) {
	t.Parallel()
	a, b := catalog.MakeRef("user", "", "a"), catalog.MakeRef("user", "", "b")
	s := &Schedule{Zone: time.UTC, Days: 1, Start: time.Date(1970, 1, 1, 9, 0, 0, 0, time.UTC), People: []catalog.Ref{a, b}}
	for _, year := range []int{1, 1969, 1970, 2500, 9999, 200000} {
		st := s.around(time.Date(year, 6, 1, 0, 0, 0, 0, time.UTC))
		if gap := year < 1970; st.person.IsZero() != gap {
			t.Errorf("%d: %+v", year, st)
		}
	}
}

// TestSamePersonAgain has a person whose turns and overrides touch many times over; the stretch spans them all.
func TestSamePersonAgain(t *testing.T) {
	t.Parallel()
	a, b := catalog.MakeRef("user", "", "a"), catalog.MakeRef("user", "", "b")
	start := time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)
	s := &Schedule{Zone: time.UTC, Days: 1, Start: start, People: []catalog.Ref{a, a, a, a, a, b}}
	for i := range 10 { // every turn of b is covered by a
		from := start.AddDate(0, 0, 6*i+5)
		s.Overrides = append(s.Overrides, Override{from, from.AddDate(0, 0, 1), a})
	}
	st := s.around(start.AddDate(0, 0, 30))
	if !st.from.Equal(start) || !st.until.Equal(start.AddDate(0, 0, 65)) || st.next != b {
		t.Errorf("%+v", st)
	}
}
