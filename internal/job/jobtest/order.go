package jobtest

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/job"
)

func (b *bench) roundTrip() {
	r := job.Request{
		Kind: "k", Key: "repo:a/b", Tenant: "acme", Priority: -3, Payload: payload(map[string]any{"text": "数据 \" \\ 🚀", "n": 1.5}),
		RunAt: b.clock().Add(-time.Minute).Truncate(time.Microsecond), Attempts: 7,
	}
	id := b.add(r)
	want := job.Job{ID: id, Request: r, State: job.Waiting, Added: b.clock()}
	if diff := cmp.Diff(want, b.get(id)); diff != "" {
		b.Errorf("added (-want +got):\n%s", diff)
	}
	want.State, want.Attempt, want.Fence = job.Running, 1, 1
	taken := b.one(b.b)
	if diff := cmp.Diff(want, taken); diff != "" {
		b.Errorf("taken (-want +got):\n%s", diff)
	}
	b.pass(time.Second)
	b.finish(taken, job.Outcome{State: job.Done, Result: payload([]string{"x"})})
	want.State, want.Result, want.Ended = job.Done, payload([]string{"x"}), b.clock()
	if diff := cmp.Diff(want, b.get(id)); diff != "" {
		b.Errorf("finished (-want +got):\n%s", diff)
	}
	plain := b.get(b.add(job.Request{Kind: "k"}))
	if plain.Attempts != job.DefaultAttempts || !plain.RunAt.Equal(b.clock()) || plain.Payload != nil {
		b.Errorf("a plain request became %+v", plain)
	}
	if _, err := b.a.Get(b.ctx, id+1000); !fault.Is(err, fault.NotFound) {
		b.Errorf("an unknown job: %v", err)
	}
}

func (b *bench) unique() {
	id := b.add(job.Request{Kind: "k", Key: "x"})
	again := func(kind, key string) (int64, bool) {
		b.Helper()
		got, added, err := b.b.Add(b.ctx, job.Request{Kind: kind, Key: key})
		if err != nil {
			b.Fatal(err)
		}
		return got, added
	}
	if got, added := again("k", "x"); added || got != id {
		b.Errorf("the same key while waiting: %d, %v", got, added)
	}
	if got, added := again("other", "x"); !added || got == id {
		b.Errorf("the key in another kind: %d, %v", got, added)
	}
	if got, added := again("k", "y"); !added || got == id {
		b.Errorf("another key: %d, %v", got, added)
	}
	if one, two := b.add(job.Request{Kind: "free"}), b.add(job.Request{Kind: "free"}); one == two {
		b.Error("jobs without a key are one")
	}
	j := b.one(b.a)
	if got, added := again("k", "x"); added || got != id || j.ID != id {
		b.Errorf("the same key while running: %d, %v", got, added)
	}
	b.finish(j, job.Outcome{State: job.Failed, Error: "no"})
	if got, added := again("k", "x"); !added || got == id {
		b.Errorf("the same key after the end: %d, %v", got, added)
	}
}

func (b *bench) uniqueRace() {
	var wg sync.WaitGroup
	var fresh atomic.Int64
	for i := range 16 {
		q := []job.Store{b.a, b.b}[i%2]
		wg.Go(func() {
			_, added, err := q.Add(b.ctx, job.Request{Kind: "k", Key: "x"})
			if err != nil {
				b.Error(err)
			}
			if added {
				fresh.Add(1)
			}
		})
	}
	wg.Wait()
	if n := fresh.Load(); n != 1 {
		b.Errorf("%d jobs of one key", n)
	}
	if n := len(b.take(b.a, 10)); n != 1 {
		b.Errorf("took %d jobs of one key", n)
	}
}

