package pagerduty_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/outbound"
	"github.com/backchannel-portal/backchannel/plugins"
	"github.com/backchannel-portal/backchannel/plugins/oncall"
	"github.com/backchannel-portal/backchannel/plugins/pagerduty"
	"github.com/backchannel-portal/backchannel/plugins/pagerduty/pagerdutytest"
)

var monday = time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)

func clock() time.Time { return monday }

// account is PagerDuty with two services behind one policy, one behind another, and one that the catalog does not name.
func account(t *testing.T, change func(*pagerduty.Config)) (*pagerdutytest.Server, *pagerduty.Account) {
	t.Helper()
	s := pagerdutytest.New(t)
	s.Now = clock
	s.Services = []pagerdutytest.Service{
		{ID: "PCHECK", Name: "Checkout", Status: "active", Policy: "EP1", PolicyName: "Payments", Teams: []string{"TPAY"}, Keys: []string{"key-checkout"}},
		{ID: "PREFUND", Name: "Refunds", Status: "maintenance", Policy: "EP1", PolicyName: "Payments", Teams: []string{"TPAY"}},
		{ID: "PTILL", Name: "Till", Status: "warning", Policy: "EP2", PolicyName: "Till"},
		{ID: "POTHER", Name: "Other", Status: "active", Policy: "EP3", PolicyName: "Other"},
	}
	s.Users = []pagerdutytest.User{
		{ID: "UMEI", Name: "Mei Lin", Email: "mei@acme.example", Phone: "151 1"}, {ID: "UTOM", Name: "Tom", Email: "tom@acme.example"}, {ID: "UBOSS", Name: "Boss", Email: "boss@acme.example"},
	}
	day := 24 * time.Hour
	s.OnCalls = []pagerdutytest.OnCall{
		{Policy: "EP1", PolicyName: "Payments", Level: 1, Schedule: "S1", Title: "Payments primary", User: "UMEI", Start: monday.Add(-day), End: monday.Add(day)},
		{Policy: "EP1", PolicyName: "Payments", Level: 1, Schedule: "S1", Title: "Payments primary", User: "UTOM", Start: monday.Add(day), End: monday.Add(3 * day)},
		{Policy: "EP1", PolicyName: "Payments", Level: 2, User: "UBOSS"},
		{Policy: "EP2", PolicyName: "Till", Level: 1, Schedule: "S2", Title: "Till", User: "UTOM", Start: monday.Add(2 * day), End: monday.Add(3 * day)},
		{Policy: "EP3", PolicyName: "Other", Level: 1, Schedule: "S3", Title: "Other", User: "UTOM", Start: monday.Add(-day), End: monday.Add(day)},
	}
	way := outbound.New(outbound.Options{
		Hosts: []outbound.Host{{Name: s.Host(), Private: true, Plain: true, Rate: 10_000}}, MaxBody: 1 << 20, Idle: 1500 * time.Millisecond,
		Header: 10 * time.Second, Backoff: time.Millisecond, Attempts: 2, Patience: time.Millisecond,
	})
	t.Cleanup(way.Close)
	cfg := pagerduty.Config{API: s.URL, Token: pagerdutytest.Token, From: "boss@acme.example", Way: way, Now: clock, Wanted: func() pagerduty.Wanted {
		return pagerduty.Wanted{Services: []string{"pcheck", "PREFUND"}, Keys: []string{"none"}, Teams: []string{"PTILL"}}
	}}
	if change != nil {
		change(&cfg)
	}
	return s, pagerduty.New(cfg)
}

type directory struct{}

func (directory) Person(p plugins.RosterPerson) (catalog.Ref, bool) {
	if p.Email == "mei@acme.example" {
		return catalog.MakeRef("user", "", "mei"), true
	}
	return catalog.Ref{}, false
}

func (directory) Line(l plugins.RosterLine) (catalog.Ref, bool) {
	return catalog.MakeRef("group", "", "pay"), len(l.Services) > 0
}

func kept(t *testing.T, a *pagerduty.Account) *oncall.Kept {
	t.Helper()
	return oncall.Keep(oncall.KeptConfig{Rota: a, Keeper: plugins.NewMemoryKeeper(), Directory: directory{}, Now: clock})
}

