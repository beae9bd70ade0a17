package oncall_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/plugins"
	"github.com/backchannel-portal/backchannel/plugins/oncall"
)

// rota is a plan that a test says.
type rota struct {
	mu     sync.Mutex
	roster plugins.Roster
	err    error
}

// fail has the vendor away from now on.
func (r *rota) fail(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.err = err
}

func (*rota) Name() string { return "Vendor" }
func (r *rota) Roster(context.Context, time.Time, time.Time) (plugins.Roster, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.roster, r.err
}

type people map[string]string // user name by e-mail address

func (p people) Person(r plugins.RosterPerson) (catalog.Ref, bool) {
	name, ok := p[r.Email]
	return user(name), ok
}

func (p people) Line(l plugins.RosterLine) (catalog.Ref, bool) {
	if len(l.Teams) == 0 {
		return catalog.Ref{}, false
	}
	return group(l.Teams[0]), true
}

func hour(h int) time.Time { return monday.Add(time.Duration(h) * time.Hour) }

func plan() plugins.Roster {
	return plugins.Roster{
		People: map[string]plugins.RosterPerson{"A": {Name: "Ada", Email: "ada@x"}, "B": {Name: "Bob", Email: "bob@x"}, "S": {Name: "A Stranger", Email: "s@x"}},
		Lines: []plugins.RosterLine{
			{ID: "p/2", Title: "Second", Level: 2, Services: []string{"P1"}, Teams: []string{"pay"}, Stretches: []plugins.RosterStretch{{Person: "S"}}},
			{ID: "p/1", Title: "First", Level: 1, Services: []string{"P1"}, Keys: []string{"key"}, Teams: []string{"pay"}, Zone: "Europe/Berlin", URL: "https://v.example/1",
				Stretches: []plugins.RosterStretch{
					{From: hour(-1), To: hour(2), Person: "A"}, {From: hour(-5), To: hour(-1), Person: "A"}, {From: hour(2), To: hour(4), Person: "B"}, {From: hour(4), To: hour(6), Person: "A"},
				}},
			{ID: "gap", Level: 1, Group: group("ops"), Stretches: []plugins.RosterStretch{{From: hour(3), To: hour(4), Person: "B"}}},
		},
	}
}

// knowsShifts: what is kept of the plan answers, however it is asked for.
func knowsShifts(t *testing.T, k *oncall.Kept, q plugins.OnCallQuery) {
	t.Helper()
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	stranger := catalog.MakeRef("user", "vendor", "s")
	want := []plugins.Shift{
		{Schedule: "p/1", Title: "First", Team: group("pay"), Level: 1, Person: user("ada"), From: hour(-5).In(berlin), Until: hour(2).In(berlin), Next: user("bob"),
			Zone: berlin, File: "https://v.example/1", AsOf: monday, Services: []string{"P1"}},
		{Schedule: "p/2", Title: "Second", Team: group("pay"), Level: 2, Secondary: true, Person: stranger, Zone: time.UTC, File: "Vendor", AsOf: monday,
			Services: []string{"P1"}, Strangers: plugins.Strangers{stranger: "A Stranger"}},
	}
	zones := cmp.Comparer(func(a, b *time.Location) bool { return a.String() == b.String() })
	for name, q := range map[string]plugins.OnCallQuery{
		"by service": q, "by key": {Keys: []string{"KEY"}}, "by group": {Services: []string{"P9"}, Groups: []catalog.Ref{group("x"), group("pay")}},
	} {
		got, err := k.Shifts(t.Context(), q)
		if name == "by key" {
			want := want[:1]
			if diff := cmp.Diff(want, got, zones); diff != "" || err != nil {
				t.Errorf("%s: %v %s", name, err, diff)
			}
			continue
		}
		if diff := cmp.Diff(want, got, zones); diff != "" || err != nil {
			t.Errorf("%s: %v %s", name, err, diff)
		}
	}
}

