package main

import (
	"cmp"
	"context"
	"iter"
	"log/slog"
	"maps"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/ingest/file"
	"github.com/backchannel-portal/backchannel/catalog/inventory"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/cmd/backchannel/config"
	"github.com/backchannel-portal/backchannel/commands"
	"github.com/backchannel-portal/backchannel/docs"
	"github.com/backchannel-portal/backchannel/internal/job"
	"github.com/backchannel-portal/backchannel/internal/store"
	"github.com/backchannel-portal/backchannel/plugins"
)

// The rhythm of a running service.
const (
	pluginInterval  = 2 * time.Second        // how often the data files of plugins are looked at
	settleInterval  = 500 * time.Millisecond // how long the catalog must be quiet before code and docs are looked at again
	changedInterval = 100 * time.Millisecond // how often a new generation is noticed
	speakInterval   = 250 * time.Millisecond // how often the language is prepared anew, where the catalog changed
	patience        = 15 * time.Second       // how long the first answers wait for what lies elsewhere
	patienceHere    = 5 * time.Minute        // and for files of this machine
	keepFeed        = 7 * 24 * time.Hour     // a replica that was away for longer reads the catalog anew
	keepHistory     = 2 * 365 * 24 * time.Hour
	keepChanges     = 1000 // values of a fact, an owner or a lifecycle
)

// followed is an app that follows its sources, by itself or with other replicas.
type followed struct {
	*app
	live   *search.Live
	queue  job.Store
	alone  bool                                           // no other replica shares the store
	behind func() error                                   // why nothing may be worked on here, for the time being
	state  bot.State                                      // is swept
	prune  func(context.Context) error                    // forgets the oldest history; nil: there is none
	more   []func() (map[string]job.Kind, []job.Periodic) // background work of others; complete before work begins

	locations catalog.Locations // registered ones; nil: there are none

	places       *places      // what is kept of channels
	long         *longWork    // and of long work
	templateRuns templateRuns // and of runs of templates
	making       *commands.Scaffolding
	workspaces   string                // folder of their workspaces, "" for the system's
	disputes     *bot.Disputes         // and of answers that are wrong
	beside       func(context.Context) // what the replica that reads does besides; nil: nothing

	mu      sync.Mutex
	sick    map[string]string // what is wrong, by source
	leading atomic.Bool       // this replica reads the sources
	tried   sync.Map          // origins whose first read was tried here
	target  atomic.Uint64     // generation of the last change that was applied here
	ready   atomic.Bool       // questions are answered without a wait
	coded   atomic.Bool       // the first reading of code is done
	read    atomic.Bool       // the first reading of documentation is done
	since   time.Time
}

// follow wires an app around a Live. dir holds index files; empty takes a temporary folder.
func follow(cfg *config.Config, base *base, log *slog.Logger, dir string) (*followed, error) {
	f := &followed{places: newPlaces(base, log), sick: map[string]string{}, queue: base.queue, alone: !base.shared, behind: base.behind, state: base.state, since: time.Now()}
	if f.locations = store.NewMemoryLocations(time.Now); base.db != nil {
		f.locations = base.db.Catalog()
	}
	f.long, f.disputes = f.longWork(), bot.NewDisputes(base.state.Feedback, log)
	f.more = append(f.more, f.longJobs, f.feedbackJobs, f.scaffoldJobs)
	var cards plugins.CardStore
	if base.db != nil {
		cards = base.db.PluginCards()
	}
	f.making = f.scaffolding(cfg, base)
	a, err := newApp(cfg, time.Now, log, wiring{
		scaffold: f.making, follows: f.long.follows, recent: recentRuns{f.templateRuns, pagesURL(cfg)},
		cards: cards, runs: base.runs(), keep: base.keeper(), audits: base.audits(), queue: base.queue,
		tasks: f.long.follows, feedback: f.disputes, post: f.places.send,
		places: f.places, locations: f.locations, registrar: f.registrar(cfg), links: base.state.Links,
		store: base.catalog, dir: base.dir, patience: patience, refresher: onDemand{f}, reader: func() *search.Reader { return f.live.Reader() },
	})
	if err != nil {
		return nil, err
	}
	f.app = a
	if err := f.scaffoldWith(f.making); err != nil {
		return nil, err
	}
	maps.Copy(f.long.cards, a.commands.TaskCards())
	if base.db != nil {
		f.prune = func(ctx context.Context) error {
			return base.db.Catalog().Prune(ctx, store.Retention{Feed: keepFeed, History: cmp.Or(time.Duration(cfg.Store.Keep.History), keepHistory), Changes: keepChanges})
		}
	}
	f.live = search.New(a.store, search.Options{Dir: dir, Image: base.image(), Logger: log})
	return f, nil
}

