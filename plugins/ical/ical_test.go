package ical

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/outbound"
)

func calendar(lines ...string) []byte {
	return []byte("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\n" + strings.Join(lines, "\r\n") + "\r\nEND:VCALENDAR\r\n")
}

func vevent(lines ...string) string {
	return "BEGIN:VEVENT\r\nUID:u1\r\nDTSTAMP:20260101T000000Z\r\n" + strings.Join(lines, "\r\n") + "\r\nEND:VEVENT"
}

// turns are the turns of a calendar from 20 November to 10 December 2026, as lines.
func turns(t *testing.T, zone string, data []byte) []string {
	t.Helper()
	from := time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)
	got, _, err := expand(data, zone, from, from.AddDate(0, 0, 20))
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, s := range got {
		out = append(out, s.from.Format("0102T1504")+"-"+s.to.Format("0102T1504")+" "+strings.Trim(s.person.Name+" "+s.person.Email, " "))
	}
	return out
}

func TestExpand(t *testing.T) {
	t.Parallel()
	const mei, tom = "ATTENDEE;CN=Mei Lin;PARTSTAT=ACCEPTED:mailto:mei@acme.example", "ATTENDEE;CN=Tom:MAILTO:tom@acme.example"
	const m, k = " Mei Lin mei@acme.example", " Tom tom@acme.example"
	for name, tt := range map[string]struct {
		zone  string
		lines []string
		want  []string
	}{
		"one, in UTC":  {"", []string{vevent("DTSTART:20261123T090000Z", "DTEND:20261124T090000Z", mei)}, []string{"1123T0900-1124T0900" + m}},
		"long before":  {"", []string{vevent("DTSTART:20260123T090000Z", "DTEND:20260124T090000Z", mei)}, nil},
		"still on":     {"", []string{vevent("DTSTART:20261101T090000Z", "DTEND:20261130T090000Z", mei)}, []string{"1101T0900-1130T0900" + m}},
		"a zone":       {"", []string{vevent("DTSTART;TZID=Europe/Berlin:20261123T090000", "DURATION:PT12H", mei)}, []string{"1123T0800-1123T2000" + m}},
		"Windows' own": {"", []string{vevent("DTSTART;TZID=W. Europe Standard Time:20261123T090000", "DTEND;TZID=W. Europe Standard Time:20261123T100000", mei)}, []string{"1123T0800-1123T0900" + m}},
		"a maker's own": {"", []string{vevent("DTSTART;TZID=/mozilla.org/20050126_1/Europe/Berlin:20261123T090000", "DURATION:PT1H", mei)},
			[]string{"1123T0800-1123T0900" + m}},
		"a zone of one offset": {"", []string{
			"BEGIN:VTIMEZONE\r\nTZID:Ours\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:+0530\r\nTZOFFSETTO:+0530\r\nEND:STANDARD\r\nEND:VTIMEZONE",
			vevent("DTSTART;TZID=Ours:20261123T090000", "DURATION:PT1H", mei)}, []string{"1123T0330-1123T0430" + m}},
		"without a zone":               {"Asia/Shanghai", []string{vevent("DTSTART:20261123T090000", "DTEND:20261123T180000", mei)}, []string{"1123T0100-1123T1000" + m}},
		"the calendar's zone":          {"", []string{"X-WR-TIMEZONE:America/New_York", vevent("DTSTART:20261123T090000", "DTEND:20261123T180000", mei)}, []string{"1123T1400-1123T2300" + m}},
		"whole days":                   {"Europe/Berlin", []string{vevent("DTSTART;VALUE=DATE:20261123", "DTEND;VALUE=DATE:20261125", mei)}, []string{"1122T2300-1124T2300" + m}},
		"a whole day without an end":   {"", []string{vevent("DTSTART;VALUE=DATE:20261123", mei)}, []string{"1123T0000-1124T0000" + m}},
		"a whole week by its duration": {"", []string{vevent("DTSTART;VALUE=DATE:20261123", "DURATION:P1W", mei)}, []string{"1123T0000-1130T0000" + m}},
		"no time at all":               {"", []string{vevent("DTSTART:20261123T090000Z", mei)}, nil},
		"two at once":                  {"", []string{vevent("DTSTART:20261123T090000Z", "DTEND:20261124T090000Z", mei, tom)}, []string{"1123T0900-1124T0900" + m, "1123T0900-1124T0900" + k}},
		"declined, and a room": {"", []string{vevent("DTSTART:20261123T090000Z", "DTEND:20261124T090000Z", mei,
			"ATTENDEE;PARTSTAT=DECLINED:mailto:no@acme.example", "ATTENDEE;CUTYPE=ROOM:mailto:room@acme.example")}, []string{"1123T0900-1124T0900" + m}},
		"by the summary": {"", []string{vevent("DTSTART:20261123T090000Z", "DTEND:20261124T090000Z", "SUMMARY:On call: Mei Lin (primary)")}, []string{"1123T0900-1124T0900 Mei Lin"}},
		"weekly, from long ago": {"", []string{vevent("DTSTART;TZID=Europe/Berlin:20200106T090000", "DURATION:P1W", "RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=MO", mei)},
			[]string{"1116T0800-1123T0800" + m, "1130T0800-1207T0800" + m}},
		"left out": {"", []string{vevent("DTSTART:20261121T090000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=4", "EXDATE:20261122T090000Z,20261124T090000Z", mei)},
			[]string{"1121T0900-1121T1000" + m, "1123T0900-1123T1000" + m}},
		"left out, in a zone": {"", []string{vevent("DTSTART;TZID=Europe/Berlin:20261121T090000", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=2", "EXDATE;TZID=Europe/Berlin:20261122T090000", mei)},
			[]string{"1121T0800-1121T0900" + m}},
		"more dates": {"", []string{vevent("DTSTART:20261121T090000Z", "DURATION:PT1H", "RDATE:20261125T120000Z", mei)}, []string{"1121T0900-1121T1000" + m, "1125T1200-1125T1300" + m}},
		"somebody stands in": {"", []string{
			vevent("DTSTART:20261121T090000Z", "DURATION:P1D", "RRULE:FREQ=DAILY;COUNT=3", mei),
			vevent("RECURRENCE-ID:20261122T090000Z", "DTSTART:20261122T120000Z", "DURATION:PT6H", tom)},
			[]string{"1121T0900-1122T0900" + m, "1122T1200-1122T1800" + k, "1123T0900-1124T0900" + m}},
		"one is called off": {"", []string{
			vevent("DTSTART:20261121T090000Z", "DURATION:P1D", "RRULE:FREQ=DAILY;COUNT=2", mei),
			vevent("RECURRENCE-ID:20261122T090000Z", "DTSTART:20261122T090000Z", "DURATION:P1D", "STATUS:CANCELLED", mei)},
			[]string{"1121T0900-1122T0900" + m}},
		"all that follow": {"", []string{
			vevent("DTSTART:20261121T090000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=3", mei),
			vevent("RECURRENCE-ID;RANGE=THISANDFUTURE:20261122T090000Z", "DTSTART:20261122T100000Z", "DURATION:PT2H", tom)},
			[]string{"1121T0900-1121T1000" + m, "1122T1000-1122T1200" + k, "1123T1000-1123T1200" + k}},
		"a newer version": {"", []string{
			vevent("SEQUENCE:2", "DTSTART:20261121T090000Z", "DURATION:PT1H", tom), vevent("SEQUENCE:1", "DTSTART:20261121T090000Z", "DURATION:PT1H", mei)},
			[]string{"1121T0900-1121T1000" + k}},
		"until a day": {"", []string{vevent("DTSTART:20261121T090000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY;UNTIL=20261122", mei)}, []string{"1121T0900-1121T1000" + m, "1122T0900-1122T1000" + m}},
		"every 12 hours": {"", []string{vevent("DTSTART:20261121T090000Z", "DURATION:PT12H", "RRULE:FREQ=HOURLY;INTERVAL=24;COUNT=2", mei)},
			[]string{"1121T0900-1121T2100" + m, "1122T0900-1122T2100" + m}},
	} {
		if diff := cmp.Diff(tt.want, turns(t, tt.zone, calendar(tt.lines...))); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// TestWallClock: a shift begins at the same wall clock time on both sides of a change of the clocks.
func TestWallClock(t *testing.T) {
	t.Parallel()
	data := calendar(vevent("DTSTART;TZID=Europe/Berlin:20261023T090000", "DURATION:P1D", "RRULE:FREQ=DAILY;COUNT=4", "SUMMARY:Mei"))
	got, zone, err := expand(data, "Europe/Berlin", time.Date(2026, 10, 20, 0, 0, 0, 0, time.UTC), time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC))
	if err != nil || zone != "Europe/Berlin" || len(got) != 4 {
		t.Fatal(got, zone, err)
	}
	for i, want := range []string{"07:00-07:00", "07:00-08:00", "08:00-08:00", "08:00-08:00"} {
		if is := got[i].from.Format("15:04") + "-" + got[i].to.Format("15:04"); is != want {
			t.Errorf("day %d: %s, want %s", i, is, want)
		}
	}
	if got[1].to.Sub(got[1].from) != 25*time.Hour {
		t.Errorf("the day of 25 hours has %v", got[1].to.Sub(got[1].from))
	}
}

func TestBadCalendars(t *testing.T) {
	t.Parallel()
	from := time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)
	for name, tt := range map[string]struct{ data, want string }{
		"nothing":    {"", ""},
		"a web page": {"<html>", "iCalendar"},
		"JSON":       {"{}", "iCalendar"},
		"no start":   {string(calendar(vevent("SUMMARY:Mei"))), "DTSTART"},
		"no time":    {string(calendar(vevent("DTSTART:tomorrow"))), "DTSTART"},
		"no zone":    {string(calendar(vevent("DTSTART;TZID=Middle-earth:20261123T090000", "DURATION:PT1H", "SUMMARY:Mei"))), `time zone "Middle-earth" is not known`},
		"no rule":    {string(calendar(vevent("DTSTART:20261123T090000Z", "DURATION:PT1H", "RRULE:FREQ=SOMETIMES", "SUMMARY:Mei"))), "RRULE"},
		"by the minute": {string(calendar(vevent("DTSTART:20261123T090000Z", "DURATION:PT1H", "RRULE:FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30", "SUMMARY:Mei"))),
			"by the minute"},
		"hourly conditions": {string(calendar(vevent("DTSTART:20261123T090000Z", "DURATION:PT1H", "RRULE:FREQ=HOURLY;BYMONTHDAY=30;BYMONTH=2", "SUMMARY:Mei"))),
			"further conditions"},
		"hourly since 1970": {string(calendar(vevent("DTSTART:19700101T090000Z", "DURATION:PT1H", "RRULE:FREQ=HOURLY", "SUMMARY:Mei"))), "too often"},
		"no duration":       {string(calendar(vevent("DTSTART:20261123T090000Z", "DURATION:PT", "DURATION:5M", "SUMMARY:Mei"))), "duration"},
		"cut off":           {"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART:2026", "iCalendar"},
	} {
		_, _, err := expand([]byte(tt.data), "", from, from.AddDate(0, 1, 0))
		if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestNamed(t *testing.T) {
	t.Parallel()
	for summary, want := range map[string]string{
		"Mei Lin": "Mei Lin", "On call: Mei Lin": "Mei Lin", "On-Call - Mei Lin - Payments primary": "Mei Lin", "Mei Lin is on call": "Mei Lin",
		"Mei Lin on call for Payments": "Mei Lin", "值班：林梅": "林梅", "林梅 值班": "林梅", "Primary": "", "": "", "Mei Lin (L1)": "Mei Lin",
		"mei@acme.dev": "|mei@acme.dev", "Payments on-call mei@acme.dev": "Payments|mei@acme.dev", strings.Repeat("x", 301): "",
	} {
		p := named(summary)
		got := p.Name
		if p.Email != "" {
			got += "|" + p.Email
		}
		if got != want {
			t.Errorf("%q names %q, want %q", summary, got, want)
		}
	}
}

func TestRoster(t *testing.T) {
	t.Parallel()
	data := calendar("X-WR-TIMEZONE:Europe/Berlin", vevent("DTSTART:20261123T090000", "DURATION:P1W", "SUMMARY:Mei Lin"), strings.Replace(vevent("DTSTART:20261130T090000", "DURATION:P1W", "SUMMARY:mei@acme.dev"), "UID:u1", "UID:u2", 1))
	path := filepath.Join(t.TempDir(), "duty.ics")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	c := New(Config{ID: "duty", File: path, Group: catalog.MakeRef("group", "", "pay"), Level: 2, Services: []string{"P1"}})
	from := time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)
	r, err := c.Roster(t.Context(), from, from.AddDate(0, 1, 0))
	if err != nil || len(r.Lines) != 1 || len(r.People) != 2 {
		t.Fatal(r, err)
	}
	l := r.Lines[0]
	if l.ID != "duty" || l.Level != 2 || l.Zone != "Europe/Berlin" || len(l.Stretches) != 2 || r.People["Mei Lin"].Name != "Mei Lin" || r.People["mei@acme.dev"].Email != "mei@acme.dev" || c.Name() != "duty" {
		t.Errorf("%+v", r)
	}
	for name, cfg := range map[string]Config{"missing": {ID: "x", File: path + "x"}, "folder": {ID: "x", File: filepath.Dir(path)}} {
		if _, err := New(cfg).Roster(t.Context(), from, from); err == nil {
			t.Errorf("%s is read", name)
		}
	}
}

// TestAddress: what a calendar's address may answer with; no error names the address, which is a secret.
func TestAddress(t *testing.T) {
	t.Parallel()
	const secret = "/private-0123456789/basic.ics"
	for name, tt := range map[string]struct {
		handler http.HandlerFunc
		kind    fault.Kind
	}{
		"401": {status(http.StatusUnauthorized), fault.Forbidden},
		"403": {status(http.StatusForbidden), fault.Forbidden},
		"404": {status(http.StatusNotFound), fault.NotFound},
		"429": {status(http.StatusTooManyRequests), fault.Upstream},
		"500": {status(http.StatusInternalServerError), fault.Upstream},
		"HTML": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			w.Write([]byte("<html>login"))
		}, fault.Upstream},
		"large": {func(w http.ResponseWriter, _ *http.Request) { w.Write(make([]byte, 2<<20)) }, fault.Invalid},
		"drip": {func(w http.ResponseWriter, r *http.Request) {
			w.Write([]byte("BEGIN:"))
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		}, fault.Upstream},
		"cut": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "999")
			w.Write([]byte("BEGIN:VCALENDAR"))
		}, fault.Upstream},
		"other": {func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte(`{"a":1}`)) }, fault.Invalid},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := httptest.NewServer(tt.handler)
			defer srv.Close()
			way := outbound.New(outbound.Options{
				Hosts: []outbound.Host{{Name: strings.TrimPrefix(srv.URL, "http://"), Private: true, Plain: true, Rate: 1000}}, MaxBody: 1 << 20,
				Idle: 1500 * time.Millisecond, Backoff: time.Millisecond, Attempts: 2,
			})
			defer way.Close()
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			defer cancel()
			_, err := New(Config{ID: "duty", URL: srv.URL + secret, Way: way}).Roster(ctx, time.Now(), time.Now())
			if !fault.Is(err, tt.kind) || strings.Contains(err.Error(), "0123456789") {
				t.Errorf("%v, want kind %v", err, tt.kind)
			}
		})
	}
	way := refusing{}
	if _, err := New(Config{ID: "duty", URL: "https://x.example" + secret, Way: way}).Roster(t.Context(), time.Now(), time.Now()); err == nil || strings.Contains(err.Error(), "0123456789") {
		t.Errorf("away: %v", err)
	}
}

