// Package lighthouse audits the websites of the catalog: through a lighthouse-audit-service that is there already (its
// REST API, github.com/spotify/lighthouse-audit-service), or by running the lighthouse program with a Chromium here.
// It keeps what was found, and says what it means for the entities whose websites they are.
package lighthouse

import (
	"cmp"
	"context"
	"iter"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/plugins"
)

// Name is the plugin's name, and where its pages are below /plugins/; Title is what it is called.
const (
	Name  = "lighthouse"
	Title = "Lighthouse"
)

// How much is held in memory, and how often it is looked whether there is more.
const (
	recent   = 30 // audits of a website
	lookFor  = 15 * time.Second
	storeFor = 20 * time.Second // how long the store is waited for
)

// Config is what the plugin needs. Store, and one of Service and Runner, are required.
type Config struct {
	Service *Service // nil: there is none
	Runner  *Runner  // nil: nothing is run here; where both are, audits are run here
	Every   time.Duration
	Form    string // FormMobile or FormDesktop; "": mobile
	Budgets []plugins.Budget
	Store   plugins.AuditStore
	Now     func() time.Time
	NewID   func() string // of audits
}

// Plugin audits websites. It is safe for concurrent use.
type Plugin struct {
	cfg    Config
	engine engine
	host   plugins.Host

	mu   sync.Mutex // of known; readers take the pointer
	mark string
	now  atomic.Pointer[knowledge]
}

// knowledge is what is in memory of audits. It never changes.
type knowledge struct {
	audits map[string][]plugins.Audit // by address as same makes it, newest first
	seen   seen
}

// seen is when an audit service was last asked.
type seen struct {
	At     time.Time `json:"at,omitzero"`     // it answered
	Failed time.Time `json:"failed,omitzero"` // since when it does not
}

// engine audits. One audit runs at a time in the whole deployment.
type engine interface {
	// audit looks at a website and returns what it found, without an id, with the whole report if there is one.
	audit(ctx context.Context, url, form string, step func(plugins.AuditStep)) (plugins.Audit, []byte, error)
	// known are audits that others had made; nil where only this program makes any.
	known(ctx context.Context) ([]plugins.Audit, error)
	// report is the report of an audit that is not kept here.
	report(ctx context.Context, id string) ([]byte, error)
}

var (
	_ plugins.Plugin      = (*Plugin)(nil)
	_ plugins.Starter     = (*Plugin)(nil)
	_ plugins.HasViews    = (*Plugin)(nil)
	_ plugins.HasTopics   = (*Plugin)(nil)
	_ plugins.HasChecks   = (*Plugin)(nil)
	_ plugins.HasPages    = (*Plugin)(nil)
	_ plugins.HasMeasures = (*Plugin)(nil)
	_ plugins.Auditor     = (*Plugin)(nil)
)

// New returns the plugin. Start gives it the catalog.
func New(cfg Config) *Plugin {
	cfg.Form = cmp.Or(cfg.Form, plugins.FormMobile)
	p := &Plugin{cfg: cfg, host: plugins.Host{}.Whole()}
	switch {
	case cfg.Runner != nil:
		p.engine = cfg.Runner
	case cfg.Service != nil:
		p.engine = cfg.Service
	}
	p.now.Store(&knowledge{})
	return p
}

// About implements plugins.Plugin.
func (p *Plugin) About() plugins.About {
	return plugins.About{Name: Name, Title: Title, Description: "Scores of the websites that the catalog names.", Version: "1", API: plugins.API}
}

// Start implements plugins.Starter.
func (p *Plugin) Start(ctx context.Context, h plugins.Host) error {
	p.host = h.Whole()
	go p.follow(ctx)
	return nil
}

// follow keeps what is in memory up to date until ctx is done.
func (p *Plugin) follow(ctx context.Context) {
	tick := time.NewTicker(lookFor)
	defer tick.Stop()
	for {
		if err := p.Reload(ctx); err != nil && ctx.Err() == nil {
			p.host.Log.Warn("the audits of websites could not be read, the last ones stay", "err", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// Reload reads what is kept of audits, if there is anything new.
func (p *Plugin) Reload(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, storeFor)
	defer cancel()
	p.mu.Lock()
	defer p.mu.Unlock()
	was := p.now.Load()
	next := knowledge{audits: was.audits, seen: p.readSeen(ctx, was.seen)}
	mark, err := p.cfg.Store.Mark(ctx)
	if err != nil {
		return err
	}
	if mark != p.mark || was.audits == nil {
		all, err := p.cfg.Store.Recent(ctx, recent)
		if err != nil {
			return err
		}
		next.audits = map[string][]plugins.Audit{}
		for _, a := range all {
			next.audits[same(a.URL)] = append(next.audits[same(a.URL)], a)
		}
		p.mark = mark
	}
	p.now.Store(&next)
	return nil
}

// Sites implements plugins.Audits.
func (p *Plugin) Sites(_ context.Context, e *catalog.Entity) ([]plugins.Site, error) {
	address := siteOf(e)
	if address == "" {
		return nil, nil
	}
	k := p.now.Load()
	s := plugins.Site{
		Provider: Title, Annotation: plugins.WebsiteURL, URL: address, Audits: slices.Clone(k.audits[same(address)]),
		Page: pageOf(e.Ref), Budgets: p.cfg.Budgets,
	}
	for _, a := range s.Audits {
		s.AsOf = latest(s.AsOf, a.Ended)
	}
	if _, remote := p.engine.(*Service); remote {
		s.AsOf, s.Silent = k.seen.At, !k.seen.Failed.IsZero()
	}
	return []plugins.Site{s}, nil
}

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// siteOf is the website of an entity, "" where it has none that can be audited.
func siteOf(e *catalog.Entity) string {
	v := strings.TrimSpace(e.Annotation(plugins.WebsiteURL))
	if v == "" || len(v) > 2000 {
		return ""
	}
	u, err := url.Parse(v)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil {
		return ""
	}
	return u.String()
}

// same is an address as one that leads to the same page has it.
func same(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	u.Scheme, u.Host, u.Fragment = strings.ToLower(u.Scheme), strings.ToLower(u.Host), ""
	if u.Path == "" {
		u.Path = "/"
	}
	return u.String()
}

// sites are the websites of the catalog with the entities that name them.
func (p *Plugin) sites() map[string][]*catalog.Entity {
	out := map[string][]*catalog.Entity{}
	for e := range p.entities() {
		if address := siteOf(e); address != "" {
			out[same(address)] = append(out[same(address)], e)
		}
	}
	return out
}

func (p *Plugin) entities() iter.Seq[*catalog.Entity] { return p.host.Catalog.Entities() }

// check refuses what nobody wants audited: this program calls up addresses of the catalog, and no others.
func (p *Plugin) check(address string) error {
	if _, ok := p.sites()[same(address)]; !ok {
		return fault.New(fault.Forbidden, "no entity of the catalog has this website")
	}
	return nil
}
