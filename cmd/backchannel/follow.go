package main

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/inventory"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/cmd/backchannel/config"
)

// The rhythm of a running service.
const (
	pluginInterval  = 2 * time.Second        // how often the data files of plugins are looked at
	settleInterval  = 500 * time.Millisecond // how long the catalog must be quiet before code and docs are looked at again
	firstRetry      = time.Second            // after a source could not be read, doubling up to the refresh interval
	changedInterval = 100 * time.Millisecond // how often a new generation is noticed
	speakInterval   = 250 * time.Millisecond // how often the language is prepared anew, where the catalog changed
)

// followed is an app that follows its sources.
type followed struct {
	*app
	live *search.Live

	mu      sync.Mutex
	sick    map[string]string // what is wrong, by source
	started atomic.Int32      // sources whose first read was tried
	target  atomic.Uint64     // generation of the last applied change
	ready   atomic.Bool       // questions are answered without a wait
	warm    atomic.Int32      // first readings of code and of documentation that are done
}

// follow wires an app around a Live. dir holds index files; empty takes a temporary folder.
func follow(cfg *config.Config, now func() time.Time, log *slog.Logger, dir string) (*followed, error) {
	f := &followed{sick: map[string]string{}}
	a, err := newApp(cfg, now, log, func() *search.Reader { return f.live.Reader() })
	if err != nil {
		return nil, err
	}
	f.app = a
	f.live = search.New(a.store, search.Options{Dir: dir, Logger: log})
	return f, nil
}

// loaded reports whether every source was tried once and what they gave can be asked about.
func (f *followed) loaded() bool {
	return int(f.started.Load()) == len(f.sources) && f.live.Ready() && uint64(f.live.Reader().Generation()) >= f.target.Load()
}

// indexed reports whether words are found as well.
func (f *followed) indexed() bool {
	r := f.live.Reader()
	return f.ready.Load() && r.TextGeneration() >= r.Generation()
}

// warmed reports whether code and documentation were read once besides.
func (f *followed) warmed() bool { return f.ready.Load() && f.warm.Load() == 2 }

// run follows everything until ctx is done.
func (f *followed) run(ctx context.Context) error {
	for _, d := range f.dataFiles() {
		err := d.file.Reload()
		if err != nil {
			f.log.Error("a plugin starts without its data", "file", d.name, "err", err)
		}
		f.note(d.name, err)
	}
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return f.live.Run(ctx) })
	for _, s := range f.sources {
		g.Go(func() error { f.source(ctx, s); return nil })
	}
	g.Go(func() error { f.speak(ctx); return nil })
	runner := f.app.inventory(
		func() []*catalog.Entity { return components(f.entities()) },
		func() []catalog.Fact {
			return f.view(catalog.Viewer{}).FactsByKey(inventory.Producer, inventory.KeyScan)
		})
	g.Go(func() error {
		if waitFor(ctx, changedInterval, f.indexed) == nil {
			if _, err := runner.Pass(ctx); err != nil {
				f.log.Warn("the first reading of the components' code failed", "err", err)
			}
			f.warm.Add(1)
			if waitFor(ctx, settleInterval, func() bool { return f.warmed() && f.indexed() }) == nil {
				giveMemoryBack()
			}
			runner.Run(ctx)
		}
		return nil
	})
	g.Go(func() error { f.docs(ctx, runner); return nil })
	for _, d := range f.dataFiles() {
		g.Go(func() error { d.file.Watch(ctx, pluginInterval, f.noted(d.name)); return nil })
	}
	return g.Wait()
}

// speak prepares the language of the catalog once it is loaded, and keeps it up to date.
func (f *followed) speak(ctx context.Context) {
	if waitFor(ctx, changedInterval/10, f.loaded) != nil {
		return
	}
	f.commands.Prepare(ctx)
	f.ready.Store(true)
	f.commands.Keep(ctx, speakInterval)
}

func (f *followed) entities() []*catalog.Entity {
	return slices.Collect(f.view(catalog.Viewer{}).Entities(search.Filter{}))
}

// source reads a source, tries again while it cannot be read, and then follows it.
func (f *followed) source(ctx context.Context, s catalog.Source) {
	retry := firstRetry
	for first := true; ; first = false {
		d, err := s.Read(ctx)
		if err == nil {
			f.apply(ctx, d)
		}
		f.note(s.Origin(), err)
		if first {
			f.started.Add(1)
		}
		if err == nil {
			err = s.Watch(ctx, func(d catalog.Delta) {
				f.apply(ctx, d)
				if problem, known := ofNamedFile(s.Origin(), d); known {
					f.note(s.Origin(), problem)
				}
			})
			f.note(s.Origin(), err)
			retry = firstRetry
		}
		if ctx.Err() != nil {
			return
		}
		f.log.Warn("a source is not followed, trying again", "source", s.Origin(), "in", retry, "err", err)
		select {
		case <-ctx.Done():
			return
		case <-time.After(retry):
		}
		retry = min(2*retry, max(f.cfg.Catalog.Refresh, firstRetry))
	}
}

func (f *followed) apply(ctx context.Context, d catalog.Delta) {
	gen, err := f.store.Apply(ctx, d)
	if err != nil {
		if ctx.Err() == nil {
			f.log.Error("a change could not be stored", "source", d.Origin, "err", err)
		}
		return
	}
	f.target.Store(uint64(gen))
}

// docs reads documentation again when the catalog changed and at every refresh; the inventory hears of changes too.
func (f *followed) docs(ctx context.Context, runner *inventory.Runner) {
	if waitFor(ctx, changedInterval, f.loaded) != nil {
		return
	}
	for first := true; ; first = false {
		seen := f.target.Load()
		changed := false
		err := f.library.Load(ctx, f.entities(), func(ref catalog.Ref, sections []search.Doc) {
			changed = true
			f.live.SetDocs(ref, sections)
		})
		if changed {
			f.commands.DocsChanged()
		}
		if first {
			f.commands.Prepare(ctx)
			f.warm.Add(1)
		}
		if ctx.Err() != nil {
			return
		}
		f.note("documentation", err)
		quiet, cancel := context.WithTimeout(ctx, f.cfg.Catalog.Refresh)
		if waitFor(quiet, settleInterval, func() bool { return f.target.Load() != seen }) == nil {
			runner.Kick()
		}
		cancel()
		if ctx.Err() != nil {
			return
		}
	}
}

// note remembers what is wrong with a part, or that nothing is any more.
func (f *followed) note(name string, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err == nil {
		delete(f.sick, name)
		return
	}
	f.sick[name] = err.Error()
}

func (f *followed) noted(name string) func(error) {
	return func(err error) {
		if err != nil {
			f.log.Error("a data file is broken, its last good version stays", "file", name, "err", err)
		}
		f.note(name, err)
	}
}

// parts says how everything that is followed is.
func (f *followed) parts() []part {
	f.mu.Lock()
	defer f.mu.Unlock()
	names := []string{"documentation"}
	for _, s := range f.sources {
		names = append(names, s.Origin())
	}
	for _, d := range f.dataFiles() {
		names = append(names, d.name)
	}
	var parts []part
	for _, n := range names {
		parts = append(parts, part{Name: n, OK: f.sick[n] == "", Detail: f.sick[n]})
	}
	return parts
}
