package bot

import (
	"context"
	"encoding/json"
	"strconv"
	"time"

	"github.com/backchannel-portal/backchannel/internal/job"
)

// Retention says for how long what conversations leave behind is kept. Drafts, intents and secrets carry their own expiry;
// installations and subscriptions stay until they are ended.
type Retention struct {
	Inbox     time.Duration // ids of deliveries; platforms repeat one for up to an hour
	Threads   time.Duration // the memory of a conversation after its last turn
	Audit     time.Duration
	Posts     time.Duration // the outbox: for as long a key is not sent twice
	Followers time.Duration // of work that never came to an end
	Jobs      time.Duration // finished jobs, with their results and errors
	Tasks     time.Duration // long work with its log, since it began
	Feedback  time.Duration // what people said about answers, since it was settled
}

// DefaultRetention is what holds where the configuration says nothing.
func DefaultRetention() Retention {
	const day = 24 * time.Hour
	return Retention{Inbox: day, Threads: 30 * time.Minute, Audit: 90 * day, Posts: 30 * day, Followers: 7 * day, Jobs: 7 * day, Tasks: 7 * day, Feedback: 90 * day}
}

// sweepEvery is how often each area is swept. Conversations go sooner: they hold what people wrote.
const (
	sweepEvery        = time.Hour
	sweepThreadsEvery = 5 * time.Minute
)

// SweepJobs returns one kind of job and one schedule for every area of the state, and one for the queue itself. A job's
// result is the number of rows it removed.
func (r Retention) SweepJobs(s State, queue job.Worker, now func() time.Time) (map[string]job.Kind, []job.Periodic) {
	areas := []struct {
		name  string
		s     Sweeper
		keep  time.Duration
		every time.Duration
	}{
		{"inbox", s.Inbox, r.Inbox, sweepEvery},
		{"threads", s.Threads, r.Threads, sweepThreadsEvery},
		{"audit", s.Audit, r.Audit, sweepEvery},
		{"outbox", s.Outbox, r.Posts, sweepEvery},
		{"intents", s.Intents, 0, sweepEvery},
		{"drafts", s.Drafts, 0, sweepEvery},
		{"sessions", s.Sessions, 0, sweepEvery},
		{"secrets", s.Secrets, 0, sweepEvery},
		{"followers", s.Followers, r.Followers, sweepEvery},
		{"news", s.News, r.Posts, sweepEvery},
		{"tasks", s.Tasks, r.Tasks, sweepEvery},
		{"feedback", s.Feedback, r.Feedback, sweepEvery},
		{"jobs", queueSweeper{queue, now}, r.Jobs, sweepEvery},
	}
	kinds, periodic := map[string]job.Kind{}, []job.Periodic(nil)
	for _, a := range areas {
		kind := "sweep." + a.name
		kinds[kind] = job.Kind{Handler: func(ctx context.Context, _ job.Job) (json.RawMessage, error) {
			n, err := a.s.Sweep(ctx, now().Add(-a.keep))
			return json.RawMessage(strconv.Itoa(n)), err
		}}
		periodic = append(periodic, job.Periodic{Name: kind, Every: a.every, Request: job.Request{Kind: kind, Attempts: 3}})
	}
	return kinds, periodic
}

// queueSweeper sweeps finished jobs like everything else.
type queueSweeper struct {
	queue job.Worker
	now   func() time.Time
}

// Sweep implements Sweeper.
func (q queueSweeper) Sweep(ctx context.Context, before time.Time) (int, error) {
	return q.queue.Sweep(ctx, q.now().Sub(before))
}
