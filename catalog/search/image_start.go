package search

import (
	"context"
	"fmt"
	"time"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/fault"
)

// How often an image is written.
const (
	imageFirst = 10 * time.Second // after the first state, so that there is one
	imageEvery = 2 * time.Minute  // at most, while the catalog changes
	imageStale = time.Hour        // when only the times moved at which its origins were read
)

// imageKept is the state of which there is an image, and since when.
type imageKept struct {
	generation catalog.Generation
	mark       string
	at         time.Time
}

// since returns what happened in a store after a state.
func (r *Reader) since(ctx context.Context, store catalog.Store) (catalog.Changes, error) {
	after := r.Generation()
	var c catalog.Changes
	var err error
	if m, ok := store.(catalog.Marked); ok && r.snapshot.mark != "" {
		c, err = m.ChangesSince(ctx, after, r.snapshot.mark)
	} else {
		c, err = store.Changes(ctx, after)
	}
	if err != nil {
		return c, fmt.Errorf("read changes after generation %d: %w", after, err)
	}
	return c, nil
}

// CatchUp returns the Reader of a store's present state, which is made of r and what happened since, or anew when the
// store does not know of r. It may be called once.
func (r *Reader) CatchUp(ctx context.Context, store catalog.Store) (*Reader, error) {
	c, err := r.since(ctx, store)
	if err != nil {
		return nil, err
	}
	return r.next(c), nil
}

// begin reads the image that an earlier process left, if the store could know of it.
func (l *Live) begin() *Reader {
	if _, ok := l.store.(catalog.Marked); !ok || l.opts.Image == "" {
		return nil
	}
	r, err := ReadImage(l.opts.Image, l.opts)
	switch {
	case fault.Is(err, fault.NotFound):
		return nil
	case err != nil:
		l.log.Warn("the whole catalog is read from the store", "err", err)
		return nil
	case r.snapshot.mark == "":
		return nil
	}
	r.text = l.Reader().text
	l.kept = imageKept{r.Generation(), r.snapshot.mark, time.Now()}
	return r
}

// first publishes the first Reader: of the image and what has changed since, or of the whole store. While the store does
// not answer it is the image as it is, which is compared with the store when that is back.
func (l *Live) first(ctx context.Context) {
	r := l.begin()
	if r == nil {
		return
	}
	c, err := r.since(ctx, l.store)
	switch {
	case ctx.Err() != nil:
	case fault.Is(err, fault.Upstream):
		l.log.Warn("the store is away; starting from the last image of the catalog", "entities", r.Size(), "err", err)
		l.start(r)
	case err != nil:
		l.log.Warn("the store does not say whether the image of the catalog is its own", "err", err)
	case c.Full:
		l.log.Info("the image of the catalog is of no use: the store has another history, or forgot that state", "generation", r.Generation())
		l.take(c)
	default:
		l.start(r.next(c))
	}
}

// start publishes a Reader that was not made of the one before.
func (l *Live) start(r *Reader) {
	l.mu.Lock()
	defer l.mu.Unlock()
	r.docs = l.reader.Load().docs
	l.dirty.all = true
	l.publish(r)
	close(l.ready)
}

// keepImage writes an image for the next start, now and then until ctx is done, and once more then.
func (l *Live) keepImage(ctx context.Context) {
	if l.opts.Image == "" || l.WaitReady(ctx) != nil && !l.Ready() {
		return
	}
	for pause := imageFirst; ; pause = imageEvery {
		sleep(ctx, pause)
		r := l.Reader()
		moved := r.Generation() != l.kept.generation || r.snapshot.mark != l.kept.mark
		if r.snapshot.mark != "" && (moved || time.Since(l.kept.at) >= imageStale) {
			if err := r.WriteImage(l.opts.Image); err != nil {
				l.log.Warn("the image of the catalog is not up to date", "err", err)
			} else {
				l.kept = imageKept{r.Generation(), r.snapshot.mark, time.Now()}
			}
		}
		if ctx.Err() != nil {
			return
		}
	}
}