func TestKept(t *testing.T) {
	t.Parallel()
	now, keeper := monday, plugins.NewMemoryKeeper()
	clock := func() time.Time { return now }
	source := &rota{err: errors.New("away")}
	open := func() *oncall.Kept {
		return oncall.Keep(oncall.KeptConfig{Rota: source, Keeper: keeper, Directory: people{"ada@x": "ada", "bob@x": "bob"}, Now: clock})
	}
	k := open()
	q := plugins.OnCallQuery{Services: []string{"p1"}}
	if got, err := k.Shifts(t.Context(), q); err != nil || got != nil {
		t.Errorf("before anything was read: %v, %v", got, err)
	}
	if err := k.Refresh(t.Context()); err == nil {
		t.Fatal("the source is away")
	}
	if _, err := k.Shifts(t.Context(), q); err == nil {
		t.Error("nothing is known, and no word why")
	}
	source.roster, source.err = plan(), nil
	if err := k.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	knowsShifts(t, k, q)
	gap, err := k.Shifts(t.Context(), plugins.OnCallQuery{Groups: []catalog.Ref{group("ops")}})
	if err != nil || len(gap) != 1 || !gap[0].Gap() || gap[0].Next != user("bob") || !gap[0].Until.Equal(hour(3)) {
		t.Errorf("a gap: %+v, %v", gap, err)
	}
	if all, err := k.All(t.Context(), hour(5)); err != nil || len(all) != 3 || all[1].Person != user("ada") {
		t.Errorf("later: %+v, %v", all, err)
	}
	of, err := k.ShiftsOf(t.Context(), user("ada"), time.Time{})
	if err != nil || len(of) != 2 || !of[0].From.Equal(hour(-5)) || !of[1].From.Equal(hour(4)) {
		t.Errorf("of a person: %+v, %v", of, err)
	}

	// The source goes away: what it said stays, for other replicas and after a restart as well, and says how old it is.
	source.err, now = fault.New(fault.Upstream, "it does not answer"), monday.Add(time.Hour)
	if err := k.Refresh(t.Context()); err == nil {
		t.Fatal("the source is away")
	}
	source.roster = plugins.Roster{}
	again := open()
	if err := again.Reload(t.Context()); err != nil {
		t.Fatal(err)
	}
	for name, k := range map[string]*oncall.Kept{"here": k, "elsewhere": again} {
		got, err := k.Shifts(t.Context(), q)
		if err != nil || len(got) != 2 || got[0].Silent != "Vendor" || !got[0].AsOf.Equal(monday) || !fault.Is(k.Problem(), fault.Upstream) {
			t.Errorf("%s: %+v, %v, %v", name, got, err, k.Problem())
		}
	}
	source.roster, source.err = plan(), nil
	if err := k.Refresh(t.Context()); err != nil || k.Problem() != nil || !k.AsOf().Equal(now) {
		t.Errorf("back: %v, %v, %v", err, k.Problem(), k.AsOf())
	}
}

func TestKeptWatch(t *testing.T) {
	defer goleak.VerifyNone(t)
	keeper, source := plugins.NewMemoryKeeper(), &rota{roster: plan()}
	cfg := oncall.KeptConfig{Rota: source, Keeper: keeper, Directory: people{}, Now: func() time.Time { return monday }}
	reads, follows := oncall.Keep(cfg), oncall.Keep(cfg)
	ctx, cancel := context.WithCancel(t.Context())
	changes, done := make(chan error, 4), make(chan struct{})
	go func() {
		defer close(done)
		follows.Watch(ctx, time.Millisecond, func(err error) { changes <- err })
	}()
	if err := reads.Refresh(ctx); err != nil {
		t.Fatal(err)
	}
	source.fail(errors.New("away"))
	if err := reads.Refresh(ctx); err == nil {
		t.Fatal("the source is away")
	}
	if err := <-changes; err == nil {
		t.Error("that the source is away was not noticed elsewhere")
	}
	if _, _, ok := follows.Roster(); !ok {
		t.Error("the plan was not taken over")
	}
	cancel()
	<-done
}

// fixed is a source that always says the same.
type fixed struct {
	plugins.None
	shifts []plugins.Shift
	err    error
}

func (f fixed) Shifts(_ context.Context, q plugins.OnCallQuery) ([]plugins.Shift, error) {
	var out []plugins.Shift
	for _, s := range f.shifts {
		if len(q.Services) > 0 && len(s.Services) > 0 && q.Services[0] == s.Services[0] || len(q.Groups) > 0 && s.Team == q.Groups[0] {
			out = append(out, s)
		}
	}
	return out, f.err
}