func TestRoster(t *testing.T) {
	t.Parallel()
	s, a := account(t, nil)
	s.PageMost = 1 // every list in many pages
	r, err := a.Roster(t.Context(), monday.AddDate(0, 0, -2), monday.AddDate(0, 0, 21))
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, l := range r.Lines {
		var st []string
		for _, x := range l.Stretches {
			st = append(st, x.Person)
		}
		lines = append(lines, fmt.Sprint(l.ID, " ", l.Title, " ", l.Level, " ", l.Services, l.Keys, l.Teams, st, " ", l.URL))
	}
	want := []string{
		"EP1/1/S1 Payments primary 1 [PCHECK PREFUND] [key-checkout] [TPAY] [UMEI UTOM] https://acme.pagerduty.com/schedules/S1",
		"EP1/2/UBOSS Payments 2 [PCHECK PREFUND] [key-checkout] [TPAY] [UBOSS] https://acme.pagerduty.com/escalation_policys/EP1",
	}
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Error(diff)
	}
	people := map[string]plugins.RosterPerson{
		"UMEI":  {Name: "Mei Lin", Email: "mei@acme.example", Phone: "+49 151 1", URL: "https://acme.pagerduty.com/users/UMEI"},
		"UTOM":  {Name: "Tom", Email: "tom@acme.example", URL: "https://acme.pagerduty.com/users/UTOM"},
		"UBOSS": {Name: "Boss", Email: "boss@acme.example", URL: "https://acme.pagerduty.com/users/UBOSS"},
	}
	if diff := cmp.Diff(people, r.People); diff != "" {
		t.Error(diff)
	}
	services := map[string]plugins.RosterService{
		"PCHECK":  {Title: "Checkout", Policy: "Payments", URL: "https://acme.pagerduty.com/service-directory/PCHECK"},
		"PREFUND": {Title: "Refunds", Policy: "Payments", URL: "https://acme.pagerduty.com/service-directory/PREFUND", Asleep: true},
	}
	if diff := cmp.Diff(services, r.Services); diff != "" {
		t.Error(diff)
	}
	asked := s.Asked("GET /users/")
	if _, err := a.Roster(t.Context(), monday, monday.AddDate(0, 0, 1)); err != nil || s.Asked("GET /users/") != asked {
		t.Errorf("numbers are looked up each time: %v", err)
	}
	_, nobody := account(t, func(c *pagerduty.Config) { c.Wanted = func() pagerduty.Wanted { return pagerduty.Wanted{} } })
	if r, err := nobody.Roster(t.Context(), monday, monday); err != nil || len(r.Lines) > 0 {
		t.Errorf("what nothing names is read: %v, %v", r, err)
	}
}

// TestFaults: whatever the vendor answers, the last plan stays and says how old it is; nothing is asked in a storm.
func TestFaults(t *testing.T) {
	t.Parallel()
	text := func(status int, kind, body string) func(http.ResponseWriter, *http.Request) bool {
		return func(w http.ResponseWriter, _ *http.Request) bool {
			w.Header().Set("Content-Type", kind)
			w.WriteHeader(status)
			fmt.Fprint(w, body)
			return true
		}
	}
	for name, tt := range map[string]struct {
		fault func(http.ResponseWriter, *http.Request) bool
		kind  fault.Kind
		most  int // requests
	}{
		"401": {text(401, "application/json", `{"error":{"message":"bad token","code":2006}}`), fault.Forbidden, 1},
		"403": {text(403, "application/json", ``), fault.Forbidden, 1},
		"404": {text(404, "text/html", `<html>no`), fault.NotFound, 1},
		"429": {func(w http.ResponseWriter, _ *http.Request) bool {
			w.Header().Set("Retry-After", "120")
			w.WriteHeader(429)
			return true
		}, fault.Upstream, 1},
		"500":         {text(500, "text/plain", "oops"), fault.Upstream, 2},
		"HTML":        {text(200, "text/html", "<!doctype html><p>login"), fault.Upstream, 1},
		"truncated":   {text(200, "application/json", `{"services": [{"id": "P`), fault.Upstream, 1},
		"wrong types": {text(200, "application/json", `{"services": [{"id": 7}]}`), fault.Upstream, 1},
		"changed":     {text(200, "application/json", `{"services": {"items": []}}`), fault.Upstream, 1},
		"large":       {text(200, "application/json", strings.Repeat(" ", 2<<20)), fault.Invalid, 1},
		"drip": {func(w http.ResponseWriter, r *http.Request) bool {
			fmt.Fprint(w, `{"services"`)
			w.(http.Flusher).Flush()
			<-r.Context().Done()
			return true
		}, fault.Upstream, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, a := account(t, nil)
			k := kept(t, a)
			if err := k.Refresh(t.Context()); err != nil {
				t.Fatal(err)
			}
			before := s.Asked("")
			s.Lock()
			s.Fault = tt.fault
			s.Unlock()
			err := k.Refresh(t.Context())
			if !fault.Is(err, tt.kind) || !fault.Is(k.Problem(), tt.kind) {
				t.Errorf("%v, problem %v, want %v", err, k.Problem(), tt.kind)
			}
			if n := s.Asked("") - before; n > tt.most {
				t.Errorf("%d requests", n)
			}
			if strings.Contains(fmt.Sprint(err), pagerdutytest.Token) {
				t.Errorf("the error holds the token: %v", err)
			}
			got, err := k.Shifts(t.Context(), plugins.OnCallQuery{Services: []string{"PCHECK"}})
			if err != nil || len(got) != 2 || got[0].Person.Name != "mei" || !got[0].AsOf.Equal(monday) {
				t.Errorf("the last plan: %v, %v", got, err)
			}
		})
	}
}

