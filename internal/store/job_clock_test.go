package store

import (
	"context"
	"net/url"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/internal/job"
	"github.com/backchannel-portal/backchannel/internal/store/storetest"
)

// TestServerTimeAfterWait: while the only connection is taken, the time passes that the queue is about to ask for. It does
// not count that time twice, or else it would take leases that run for ones that ran out.
func TestServerTimeAfterWait(t *testing.T) {
	address, err := url.Parse(storetest.Postgres(t))
	if err != nil {
		t.Fatal(err)
	}
	q := address.Query()
	q.Set("pool_max_conns", "1")
	address.RawQuery = q.Encode()
	db, err := Open(t.Context(), Options{URL: address.String()})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close() //nolint:errcheck // of a test
	taken, err := db.reader.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	jobs := db.Jobs(nil)
	type answer struct {
		now int64
		err error
	}
	asked := make(chan answer, 1)
	go func() {
		now, err := jobs.now(t.Context())
		asked <- answer{now, err}
	}()
	time.Sleep(2 * time.Second) // should it not have asked by then, nothing is shown
	freed := time.Now()
	if err := taken.Close(); err != nil {
		t.Fatal(err)
	}
	got := <-asked
	most := time.Since(freed) // so long the question can have been on its way
	var server int64
	err = db.reader.QueryRowContext(t.Context(), `SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint`).Scan(&server)
	if got.err != nil || err != nil {
		t.Fatal(got.err, err)
	}
	if ahead := time.Duration(got.now-server) * time.Microsecond; ahead > most {
		t.Errorf("the queue is %s ahead of the server", ahead)
	}
}

// TestSweepThatWaited has a sweep wait for its turn while a job fails for the last time but one. Its long wait for another
// attempt is not taken for the work of a wrong clock.
func TestSweepThatWaited(t *testing.T) {
	start := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	db, err := Open(t.Context(), Options{URL: storetest.SQLite(t)})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close() //nolint:errcheck // of a test
	now := start
	quick := db.Jobs(func() time.Time { return now })
	id, _, err := quick.Add(t.Context(), job.Request{Kind: "k", Attempts: 2})
	if err != nil {
		t.Fatal(err)
	}
	jobs, err := quick.Take(t.Context(), []job.Want{{Kind: "k", Max: 1}}, time.Minute)
	if err != nil || len(jobs) != 1 {
		t.Fatal(jobs, err)
	}
	var failed bool
	slow := db.Jobs(func() time.Time {
		if failed {
			return now
		}
		failed, now = true, start.Add(time.Minute/2)
		if err := quick.Finish(context.Background(), jobs[0].Lease(), job.Outcome{State: job.Waiting, In: job.MaxBackoff, Error: "not yet"}); err != nil {
			t.Error(err)
		}
		return start
	})
	if _, err := slow.Sweep(t.Context(), time.Hour); err != nil {
		t.Fatal(err)
	}
	if j, err := quick.Get(t.Context(), id); err != nil || !j.RunAt.Equal(now.Add(job.MaxBackoff)) {
		t.Errorf("%+v, %v", j, err)
	}
}
