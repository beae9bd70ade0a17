package main

import (
	"context"
	"encoding/json"
	"maps"
	"math/rand/v2"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/backchannel-portal/backchannel/internal/job"
)

// behindInterval is how often it is looked whether a newer program has changed the store too far.
const behindInterval = time.Second

// work takes part in what is done once among the replicas, until ctx is done. A replica that a newer program has left
// two releases behind takes no part, so that a newer one does it: what it would do could not be stored.
func (f *followed) work(ctx context.Context) error {
	for {
		if waitFor(ctx, behindInterval, func() bool { return f.behind() == nil }) != nil {
			return nil
		}
		working, stop := context.WithCancel(ctx)
		var looking sync.WaitGroup
		var why error
		looking.Go(func() {
			defer stop()
			_ = waitFor(working, behindInterval, func() bool { why = f.behind(); return why != nil })
		})
		err := f.takePart(working)
		stop()
		looking.Wait()
		if err != nil || ctx.Err() != nil {
			return err
		}
		f.log.Error("this replica does no background work any more, newer ones do", "err", why)
	}
}

// takePart works on jobs until ctx is done, the lead among them.
func (f *followed) takePart(ctx context.Context) error {
	lead := job.Request{Kind: jobLead, Key: jobLead, Attempts: job.MaxAttempts}
	kinds, periodic := retention(f.cfg.Store.Keep).SweepJobs(f.state, f.queue, time.Now)
	for _, more := range f.more {
		k, p := more()
		maps.Copy(kinds, k)
		periodic = append(periodic, p...)
	}
	if f.prune != nil {
		kinds[jobPrune] = job.Kind{Handler: func(ctx context.Context, _ job.Job) (json.RawMessage, error) { return nil, f.prune(ctx) }}
		periodic = append(periodic, job.Periodic{Name: jobPrune, Every: time.Hour, Request: job.Request{Kind: jobPrune}})
	}
	posts, resend := f.places.jobs()
	maps.Copy(kinds, posts)
	periodic = append(periodic, resend...)
	if !f.alone {
		kinds[jobLead] = job.Kind{Timeout: 2 * leadFor, Handler: func(jobCtx context.Context, _ job.Job) (json.RawMessage, error) {
			ctx, stop := context.WithTimeout(ctx, leadFor) // ends with the process at once, without the runner's grace
			defer stop()
			defer context.AfterFunc(jobCtx, stop)()
			return nil, f.lead(ctx)
		}}
		periodic = append(periodic, job.Periodic{Name: jobLead, Every: leadEvery, Request: lead})
	}
	runner, err := job.NewRunner(f.queue, job.Config{
		Kinds: kinds, Periodic: periodic, Lease: leadLease, Grace: leadGrace, Log: f.log, Jitter: rand.Float64,
	})
	if err != nil {
		return err
	}
	if f.alone { // nobody to ask, and no lease that a long write to the one file could keep from being renewed
		g, ctx := errgroup.WithContext(ctx)
		g.Go(func() error { return f.lead(ctx) })
		g.Go(func() error { return runner.Run(ctx) })
		return g.Wait()
	}
	if _, _, err := f.queue.Add(ctx, lead); err != nil && ctx.Err() == nil { // at once, not at the next slot
		f.log.Warn("the lead cannot be asked for yet", "err", err)
	}
	return runner.Run(ctx)
}