func TestPage(t *testing.T) {
	t.Parallel()
	s, a := account(t, nil)
	k := kept(t, a)
	p := pagerduty.NewPager(a, k)
	ctx := t.Context()
	if routes, err := p.Routes(ctx, plugins.OnCallQuery{Services: []string{"PCHECK"}}); err != nil || len(routes) != 0 {
		t.Errorf("before anything was read: %v, %v", routes, err)
	}
	if err := k.Refresh(ctx); err != nil {
		t.Fatal(err)
	}
	routes, err := p.Routes(ctx, plugins.OnCallQuery{Services: []string{"PCHECK"}})
	if err != nil || len(routes) != 1 {
		t.Fatal(routes, err)
	}
	r := routes[0]
	if r.Vendor != "PagerDuty" || r.Service != "PCHECK" || r.Title != "Checkout" || r.Policy != "Payments" || r.Asleep || len(r.Who) != 1 ||
		r.Who[0].Shift.Person.Name != "mei" || r.Who[0].Phone != "+49 151 1" || !strings.HasPrefix(r.URL, "https://acme.pagerduty.com/") {
		t.Errorf("%+v", r)
	}
	if team, err := p.Routes(ctx, plugins.OnCallQuery{Groups: []catalog.Ref{catalog.MakeRef("group", "", "pay")}}); err != nil || len(team) != 2 || !team[1].Asleep {
		t.Errorf("the routes of a team: %+v, %v", team, err)
	}

	ask := plugins.PageRequest{Key: "page:1", Service: "PCHECK", Title: "Cards fail", Why: "since 14:02", From: "Ada", Email: "TOM@acme.example", Link: "https://chat.example/1"}
	first, err := p.Page(ctx, ask)
	if err != nil || first.Joined || first.State != plugins.PageOpen || first.ID != "Q1" || first.Number != 1 || len(first.Who) != 1 || first.Who[0] != "Mei Lin" {
		t.Fatalf("%+v, %v", first, err)
	}
	made := s.Open()[0]
	if made.Urgency != "high" || made.From != "tom@acme.example" || made.Title != "Cards fail" || !strings.Contains(made.Details, "since 14:02") ||
		!strings.Contains(made.Details, "Ada") || !strings.Contains(made.Details, "https://chat.example/1") {
		t.Errorf("%+v", made)
	}
	if again, err := p.Page(ctx, ask); err != nil || again.Joined || again.ID != "Q1" {
		t.Errorf("the same request again: %+v, %v", again, err)
	}
	other := ask
	other.Key, other.Why, other.Email = "page:2", "me too", ""
	joined, err := p.Page(ctx, other)
	if err != nil || !joined.Joined || joined.ID != "Q1" || len(s.Open()) != 1 || len(s.Open()[0].Notes) != 1 || !strings.Contains(s.Open()[0].Notes[0], "me too") {
		t.Errorf("%+v, %v, %+v", joined, err, s.Open())
	}
	s.Set("acknowledged", "Mei Lin")
	if now, err := p.Paged(ctx, "Q1"); err != nil || now.State != plugins.PageAcknowledged || now.By != "Mei Lin" {
		t.Errorf("%+v, %v", now, err)
	}
	s.Set("resolved", "Mei Lin")
	if now, err := p.Paged(ctx, "Q1"); err != nil || now.State != plugins.PageResolved || now.By != "Mei Lin" {
		t.Errorf("%+v, %v", now, err)
	}
	if next, err := p.Page(ctx, other); err != nil || next.Joined || next.ID != "Q2" || s.Open()[1].From != "boss@acme.example" {
		t.Errorf("after it was resolved: %+v, %v", next, err)
	}
	if _, err := p.Paged(ctx, "Q99"); !fault.Is(err, fault.NotFound) {
		t.Errorf("an unknown page: %v", err)
	}
}