func (f fixed) All(context.Context, time.Time) ([]plugins.Shift, error) { return f.shifts, f.err }
func (f fixed) ShiftsOf(context.Context, catalog.Ref, time.Time) ([]plugins.Shift, error) {
	return f.shifts, f.err
}

func TestJoin(t *testing.T) {
	t.Parallel()
	file := fixed{shifts: []plugins.Shift{
		{Schedule: "file", Team: group("pay"), Person: user("ada")},
		{Schedule: "file-secondary", Team: group("pay"), Secondary: true, Person: user("bob")},
		{Schedule: "org", Team: group("org"), Person: user("eve")},
	}}
	vendor := fixed{shifts: []plugins.Shift{
		{Schedule: "v1", Team: group("pay"), Level: 1, Person: user("mei"), Services: []string{"P1"}},
		{Schedule: "v2", Team: group("pay"), Level: 2, Secondary: true, Person: user("tom"), Services: []string{"P1"}},
		{Schedule: "v3", Team: group("ops"), Level: 2, Secondary: true, Person: user("zoe"), Services: []string{"P3"}},
		{Schedule: "same", Team: group("org"), Level: 1, Person: user("eve")},
	}}
	gap := fixed{shifts: []plugins.Shift{{Schedule: "gap", Team: group("pay")}, {Schedule: "alone", Team: group("empty")}}}
	away := fixed{err: errors.New("away")}
	for name, tt := range map[string]struct {
		sources []plugins.OnCall
		q       plugins.OnCallQuery
		want    []string
		failed  bool
	}{
		"by service":             {[]plugins.OnCall{file, vendor}, plugins.OnCallQuery{Services: []string{"P1"}, Groups: []catalog.Ref{group("pay")}}, []string{"v1", "v2"}, false},
		"by group":               {[]plugins.OnCall{file, vendor}, plugins.OnCallQuery{Services: []string{"P9"}, Groups: []catalog.Ref{group("pay")}}, []string{"file", "v1", "file-secondary", "v2"}, false},
		"only a second line":     {[]plugins.OnCall{file, vendor}, plugins.OnCallQuery{Services: []string{"P3"}, Groups: []catalog.Ref{group("org")}}, []string{"org", "v3"}, false},
		"the same person twice":  {[]plugins.OnCall{file, vendor}, plugins.OnCallQuery{Groups: []catalog.Ref{group("org")}}, []string{"org"}, false},
		"a gap and somebody":     {[]plugins.OnCall{gap, file}, plugins.OnCallQuery{Groups: []catalog.Ref{group("pay")}}, []string{"file", "file-secondary"}, false},
		"somebody and a gap":     {[]plugins.OnCall{file, gap}, plugins.OnCallQuery{Groups: []catalog.Ref{group("pay")}}, []string{"file", "file-secondary"}, false},
		"nobody":                 {[]plugins.OnCall{file, gap}, plugins.OnCallQuery{Groups: []catalog.Ref{group("empty")}}, []string{"alone"}, false},
		"one is away":            {[]plugins.OnCall{away, file}, plugins.OnCallQuery{Groups: []catalog.Ref{group("org")}}, []string{"org"}, false},
		"away and nothing known": {[]plugins.OnCall{file, away}, plugins.OnCallQuery{Groups: []catalog.Ref{group("x")}}, nil, true},
		"nothing asked":          {[]plugins.OnCall{file, vendor}, plugins.OnCallQuery{}, nil, false},
	} {
		got, err := oncall.Join(tt.sources...).Shifts(t.Context(), tt.q)
		var ids []string
		for _, s := range got {
			ids = append(ids, s.Schedule)
		}
		if diff := cmp.Diff(tt.want, ids); diff != "" || (err != nil) != tt.failed {
			t.Errorf("%s: %v %s", name, err, diff)
		}
	}
	both := oncall.Join(file, away, vendor)
	if all, err := both.All(t.Context(), monday); err != nil || len(all) != 7 {
		t.Errorf("All: %d, %v", len(all), err)
	}
	if of, err := both.ShiftsOf(t.Context(), user("ada"), monday); err != nil || len(of) != 7 {
		t.Errorf("ShiftsOf: %d, %v", len(of), err)
	}
	if _, ok := oncall.Join(file).(fixed); !ok {
		t.Error("one source needs no joining")
	}
}
