package main

import (
	"context"
	"fmt"
	"iter"
	"log/slog"
	"slices"
	"sync/atomic"
	"time"

	"github.com/backchannel-portal/backchannel/adapters/web"
	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/ingest"
	"github.com/backchannel-portal/backchannel/catalog/inventory"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/cmd/backchannel/config"
	"github.com/backchannel-portal/backchannel/commands"
	"github.com/backchannel-portal/backchannel/docs"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/job"
	"github.com/backchannel-portal/backchannel/internal/scm"
	"github.com/backchannel-portal/backchannel/plugins"
	"github.com/backchannel-portal/backchannel/plugins/links"
	"github.com/backchannel-portal/backchannel/plugins/oncall"
	"github.com/backchannel-portal/backchannel/plugins/techradar"
)

// app is everything that answers questions, wired from a configuration. A one-shot command reads its sources once and
// answers from one Reader; a service follows them through a Live.
type app struct {
	cfg *config.Config
	now func() time.Time // what answers speak of
	log *slog.Logger

	trees    scm.Trees
	reach    *reach
	patience time.Duration // how long a source may take before it shows what it has; 0: until it has all
	webs     webs
	temp     []string // folders to remove at the end
	people   *ingest.Owners
	pushes   atomic.Uint64 // grows when a webhook or a look brought new commits
	store    catalog.Store
	sources  []catalog.Source
	library  *docs.Library
	oncall   *oncall.Source    // nil: not configured
	radar    *techradar.Source // nil: not configured
	duty     *duty
	plugins  plugins.Capabilities
	plug     *plugged
	commands *commands.Commands
	drawn    atomic.Pointer[web.Pictures] // nil: messages show no pictures of ours

	reader func() *search.Reader
	once   *search.Reader // of a one-shot command

	identity *identity // nil: nobody is anybody
	guard    *guard    // nil: everybody may everything
}

// wiring is what an app is given by those who know how long it lives.
type wiring struct {
	store     catalog.Store
	dir       string             // for caches and clones; "" keeps nothing
	patience  time.Duration      // how long a source may take before it shows what it has; 0: until it has all
	refresher commands.Refresher // nil: nothing is read again on demand
	reader    func() *search.Reader

	locations catalog.Locations  // nil: none can be registered
	registrar commands.Registrar // nil: nobody may
	places    *places            // nil: nothing is kept of channels

	tasks    commands.Tasks    // nil: long work is waited for
	feedback commands.Feedback // nil: nobody is asked what is wrong
	post     func(context.Context, bot.Post) error
	scaffold *commands.Scaffolding // nil: templates are not run
	follows  commands.Proposals    // with scaffold
	recent   commands.Runs         // nil: nothing is known of them
	links    bot.Links             // nil: on a command line, where whoever asks may everything

	cards plugins.CardStore // of plugins; nil: they end with the process
	keep  plugins.Keeper    // what plugins remember; nil: it ends with the process
	runs  plugins.Runs      // of build pipelines; nil: they end with the process

	audits plugins.AuditStore // of websites; nil: they end with the process
	queue  job.Store          // of the deployment; nil: this process is alone
}

// newApp wires the parts; it reads nothing yet.
func newApp(cfg *config.Config, now func() time.Time, log *slog.Logger, w wiring) (*app, error) {
	a := &app{cfg: cfg, now: now, log: log, store: w.store, reader: w.reader, patience: w.patience, webs: webs{}}
	var mirrors []scm.Mirror
	for _, m := range cfg.Integrations.Mirrors {
		mirrors = append(mirrors, scm.Mirror(m))
	}
	a.people = ingest.NewOwners(a.everybody, a.generation)
	local, err := scm.New(mirrors, ".") // the configuration has joined relative folders with its own
	if err != nil {
		return nil, err
	}
	if a.reach, err = newReach(a, w.dir); err != nil {
		return nil, err
	}
	a.trees = a.reach.trees(local)
	for _, l := range cfg.Catalog.Locations {
		s, err := a.source(l)
		if err != nil {
			return nil, err
		}
		a.sources = append(a.sources, s)
	}
	a.library = docs.NewLibrary(a.trees, now, docs.WithFrames(cfg.Docs.Frames...), docs.WithPublished(published(cfg)))
	if a.plugins, err = a.capabilities(); err != nil {
		return nil, err
	}
	if err := a.connectDuty(w); err != nil {
		return nil, err
	}
	if err := a.plugIn(w); err != nil {
		return nil, err
	}
	lexicon, err := readLexicons(cfg.Language.Lexicons)
	if err != nil {
		return nil, err
	}
	corrector, err := a.corrector()
	if err != nil {
		return nil, err
	}
	deps := commands.Deps{
		View:    a.view,
		Plugins: a.plugins,
		Views:   a.plug.views,
		Links:   commands.Links{Base: pagesURL(cfg), Entity: cfg.Links.Entity, Docs: cfg.Links.Docs},
		Now:     now,
		Lexicon: lexicon,
		Picture: a.radarPicture,

		Refresher: w.refresher,
		Locations: w.locations,
		Registrar: w.registrar,

		Tasks: w.tasks, Feedback: w.feedback, Post: w.post, Corrector: corrector,

		Scaffold: w.scaffold, Proposals: w.follows, Runs: w.recent,

		Bindings: w.places.bindings(), Messenger: w.places.messenger(), Subscriptions: w.places.subscriptions(a.commit),
	}
	a.admit(&deps, w.links)
	a.commands = commands.New(deps)
	return a, nil
}

