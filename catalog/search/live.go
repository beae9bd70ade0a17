package search

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/backchannel-portal/backchannel/catalog"
)

// Options configure a Live. The zero value is usable.
type Options struct {
	Dir    string       // for index files, created when missing; "" takes the system's temporary directory, and keeps nothing
	Logger *slog.Logger // nil: slog.Default()

	// Image is a file that the catalog is kept in, of a store that is catalog.Marked, so that a start needs to read only
	// what has changed since, or nothing while the store is away. "" keeps none.
	Image string

	// KeepWait is how long the end of Run waits for the index to be on the disk, for the next process; zero: 5 s. What
	// takes longer is built anew then.
	KeepWait time.Duration
}

// Live follows a store's change feed and keeps the Reader of its newest state. Its methods are safe for concurrent
// use.
type Live struct {
	store  catalog.Store
	opts   Options
	log    *slog.Logger
	reader atomic.Pointer[Reader]
	ready  chan struct{} // closed with the first Reader
	kept   imageKept     // of Run, and then of the goroutine that keeps an image

	mu      sync.Mutex // guards what follows and every change of reader
	numbers uint64     // of doc sets
	dirty   dirty
	wake    chan struct{} // tells the goroutine that follows with the text; holds one
}

// dirty is what the text index has not caught up with.
type dirty struct {
	all      bool
	entities map[catalog.Ref]bool
	docs     map[catalog.Ref]docSet // what the index holds of replaced documentation
}

// New returns a Live that shows an empty catalog until Run has read the store.
func New(store catalog.Store, o Options) *Live {
	l := &Live{store: store, opts: o, log: o.Logger, ready: make(chan struct{}), wake: make(chan struct{}, 1)}
	if l.log == nil {
		l.log = slog.Default()
	}
	l.reader.Store(emptyReader(newText(l.log)))
	return l
}

// Reader returns the newest state, never nil.
func (l *Live) Reader() *Reader { return l.reader.Load() }

// Ready reports whether the store has been read once.
func (l *Live) Ready() bool {
	select {
	case <-l.ready:
		return true
	default:
		return false
	}
}

// WaitReady waits until the store has been read once, or ctx is done.
func (l *Live) WaitReady(ctx context.Context) error {
	select {
	case <-l.ready:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Run follows the store until ctx is done and then closes the text index, which it leaves in Options.Dir for the next
// start; it returns an error only when it cannot start. A store that fails is asked again, ever more slowly, while the
// last state keeps being served.
func (l *Live) Run(ctx context.Context) (err error) {
	h, err := openHome(l.opts.Dir)
	if err != nil {
		return fmt.Errorf("prepare index directory: %w", err)
	}
	t := l.Reader().text
	t.dir, t.kept = h.dir, h.adoptKept(l.opts.Dir)
	var beside sync.WaitGroup
	beside.Go(func() { l.followText(ctx, t) })
	defer func() {
		beside.Wait()
		if r := l.Reader(); l.opts.Dir != "" && r.Generation() > 0 && r.TextGeneration() == r.Generation() {
			if err := t.keep(l.opts.Dir, r, cmp.Or(l.opts.KeepWait, keptWait)); err != nil {
				l.log.Warn("the text index is not kept for the next start", "error", err)
			}
		}
		err = errors.Join(err, t.close(), h.close())
	}()
	l.first(ctx)
	beside.Go(func() { l.keepImage(ctx) })
	const shortest, longest = 200 * time.Millisecond, 30 * time.Second
	pause := shortest
	for ctx.Err() == nil {
		if err := l.step(ctx); err != nil && ctx.Err() == nil {
			l.log.Warn("catalog store does not answer; serving the last state", "error", err, "retry", pause)
			sleep(ctx, pause)
			pause = min(2*pause, longest)
			continue
		}
		pause = shortest
	}
	return nil
}

// step takes over what happened since the present Reader and waits for more.
func (l *Live) step(ctx context.Context) error {
	r := l.Reader()
	c, err := r.since(ctx, l.store)
	if err != nil {
		return err
	}
	l.take(c)
	if err := l.store.Wait(ctx, max(r.Generation(), c.Generation)); err != nil {
		return fmt.Errorf("wait for changes: %w", err)
	}
	return nil
}

// take publishes the Reader after a change.
func (l *Live) take(c catalog.Changes) {
	l.mu.Lock()
	defer l.mu.Unlock()
	old := l.reader.Load()
	r := old.next(c)
	old.snapshot.shown.carry(r.snapshot)
	if c.Full {
		l.dirty.all = true
	} else {
		for _, ref := range textChanges(old, r, c) {
			l.dirty.entity(ref)
		}
	}
	l.publish(r)
	if !l.Ready() {
		close(l.ready)
	}
}

// SetDocs replaces the sections of an entity's documentation, in reading order; none removes them.
func (l *Live) SetDocs(entity catalog.Ref, docs []Doc) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.numbers++
	r := l.reader.Load()
	was, _ := r.docs.get(entity)
	if len(docs) == 0 && len(was.sections) == 0 {
		return
	}
	l.dirty.doc(entity, was)
	l.publish(r.withDocs(entity, docSet{l.numbers, pointers(docs)}))
}

// publish swaps the Reader and wakes the goroutine that follows with the text. The caller holds mu.
func (l *Live) publish(r *Reader) {
	l.reader.Store(r)
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// sleep waits for d or until ctx is done.
func sleep(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}
