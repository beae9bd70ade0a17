package bot

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"
)

// AuditTrail is the Observer that writes the audit. Who asks never waits for it: entries pass through a bounded queue
// and are stored in batches. While the store is away they go to a file in the data folder, and from there into the
// store once it is back, each once.
type AuditTrail struct {
	store AuditStore
	spool *spool
	log   *slog.Logger
	now   func() time.Time
	health

	queue chan Record
	lost  atomic.Int64 // entries that did not fit into the queue or the spool, ever
	told  int64        // of those, the ones the log knows of
	stamp time.Time    // of the ids of the last batch
	retry time.Time    // by the monotonic clock: when the store is tried again
	taken []Record     // room for a batch
}

const (
	auditQueue    = 8192
	auditBatch    = 2000
	auditInterval = 200 * time.Millisecond
)

// NewAuditTrail returns a trail that spools into a folder; "" is no spool. Run must run for anything to be written.
func NewAuditTrail(store AuditStore, dir string, log *slog.Logger, now func() time.Time) *AuditTrail {
	meanwhile := "the audit waits in " + spoolName + " in the data folder"
	if dir == "" {
		meanwhile = "the audit is lost"
	}
	return &AuditTrail{store: store, spool: newSpool(dir), log: log, now: now, queue: make(chan Record, auditQueue), health: newHealth(meanwhile, log)}
}

// Observe implements Observer. Of the answer it keeps intent, outcome, entities and language; of the actor no name.
func (a *AuditTrail) Observe(e Entry) {
	e.Answer.Candidates, e.Answer.Sources, e.Actor.Name = nil, nil, ""
	select {
	case a.queue <- Record{Entry: e}:
	default:
		a.lost.Add(1)
	}
}

// Lost returns how many entries were lost because the queue or the spool was full.
func (a *AuditTrail) Lost() int64 { return a.lost.Load() }

// Run writes until ctx is done, then what is left.
func (a *AuditTrail) Run(ctx context.Context) error {
	for Sleep(ctx, auditInterval) {
		a.write(ctx)
		a.reload(ctx)
		a.tell()
	}
	a.write(context.WithoutCancel(ctx))
	a.tell()
	return a.spool.close()
}

func (a *AuditTrail) tell() {
	if n := a.lost.Load(); n > a.told {
		a.log.Error("audit entries were lost", "entries", n-a.told, "all", n)
		a.told = n
	}
}

// write takes what is in the queue to the store, or to the spool.
func (a *AuditTrail) write(ctx context.Context) {
	for range auditQueue/auditBatch + 1 {
		batch := a.batch()
		if len(batch) == 0 {
			return
		}
		if !a.spool.empty() || !a.append(ctx, batch) {
			a.lost.Add(int64(a.spool.write(batch, a.log)))
		}
	}
}

// batch takes some entries from the queue and gives them their ids. The ids of a batch sort behind those of every batch
// before it, so that a store sees without reading that none of them is known to it. The batch is valid until the next.
func (a *AuditTrail) batch() []Record {
	clear(a.taken) // its strings
	out := a.taken[:0]
	for len(out) < auditBatch {
		select {
		case r := <-a.queue:
			out = append(out, r)
			continue
		default:
		}
		break
	}
	if a.taken = out; len(out) == 0 {
		return nil
	}
	now := a.now().Truncate(time.Millisecond)
	if !now.After(a.stamp) {
		now = a.stamp.Add(time.Millisecond)
	}
	a.stamp = now
	for i := range out {
		out[i].ID = NewID(now)
	}
	return out
}

// append reports whether the store took a batch. A store that is away is tried again after a while.
func (a *AuditTrail) append(ctx context.Context, batch []Record) bool {
	if time.Now().Before(a.retry) {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, storeTimeout)
	defer cancel()
	err := a.store.Append(ctx, batch)
	if a.report(err); err != nil {
		a.retry = time.Now().Add(storeRetry)
	}
	return err == nil
}

// reload takes what is in the spool to the store.
func (a *AuditTrail) reload(ctx context.Context) {
	if a.spool.empty() || time.Now().Before(a.retry) {
		return
	}
	n, err := a.spool.load(a.log, func(batch []Record) bool { return ctx.Err() == nil && a.append(ctx, batch) })
	if err != nil {
		a.log.Error("the audit's spool cannot be read", "err", err)
		a.retry = time.Now().Add(storeTimeout)
	}
	if n > 0 {
		a.log.Info("the audit's spool was taken to the store", "entries", n)
	}
}
