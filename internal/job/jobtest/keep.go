package jobtest

import (
	"context"
	"encoding/json"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/job"
)

const hour = time.Hour

// slot schedules "nightly" every hour for the present slot.
func (b *bench) slot(q job.Store) bool {
	b.Helper()
	added, err := q.Schedule(b.ctx, "nightly", b.clock().Truncate(hour), hour, job.Request{Kind: "k"})
	if err != nil {
		b.Fatal(err)
	}
	return added
}

// run finishes the one job that is due.
func (b *bench) run() {
	b.Helper()
	b.finish(b.one(b.a), job.Outcome{State: job.Done})
	b.none(b.a)
}

func (b *bench) schedule() {
	if !b.slot(b.a) || b.slot(b.b) || b.slot(b.a) {
		b.Error("the first slot was not scheduled once")
	}
	b.run()
	if b.slot(b.b) {
		b.Error("a slot was scheduled again after its job was done")
	}
	b.pass(hour)
	if !b.slot(b.b) || b.slot(b.a) {
		b.Error("the second slot was not scheduled once")
	}
	b.pass(hour)
	if b.slot(b.a) {
		b.Error("a slot was scheduled while the one before is not finished")
	}
	b.run()
	if b.slot(b.a) {
		b.Error("a slot that was used up came back")
	}
	if added, err := b.a.Schedule(b.ctx, "other", b.clock().Truncate(hour), hour, job.Request{Kind: "k"}); !added || err != nil {
		b.Errorf("another schedule: %v, %v", added, err)
	}
}

func (b *bench) scheduleRace() {
	var wg sync.WaitGroup
	var added atomic.Int64
	for i := range 12 {
		q := []job.Store{b.a, b.b}[i%2]
		wg.Go(func() {
			if b.slot(q) {
				added.Add(1)
			}
		})
	}
	wg.Wait()
	if added.Load() != 1 {
		b.Errorf("scheduled %d times", added.Load())
	}
	b.run()
}

func (b *bench) missed() {
	b.slot(b.a)
	b.run()
	b.pass(50 * hour)
	if !b.slot(b.a) {
		b.Error("nothing was scheduled after a long absence")
	}
	b.run()
}

func (b *bench) scheduleClock() {
	b.slot(b.a)
	b.run()
	b.pass(-hour) // a little back: the slot before was had
	if b.slot(b.b) {
		b.Error("a slot was scheduled twice")
	}
	b.pass(hour + 1000*hour) // wrong by far, then right again
	b.slot(b.a)
	b.run()
	b.pass(-999 * hour)
	if !b.slot(b.b) {
		b.Error("a clock that was wrong once stopped the schedule")
	}
	b.run()
}

func (b *bench) sweep() {
	old := b.add(job.Request{Kind: "k"})
	b.finish(b.one(b.a), job.Outcome{State: job.Done})
	b.pass(hour)
	young := b.add(job.Request{Kind: "k"})
	b.finish(b.one(b.a), job.Outcome{State: job.Failed})
	running := b.add(job.Request{Kind: "k"})
	b.one(b.a)
	waiting := b.add(job.Request{Kind: "k", RunAt: b.clock().Add(hour)})
	b.pass(time.Minute)
	if n, err := b.b.Sweep(b.ctx, hour); n != 1 || err != nil {
		b.Errorf("removed %d, %v", n, err)
	}
	if _, err := b.a.Get(b.ctx, old); !fault.Is(err, fault.NotFound) {
		b.Errorf("an old job: %v", err)
	}
	b.state(young, job.Failed)
	b.state(running, job.Running)
	b.state(waiting, job.Waiting)
}

func (b *bench) limits() {
	for name, r := range map[string]job.Request{
		"no kind":           {},
		"a long kind":       {Kind: strings.Repeat("k", job.MaxName+1)},
		"a long key":        {Kind: "k", Key: strings.Repeat("k", job.MaxKey+1)},
		"a long tenant":     {Kind: "k", Tenant: strings.Repeat("k", job.MaxName+1)},
		"a large payload":   {Kind: "k", Payload: payload(strings.Repeat("k", job.MaxPayload))},
		"NUL in a key":      {Kind: "k", Key: "a\x00"},
		"a broken tenant":   {Kind: "k", Tenant: "\xff"},
		"a broken payload":  {Kind: "k", Payload: json.RawMessage("{")},
		"too many attempts": {Kind: "k", Attempts: job.MaxAttempts + 1},
		"negative attempts": {Kind: "k", Attempts: -1},
	} {
		if _, _, err := b.a.Add(b.ctx, r); !fault.Is(err, fault.Invalid) {
			b.Errorf("%s: %v", name, err)
		}
	}
	b.add(job.Request{Kind: "k", Payload: payload(strings.Repeat("k", job.MaxPayload-2)), Key: strings.Repeat("k", job.MaxKey)})
	j := b.one(b.a)
	for name, o := range map[string]job.Outcome{
		"no state":        {},
		"running":         {State: job.Running},
		"a broken result": {State: job.Done, Result: json.RawMessage("nope")},
		"a large result":  {State: job.Done, Result: payload(strings.Repeat("k", job.MaxResult))},
	} {
		if err := b.a.Finish(b.ctx, j.Lease(), o); !fault.Is(err, fault.Internal) {
			b.Errorf("%s: %v", name, err)
		}
	}
	b.state(j.ID, job.Running)
}

func (b *bench) stats() {
	for range 3 {
		b.add(job.Request{Kind: "k"})
	}
	b.add(job.Request{Kind: "l", RunAt: b.clock().Add(hour)})
	b.finish(b.one(b.a), job.Outcome{State: job.Done})
	b.one(b.a)
	b.pass(time.Minute)
	got, err := b.b.Stats(b.ctx)
	want := []job.Stat{
		{Kind: "k", Counts: map[job.State]int{job.Waiting: 1, job.Running: 1, job.Done: 1}, Overdue: time.Minute},
		{Kind: "l", Counts: map[job.State]int{job.Waiting: 1}},
	}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		b.Errorf("%v (-want +got):\n%s", err, diff)
	}
}

func (b *bench) wakes() {
	done := make(chan error, 1)
	go func() { done <- b.a.Wait(b.ctx, wait) }()
	start := time.Now()
	for added := 0; ; added++ { // the first may come before the wait has begun
		b.add(job.Request{Kind: "k"})
		select {
		case err := <-done:
			if err != nil || time.Since(start) >= wait {
				b.Errorf("woken by %v after %s", err, time.Since(start))
			}
			return
		case <-time.After(100 * time.Millisecond):
		}
	}
}

func (b *bench) contexts() {
	ctx, cancel := context.WithCancel(b.ctx)
	j := b.add(job.Request{Kind: "k"})
	taken := b.one(b.a)
	cancel()
	_, _, addErr := b.a.Add(ctx, job.Request{Kind: "k"})
	_, takeErr := b.a.Take(ctx, []job.Want{{Kind: "k", Max: 1}}, lease)
	_, beatErr := b.a.Beat(ctx, []job.Lease{taken.Lease()}, lease)
	for name, err := range map[string]error{
		"Add": addErr, "Take": takeErr, "Beat": beatErr, "Wait": b.a.Wait(ctx, wait),
		"Finish": b.a.Finish(ctx, taken.Lease(), job.Outcome{State: job.Done}),
	} {
		if err == nil {
			b.Errorf("%s went on after its context was done", name)
		}
	}
	b.state(j, job.Running)
}
