package jobtest

import (
	"errors"
	"strings"
	"time"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/job"
)

func (b *bench) takeover() {
	id := b.add(job.Request{Kind: "k"})
	first := b.one(b.a)
	b.none(b.b)
	b.pass(lease - time.Second)
	b.none(b.b)
	b.pass(time.Second)
	second := b.one(b.b)
	if second.ID != id || second.Attempt != 2 || second.Fence <= first.Fence {
		b.Errorf("taken over as %+v", second)
	}
	b.none(b.a)
}

func (b *bench) fencing() {
	id := b.add(job.Request{Kind: "k"})
	first := b.one(b.a)
	b.pass(lease)
	second := b.one(b.b)
	if s := b.signal(b.a, first); s != job.Lost {
		b.Errorf("the first worker's lease is %v", s)
	}
	for _, o := range []job.Outcome{{State: job.Done}, {State: job.Failed}, {State: job.Waiting, Back: true}} {
		if err := b.a.Finish(b.ctx, first.Lease(), o); !errors.Is(err, job.ErrLost) {
			b.Errorf("the first worker reports %s: %v", o.State, err)
		}
	}
	b.state(id, job.Running)
	b.finish(second, job.Outcome{State: job.Done})
	for _, j := range []job.Job{first, second} {
		if err := b.a.Finish(b.ctx, j.Lease(), job.Outcome{State: job.Failed}); !errors.Is(err, job.ErrLost) {
			b.Errorf("a report after the end: %v", err)
		}
		if s := b.signal(b.a, j); s != job.Lost {
			b.Errorf("a lease after the end is %v", s)
		}
	}
	b.state(id, job.Done)
	if err := b.a.Finish(b.ctx, job.Lease{ID: id + 1000, Fence: 1}, job.Outcome{State: job.Done}); !errors.Is(err, job.ErrLost) {
		b.Errorf("a report about an unknown job: %v", err)
	}
}

func (b *bench) renewed() {
	b.add(job.Request{Kind: "k"})
	b.add(job.Request{Kind: "k"})
	jobs := b.take(b.a, 2)
	for range 4 {
		b.pass(lease * 3 / 4)
		s, err := b.a.Beat(b.ctx, []job.Lease{jobs[1].Lease(), {ID: 1 << 40, Fence: 1}, jobs[0].Lease()}, lease)
		if err != nil || len(s) != 3 || s[0] != job.Held || s[1] != job.Lost || s[2] != job.Held {
			b.Fatalf("Beat = %v, %v", s, err)
		}
		b.none(b.b)
	}
	b.pass(lease * 3)
	if s := b.signal(b.a, jobs[0]); s != job.Held {
		b.Errorf("a lease that ran out and was taken by nobody is %v", s)
	}
	if j := b.one(b.b); j.ID != jobs[1].ID {
		b.Errorf("took %d", j.ID)
	}
	if s, err := b.a.Beat(b.ctx, nil, lease); err != nil || len(s) != 0 {
		b.Errorf("no leases: %v, %v", s, err)
	}
}

func (b *bench) backoff() {
	id := b.add(job.Request{Kind: "k", Key: "x"})
	b.finish(b.one(b.a), job.Outcome{State: job.Waiting, Error: "away for lunch", In: time.Minute})
	if j := b.state(id, job.Waiting); j.Error != "away for lunch" || !j.RunAt.Equal(b.clock().Add(time.Minute)) {
		b.Errorf("waits as %+v", j)
	}
	if _, added, err := b.a.Add(b.ctx, job.Request{Kind: "k", Key: "x"}); added || err != nil {
		b.Errorf("a second one while the first waits for another attempt: %v, %v", added, err)
	}
	b.pass(time.Minute - time.Second)
	b.none(b.a)
	b.pass(time.Second)
	j := b.one(b.a)
	if j.Attempt != 2 {
		b.Errorf("attempt %d", j.Attempt)
	}
	b.finish(j, job.Outcome{State: job.Failed, Error: strings.Repeat("数", job.MaxError)})
	if e := b.state(id, job.Failed).Error; len(e) > job.MaxError || !strings.HasPrefix(e, "数数") {
		b.Errorf("an error of %d bytes is kept", len(e))
	}
}

