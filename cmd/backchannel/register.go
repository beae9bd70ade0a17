package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/backchannel-portal/backchannel/catalog"
	fromurl "github.com/backchannel-portal/backchannel/catalog/ingest/url"
	"github.com/backchannel-portal/backchannel/cmd/backchannel/config"
	"github.com/backchannel-portal/backchannel/commands"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/internal/outbound"
)

const (
	partRegistered  = "registered locations" // in /readyz
	registeredEvery = 2 * time.Second        // how soon a location that was registered or removed elsewhere is noticed
	tryTimeout      = 3 * time.Minute        // of reading an address that somebody wants to register
	registerTaskFor = 8 * time.Minute        // bounds one attempt of a task that does so
	maxRegistered   = 2000                   // locations
	maxSick         = 3                      // that are named in /readyz
)

// registrar tries addresses before they are registered.
type registrar struct{ f *followed }

// registrar is nil where nobody may register a location.
func (f *followed) registrar(cfg *config.Config) commands.Registrar {
	if f.locations == nil || cfg.Catalog.Register.Off {
		return nil
	}
	return registrar{f}
}

// Try implements commands.Registrar.
func (r registrar) Try(ctx context.Context, address string) (commands.Trial, error) {
	ctx, cancel := context.WithTimeout(ctx, tryTimeout)
	defer cancel()
	all, err := r.f.locations.Locations(ctx)
	if err != nil {
		return commands.Trial{}, fault.Wrap(fault.Internal, err, "registered locations")
	}
	target, err := r.f.app.descriptorAt(address)
	if err != nil {
		return commands.Trial{}, err
	}
	s, err := r.f.app.registeredSource(target)
	if err != nil {
		return commands.Trial{}, err
	}
	known := slices.ContainsFunc(all, func(l catalog.Location) bool { return l.Origin == s.Origin() })
	if len(all) >= maxRegistered && !known {
		return commands.Trial{}, fault.New(fault.Invalid, "%d locations are registered, and no more can be: a source that discovers repositories serves better", len(all)).
			Say(string(lang.RegisterFull), lang.Args{"n": len(all)})
	}
	t := commands.Trial{Location: catalog.Location{Origin: s.Origin(), Type: "url", Target: target}}
	if r.f.configured(s.Origin()) {
		t.Configured = true
		return t, nil
	}
	t.Delta, err = s.Read(ctx)
	return t, err
}

// descriptorAt is the address of a descriptor that somebody means: the address itself, or catalog-info.yaml in the
// folder of a repository.
func (a *app) descriptorAt(address string) (string, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return "", fault.New(fault.Invalid, "a location is an address that starts with https://").Say(string(lang.RegisterAddress), nil)
	}
	if u.User != nil || u.RawQuery != "" {
		return "", fault.New(fault.Invalid, "what is registered is shown to others: an address with credentials or a query belongs in the configuration").
			Say(string(lang.RegisterSecret), nil)
	}
	u.Fragment, u.RawFragment = "", ""
	switch strings.ToLower(path.Ext(u.Path)) {
	case ".yaml", ".yml", ".json":
		return u.String(), nil
	}
	parts := strings.Split(strings.Trim(u.Path, "/"), "/")
	switch {
	case strings.Contains(u.Path, "/-/tree/"):
		u.Path = strings.Replace(u.Path, "/-/tree/", "/-/blob/", 1)
	case len(parts) > 3 && parts[2] == "tree":
		parts[2] = "blob"
		u.Path = "/" + strings.Join(parts, "/")
	case a.isGitLab(u.Host):
		u.Path = strings.TrimRight(u.Path, "/") + "/-/blob/HEAD"
	case len(parts) == 2:
		u.Path = strings.TrimRight(u.Path, "/") + "/blob/HEAD"
	}
	return u.JoinPath("catalog-info.yaml").String(), nil
}

func (a *app) isGitLab(host string) bool {
	return host == "gitlab.com" || slices.ContainsFunc(a.cfg.Integrations.GitLab, func(g config.GitLab) bool { return strings.EqualFold(g.Host, host) })
}

// registeredSource makes the source of a registered location. Unlike a configured one it reaches into a private
// network only where the configuration names the host: anybody in the chat may have named the address.
func (a *app) registeredSource(target string) (*fromurl.Source, error) {
	o := outbound.Options{Proxy: http.ProxyFromEnvironment}
	for _, h := range a.cfg.Catalog.Register.Hosts {
		o.Hosts = append(o.Hosts, outbound.Host{Name: h, Private: true, Plain: true})
	}
	return fromurl.New(fromurl.Options{
		URLs: []string{target}, Client: outbound.New(o), Trees: a.trees, Owners: a.owners,
		Allow: a.allowed(config.Location{}), Interval: a.cfg.Catalog.Refresh, Clock: a.now,
	})
}

// registered are the sources of registered locations that the leader follows.
type registered struct {
	mu     sync.Mutex
	known  bool // they were read once
	by     map[string]*following
	follow func(catalog.Source) *following // nil: none is followed any more, or yet

	health sync.Mutex
	sick   map[string]string // what is wrong, by origin
}

// following is a source that is followed until it is stopped.
type following struct {
	source catalog.Source // nil: none can be made of the location; what came from it stays
	stop   context.CancelFunc
	done   chan struct{}
}

