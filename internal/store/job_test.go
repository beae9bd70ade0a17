package store_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/internal/job"
	"github.com/backchannel-portal/backchannel/internal/job/jobtest"
	"github.com/backchannel-portal/backchannel/internal/store"
	"github.com/backchannel-portal/backchannel/internal/store/storetest"
)

func TestJobs(t *testing.T) {
	for name, url := range map[string]func(testing.TB) string{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		t.Run(name, func(t *testing.T) {
			jobtest.Test(t, func(t *testing.T, now func() time.Time) (a, b job.Store) {
				u := url(t)
				return openJobs(t, u, now), openJobs(t, u, now)
			})
		})
	}
}

// openJobs opens a queue as one replica does.
func openJobs(t *testing.T, url string, now func() time.Time) *store.Jobs {
	t.Helper()
	db, err := store.Open(t.Context(), store.Options{URL: url})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db.Jobs(now)
}

// TestTakeThatWaited has one worker wait for its turn to write for longer than leases last. What another took meanwhile
// is not taken for a lease that a wrong clock gave.
func TestTakeThatWaited(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		start := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
		later := func() time.Time { return start.Add(time.Hour) }
		take := func(q *store.Jobs) []job.Job {
			jobs, err := q.Take(t.Context(), []job.Want{{Kind: "k", Max: 1}}, time.Minute)
			if err != nil {
				t.Fatal(err)
			}
			return jobs
		}
		quick := openJobs(t, url, later)
		var theirs []job.Job
		slow := openJobs(t, url, func() time.Time {
			if theirs == nil {
				theirs = take(quick)
				return start
			}
			return later()
		})
		early := openJobs(t, url, func() time.Time { return start })
		first, second := add(t, early, "k"), add(t, early, "k")
		ours := take(slow)
		if len(theirs) != 1 || theirs[0].ID != first || len(ours) != 1 || ours[0].ID != second {
			t.Errorf("one has %v and the other %v", theirs, ours)
		}
		if j, err := quick.Get(t.Context(), first); err != nil || j.State != job.Running || j.Fence != theirs[0].Fence {
			t.Errorf("the first is %+v, %v", j, err)
		}
	})
}

// killedLease is the lease of the worker that is killed. However busy the machine is, it does not run out by itself.
const killedLease = 5 * time.Minute

// TestKilledWorkerChild is the worker of TestKilledWorker, in a process of its own.
func TestKilledWorkerChild(t *testing.T) {
	url := os.Getenv("BACKCHANNEL_TEST_KILLED_WORKER")
	if url == "" {
		return // run by itself there is nothing to do
	}
	r, err := job.NewRunner(openJobs(t, url, nil), job.Config{Lease: killedLease, Poll: 20 * time.Millisecond, Kinds: map[string]job.Kind{
		"k": {Concurrency: 2, Handler: func(ctx context.Context, j job.Job) (json.RawMessage, error) {
			fmt.Println("started", j.ID)
			<-ctx.Done()
			return nil, ctx.Err()
		}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// TestKilledWorker kills a worker in the middle of its jobs; another, for which the lease has run out, finishes them, and
// they are not lost and run as second attempts.
func TestKilledWorker(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		q := openJobs(t, url, nil)
		ids := []int64{add(t, q, "k"), add(t, q, "k")}
		child := exec.Command(os.Args[0], "-test.run=^TestKilledWorkerChild$")
		child.Env = append(os.Environ(), "BACKCHANNEL_TEST_KILLED_WORKER="+url)
		out, err := child.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		for started := 0; started < len(ids) && lines.Scan(); {
			if strings.HasPrefix(lines.Text(), "started") {
				started++
			}
		}
		if err := child.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		child.Wait() //nolint:errcheck // killed
		for _, id := range ids {
			if j, err := q.Get(t.Context(), id); err != nil || j.State != job.Running {
				t.Fatalf("after the kill: %+v, %v", j, err)
			}
		}
		q = openJobs(t, url, func() time.Time { return time.Now().Add(killedLease + time.Minute) })
		ctx, cancel := context.WithCancel(t.Context())
		finish := make(chan int64, len(ids))
		r, err := job.NewRunner(q, job.Config{Lease: killedLease, Poll: 50 * time.Millisecond, Kinds: map[string]job.Kind{
			"k": {Concurrency: 2, Handler: func(_ context.Context, j job.Job) (json.RawMessage, error) {
				if j.Attempt != 2 {
					t.Errorf("attempt %d", j.Attempt)
				}
				finish <- j.ID
				return nil, nil
			}},
		}})
		if err != nil {
			t.Fatal(err)
		}
		done := make(chan error, 1)
		go func() { done <- r.Run(ctx) }()
		for range ids {
			select {
			case <-finish:
			case <-time.After(time.Minute):
				t.Fatal("nobody took the jobs over")
			}
		}
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		for _, id := range ids {
			if j, err := q.Get(t.Context(), id); err != nil || j.State != job.Done {
				t.Errorf("at the end: %+v, %v", j, err)
			}
		}
	})
}

func add(t *testing.T, q job.Queue, kind string) int64 {
	t.Helper()
	id, _, err := q.Add(t.Context(), job.Request{Kind: kind})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// TestJobsWakeAcrossReplicas checks the wake-up from one process's connection to another's.
func TestJobsWakeAcrossReplicas(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		a, b := openJobs(t, url, nil), openJobs(t, url, nil)
		const limit = time.Minute
		woken := make(chan error, 1)
		go func() { woken <- b.Wait(t.Context(), limit) }()
		for end := time.Now().Add(limit / 2); ; { // the first may come before the wait has begun
			add(t, a, "k")
			select {
			case err := <-woken:
				if err != nil {
					t.Error(err)
				}
				return
			case <-time.After(300 * time.Millisecond):
			}
			if time.Now().After(end) {
				t.Fatal("the other replica was not woken")
			}
		}
	})
}

// BenchmarkJobs adds, takes and finishes one job a time, beside a flood of 20,000 that another tenant wants done.
func BenchmarkJobs(b *testing.B) {
	for name, url := range map[string]func(testing.TB) string{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		b.Run(name, func(b *testing.B) {
			db, err := store.Open(b.Context(), store.Options{URL: url(b)})
			if err != nil {
				b.Fatal(err)
			}
			defer db.Close()
			q := db.Jobs(nil)
			for range 20_000 {
				if _, _, err := q.Add(b.Context(), job.Request{Kind: "k", Tenant: "flood"}); err != nil {
					b.Fatal(err)
				}
			}
			for b.Loop() {
				if _, _, err := q.Add(b.Context(), job.Request{Kind: "k", Tenant: "t"}); err != nil {
					b.Fatal(err)
				}
				jobs, err := q.Take(b.Context(), []job.Want{{Kind: "k", Max: 2}}, time.Minute)
				if err != nil || len(jobs) == 0 {
					b.Fatal(jobs, err)
				}
				for _, j := range jobs {
					if err := q.Finish(b.Context(), j.Lease(), job.Outcome{State: job.Done}); err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}
