package main

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/job"
	"github.com/backchannel-portal/backchannel/internal/scm/remote"
)

// The jobs of the catalog. Reading is done by one replica at a time: whoever works on jobLead.
const (
	jobLead    = "catalog.lead"    // reads all sources and the components' code, for hours
	jobRefresh = "catalog.refresh" // reads one source again; worked on by the leader
	jobEvent   = "catalog.event"   // what a webhook said; worked on by the leader
	jobPrune   = "catalog.prune"   // forgets what the catalog's history need not remember
)

// The rhythm of leading.
const (
	leadLease  = 10 * time.Second // how long after a leader's death another one takes over, at most
	leadEvery  = 10 * time.Second // how soon after a leader's end another one starts, at most
	leadFor    = 12 * time.Hour   // then the lead is given up, and taken by whoever is first
	leadGrace  = 2 * time.Second
	firstRetry = time.Second // after a source could not be read, doubling up to the refresh interval
	sweepEvery = time.Minute // how often orphans are looked at, where their grace period is no shorter

	sweepSoonest = 5 * time.Second
)

// refreshRequest is the payload of jobRefresh.
type refreshRequest struct {
	Origin   string `json:"origin"`
	Location string `json:"location"`
}

// refreshResult is its result.
type refreshResult struct {
	Generation catalog.Generation `json:"generation"`
}

// lead reads everything there is to read until ctx is done.
func (f *followed) lead(ctx context.Context) error {
	f.log.Info("this replica reads the sources now")
	f.leading.Store(true)
	defer f.leading.Store(false)
	l := &leader{followed: f, kick: make(chan struct{}, 1)}
	beside, err := job.NewRunner(f.queue, job.Config{
		Kinds: map[string]job.Kind{
			jobRefresh: {Handler: l.refresh, Concurrency: 4, Timeout: 2 * time.Minute},
			jobEvent:   {Handler: l.event, Concurrency: 4},
		},
		Lease: leadLease, Grace: leadGrace, Log: f.log, Jitter: rand.Float64,
	})
	if err != nil {
		return err
	}
	g, ctx := errgroup.WithContext(ctx)
	for _, s := range f.sources {
		g.Go(func() error { l.follow(ctx, s); return nil })
	}
	g.Go(func() error { return beside.Run(ctx) })
	if f.locations != nil {
		g.Go(func() error { l.followRegistered(ctx); return nil })
	}
	g.Go(func() error { l.sweep(ctx); return nil })
	g.Go(func() error { f.readCode(ctx); return nil })
	if f.beside != nil {
		g.Go(func() error { f.beside(ctx); return nil })
	}
	return g.Wait()
}

// leader is the replica that reads.
type leader struct {
	*followed
	applied sync.Map // by origin, *atomic.Int64: deltas that were stored
	extra   registered
	kick    chan struct{} // has sweep look at once
}

// count returns the number of deltas of an origin that were stored, to read and to raise.
func (l *leader) count(origin string) *atomic.Int64 {
	n, _ := l.applied.LoadOrStore(origin, &atomic.Int64{})
	return n.(*atomic.Int64)
}

// follow reads a source, tries again while it cannot be read, and then watches it.
func (l *leader) follow(ctx context.Context, s catalog.Source) {
	retry := firstRetry
	for first := true; ; first = false {
		d, err := s.Read(ctx)
		if err == nil {
			err = l.apply(ctx, d)
		}
		unwell := err
		if err == nil {
			unwell, _ = ofNamedFile(s.Origin(), d)
		}
		l.report(s.Origin(), unwell)
		if first {
			l.tried.Store(s.Origin(), true)
		}
		if err == nil {
			err = s.Watch(ctx, func(d catalog.Delta) { l.changed(ctx, s, d) })
			l.report(s.Origin(), err)
			retry = firstRetry
		}
		if ctx.Err() != nil {
			return
		}
		l.log.Warn("a source is not followed, trying again", "source", s.Origin(), "in", retry, "err", err)
		select {
		case <-ctx.Done():
			return
		case <-time.After(retry):
		}
		retry = min(2*retry, max(l.cfg.Catalog.Refresh, firstRetry))
	}
}