func (b *bench) order() {
	now := b.clock()
	late := b.add(job.Request{Kind: "k", RunAt: now.Add(-time.Minute)})
	early := b.add(job.Request{Kind: "k", RunAt: now.Add(-time.Hour)})
	twin := b.add(job.Request{Kind: "k", RunAt: now.Add(-time.Hour)})
	high := b.add(job.Request{Kind: "k", Priority: 1})
	low := b.add(job.Request{Kind: "k", Priority: -1, RunAt: now.Add(-24 * time.Hour)})
	future := b.add(job.Request{Kind: "k", Priority: 9, RunAt: now.Add(time.Minute)})
	var got []int64
	for range 2 {
		got = append(got, b.one(b.b).ID)
	}
	for _, j := range b.take(b.a, 10) {
		got = append(got, j.ID)
	}
	if want := []int64{high, early, twin, late, low}; !slices.Equal(got, want) {
		b.Errorf("order %v, want %v", got, want)
	}
	b.none(b.a)
	b.pass(time.Minute)
	if j := b.one(b.a); j.ID != future {
		b.Errorf("took %d, want %d", j.ID, future)
	}
}

func (b *bench) kinds() {
	for range 3 {
		b.add(job.Request{Kind: "k"})
		b.add(job.Request{Kind: "l"})
		b.add(job.Request{Kind: "m"})
	}
	jobs, err := b.a.Take(b.ctx, []job.Want{{Kind: "k", Max: 1}, {Kind: "l", Max: 5}, {Kind: "nobody", Max: 5}, {Kind: "m", Max: 0}}, lease)
	if err != nil {
		b.Fatal(err)
	}
	n := map[string]int{}
	for _, j := range jobs {
		n[j.Kind]++
	}
	if diff := cmp.Diff(map[string]int{"k": 1, "l": 3}, n); diff != "" {
		b.Error(diff)
	}
	if jobs, err = b.a.Take(b.ctx, nil, lease); err != nil || len(jobs) != 0 {
		b.Errorf("nothing wanted: %v, %v", jobs, err)
	}
}

func (b *bench) fair() {
	for range 40 {
		b.add(job.Request{Kind: "k", Tenant: "flood", RunAt: b.clock().Add(-time.Hour), Priority: 5})
	}
	b.add(job.Request{Kind: "k", Tenant: "small"})
	b.add(job.Request{Kind: "k", Tenant: "small"})
	b.add(job.Request{Kind: "k"})
	served := map[string]int{}
	for range 6 {
		b.pass(time.Second)
		j := b.one(b.a)
		served[j.Tenant]++
		b.finish(j, job.Outcome{State: job.Done})
	}
	if served["small"] != 2 || served[""] != 1 {
		b.Errorf("the first six: %v", served)
	}
	b.add(job.Request{Kind: "k", Tenant: "new"})
	if j := b.one(b.b); j.Tenant != "new" {
		b.Errorf("a new tenant waits behind %q", j.Tenant)
	}
}

func (b *bench) fairBatch() {
	for range 40 {
		b.add(job.Request{Kind: "k", Tenant: "flood"})
	}
	for range 2 {
		b.add(job.Request{Kind: "k", Tenant: "small"})
	}
	served := map[string]int{}
	for _, j := range b.take(b.a, 6) {
		served[j.Tenant]++
	}
	if diff := cmp.Diff(map[string]int{"flood": 4, "small": 2}, served); diff != "" {
		b.Error(diff)
	}
}

func (b *bench) race() {
	const n = 120
	for i := range n {
		b.add(job.Request{Kind: "k", Tenant: string(rune('a' + i%3))})
	}
	var mu sync.Mutex
	seen := map[int64]int{}
	var wg sync.WaitGroup
	for i := range 6 {
		q := []job.Store{b.a, b.b}[i%2]
		wg.Go(func() {
			for {
				jobs, err := q.Take(b.ctx, []job.Want{{Kind: "k", Max: 3}}, lease)
				if err != nil {
					b.Error(err)
					return
				}
				for _, j := range jobs {
					mu.Lock()
					seen[j.ID]++
					mu.Unlock()
					if err := q.Finish(b.ctx, j.Lease(), job.Outcome{State: job.Done}); err != nil {
						b.Error(err)
					}
				}
				mu.Lock()
				enough := len(seen) == n
				mu.Unlock()
				if enough {
					return
				}
			}
		})
	}
	wg.Wait()
	for id, times := range seen {
		if times != 1 {
			b.Errorf("job %d was taken %d times", id, times)
		}
	}
}