func status(s int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(s) }
}

type refusing struct{}

func (refusing) Do(_ context.Context, r outbound.Request) (*outbound.Response, error) {
	return nil, errors.New(r.URL + " cannot be read")
}

func FuzzCalendar(f *testing.F) {
	f.Add(string(calendar(vevent("DTSTART;TZID=Europe/Berlin:20200106T090000", "DURATION:P1W", "RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=MO", "ATTENDEE;CN=M:mailto:m@a.b"))))
	f.Add(string(calendar(vevent("DTSTART:20261121T090000Z", "DTEND:20261122T090000Z", "RRULE:FREQ=YEARLY;BYWEEKNO=53;BYSETPOS=-1;BYEASTER=1", "EXDATE:20261122T090000Z", "RDATE;VALUE=PERIOD:20261122T090000Z/PT1H"))))
	f.Add(string(calendar("BEGIN:VTIMEZONE", "TZID:x", "BEGIN:STANDARD", "TZOFFSETTO:+0100", "END:STANDARD", "END:VTIMEZONE")))
	f.Add("BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;=\n")
	f.Fuzz(func(t *testing.T, data string) {
		from := time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)
		to := from.AddDate(0, 0, 30)
		got, _, err := expand([]byte(data), "", from, to)
		if err != nil {
			return
		}
		for _, s := range got {
			if !s.to.After(s.from) || !s.to.After(from) || !s.from.Before(to) {
				t.Errorf("a turn from %v to %v", s.from, s.to)
			}
		}
	})
}
