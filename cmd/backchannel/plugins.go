package main

import (
	"context"
	"errors"
	"iter"
	"log/slog"
	"maps"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/cmd/backchannel/config"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/job"
	"github.com/backchannel-portal/backchannel/plugins"
	"github.com/backchannel-portal/backchannel/plugins/declared"
	"github.com/backchannel-portal/backchannel/plugins/process"
	"github.com/backchannel-portal/backchannel/plugins/proxy"
)

// plugged are the plugins of an app, with what keeps them apart from it.
type plugged struct {
	app      *app
	registry *plugins.Registry
	gates    *plugins.Gates
	views    *plugins.Runner
	keep     plugins.Keeper
	queue    job.Store // for turns; nil: this process is alone
	sets     []pluginSet
	upstream func(name string) (plugins.Upstream, error) // nil: there is no way out
	proxy    *proxy.Proxy                                // behind upstream
	proxied  *proxyMetrics                               // of proxy
	sick     troubles
	metrics  *pluginMetrics
}

// pluginSet are plugins that come and go while the program runs: files that are edited, programs that end.
type pluginSet interface {
	// Load brings what is there now into the registry. An error says what is left out.
	Load(ctx context.Context) error
	// Run keeps them up to date until ctx is done.
	Run(ctx context.Context)
	// Problems say what is wrong, by plugin or file.
	Problems() map[string]error
	Close() error
}

// The bounds of the program's patience with plugins.
const (
	pluginStart = 10 * time.Second // to start
	pluginEnd   = 5 * time.Second  // to end
)

// newPlugged makes the registry, which is empty. store and keep outlive the process where it has a database.
func newPlugged(a *app, store plugins.CardStore, keep plugins.Keeper) *plugged {
	if keep == nil {
		keep = plugins.NewMemoryKeeper()
	}
	p := &plugged{app: a, registry: plugins.NewRegistry(), keep: keep, metrics: newPluginMetrics()}
	p.gates = plugins.NewGates(plugins.GateOptions{Log: a.log, Observe: p.metrics.observe})
	p.views = plugins.NewRunner(p.registry, p.gates, plugins.RunnerOptions{Store: store})
	return p
}

// start starts a plugin.
func (p *plugged) start(ctx context.Context, one plugins.Plugin) error {
	s, ok := one.(plugins.Starter)
	if !ok {
		return nil
	}
	name := one.About().Name
	_, err := plugins.Call(ctx, p.gates, name, "start", pluginStart, func(context.Context) (struct{}, error) {
		return struct{}{}, s.Start(ctx, p.host(name))
	})
	return err
}

// host is what a plugin is given.
func (p *plugged) host(name string) plugins.Host {
	return plugins.Host{
		Now: p.app.now, Log: p.app.log.With("plugin", name), BaseURL: pagesURL(p.app.cfg),
		Upstream: p.out, Facts: pluginFacts{p.app, name}, Catalog: pluginCatalog{p.app}, Keep: plugins.KeeperOf(p.keep, name), Turn: p.turn(name),
		Changed: func(ref catalog.Ref) { p.views.Forget(name, ref) },
	}.Whole()
}

// out is the way out of plugins.
func (p *plugged) out(name string) (plugins.Upstream, error) {
	if p.upstream == nil {
		return nil, fault.New(fault.NotFound, "there is no upstream %q in the configuration", name)
	}
	return p.upstream(name)
}

// load brings the plugins of all sets into the registry. What is left out is noted and joined to an error.
func (p *plugged) load(ctx context.Context) error {
	var all error
	for _, s := range p.sets {
		all = errors.Join(all, s.Load(ctx))
	}
	return all
}

// run keeps the sets up to date until ctx is done.
func (p *plugged) run(ctx context.Context) {
	var wg sync.WaitGroup
	for _, s := range p.sets {
		wg.Go(func() { s.Run(ctx) })
	}
	wg.Wait()
}

