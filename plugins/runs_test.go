package plugins_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/plugins"
	"github.com/backchannel-portal/backchannel/plugins/runstest"
)

func TestMemoryRuns(t *testing.T) {
	t.Parallel()
	runstest.Test(t, func(_ *testing.T, clock func() time.Time) (a, b plugins.Runs) {
		s := plugins.NewMemoryRuns(clock)
		return s, s
	})
}

var ten = time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)

// run is a run of a workflow on main that began some minutes after ten and took five.
func run(name string, minute int, state plugins.RunState) plugins.Run {
	r := plugins.Run{
		Provider: "ci", Project: "acme/pay", ID: name + "-" + time.Duration(minute).String(), Name: name, Number: int64(100 + minute), Branch: "main",
		Author: "ann", Commit: "abcdef0123456789", State: state, Started: ten.Add(time.Duration(minute) * time.Minute),
	}
	r.Seen = r.Started
	if state.Finished() {
		r.Ended = r.Started.Add(5 * time.Minute)
		r.Seen = r.Ended
	}
	return r
}

func TestBranchOf(t *testing.T) {
	t.Parallel()
	const p, f, c, g = plugins.RunPassed, plugins.RunFailed, plugins.RunCanceled, plugins.RunRunning
	old := run("gone", 0, f)
	old.Started, old.Ended = old.Started.AddDate(0, 0, -8), old.Ended.AddDate(0, 0, -8)
	for _, tt := range []struct {
		name    string
		runs    []plugins.Run
		state   plugins.RunState
		turn    int64 // number
		seen    bool
		failing int
		going   int
	}{
		{"nothing", nil, "", 0, false, 0, 0},
		{"never finished", []plugins.Run{run("b", 1, g)}, "", 0, false, 0, 1},
		{"passed", []plugins.Run{run("b", 1, p), run("b", 2, p)}, p, 101, false, 0, 0},
		{"broke", []plugins.Run{run("b", 1, p), run("b", 2, f), run("b", 3, f)}, f, 102, true, 1, 0},
		{"in any order", []plugins.Run{run("b", 3, f), run("b", 1, p), run("b", 2, f)}, f, 102, true, 1, 0},
		{"mended", []plugins.Run{run("b", 1, p), run("b", 2, f), run("b", 3, p)}, p, 103, true, 0, 0},
		{"canceled says nothing", []plugins.Run{run("b", 1, f), run("b", 2, c)}, f, 101, false, 1, 0},
		{"one of two workflows", []plugins.Run{run("a", 1, p), run("b", 2, f), run("a", 3, p)}, f, 102, true, 1, 0},
		{"both, one mended", []plugins.Run{run("a", 1, f), run("b", 2, f), run("a", 3, p)}, f, 101, false, 1, 0},
		{"a workflow that is gone", []plugins.Run{old, run("b", 1, p)}, p, 101, true, 0, 0},
		{"mending", []plugins.Run{run("b", 1, f), run("b", 2, g)}, f, 101, false, 1, 1},
	} {
		b := plugins.BranchOf(tt.runs, "main")
		if b.State != tt.state || b.Turn.Number != tt.turn || b.Seen != tt.seen || len(b.Failing) != tt.failing || len(b.Going) != tt.going {
			t.Errorf("%s: %+v", tt.name, b)
		}
	}
	if b := plugins.BranchOf([]plugins.Run{run("b", 1, p)}, "other"); b.State != "" || b.Latest.ID != "" {
		t.Errorf("another branch: %+v", b)
	}
}

