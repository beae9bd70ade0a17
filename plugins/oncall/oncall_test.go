package oncall_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/plugins"
	"github.com/backchannel-portal/backchannel/plugins/oncall"
)

var monday = time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)

func open(t *testing.T, path string) *oncall.Source {
	t.Helper()
	s := oncall.New(path, func() time.Time { return monday })
	if err := s.Reload(); err != nil {
		t.Fatal(err)
	}
	return s
}

func group(name string) catalog.Ref { return catalog.MakeRef("group", "", name) }
func user(name string) catalog.Ref  { return catalog.MakeRef("user", "", name) }

// TestHarborlane asks the sample company's file at the moment its question set speaks of.
func TestHarborlane(t *testing.T) {
	t.Parallel()
	s := open(t, "testdata/harborlane.yaml")
	want := map[string]string{
		"checkout-crew": "zhoujian", "payments-core": "daniel.okafor", "payouts": "huanglei", "datastores": "agnes.toth",
		"warehouse-systems": "luis.arroyo", "site-reliability": "yara.costa", "search-browse": "elliot.marsh",
		"inventory": "vikram.iyer", "returns-desk": "lucia.ferrari", "seller-experience": "diego.salcedo",
		"last-mile": "zhenghao", "edge-traffic": "theo.lambert", "messaging": "tenzin.dorje", "billing": "yangxue",
		"ledger-recon": "carlos.mendieta", "pricing-promos": "marek.zielinski", "fraud-watch": "samir.haddad",
		"basket-weavers": "hanna.virtanen", "identity": "matteo.ricci", "carrier-links": "dengfei",
	}
	for team, person := range want {
		got, err := s.Shifts(t.Context(), plugins.OnCallQuery{Groups: []catalog.Ref{group("nobody"), group(team), group("payouts")}})
		if err != nil || len(got) != 1 {
			t.Errorf("%s: %v, %v", team, got, err)
			continue
		}
		if got[0].Person != user(person) || got[0].Team != group(team) {
			t.Errorf("%s: %v of %v, want %s", team, got[0].Person, got[0].Team, person)
		}
	}
	all, err := s.All(t.Context(), time.Time{})
	if err != nil || len(all) != 22 {
		t.Errorf("All: %d shifts, %v", len(all), err)
	}
}

func TestShiftInFull(t *testing.T) {
	t.Parallel()
	s := open(t, "testdata/harborlane.yaml")
	got, err := s.Shifts(t.Context(), plugins.OnCallQuery{Services: []string{" ppay002 "}, Groups: []catalog.Ref{group("payouts")}})
	if err != nil || len(got) != 1 {
		t.Fatal(got, err)
	}
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	want := plugins.Shift{
		Schedule: "payments-core-primary", Title: "Payments Core primary", Team: group("payments-core"),
		Person: user("daniel.okafor"), Covers: user("zhangmin"),
		// Daniel's own week ends on Monday at 09:00, inside his override: one stretch.
		From:  time.Date(2026, 11, 16, 9, 0, 0, 0, zone),
		Until: time.Date(2026, 11, 24, 8, 0, 0, 0, zone), Next: user("zhangmin"),
		File: "testdata/harborlane.yaml", Line: got[0].Line, AsOf: monday, Zone: got[0].Zone,
		Services: []string{"PPAY001", "PPAY002"},
	}
	if diff := cmp.Diff(want, got[0], cmp.Comparer(func(a, b *time.Location) bool { return a.String() == b.String() })); diff != "" {
		t.Error(diff)
	}
	if got[0].Line < 80 || got[0].Until.Location().String() != "Asia/Shanghai" {
		t.Errorf("line %d, zone %v", got[0].Line, got[0].Until.Location())
	}
}

const lines = `version: 1
schedules:
  - {id: pay-primary, team: pay, pagerdutyServices: [P1], timezone: UTC, rotation: {every: 1w, start: "2026-01-05T09:00", people: [a, b]}}
  - {id: pay-secondary, team: pay, timezone: UTC, rotation: {every: 1w, start: "2026-01-05T09:00", people: [c, d]}}
  - {id: refunds, team: pay, pagerdutyServices: [P2], timezone: UTC, rotation: {every: 1d, start: "2026-01-05T09:00", people: [e, a]}}
  - {id: solo, team: solo, pagerdutyServices: [P3], timezone: UTC, rotation: {every: 1w, start: "2026-01-05T09:00", people: [s]}}
  - {id: solo-backup-secondary, team: solo, timezone: UTC, rotation: {every: 1w, start: "2026-01-05T09:00", people: [t]}}
  - {id: org, team: org, timezone: UTC, rotation: {every: 2w, start: "2027-01-05T09:00", people: [o]}}
`