// parts say how the plugins are.
func (p *plugged) parts() []part {
	wrong := map[string]error{}
	for _, s := range p.sets {
		maps.Copy(wrong, s.Problems())
	}
	p.sick.mu.Lock()
	maps.Copy(wrong, p.sick.by)
	p.sick.mu.Unlock()
	var out []part
	for _, name := range slices.Sorted(maps.Keys(wrong)) {
		if err := wrong[name]; err != nil {
			out = append(out, part{Name: "plugin " + name, Detail: err.Error()})
		}
	}
	return append(out, p.away()...)
}

// close ends all plugins.
func (p *plugged) close(log *slog.Logger) {
	for _, s := range p.sets {
		if err := s.Close(); err != nil {
			log.Warn("plugins did not close", "err", err)
		}
	}
	p.gates.Close(pluginEnd)
	for _, e := range p.registry.All() {
		if c, ok := e.Plugin.(plugins.Closer); ok {
			if err := c.Close(); err != nil {
				log.Warn("a plugin did not close", "plugin", e.About.Name, "err", err)
			}
		}
	}
	p.proxy.Close()
}

// pluginFacts are the facts of one plugin.
type pluginFacts struct {
	app  *app
	name string
}

// Write implements plugins.Facts.
func (f pluginFacts) Write(ctx context.Context, about []catalog.Ref, facts []catalog.Fact) error {
	const most = 20_000
	if len(facts) > most {
		return fault.New(fault.Invalid, "a plugin writes at most %d facts at a time", most)
	}
	own := make([]catalog.Fact, len(facts))
	for i, one := range facts {
		one.Producer = plugins.Producer(f.name)
		own[i] = one
	}
	_, err := f.app.store.ApplyFacts(ctx, plugins.Producer(f.name), about, own)
	return err
}

// Of implements plugins.Facts.
func (f pluginFacts) Of(ref catalog.Ref) []catalog.Fact {
	r := f.app.reader()
	if r == nil {
		return nil
	}
	return r.For(catalog.Viewer{}).Facts(ref, plugins.Producer(f.name), "")
}

// pluginCatalog is the catalog as plugins see it.
type pluginCatalog struct{ app *app }

// Entity implements plugins.Catalog.
func (c pluginCatalog) Entity(ref catalog.Ref) (*catalog.Entity, bool) {
	r := c.app.reader()
	if r == nil {
		return nil, false
	}
	return r.For(catalog.Viewer{}).Entity(ref)
}

// Entities implements plugins.Catalog.
func (c pluginCatalog) Entities() iter.Seq[*catalog.Entity] {
	r := c.app.reader()
	if r == nil {
		return func(func(*catalog.Entity) bool) {}
	}
	return r.For(catalog.Viewer{}).Entities(search.Filter{})
}

// askPatience is how long those who ask once wait for what plugins know.
const askPatience = 5 * time.Second

// plugIn connects the plugins of the configuration. None of them is asked anything yet.
func (a *app) plugIn(w wiring) error {
	a.plug = newPlugged(a, w.cards, w.keep)
	a.plug.queue = w.queue
	if err := a.connect(w); err != nil {
		return err
	}
	for _, e := range a.plug.registry.All() {
		if h, ok := e.Plugin.(plugins.HasSources); ok {
			a.sources = append(a.sources, h.Sources()...)
		}
	}
	if len(a.cfg.Plugins.Declared) > 0 {
		a.plug.sets = append(a.plug.sets, declared.NewSet(declared.SetOptions{
			Paths: a.cfg.Plugins.Declared, Registry: a.plug.registry, Start: a.plug.start, Log: a.log,
			Read: readDeclared(func(s string) (string, error) { return config.Expand(s, a.cfg.Dir, os.LookupEnv) }),
		}))
	}
	if all := a.processes(); len(all) > 0 {
		a.plug.sets = append(a.plug.sets, process.NewSet(process.SetOptions{Programs: all, Registry: a.plug.registry, Start: a.plug.start, Log: a.log}))
	}
	return nil
}

// processes are the plugins of the configuration that are programs of their own.
func (a *app) processes() []process.Program {
	var out []process.Program
	for _, p := range a.cfg.Plugins.Process {
		out = append(out, process.Program{Command: p.Command, Dir: a.cfg.Dir, Env: p.EnvSecret, Config: p.Config.JSON, Memory: int64(p.Memory), Start: p.Start})
	}
	return out
}
