package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/cmd/backchannel/config"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/plugins"
)

const dutyCatalog = `apiVersion: backstage.io/v1alpha1
kind: Group
metadata: {name: web}
spec: {type: team, children: []}
---
apiVersion: backstage.io/v1alpha1
kind: User
metadata: {name: mei, annotations: {slack.com/user-id: UMEI}}
spec: {profile: {displayName: Mei Lin, email: mei@acme.dev}, memberOf: [web]}
---
apiVersion: backstage.io/v1alpha1
kind: User
metadata: {name: tom}
spec: {profile: {displayName: Tom Berg, email: tom@acme.dev}, memberOf: [web]}
---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: shop, annotations: {pagerduty.com/service-id: PSHOP, pagerduty.com/integration-key: key-1}}
spec: {type: website, lifecycle: production, owner: web}
`

// dutyCalendar has two people in turn, a week each from Monday 5 January 2026.
const dutyCalendar = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//t//EN\r\n" +
	"BEGIN:VEVENT\r\nUID:1\r\nDTSTART:20260105T090000Z\r\nDURATION:P1W\r\nRRULE:FREQ=WEEKLY;INTERVAL=2\r\nSUMMARY:%s\r\nEND:VEVENT\r\n" +
	"BEGIN:VEVENT\r\nUID:2\r\nDTSTART:20260112T090000Z\r\nDURATION:P1W\r\nRRULE:FREQ=WEEKLY;INTERVAL=2\r\nSUMMARY:tom@acme.dev\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"

// onDuty is the app of a company with a calendar, at a time.
func onDuty(t *testing.T, now time.Time, name string) *app {
	t.Helper()
	dir := t.TempDir()
	for file, text := range map[string]string{
		"all.yaml": dutyCatalog, "duty.ics": fmt.Sprintf(dutyCalendar, name),
		"backchannel.yaml": "catalog: {locations: [{type: file, target: ./all.yaml}]}\nplugins:\n  oncall:\n    calendars: [{id: web, team: web, file: ./duty.ics}]\n" +
			"    groups: [{group: 'chat:T1/S1', for: web}]\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cfg, err := config.Load(filepath.Join(dir, "backchannel.yaml"), os.LookupEnv)
	if err != nil {
		t.Fatal(err)
	}
	s := &session{ctx: t.Context()}
	s.err = io.Discard
	a, err := s.oneShot(cfg, func() time.Time { return now })
	if err != nil {
		t.Fatal(err)
	}
	a.log = slog.New(slog.DiscardHandler)
	t.Cleanup(a.close)
	return a
}

// chatGroups are groups of a chat that a test looks at.
type chatGroups struct {
	members []string
	sets    int
	err     error
}

func (c *chatGroups) Members(context.Context, string, string) ([]string, error) {
	return slices.Clone(c.members), c.err
}

func (c *chatGroups) SetMembers(_ context.Context, workspace, group string, people []string) error {
	if workspace != "T1" || group != "S1" {
		return fault.New(fault.NotFound, "no group %s/%s", workspace, group)
	}
	c.members, c.sets = people, c.sets+1
	return c.err
}

func (c *chatGroups) FindMember(_ context.Context, _, email string) (string, error) {
	id, ok := map[string]string{"tom@acme.dev": "UTOM", "mei@acme.dev": "UMEI"}[email]
	if !ok {
		return "", fault.New(fault.NotFound, "nobody has %s", email)
	}
	return id, nil
}

func TestGroupsFollowWhoIsOnCall(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, who string
		now       time.Time
		have      []string
		want      []string
		sets      int
	}{
		{"the first week", "On call: Mei Lin", time.Date(2026, 1, 6, 0, 0, 0, 0, time.UTC), []string{"UTOM"}, []string{"UMEI"}, 1},
		{"the second week", "On call: Mei Lin", time.Date(2026, 1, 13, 0, 0, 0, 0, time.UTC), []string{"UMEI", "UTOM"}, []string{"UTOM"}, 1},
		{"in step already", "On call: Mei Lin", time.Date(2026, 1, 6, 0, 0, 0, 0, time.UTC), []string{"UMEI"}, []string{"UMEI"}, 0},
		{"somebody without an account", "A Stranger", time.Date(2026, 1, 6, 0, 0, 0, 0, time.UTC), []string{"UTOM"}, []string{"UTOM"}, 0},
		{"nobody yet", "Mei Lin", time.Date(2025, 12, 30, 0, 0, 0, 0, time.UTC), []string{"UTOM"}, []string{"UTOM"}, 0},
	} {
		a := onDuty(t, tt.now, tt.who)
		chat := &chatGroups{members: tt.have}
		a.duty.chats = chats{"chat": chat}
		if err := a.duty.keepGroups(t.Context()); err != nil || !slices.Equal(chat.members, tt.want) || chat.sets != tt.sets {
			t.Errorf("%s: %v, set %d times, %v", tt.name, chat.members, chat.sets, err)
		}
	}
	a := onDuty(t, time.Date(2026, 1, 6, 0, 0, 0, 0, time.UTC), "Mei Lin")
	if err := a.duty.keepGroups(t.Context()); !fault.Is(err, fault.Invalid) {
		t.Errorf("a platform that is not there: %v", err)
	}
	a.duty.chats = chats{"chat": &chatGroups{err: fault.New(fault.Forbidden, "missing_scope")}}
	if err := a.duty.keepGroups(t.Context()); !fault.Is(err, fault.Forbidden) || !strings.Contains(err.Error(), "chat:T1/S1") {
		t.Errorf("without the right: %v", err)
	}
}

func TestDirectory(t *testing.T) {
	t.Parallel()
	d := onDuty(t, time.Date(2026, 1, 6, 0, 0, 0, 0, time.UTC), "Mei Lin").duty.who
	for _, tt := range []struct {
		p    plugins.RosterPerson
		want string
	}{
		{plugins.RosterPerson{Email: "MEI@acme.dev", Name: "Somebody else"}, "mei"}, {plugins.RosterPerson{Name: "tom berg"}, "tom"}, {plugins.RosterPerson{Name: "tom"}, "tom"},
		{plugins.RosterPerson{Name: "Nobody"}, ""}, {plugins.RosterPerson{}, ""},
	} {
		if ref, ok := d.Person(tt.p); ref.Name != tt.want || ok != (tt.want != "") {
			t.Errorf("%+v is %v, %v", tt.p, ref, ok)
		}
	}
	for _, l := range []plugins.RosterLine{{Services: []string{"pshop"}}, {Keys: []string{"key-1"}}} {
		if ref, ok := d.Line(l); !ok || ref != catalog.MakeRef("group", "", "web") {
			t.Errorf("%+v belongs to %v, %v", l, ref, ok)
		}
	}
	if _, ok := d.Line(plugins.RosterLine{Services: []string{"P9"}}); ok {
		t.Error("an unknown service belongs to somebody")
	}
	if w := d.wanted(); !slices.Equal(w.Services, []string{"PSHOP"}) || !slices.Equal(w.Keys, []string{"key-1"}) {
		t.Errorf("%+v", w)
	}
}