func (b *bench) bounded() {
	id := b.add(job.Request{Kind: "k", Key: "x", Attempts: 3})
	for range 3 {
		b.one(b.a)
		b.pass(lease)
	}
	b.none(b.b)
	if j := b.state(id, job.Failed); j.Error != job.LastWorkerDied || j.Attempt != 3 {
		b.Errorf("ended as %+v", j)
	}
	b.add(job.Request{Kind: "k", Key: "x"})
}

func (b *bench) back() {
	id := b.add(job.Request{Kind: "k", Attempts: 1})
	for range 3 {
		j := b.one(b.a)
		if j.ID != id || j.Attempt != 1 {
			b.Errorf("taken as %+v", j)
		}
		b.finish(j, job.Outcome{State: job.Waiting, Back: true})
	}
	j := b.one(b.b)
	b.finish(j, job.Outcome{State: job.Done})
	b.state(id, job.Done)
}

func (b *bench) cancelWaiting() {
	id := b.add(job.Request{Kind: "k", Key: "x"})
	for range 2 {
		if err := b.b.Cancel(b.ctx, id); err != nil {
			b.Fatal(err)
		}
	}
	b.state(id, job.Cancelled)
	b.none(b.a)
	b.add(job.Request{Kind: "k", Key: "x"})
	if err := b.a.Cancel(b.ctx, id+1000); !fault.Is(err, fault.NotFound) {
		b.Errorf("an unknown job: %v", err)
	}
}

func (b *bench) cancelRunning() {
	var ids []int64
	for range 3 {
		ids = append(ids, b.add(job.Request{Kind: "k"}))
	}
	jobs := b.take(b.a, 3)
	for _, j := range jobs {
		if err := b.b.Cancel(b.ctx, j.ID); err != nil {
			b.Fatal(err)
		}
		if s := b.signal(b.a, j); s != job.Cancel {
			b.Errorf("the worker hears %v", s)
		}
		if !b.state(j.ID, job.Running).Cancelling {
			b.Error("a cancelled job does not say so")
		}
	}
	for i, o := range []job.Outcome{{State: job.Cancelled}, {State: job.Waiting, Error: "no", In: time.Hour}, {State: job.Done}} {
		b.finish(jobs[i], o)
	}
	for i, want := range []job.State{job.Cancelled, job.Cancelled, job.Done} {
		if j := b.state(ids[i], want); j.Cancelling {
			b.Error("a finished job is still asked to end")
		}
	}
	if err := b.a.Cancel(b.ctx, ids[2]); err != nil {
		b.Error(err)
	}
	b.state(ids[2], job.Done)
}

func (b *bench) cancelDead() {
	id := b.add(job.Request{Kind: "k"})
	b.one(b.a)
	if err := b.a.Cancel(b.ctx, id); err != nil {
		b.Fatal(err)
	}
	b.pass(lease)
	b.none(b.b)
	b.state(id, job.Cancelled)
}

func (b *bench) leaseClock() {
	b.add(job.Request{Kind: "k"})
	b.pass(24 * time.Hour)
	first := b.one(b.a)
	b.pass(-24 * time.Hour)
	second := b.one(b.b) // the lease that runs until tomorrow counts as run out
	if second.ID != first.ID || second.Fence <= first.Fence {
		b.Errorf("taken over as %+v", second)
	}
	if s := b.signal(b.a, first); s != job.Lost {
		b.Errorf("the first worker's lease is %v", s)
	}
	b.pass(-time.Second) // a small correction changes nothing
	b.none(b.a)
	b.pass(24 * time.Hour)
	third := b.one(b.a)
	if err := b.b.Finish(b.ctx, second.Lease(), job.Outcome{State: job.Done}); !errors.Is(err, job.ErrLost) {
		b.Errorf("the second worker reports: %v", err)
	}
	b.finish(third, job.Outcome{State: job.Done})
}

func (b *bench) retryClock() {
	id := b.add(job.Request{Kind: "k"})
	planned := b.add(job.Request{Kind: "k", RunAt: b.clock().Add(90 * 24 * time.Hour)})
	b.pass(24 * time.Hour)
	b.finish(b.one(b.a), job.Outcome{State: job.Waiting, In: time.Minute})
	b.pass(-24 * time.Hour)
	b.none(b.a)
	if _, err := b.a.Sweep(b.ctx, time.Hour); err != nil {
		b.Fatal(err)
	}
	if j := b.one(b.a); j.ID != id {
		b.Errorf("took %d, want %d", j.ID, id)
	}
	b.state(planned, job.Waiting)
}
