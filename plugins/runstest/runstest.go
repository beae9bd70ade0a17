// Package runstest is the conformance suite of plugins.Runs.
package runstest

import (
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/plugins"
)

// Open returns two replicas of one store, whose clocks both are clock.
type Open func(t *testing.T, clock func() time.Time) (a, b plugins.Runs)

// start is when the tests begin.
var start = time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)

type bench struct {
	*testing.T
	a, b plugins.Runs
	mu   sync.Mutex
	at   time.Time
}

func (b *bench) now() time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.at
}

func (b *bench) later(d time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.at = b.at.Add(d)
}

// Test runs the suite.
func Test(t *testing.T, open Open) {
	for name, test := range map[string]func(*bench){
		"order": order, "whole": whole, "since": since, "sweep": sweep, "refused": refused, "race": race,
	} {
		t.Run(name, func(t *testing.T) {
			b := &bench{T: t, at: start}
			b.a, b.b = open(t, b.now)
			test(b)
		})
	}
}

// Run is a run of a project at a state.
func Run(id string, state plugins.RunState, seen time.Duration) plugins.Run {
	r := plugins.Run{
		Provider: "ci", Project: "gh/acme/pay", ID: id, Name: "build", Number: 7, Group: "g", Branch: "main", Commit: "abc",
		Subject: "Fix \x00 rounding 修复", Author: "ann", URL: "https://ci.example/7", State: state,
		Started: start.Add(-time.Hour), Seen: start.Add(seen),
	}
	if state.Finished() {
		r.Ended = r.Seen
	}
	return r
}

func (b *bench) put(s plugins.Runs, want int, runs ...plugins.Run) {
	b.Helper()
	changed, err := s.Put(b.Context(), runs)
	if err != nil || len(changed) != want {
		b.Fatalf("put changed %d, want %d: %v", len(changed), want, err)
	}
}

func (b *bench) all(s plugins.Runs) []plugins.Run {
	b.Helper()
	out, err := s.Since(b.Context(), time.Time{}, 1000)
	if err != nil {
		b.Fatal(err)
	}
	return out
}

// order: reports in any order, and several times, lead to the same.
func order(b *bench) {
	running, failed := Run("1", plugins.RunRunning, time.Minute), Run("1", plugins.RunFailed, 2*time.Minute)
	again := Run("1", plugins.RunRunning, 3*time.Minute)
	again.Attempt = 1
	b.put(b.a, 1, failed)
	b.put(b.b, 0, running)
	b.put(b.b, 0, failed)
	if got := b.all(b.b); len(got) != 1 || got[0].State != plugins.RunFailed {
		b.Fatalf("%+v", got)
	}
	b.put(b.a, 1, again)
	b.put(b.b, 0, failed)
	if got := b.all(b.a); len(got) != 1 || got[0].State != plugins.RunRunning || got[0].Attempt != 1 {
		b.Errorf("%+v", got)
	}
}

// whole: what a report leaves out stays, and every field comes back.
func whole(b *bench) {
	full, short := Run("1", plugins.RunRunning, time.Minute), Run("1", plugins.RunPassed, 2*time.Minute)
	full.Tag, full.Started = "v1", full.Started.Add(1500*time.Nanosecond)
	short.Subject, short.Author, short.Branch, short.URL, short.Number = "", "", "", "", 0
	b.put(b.a, 1, full)
	b.later(time.Minute)
	b.put(b.b, 1, short)
	want := full
	want.State, want.Ended, want.Seen, want.Kept = short.State, short.Ended, short.Seen, start.Add(time.Minute)
	want.Started = short.Started
	if diff := cmp.Diff([]plugins.Run{want}, b.all(b.a)); diff != "" {
		b.Error(diff)
	}
}

func since(b *bench) {
	for i := range 5 {
		b.put(b.a, 1, Run(strconv.Itoa(i), plugins.RunPassed, 0))
		b.later(time.Second)
	}
	got, err := b.b.Since(b.Context(), start.Add(2*time.Second), 2)
	if err != nil || len(got) != 2 || got[0].ID != "2" || got[1].ID != "3" {
		b.Errorf("%+v, %v", got, err)
	}
	b.put(b.a, 0, Run("0", plugins.RunPassed, 0))
	if got, err = b.b.Since(b.Context(), start.Add(5*time.Second), 9); err != nil || len(got) != 0 {
		b.Errorf("what did not change is new: %+v, %v", got, err)
	}
}

func sweep(b *bench) {
	b.put(b.a, 2, Run("1", plugins.RunPassed, 0), Run("2", plugins.RunPassed, 0))
	b.later(time.Hour)
	b.put(b.a, 1, Run("3", plugins.RunPassed, 0))
	if n, err := b.b.Sweep(b.Context(), start.Add(time.Minute)); err != nil || n != 2 {
		b.Errorf("swept %d: %v", n, err)
	}
	if got := b.all(b.a); len(got) != 1 || got[0].ID != "3" {
		b.Errorf("%+v", got)
	}
}

func refused(b *bench) {
	long := Run("1", plugins.RunPassed, 0)
	long.Subject = strings.Repeat("x", plugins.MaxRunText+1)
	for _, r := range []plugins.Run{{}, long} {
		if _, err := b.a.Put(b.Context(), []plugins.Run{Run("2", plugins.RunPassed, 0), r}); !fault.Is(err, fault.Invalid) {
			b.Errorf("%v", err)
		}
	}
	if got := b.all(b.a); len(got) != 0 {
		b.Errorf("%+v", got)
	}
}

// race: two replicas that hear of the same runs at once agree in the end.
func race(b *bench) {
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			s := []plugins.Runs{b.a, b.b}[i%2]
			runs := []plugins.Run{Run("1", plugins.RunRunning, time.Duration(i)), Run("2", plugins.RunRunning, time.Duration(i))}
			if i == 3 {
				runs[0], runs[1] = Run("2", plugins.RunFailed, 0), Run("1", plugins.RunPassed, 0)
			}
			if _, err := s.Put(b.Context(), runs); err != nil {
				b.Error(err)
			}
		})
	}
	wg.Wait()
	got := b.all(b.a)
	if len(got) != 2 {
		b.Fatalf("%+v", got)
	}
	for _, r := range got {
		if want := map[string]plugins.RunState{"1": plugins.RunPassed, "2": plugins.RunFailed}[r.ID]; r.State != want {
			b.Errorf("%s is %s", r.ID, r.State)
		}
	}
}