// everybody are the groups and users of the catalog as it is now; none while a one-shot command still reads.
func (a *app) everybody() []*catalog.Entity {
	r := a.reader()
	if r == nil {
		return nil
	}
	return slices.Collect(r.For(catalog.Viewer{}).Entities(search.Filter{Kinds: []string{"group", "user"}}))
}

func (a *app) generation() catalog.Generation {
	if r := a.reader(); r != nil {
		return r.Generation()
	}
	return 0
}

// capabilities connects the sources of the built-in intents.
func (a *app) capabilities() (plugins.Capabilities, error) {
	var c plugins.Capabilities
	table, err := links.New()
	if err != nil {
		return c, err
	}
	c.Builds, c.Audits = table, table
	if path := a.cfg.Plugins.OnCall.Schedules; path != "" {
		a.oncall = oncall.New(path, a.now)
		c.OnCall = a.oncall
	}
	if path := a.cfg.Plugins.TechRadar.Source; path != "" { // an address is connected with the duty
		a.radar = techradar.New(path, a.now)
		c.Radar = a.radar
	}
	return c, nil
}

// view is the catalog as a viewer may see it now.
func (a *app) view(v catalog.Viewer) search.View { return a.reader().For(v) }

// usable refuses a catalog of which nothing can be read, with the first of the reasons: every question would be
// answered with "not found".
func (a *app) usable() error {
	view := a.view(catalog.Viewer{})
	if view.Count(search.Filter{}) > 0 {
		return nil
	}
	problems := view.FileProblems()
	if len(problems) == 0 {
		return nil
	}
	p := problems[0]
	return fault.At(fault.Position{File: p.File, Line: p.Line, Field: p.Field}, "%s; nothing in the catalog can be read", p.Message)
}

// dataFile is a data file of a plugin, with the name that people know it by.
type dataFile struct {
	name string
	file interface {
		Reload() error
		Watch(ctx context.Context, every time.Duration, changed func(error))
	}
}

// dataFiles are the configured data files.
func (a *app) dataFiles() []dataFile {
	var all []dataFile
	if a.oncall != nil {
		all = append(all, dataFile{"on-call file", a.oncall})
	}
	if a.radar != nil {
		all = append(all, dataFile{"tech radar", a.radar})
	}
	all = append(all, a.duty.files()...)
	return all
}

// readPlugins reads the data files of the plugins; the first that cannot be read is an error.
func (a *app) readPlugins() error {
	for _, d := range a.dataFiles() {
		if err := d.file.Reload(); err != nil {
			return fault.Wrap(fault.Invalid, err, "read the %s", d.name)
		}
	}
	return nil
}

// inventory returns the runner that reads the versions of components.
func (a *app) inventory(components func() iter.Seq[*catalog.Entity], known func() []catalog.Fact, passed func(inventory.Pass)) *inventory.Runner {
	return inventory.NewRunner(inventory.Config{
		Trees: a.trees, Store: a.store, Components: components, Known: known, Passed: passed, Every: a.cfg.Catalog.Refresh, Now: a.now, Log: a.log,
	})
}

// components picks the entities whose code is read.
func components(all []*catalog.Entity) []*catalog.Entity {
	var out []*catalog.Entity
	for _, e := range all {
		if e.Ref.Kind == "component" {
			out = append(out, e)
		}
	}
	return out
}

// close frees what a one-shot command holds.
func (a *app) close() {
	a.duty.close()
	a.plug.close(a.log)
	if err := a.reach.close(); err != nil {
		a.log.Warn("what was kept of repositories did not close", "err", err)
	}
	if a.once == nil {
		return
	}
	if err := a.once.Close(); err != nil {
		a.log.Warn("the text index did not close", "err", err)
	}
}

// logger writes warnings to standard error; --quiet leaves errors.
func (s *session) logger() *slog.Logger {
	level := slog.LevelWarn
	if s.Quiet {
		level = slog.LevelError
	}
	return newLogger(s.err, level)
}

// count says how many entities an app knows, for the lines that commands start with.
func (a *app) count() string { return fmt.Sprint(a.view(catalog.Viewer{}).Count(search.Filter{})) }

// wait bounds how long a start may take until the catalog answers.
const startTimeout = 2 * time.Minute

// waitFor polls until ok or ctx is done.
func waitFor(ctx context.Context, every time.Duration, ok func() bool) error {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for !ok() {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
	return nil
}
