package jobtest

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/job"
)

// turn is the turn "k" as a process with a handle takes it.
func turn(q job.Store) job.Turn { return job.Turn{Queue: q, Kind: "k", Lease: lease, Poll: poll} }

// took takes a turn that is free.
func (b *bench) took(q job.Store) (held context.Context, done func()) {
	b.Helper()
	held, done, err := turn(q).Take(b.ctx, func() { b.Error("it waits for a turn that is free") })
	if err != nil {
		b.Fatal(err)
	}
	return held, done
}

// turns: however many ask at once through two handles, one at a time has the turn, and everybody gets it.
func (b *bench) turns() {
	var at, most, waited, had atomic.Int32
	var all sync.WaitGroup
	for i := range 8 {
		q := []job.Store{b.a, b.b}[i%2]
		all.Go(func() {
			held, done, err := turn(q).Take(b.ctx, func() { waited.Add(1) })
			if err != nil {
				b.Error(err)
				return
			}
			defer done()
			n := at.Add(1)
			for was := most.Load(); n > was && !most.CompareAndSwap(was, n); was = most.Load() {
			}
			time.Sleep(3 * poll)
			at.Add(-1)
			if held.Err() == nil {
				had.Add(1)
			}
		})
	}
	all.Wait()
	if most.Load() != 1 || had.Load() != 8 || waited.Load() == 0 {
		b.Errorf("%d at once, %d of 8 had it, %d waited", most.Load(), had.Load(), waited.Load())
	}
}

// turnOfTheDead: whoever died with the turn keeps others waiting until the lease ran out, and no longer.
func (b *bench) turnOfTheDead() {
	b.add(job.Request{Kind: "k", Key: "turn", Attempts: job.MaxAttempts})
	b.one(b.a) // and never says anything again
	waits := make(chan struct{})
	got := make(chan error, 1)
	go func() {
		_, done, err := turn(b.b).Take(b.ctx, func() { close(waits) })
		if err == nil {
			done()
		}
		got <- err
	}()
	receive(b, "the wait", waits)
	select {
	case err := <-got:
		b.Fatalf("it has the turn of somebody whose lease runs: %v", err)
	case <-time.After(5 * poll):
	}
	b.pass(lease + time.Second)
	if err := receive(b, "the turn", got); err != nil {
		b.Error(err)
	}
	_, done := b.took(b.a)
	done()
}

// turnLost: work whose turn was taken over ends, and what it reports then changes nothing.
func (b *bench) turnLost() {
	short := turn(b.a)
	short.Lease = 90 * time.Millisecond
	held, done, err := short.Take(b.ctx, func() {})
	if err != nil {
		b.Fatal(err)
	}
	defer done()
	var j job.Job
	b.until("the lease to run out", func() bool { // it may be renewed meanwhile
		b.pass(lease)
		jobs := b.take(b.b, 1)
		if len(jobs) == 1 {
			j = jobs[0]
		}
		return len(jobs) == 1
	})
	receive(b, "the end", held.Done())
	if err := context.Cause(held); !errors.Is(err, job.ErrLost) {
		b.Errorf("ended for %v", err)
	}
	done()
	b.state(j.ID, job.Running)
}

// turnEnds: whoever gives up waiting leaves the turn to others, and a turn ends with its context.
func (b *bench) turnEnds() {
	_, done := b.took(b.a)
	ctx, cancel := context.WithCancel(b.ctx)
	_, _, err := turn(b.b).Take(ctx, cancel)
	if !fault.Is(err, fault.Upstream) || !errors.Is(err, context.Canceled) {
		b.Errorf("gave up with %v", err)
	}
	done()
	done() // once more is nothing
	ctx, cancel = context.WithCancel(b.ctx)
	held, done, err := turn(b.b).Take(ctx, func() {})
	if err != nil {
		b.Fatal(err)
	}
	cancel()
	receive(b, "the end", held.Done())
	done()
	_, done = b.took(b.a)
	done()
}