// loaded reports whether what the sources hold can be asked about. Sources that were read before, or that another
// replica reads, count as soon as the store knows them. What lies elsewhere is waited for only a while.
func (f *followed) loaded() bool {
	r := f.live.Reader()
	if !f.live.Ready() || uint64(r.Generation()) < f.target.Load() {
		return false
	}
	view, waited := f.view(catalog.Viewer{}), time.Since(f.since)
	for _, s := range f.sources {
		if _, tried := f.tried.Load(s.Origin()); tried || !view.AsOf(s.Origin()).IsZero() {
			continue
		}
		_, here := s.(*file.Source)
		if waited < patience || here && waited < patienceHere {
			return false
		}
	}
	return true
}

// indexed reports whether words are found as well.
func (f *followed) indexed() bool {
	r := f.live.Reader()
	return f.ready.Load() && r.TextGeneration() >= r.Generation()
}

// warmed reports whether code and documentation were read once besides.
func (f *followed) warmed() bool {
	return f.ready.Load() && f.read.Load() && (f.coded.Load() || !f.leading.Load())
}

// run follows everything until ctx is done.
func (f *followed) run(ctx context.Context) error {
	for _, d := range f.dataFiles() {
		err := d.file.Reload()
		if err != nil {
			f.log.Error("a plugin starts without its data", "file", d.name, "err", err)
		}
		f.note(d.name, err)
	}
	if err := f.plug.load(ctx); err != nil {
		f.log.Error("not all plugins start", "err", err)
	}
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return f.live.Run(ctx) })
	g.Go(func() error { return f.work(ctx) })
	g.Go(func() error { return f.disputes.Run(ctx) })
	g.Go(func() error { f.speak(ctx); return nil })
	g.Go(func() error { f.plug.run(ctx); return nil })
	g.Go(func() error { f.docs(ctx); return nil })
	g.Go(func() error {
		if waitFor(ctx, settleInterval, func() bool { return f.warmed() && f.indexed() }) == nil {
			giveMemoryBack()
		}
		return nil
	})
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
	f.commands.Prepare(ctx, f.guarded()...)
	f.ready.Store(true)
	f.commands.Keep(ctx, speakInterval)
}

// some are the entities that a filter selects and keep keeps.
func (f *followed) some(filter search.Filter, keep func(*catalog.Entity) bool) []*catalog.Entity {
	var out []*catalog.Entity
	for e := range f.view(catalog.Viewer{}).Entities(filter) {
		if keep(e) {
			out = append(out, e)
		}
	}
	return out
}

// moved returns a function that reports whether entities or repositories have changed since it last did; facts alone
// do not count.
func (f *followed) moved() func() bool {
	at, pushes := f.view(catalog.Viewer{}), f.pushes.Load()
	return func() bool {
		now := f.view(catalog.Viewer{})
		if n := f.pushes.Load(); n != pushes {
			pushes = n
			return true
		}
		if now.Generation() == at.Generation() {
			return false
		}
		d, ok := search.Diff(at, now)
		at = now
		return !ok || len(d.Entities) > 0
	}
}

// docs reads documentation again when the catalog changed and at every refresh.
func (f *followed) docs(ctx context.Context) {
	if waitFor(ctx, changedInterval, f.loaded) != nil {
		return
	}
	for ctx.Err() == nil {
		moved := f.moved()
		changed := false
		err := f.library.Load(ctx, f.some(search.Filter{}, docs.Documented), func(ref catalog.Ref, sections []search.Doc) {
			changed = true
			f.live.SetDocs(ref, sections)
		})
		if changed {
			f.commands.DocsChanged()
		}
		if !f.read.Load() {
			f.commands.Prepare(ctx, f.guarded()...)
			f.read.Store(true)
		}
		if ctx.Err() != nil {
			return
		}
		f.note("documentation", err)
		quiet, cancel := context.WithTimeout(ctx, f.cfg.Catalog.Refresh)
		_ = waitFor(quiet, settleInterval, moved)
		cancel()
	}
}

// readCode keeps the versions of components up to date until ctx is done.
func (f *followed) readCode(ctx context.Context) {
	runner := f.app.inventory(
		func() iter.Seq[*catalog.Entity] {
			return f.view(catalog.Viewer{}).Entities(search.Filter{Kinds: []string{"component"}})
		},
		func() []catalog.Fact {
			return f.view(catalog.Viewer{}).FactsByKey(inventory.Producer, inventory.KeyScan)
		},
		func(inventory.Pass) { f.coded.Store(true) })
	if waitFor(ctx, changedInterval, f.indexed) != nil {
		return
	}
	moved := f.moved()
	var running sync.WaitGroup
	defer running.Wait()
	running.Go(func() { runner.Run(ctx) })
	for waitFor(ctx, settleInterval, moved) == nil {
		runner.Kick()
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
	if f.locations != nil {
		names = append(names, partRegistered)
	}
	for _, d := range f.dataFiles() {
		names = append(names, d.name)
	}
	var parts []part
	for _, n := range names {
		parts = append(parts, part{Name: n, OK: f.sick[n] == "", Detail: f.sick[n]})
	}
	return append(parts, f.plug.parts()...)
}
