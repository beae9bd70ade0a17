// Package jobtest is the conformance suite of job.Store: what every queue owes to those who ask for work and to
// those who do it, whatever it stands on.
package jobtest

import (
	"context"
	"encoding/json"
	"sync"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/internal/job"
)

// Open returns two handles on one new, empty queue that tells the time by now: one and the same value where a queue
// has one handle, two connections where it has several, as two replicas have.
type Open func(t *testing.T, now func() time.Time) (a, b job.Store)

// lease is the lease of all cases.
const lease = 30 * time.Second

// wait bounds every wait of the suite.
const wait = 20 * time.Second

// Test runs the suite.
func Test(t *testing.T, open Open) {
	for _, c := range []struct {
		name string
		run  func(*bench)
	}{
		{"a job comes back as it was added", (*bench).roundTrip},
		{"a key is unique until its job is finished", (*bench).unique},
		{"a key is unique when many add at once", (*bench).uniqueRace},
		{"jobs come by priority, then time, then age", (*bench).order},
		{"kinds and their room are kept", (*bench).kinds},
		{"a flood of one tenant starves nobody", (*bench).fair},
		{"tenants take turns when many are taken at once", (*bench).fairBatch},
		{"a lease that ran out is taken over", (*bench).takeover},
		{"who lost a lease can report nothing", (*bench).fencing},
		{"a lease that is renewed is kept", (*bench).renewed},
		{"another attempt waits", (*bench).backoff},
		{"attempts are bounded when workers die", (*bench).bounded},
		{"what is given back does not count", (*bench).back},
		{"a waiting job is cancelled at once", (*bench).cancelWaiting},
		{"a running job is asked to end", (*bench).cancelRunning},
		{"a cancelled job of a dead worker ends", (*bench).cancelDead},
		{"a slot is scheduled once", (*bench).schedule},
		{"a slot is scheduled once when all ask at once", (*bench).scheduleRace},
		{"slots that were missed collapse", (*bench).missed},
		{"a schedule survives a clock that was wrong", (*bench).scheduleClock},
		{"leases survive a clock that was wrong", (*bench).leaseClock},
		{"attempts survive a clock that was wrong", (*bench).retryClock},
		{"finished jobs go after their time", (*bench).sweep},
		{"requests have bounds", (*bench).limits},
		{"jobs are counted", (*bench).stats},
		{"many workers take each job once", (*bench).race},
		{"adding a job wakes", (*bench).wakes},
		{"a context that is done ends every call", (*bench).contexts},
		{"a runner does what is asked", (*bench).runs},
		{"a runner tries again, and gives up", (*bench).retries},
		{"a runner ends what is cancelled", (*bench).runnerCancels},
		{"a runner ends what was taken over", (*bench).runnerLoses},
		{"a runner gives back what it cannot end", (*bench).runnerStops},
		{"two runners share the work and the schedules", (*bench).runnersShare},
		{"a turn is had by one at a time", (*bench).turns},
		{"the turn of the dead is taken over", (*bench).turnOfTheDead},
		{"who lost a turn learns of it", (*bench).turnLost},
		{"a turn that nobody wants any more is free", (*bench).turnEnds},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := &bench{T: t, ctx: t.Context(), now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}
			b.a, b.b = open(t, b.clock)
			c.run(b)
		})
	}
}

// bench is one queue with a clock of its own.
type bench struct {
	*testing.T
	ctx  context.Context
	a, b job.Store

	mu  sync.Mutex
	now time.Time
}

func (b *bench) clock() time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.now
}

func (b *bench) pass(d time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.now = b.now.Add(d)
}

func (b *bench) add(r job.Request) int64 {
	b.Helper()
	id, added, err := b.a.Add(b.ctx, r)
	if err != nil || !added {
		b.Fatalf("Add(%+v) = %v, %v", r, added, err)
	}
	return id
}

// take takes at most n jobs of kind "k" from a handle.
func (b *bench) take(q job.Store, n int) []job.Job {
	b.Helper()
	jobs, err := q.Take(b.ctx, []job.Want{{Kind: "k", Max: n}}, lease)
	if err != nil {
		b.Fatalf("Take: %v", err)
	}
	for _, j := range jobs {
		if j.State != job.Running || j.Attempt < 1 || j.Fence < 1 {
			b.Errorf("taken as %+v", j)
		}
	}
	return jobs
}

// one takes exactly one job.
func (b *bench) one(q job.Store) job.Job {
	b.Helper()
	jobs := b.take(q, 1)
	if len(jobs) != 1 {
		b.Fatalf("%d jobs, want 1", len(jobs))
	}
	return jobs[0]
}

func (b *bench) none(q job.Store) {
	b.Helper()
	if jobs := b.take(q, 10); len(jobs) != 0 {
		b.Fatalf("took %+v, want nothing", jobs)
	}
}

func (b *bench) finish(j job.Job, o job.Outcome) {
	b.Helper()
	if err := b.a.Finish(b.ctx, j.Lease(), o); err != nil {
		b.Fatalf("Finish(%d): %v", j.ID, err)
	}
}

func (b *bench) get(id int64) job.Job {
	b.Helper()
	j, err := b.b.Get(b.ctx, id)
	if err != nil {
		b.Fatalf("Get(%d): %v", id, err)
	}
	return j
}

func (b *bench) state(id int64, want job.State) job.Job {
	b.Helper()
	j := b.get(id)
	if j.State != want {
		b.Fatalf("job %d is %s (%s), want %s", id, j.State, j.Error, want)
	}
	if j.State.Finished() == j.Ended.IsZero() {
		b.Errorf("job %d is %s and ended at %v", id, j.State, j.Ended)
	}
	return j
}

func (b *bench) signal(q job.Store, j job.Job) job.Signal {
	b.Helper()
	s, err := q.Beat(b.ctx, []job.Lease{j.Lease()}, lease)
	if err != nil || len(s) != 1 {
		b.Fatalf("Beat = %v, %v", s, err)
	}
	return s[0]
}

// until waits for a condition.
func (b *bench) until(what string, ok func() bool) {
	b.Helper()
	for end := time.Now().Add(wait); !ok(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			b.Fatalf("waited %s for %s", wait, what)
		}
	}
}

func payload(v any) json.RawMessage {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return data
}