func TestBoard(t *testing.T) {
	t.Parallel()
	now := ten
	store := plugins.NewMemoryRuns(func() time.Time { return now })
	a, b := plugins.NewBoard(store, func() time.Time { return now }), plugins.NewBoard(store, func() time.Time { return now })
	for i := range 3 {
		if err := a.Put(t.Context(), []plugins.Run{run("b", i, plugins.RunPassed)}); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.Follow(t.Context()); err != nil {
		t.Fatal(err)
	}
	got, looked := b.Of("ci", "acme/pay")
	if len(got) != 3 || got[0].Number != 102 || !looked.IsZero() {
		t.Fatalf("%+v", got)
	}
	// Those that were handed out stay as they are.
	kept := slices.Clone(got)
	now = now.Add(time.Minute)
	again := run("b", 2, plugins.RunFailed)
	again.Attempt = 1
	if err := a.Put(t.Context(), []plugins.Run{again}); err != nil {
		t.Fatal(err)
	}
	if err := b.Follow(t.Context()); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(kept, got); diff != "" {
		t.Error(diff)
	}
	if got, _ = b.Of("ci", "acme/pay"); got[0].State != plugins.RunFailed {
		t.Errorf("%+v", got[0])
	}
	if got := plugins.Branches(got); !slices.Equal(got, []string{"main"}) {
		t.Error(got)
	}
	if got := plugins.Durations(got, "main", "b", 2); len(got) != 2 || got[0].Number != 101 || got[0].Took() != 5*time.Minute {
		t.Error(got)
	}
}

func TestDue(t *testing.T) {
	t.Parallel()
	now := ten
	b := plugins.NewBoard(plugins.NewMemoryRuns(func() time.Time { return now }), func() time.Time { return now })
	all := []string{"a", "b", "c", "d"}
	b.Looked("ci", "a", now.Add(-10*time.Minute))
	b.Looked("ci", "b", now.Add(-20*time.Minute))
	b.Looked("ci", "c", now.Add(-2*time.Minute))
	b.Looked("ci", "d", now)
	b.Asked("ci", "c")
	b.Asked("ci", "d")
	if got := b.Due("ci", all, 15*time.Minute, time.Minute, 9); !slices.Equal(got, []string{"c", "b"}) {
		t.Error(got)
	}
	if got := b.Due("ci", all, time.Minute, time.Minute, 2); !slices.Equal(got, []string{"c", "b"}) {
		t.Error(got)
	}
}

func TestTurns(t *testing.T) {
	t.Parallel()
	e := catalog.MakeRef("component", "", "pay")
	facts := func(was []catalog.Fact, runs ...plugins.Run) []catalog.Fact {
		return plugins.BranchFacts(e, plugins.BranchOf(runs, "main"), was)
	}
	topic := plugins.BranchTopic("builds")
	item := func(f []catalog.Fact) plugins.Item { return topic.Items(f)[0] }
	if facts(nil) != nil {
		t.Error("facts of nothing")
	}
	good := facts(nil, run("b", 0, plugins.RunPassed))
	broke := facts(good, run("b", 0, plugins.RunPassed), run("b", 10, plugins.RunFailed))
	still := facts(broke, run("b", 20, plugins.RunFailed)) // the run that broke it is not known any more
	fixed := facts(still, run("b", 20, plugins.RunFailed), run("b", 22, plugins.RunPassed))
	if item(broke) != item(still) {
		t.Errorf("it is news that it is still broken: %+v", item(still))
	}
	if good[0].Key != "state/main" || good[0].Value != "passed" || still[0].Value != "failed" {
		t.Errorf("%+v", good[0])
	}
	for _, tt := range []struct {
		from, to []catalog.Fact
		l        lang.Lang
		want     string
	}{
		{good, broke, lang.English, "Pay: main broke at 10:15 UTC with b #110, commit abcdef0 by ann."},
		{still, fixed, lang.English, "Pay: main is green again after 12 min, with b #122."},
		{nil, good, lang.English, ""},
		{good, broke, lang.Chinese, "Pay：main 在 10:15 UTC 构建失败，b #110，提交 abcdef0，作者 ann。"},
		{still, fixed, lang.Chinese, "Pay：main 恢复正常，历时 12 分钟，b #122。"},
	} {
		c := plugins.Change{Key: "main"}
		if tt.from != nil {
			c.From = item(tt.from).Value
		}
		c.To = item(tt.to).Value
		var b strings.Builder
		for _, s := range topic.Say(tt.l, c, []card.Span{card.S("Pay")}) {
			b.WriteString(s.Text)
		}
		if b.String() != tt.want {
			t.Errorf("%s, want %s", b.String(), tt.want)
		}
	}
}