func (w *following) end() {
	if w.source != nil {
		w.stop()
		<-w.done
	}
}

// followRegistered follows the registered locations, as they come and go, until ctx is done.
func (l *leader) followRegistered(ctx context.Context) {
	g, ctx := errgroup.WithContext(ctx)
	l.extra.mu.Lock()
	l.extra.by = map[string]*following{}
	l.extra.follow = func(s catalog.Source) *following {
		w := &following{source: s, done: make(chan struct{})}
		ctx, stop := context.WithCancel(ctx)
		w.stop = stop
		g.Go(func() error {
			defer close(w.done)
			l.follow(ctx, s)
			return nil
		})
		return w
	}
	l.extra.mu.Unlock()
	g.Go(func() error {
		for ctx.Err() == nil {
			l.syncRegistered(ctx)
			select {
			case <-ctx.Done():
			case <-time.After(registeredEvery):
			}
		}
		l.extra.mu.Lock()
		l.extra.follow = nil
		l.extra.mu.Unlock()
		return nil
	})
	_ = g.Wait()
}

// syncRegistered starts and stops sources so that they are those of the registered locations. While these cannot be
// read, everything stays as it is.
func (l *leader) syncRegistered(ctx context.Context) {
	x := &l.extra
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.follow == nil || ctx.Err() != nil {
		return
	}
	all, err := l.locations.Locations(ctx)
	if err != nil {
		if ctx.Err() == nil {
			l.log.Warn("the registered locations cannot be read, those that are known stay", "err", err)
		}
		return
	}
	wanted := map[string]bool{}
	for _, loc := range all {
		if l.configured(loc.Origin) { // the configuration has taken it over
			continue
		}
		wanted[loc.Origin] = true
		if x.by[loc.Origin] == nil {
			x.by[loc.Origin] = l.begin(loc)
		}
	}
	for origin, w := range x.by {
		if !wanted[origin] {
			w.end()
			l.forget(origin)
		}
	}
	x.known = true
}

// forget removes what is known of a location that was unregistered, and has its entities marked. extra.mu is held.
func (l *leader) forget(origin string) {
	delete(l.extra.by, origin)
	l.tried.Delete(origin)
	l.applied.Delete(origin)
	l.reportRegistered(origin, nil)
	l.log.Info("a location is no longer registered", "source", origin)
	select {
	case l.kick <- struct{}{}:
	default:
	}
}

// configured reports whether the configuration names an origin.
func (f *followed) configured(origin string) bool {
	return slices.ContainsFunc(f.sources, func(s catalog.Source) bool { return s.Origin() == origin })
}

// begin follows a location that was registered.
func (l *leader) begin(loc catalog.Location) *following {
	s, err := l.registeredSource(loc.Target)
	if err == nil && s.Origin() != loc.Origin {
		err = fault.New(fault.Invalid, "it was registered as %s and would be read as %s now", loc.Origin, s.Origin())
	}
	if err != nil {
		l.log.Warn("a registered location cannot be read", "source", loc.Origin, "err", err)
		l.reportRegistered(loc.Origin, err)
		l.tried.Store(loc.Origin, true)
		return &following{}
	}
	l.log.Info("a registered location is read", "source", loc.Origin, "by", loc.By)
	return l.extra.follow(s)
}

// origins are all that are configured or registered; known is false until the latter were read once.
func (l *leader) origins() (all []string, known bool) {
	for _, s := range l.sources {
		all = append(all, s.Origin())
	}
	if l.locations == nil {
		return all, true
	}
	l.extra.mu.Lock()
	defer l.extra.mu.Unlock()
	return slices.AppendSeq(all, maps.Keys(l.extra.by)), l.extra.known
}

// registeredOrigin is the source of a registered location, one that was registered this moment included; nil: there
// is none.
func (l *leader) registeredOrigin(ctx context.Context, origin string) catalog.Source {
	if l.locations == nil {
		return nil
	}
	l.syncRegistered(ctx)
	l.extra.mu.Lock()
	defer l.extra.mu.Unlock()
	if w := l.extra.by[origin]; w != nil {
		return w.source
	}
	return nil
}

// report remembers what is wrong with a source, or that nothing is.
func (l *leader) report(origin string, err error) {
	if l.configured(origin) {
		l.note(origin, err)
		return
	}
	l.reportRegistered(origin, err)
}

// reportRegistered does so for a registered location. Together these are one part of /readyz, as their number is not
// the operator's choice.
func (l *leader) reportRegistered(origin string, err error) {
	x := &l.extra
	x.health.Lock()
	defer x.health.Unlock()
	if x.sick == nil {
		x.sick = map[string]string{}
	}
	if delete(x.sick, origin); err != nil && !errors.Is(err, context.Canceled) {
		x.sick[origin] = err.Error()
	}
	if len(x.sick) == 0 {
		l.note(partRegistered, nil)
		return
	}
	var says []string
	for i, origin := range slices.Sorted(maps.Keys(x.sick)) {
		if i == maxSick {
			says = append(says, fmt.Sprintf("and %d more", len(x.sick)-maxSick))
			break
		}
		says = append(says, origin+": "+x.sick[origin])
	}
	l.note(partRegistered, errors.New(strings.Join(says, "; ")))
}
