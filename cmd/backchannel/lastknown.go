package main

import (
	"context"
	"log/slog"
	"path/filepath"
	"time"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/store"
)

// The snapshot of the catalog beside a database of other machines.
const (
	snapshotFile  = "catalog.snapshot"
	snapshotEvery = 2 * time.Minute // at most this often, and only when something changed
)

// lastKnown is a store on other machines whose readers can start while it is away, from the last snapshot in the data
// folder.
type lastKnown struct {
	catalog.Store
	path string
	log  *slog.Logger
}

func newLastKnown(s catalog.Store, dataDir string, log *slog.Logger) *lastKnown {
	return &lastKnown{s, filepath.Join(dataDir, snapshotFile), log}
}

// Changes implements catalog.Store.
func (l *lastKnown) Changes(ctx context.Context, after catalog.Generation) (catalog.Changes, error) {
	c, err := l.Store.Changes(ctx, after)
	if err == nil || after != 0 || ctx.Err() != nil || !fault.Is(err, fault.Upstream) {
		return c, err
	}
	last, failed := store.ReadSnapshot(l.path)
	if failed != nil {
		l.log.Warn("the store is away, and there is no catalog to start from", "err", failed)
		return c, err
	}
	l.log.Warn("the store is away; starting from the last snapshot of the catalog", "entities", len(last.Upserts), "err", err)
	return last, nil
}

// keep writes the snapshot anew when the catalog has changed, until ctx is done. generation gives the present one.
func (l *lastKnown) keep(ctx context.Context, generation func() catalog.Generation) {
	for written, first := catalog.Generation(0), true; ; first = false {
		pause := snapshotEvery
		if first {
			pause = snapshotEvery / 12 // soon, so that the first one is there
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(pause):
		}
		if generation() == written {
			continue
		}
		c, err := l.Store.Changes(ctx, 0)
		if err == nil {
			err = store.WriteSnapshot(l.path, c)
		}
		if err == nil {
			written = c.Generation
		} else if ctx.Err() == nil {
			l.log.Warn("the catalog's snapshot is not up to date", "err", err)
		}
	}
}