func TestPick(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "oncall.yaml")
	if err := os.WriteFile(path, []byte(lines), 0o600); err != nil {
		t.Fatal(err)
	}
	s := open(t, path)
	for name, c := range map[string]struct {
		q    plugins.OnCallQuery
		want []string
	}{
		"nothing asked":            {plugins.OnCallQuery{}, nil},
		"service, named second":    {plugins.OnCallQuery{Services: []string{"P1"}}, []string{"pay-primary", "pay-secondary"}},
		"service of two primaries": {plugins.OnCallQuery{Services: []string{"P2"}}, []string{"refunds"}},
		"service, team's second":   {plugins.OnCallQuery{Services: []string{"P3"}}, []string{"solo", "solo-backup-secondary"}},
		"unknown service, owner":   {plugins.OnCallQuery{Services: []string{"P9"}, Groups: []catalog.Ref{group("solo")}}, []string{"solo", "solo-backup-secondary"}},
		"whole team":               {plugins.OnCallQuery{Groups: []catalog.Ref{group("pay")}}, []string{"pay-primary", "refunds", "pay-secondary"}},
		"nearest ancestor":         {plugins.OnCallQuery{Groups: []catalog.Ref{group("x"), group("org"), group("pay")}}, []string{"org"}},
		"nobody":                   {plugins.OnCallQuery{Groups: []catalog.Ref{group("x")}}, nil},
	} {
		shifts, err := s.Shifts(t.Context(), c.q)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		var got []string
		for _, sh := range shifts {
			got = append(got, sh.Schedule)
			if want := len(sh.Schedule) > 9 && sh.Schedule[len(sh.Schedule)-9:] == "secondary"; sh.Secondary != want {
				t.Errorf("%s: %s is secondary: %v", name, sh.Schedule, sh.Secondary)
			}
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	gap, err := s.Shifts(t.Context(), plugins.OnCallQuery{Groups: []catalog.Ref{group("org")}})
	if err != nil || !gap[0].Gap() || gap[0].Next != user("o") || gap[0].Until.Year() != 2027 {
		t.Errorf("before the start: %+v, %v", gap, err)
	}
	alone, err := s.Shifts(t.Context(), plugins.OnCallQuery{Groups: []catalog.Ref{group("solo")}})
	if err != nil || alone[0].Person != user("s") || !alone[0].Until.IsZero() || !alone[0].Next.IsZero() {
		t.Errorf("alone: %+v, %v", alone, err)
	}
}

func TestShiftsOf(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "oncall.yaml")
	const far = `  - {id: far, team: far, timezone: UTC, rotation: {every: 1d, start: "2026-01-05T09:00", people: [x, y]}, overrides: [{from: "2031-05-01T10:00:00Z", to: "2031-05-01T12:00:00Z", person: a}]}
`
	if err := os.WriteFile(path, []byte(lines+far), 0o600); err != nil {
		t.Fatal(err)
	}
	s := open(t, path)
	type row struct {
		Schedule    string
		From, Until string
	}
	rows := func(person string, at time.Time) (out []row) {
		shifts, err := s.ShiftsOf(t.Context(), user(person), at)
		if err != nil {
			t.Fatal(err)
		}
		for _, sh := range shifts {
			if sh.Person != user(person) {
				t.Errorf("a shift of %v", sh.Person)
			}
			until := ""
			if !sh.Until.IsZero() {
				until = sh.Until.Format(time.RFC3339)
			}
			out = append(out, row{sh.Schedule, sh.From.Format(time.RFC3339), until})
		}
		return out
	}
	want := []row{
		{"pay-primary", "2026-11-23T09:00:00Z", "2026-11-30T09:00:00Z"}, // in force
		{"refunds", "2026-11-24T09:00:00Z", "2026-11-25T09:00:00Z"},
		{"pay-primary", "2026-12-07T09:00:00Z", "2026-12-14T09:00:00Z"},
		{"far", "2031-05-01T10:00:00Z", "2031-05-01T12:00:00Z"},
	}
	if diff := cmp.Diff(want, rows("a", time.Time{})); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]row{{"solo", "2026-01-05T09:00:00Z", ""}}, rows("s", monday)); diff != "" {
		t.Error(diff)
	}
	if got := rows("nobody", monday); got != nil {
		t.Errorf("nobody: %v", got)
	}
}

func TestBrokenFileKeepsTheLastGood(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "oncall.yaml")
	s := oncall.New(path, func() time.Time { return monday })
	if _, err := s.All(t.Context(), monday); err != nil {
		t.Errorf("before any read: %v", err)
	}
	if err := s.Reload(); !fault.Is(err, fault.NotFound) {
		t.Errorf("missing: %v", err)
	}
	for name, call := range map[string]func() error{
		"All":      func() error { _, err := s.All(t.Context(), monday); return err },
		"Shifts":   func() error { _, err := s.Shifts(t.Context(), plugins.OnCallQuery{}); return err },
		"ShiftsOf": func() error { _, err := s.ShiftsOf(t.Context(), user("a"), monday); return err },
	} {
		if err := call(); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s without a file: %v", name, err)
		}
	}
	for i, content := range []string{lines, "version: 1\nschedules: [", lines} {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := s.Reload(); (err != nil) != (i == 1) || (s.Problem() != nil) != (i == 1) {
			t.Errorf("step %d: %v, %v", i, err, s.Problem())
		}
		if all, err := s.All(t.Context(), monday); err != nil || len(all) != 6 {
			t.Errorf("step %d: %d schedules, %v", i, len(all), err)
		}
	}
}