// changed stores what a watched source reports.
func (l *leader) changed(ctx context.Context, s catalog.Source, d catalog.Delta) {
	err := l.apply(ctx, d)
	if problem, known := ofNamedFile(s.Origin(), d); err == nil && known {
		err = problem
	} else if err == nil {
		return // what else is wrong with the source stays as it was noted
	}
	l.report(s.Origin(), err)
}

// apply stores a change. A store that is away is tried again for as long as it takes: a change that were dropped
// would be missing until the file changes next.
func (l *leader) apply(ctx context.Context, d catalog.Delta) error {
	for retry := firstRetry; ; retry = min(2*retry, l.cfg.Catalog.Refresh) {
		gen, err := l.store.Apply(ctx, d)
		if err == nil {
			l.target.Store(uint64(gen))
			l.count(d.Origin).Add(1)
			return nil
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		l.log.Error("a change could not be stored", "source", d.Origin, "in", retry, "err", err)
		if !fault.Is(err, fault.Upstream) {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(retry):
		}
	}
}

// sweep ends orphans once every source was tried, and from time to time.
func (l *leader) sweep(ctx context.Context) {
	tried := func() bool {
		origins, known := l.origins()
		return known && !slices.ContainsFunc(origins, func(o string) bool {
			_, ok := l.tried.Load(o)
			return !ok
		})
	}
	if waitFor(ctx, changedInterval, tried) != nil {
		return
	}
	for {
		origins, _ := l.origins()
		if _, err := l.store.Sweep(ctx, origins, l.cfg.Catalog.Orphans); err != nil && ctx.Err() == nil {
			l.log.Warn("orphans could not be looked at", "err", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-l.kick:
		case <-time.After(min(sweepEvery, max(l.cfg.Catalog.Orphans, sweepSoonest))):
		}
	}
}

// refresher is a source that reads a part of what it has on demand, and reports it through Watch.
type refresher interface {
	Refresh(location string) bool
}

// refresh works on jobRefresh.
func (l *leader) refresh(ctx context.Context, j job.Job) (json.RawMessage, error) {
	var r refreshRequest
	if err := json.Unmarshal(j.Payload, &r); err != nil {
		return nil, job.Permanent(err)
	}
	s, err := l.reads(ctx, r.Origin)
	if err != nil {
		return nil, job.Permanent(err)
	}
	if err := l.again(ctx, s, r.Location); err != nil {
		l.report(s.Origin(), err)
		return nil, job.Permanent(err)
	}
	return json.Marshal(refreshResult{catalog.Generation(l.target.Load())})
}

// reads is the source of an origin that this replica reads.
func (l *leader) reads(ctx context.Context, origin string) (catalog.Source, error) {
	for _, s := range l.sources {
		if s.Origin() == origin {
			return s, nil
		}
	}
	if s := l.registeredOrigin(ctx, origin); s != nil {
		return s, nil
	}
	return nil, fault.New(fault.NotFound, "nobody reads %s any more", origin)
}

// again reads a source, or a part of it, and returns when what it read is stored.
func (l *leader) again(ctx context.Context, s catalog.Source, location string) error {
	part, ok := s.(refresher)
	before := l.count(s.Origin()).Load()
	if !ok || !part.Refresh(location) {
		d, err := s.Read(ctx)
		if err != nil {
			return err
		}
		return l.apply(ctx, d)
	}
	if waitFor(ctx, changedInterval/4, func() bool { return l.count(s.Origin()).Load() > before }) != nil {
		return fault.New(fault.Upstream, "%s did not answer in time", s.Origin())
	}
	return nil
}

// event works on jobEvent: the sources that it concerns look again.
func (l *leader) event(ctx context.Context, j job.Job) (json.RawMessage, error) {
	var e remote.Event
	if err := json.Unmarshal(j.Payload, &e); err != nil {
		return nil, job.Permanent(err)
	}
	return nil, l.reach.tell(ctx, e)
}

// announce hands a webhook's event to the replica that reads.
func (f *followed) announce(ctx context.Context, e remote.Event) (bool, error) {
	payload, err := json.Marshal(e)
	if err != nil {
		return false, err
	}
	_, _, err = f.queue.Add(ctx, job.Request{Kind: jobEvent, Payload: payload})
	return err == nil, err
}
