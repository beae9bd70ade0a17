package oncall

import (
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

const good = `version: 1
schedules:
  - id: pay-primary
    title: Pay
    team: group:default/pay
    pagerdutyServices:
      - P1
    timezone: Europe/Berlin
    rotation:
      every: 1w
      handoffDay: MON
      start: 2026-09-07T10:00:00
      people: [ada, "user:ops/bob"]
    overrides:
      - from: 2026-11-22T16:00:00Z
        to: "2026-11-24T01:00:00+01:00"
        person: user:default/ada
`

func TestParse(t *testing.T) {
	t.Parallel()
	f, err := Parse("oncall.yaml", []byte(good))
	if err != nil {
		t.Fatal(err)
	}
	s := f.Schedules[0]
	if s.Line != 3 || s.Days != 7 || s.People[1].String() != "user:ops/bob" || s.Overrides[0].To.Hour() != 0 || s.Secondary() {
		t.Errorf("%+v", s)
	}
}

// TestMistakes changes one thing in a good file and expects the one sentence that names it.
func TestMistakes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ from, to, want string }{
		{"version: 1", "version: 2", `oncall.yaml:1: version: version "2" is not known; this program reads version 1`},
		{"version: 1\n", "", "oncall.yaml:1: version: this key is missing"},
		{"version: 1", "version: 1\nversion: 1", "oncall.yaml:2"},
		{"    title: Pay", "    titel: Pay", "oncall.yaml:4: schedules[0].titel: unknown key; known are id, title,"},
		{"    title: Pay", "    title: ''", "oncall.yaml:4: schedules[0].title: this must be a text"},
		{"id: pay-primary", "id: " + strings.Repeat("x", 400), "oncall.yaml:3: schedules[0].id: the text is longer than 300 bytes"},
		{"id: pay-primary", "id: 7", "oncall.yaml:3: schedules[0].id: this must be a text; put 7 in quotes"},
		{"version: 1", "version: '1'", `oncall.yaml:1: version: version "1" is not known`},
		{"id: pay-primary", "id: [a]", "oncall.yaml:3: schedules[0].id: this must be a text"},
		{"group:default/pay", "user:default/pay", `oncall.yaml:5: schedules[0].team: "user:default/pay" is a user; this must be a group`},
		{"group:default/pay", "group:/pay", "oncall.yaml:5: schedules[0].team: entity reference"},
		{"      - P1", "      - {}", "oncall.yaml:7: schedules[0].pagerdutyServices[0]: this must be a text"},
		{"Europe/Berlin", "Europe/Atlantis", `oncall.yaml:8: schedules[0].timezone: "Europe/Atlantis" is not an IANA time zone`},
		{"Europe/Berlin", "Local", `oncall.yaml:8: schedules[0].timezone: "Local" is not`},
		{"every: 1w", "every: 3w", `oncall.yaml:10: schedules[0].rotation.every: "3w" is not one of 1d, 1w, 2w`},
		{"every: 1w", "every: 1d", "oncall.yaml:11: schedules[0].rotation.handoffDay: a daily rotation has no hand-off day"},
		{"MON", "TUE", "oncall.yaml:11: schedules[0].rotation.handoffDay: the hand-off day is TUE but the rotation starts on a Monday"},
		{"MON", "Someday", `oncall.yaml:11: schedules[0].rotation.handoffDay: "Someday" is not one of MON`},
		{"2026-09-07T10:00:00", "2026-09-07T10:00:00Z", "oncall.yaml:12: schedules[0].rotation.start: \"2026-09-07T10:00:00Z\" has a time zone"},
		{"2026-09-07T10:00:00", "7 September", "oncall.yaml:12: schedules[0].rotation.start: \"7 September\" is not a wall clock time"},
		{"2026-09-07T10:00:00", "0026-09-07T10:00:00", "oncall.yaml:12: schedules[0].rotation.start:"},
		{`[ada, "user:ops/bob"]`, "[]", "oncall.yaml:13: schedules[0].rotation.people: a rotation needs at least one person"},
		{`[ada, "user:ops/bob"]`, "ada", "oncall.yaml:13: schedules[0].rotation.people: this must be a list"},
		{`[ada, "user:ops/bob"]`, "[group:ada]", `oncall.yaml:13: schedules[0].rotation.people[0]: "group:ada" is a group; this must be a user`},
		{`[ada, "user:ops/bob"]`, "[" + strings.Repeat("a,", 200) + "]", "oncall.yaml:13: schedules[0].rotation.people: the list has 200 items, more than 100"},
		{"2026-11-22T16:00:00Z", "2026-11-22", `oncall.yaml:15: schedules[0].overrides[0].from: "2026-11-22" is not an RFC 3339 time`},
		{"2026-11-22T16:00:00Z", "2026-11-25T16:00:00Z", "oncall.yaml:16: schedules[0].overrides[0].to: the override ends before it begins"},
		{"        person: user:default/ada", "", "oncall.yaml:15: schedules[0].overrides[0].person: this key is missing"},
		{"    overrides:", "    overrides: 7\n    x:", "schedules[0].overrides: this must be a list"},
	} {
		broken := strings.Replace(good, c.from, c.to, 1)
		if broken == good {
			t.Errorf("%q does not occur", c.from)
		}
		_, err := Parse("oncall.yaml", []byte(broken))
		if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q -> %q:\n got %v\nwant %s", c.from, c.to, err, c.want)
		}
	}
}

func TestMistakesOfTheWhole(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ in, want string }{
		{"", "oncall.yaml: the file is empty"},
		{"# nothing\n", "oncall.yaml: the file is empty"},
		{"- 1", "oncall.yaml:1: this must be a mapping with the keys version, schedules"},
		{"version: 1\nschedules:\n  - 7", "oncall.yaml:3: schedules[0]: this must be a mapping"},
		{"version: [", "oncall.yaml"},
		{"version: 1\nschedules: []\n---\nversion: 1\n", "oncall.yaml:4: a second document starts here"},
		{good + strings.TrimPrefix(good, "version: 1\nschedules:\n"), `schedule "pay-primary" is already defined in line 3`},
		{"version: 1\nschedules:\n" + strings.Repeat("  - {}\n", 30), "there are more mistakes"},
	} {
		_, err := Parse("oncall.yaml", []byte(c.in))
		if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%.40q:\n got %v\nwant %s", c.in, err, c.want)
		}
	}
	if f, err := Parse("oncall.yaml", []byte("version: 1\nschedules: []\n")); err != nil || len(f.Schedules) != 0 {
		t.Errorf("no schedules: %v, %v", f, err)
	}
}

func FuzzParse(f *testing.F) {
	sample, err := os.ReadFile("testdata/harborlane.yaml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(sample)
	f.Add([]byte(good))
	f.Add([]byte("a: &a [*a]"))
	f.Add([]byte("version: 1\nschedules: [&x {id: *x}]"))
	f.Add([]byte("\xef\xbb\xbfversion: 1\nschedules: []"))
	f.Add([]byte("\xff\xfe"))
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := Parse("f", data)
		if err != nil {
			if e := (*fault.Error)(nil); !errors.As(err, &e) {
				t.Errorf("%T: %v", err, err)
			}
			return
		}
		for i := range file.Schedules {
			s := &file.Schedules[i]
			st := s.around(s.Start)
			if st.person.IsZero() && wall(s.Start, s.Zone).Equal(s.Start) {
				t.Errorf("nobody at the start of %+v", s)
			}
		}
	})
}
