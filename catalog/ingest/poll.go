package ingest

import (
	"context"
	"time"

	"github.com/backchannel-portal/backchannel/catalog"
)

// Poll is the Watch of sources that look again from time to time: it calls look at every interval, and soon after
// something comes from wake, and emits what it gives. It returns nil when ctx is done, and look's first error.
func Poll(ctx context.Context, interval time.Duration, wake <-chan struct{}, look func(context.Context) (catalog.Delta, error), emit func(catalog.Delta)) error {
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		case <-wake:
		}
		d, err := look(ctx)
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return err // whoever watches says so, keeps what there was, and tries again
		}
		emit(d)
	}
}