// TestJoining: only what is open, urgent and at most ten minutes old by the vendor's own clock is joined.
func TestJoining(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		skew    time.Duration
		age     time.Duration
		urgency string
		status  string
		joined  bool
	}{
		"young":                {0, 9 * time.Minute, "high", "triggered", true},
		"acknowledged":         {0, 9 * time.Minute, "high", "acknowledged", true},
		"old":                  {0, 11 * time.Minute, "high", "triggered", false},
		"quiet":                {0, time.Minute, "low", "triggered", false},
		"over":                 {0, time.Minute, "high", "resolved", false},
		"a clock that is fast": {3 * time.Hour, 9 * time.Minute, "high", "triggered", true},
		"a clock that is slow": {-3 * time.Hour, 11 * time.Minute, "high", "triggered", false},
	} {
		s, a := account(t, nil)
		s.Skew = tt.skew
		s.Incidents = []*pagerdutytest.Incident{{
			ID: "Q1", Number: 1, Title: "x", Service: "PCHECK", Key: "other", Urgency: tt.urgency, Status: tt.status, Created: monday.Add(tt.skew - tt.age),
		}}
		k := kept(t, a)
		if err := k.Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
		got, err := pagerduty.NewPager(a, k).Page(t.Context(), plugins.PageRequest{Key: "page:1", Service: "PCHECK", Title: "t"})
		if err != nil || got.Joined != tt.joined {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

func TestPageFails(t *testing.T) {
	t.Parallel()
	ask := plugins.PageRequest{Key: "page:1", Service: "PCHECK", Title: "t"}
	s, a := account(t, nil)
	k := kept(t, a)
	p := pagerduty.NewPager(a, k)

	// The answer is lost on the way: it is looked for, and nobody is paged twice.
	s.Drop = func() bool { return true }
	if got, err := p.Page(t.Context(), ask); err != nil || got.ID != "Q1" || len(s.Open()) != 1 {
		t.Errorf("a lost answer: %+v, %v", got, err)
	}

	// The vendor goes away for good after it took the request: nobody knows.
	s, a = account(t, nil)
	p = pagerduty.NewPager(a, kept(t, a))
	s.Drop = func() bool {
		s.Fault = func(w http.ResponseWriter, _ *http.Request) bool { w.WriteHeader(503); return true }
		return true
	}
	if _, err := p.Page(t.Context(), ask); !errors.Is(err, plugins.ErrPageUnclear) || !fault.Is(err, fault.Upstream) {
		t.Errorf("away in the middle: %v", err)
	}

	// It is away from the start: nobody was paged.
	s, a = account(t, nil)
	p = pagerduty.NewPager(a, kept(t, a))
	s.Fault = func(w http.ResponseWriter, _ *http.Request) bool { w.WriteHeader(503); return true }
	if _, err := p.Page(t.Context(), ask); errors.Is(err, plugins.ErrPageUnclear) || !fault.Is(err, fault.Upstream) {
		t.Errorf("away: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := p.Page(ctx, ask); err == nil {
		t.Error("called off")
	}

	// What the vendor refuses is refused.
	for name, tt := range map[string]struct {
		change func(*pagerduty.Config)
		ask    plugins.PageRequest
		kind   fault.Kind
	}{
		"nobody asks":        {func(c *pagerduty.Config) { c.From = "" }, ask, fault.Invalid},
		"a stranger asks":    {func(c *pagerduty.Config) { c.From = "x@acme.example" }, ask, fault.Invalid},
		"a bad token":        {func(c *pagerduty.Config) { c.Token = "x" }, ask, fault.Forbidden},
		"an unknown service": {nil, plugins.PageRequest{Key: "k", Service: "PNONE", Title: "t"}, fault.NotFound},
	} {
		s, a := account(t, tt.change)
		if _, err := pagerduty.NewPager(a, kept(t, a)).Page(t.Context(), tt.ask); !fault.Is(err, tt.kind) || errors.Is(err, plugins.ErrPageUnclear) || len(s.Open()) > 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
}
