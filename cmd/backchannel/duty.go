package main

import (
	"context"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/outbound"
	"github.com/backchannel-portal/backchannel/plugins"
	"github.com/backchannel-portal/backchannel/plugins/ical"
	"github.com/backchannel-portal/backchannel/plugins/lighthouse"
	"github.com/backchannel-portal/backchannel/plugins/oncall"
	"github.com/backchannel-portal/backchannel/plugins/pagerduty"
	"github.com/backchannel-portal/backchannel/plugins/techradar"
)

// The rhythm of what vendors are asked.
const (
	rotaWait  = 10 * time.Second // how long a one-shot command waits for a vendor
	radarLook = 5 * time.Minute  // how often a radar at an address is read
	radarWait = 20 * time.Second
)

// duty is who is on call, as others plan it, and what audits websites.
type duty struct {
	app   *app
	kept  []*oncall.Kept
	pager *pagerduty.Account // nil: none is configured
	light *lighthouse.Plugin // nil: nothing audits
	who   *directory
	gates []*outbound.Client // of browsers that audit
	chats chats
	dutyWays
}

// pollKeep is how long an answer stands for others who ask the same: less than it takes until somebody looks again.
const pollKeep = time.Second

// connectDuty connects the vendors of on-call, Lighthouse and the radar. Nobody is asked anything yet.
func (a *app) connectDuty(w wiring) error {
	a.duty = &duty{app: a, who: &directory{app: a}}
	keep, now := w.keep, a.now
	if keep == nil {
		keep = plugins.NewMemoryKeeper()
	}
	add := func(r plugins.Rota) *oncall.Kept {
		k := oncall.Keep(oncall.KeptConfig{Rota: r, Keeper: keep, Directory: a.duty.who, Now: now, Clock: time.Now})
		a.duty.kept = append(a.duty.kept, k)
		return k
	}
	if p := a.cfg.Plugins.OnCall.PagerDuty; p != nil {
		api := p.APIURL
		if api == "" {
			api = pagerduty.API
		}
		a.duty.pager = pagerduty.New(pagerduty.Config{API: api, Token: p.Token, From: p.From, Way: a.duty.way("oncall/pagerduty", api, 8, pollKeep), Wanted: a.duty.who.wanted, Now: time.Now})
		a.plugins.Paging = pagerduty.NewPager(a.duty.pager, add(a.duty.pager))
	}
	for _, c := range a.cfg.Plugins.OnCall.Calendars {
		cfg := ical.Config{ID: c.ID, Title: c.Title, URL: c.URLToken, File: c.File, Services: c.Services, Level: c.Level, Zone: c.Timezone}
		if c.URLToken != "" {
			cfg.Way = a.duty.way("oncall/"+c.ID, c.URLToken, 2, time.Minute)
		}
		if c.Team != "" {
			team, err := catalog.ParseRef(c.Team, "group", "")
			if err != nil {
				return err
			}
			cfg.Group = team
		}
		add(ical.New(cfg))
	}
	var all []plugins.OnCall
	if a.oncall != nil {
		all = append(all, a.oncall)
	}
	for _, k := range a.duty.kept {
		all = append(all, k)
	}
	if len(all) > 0 {
		a.plugins.OnCall = oncall.Join(all...)
	}
	a.connectLighthouse(w)
	a.connectRadar()
	return nil
}

// connectLighthouse connects what audits websites.
func (a *app) connectLighthouse(w wiring) {
	c := a.cfg.Plugins.Lighthouse
	if c.ServiceURL == "" && c.Runner == nil {
		return
	}
	cfg := lighthouse.Config{Every: 24 * time.Hour, Form: c.Form, Store: w.audits, Now: a.now, NewID: func() string { return bot.NewID(time.Now()) }}
	if cfg.Store == nil {
		cfg.Store = plugins.NewMemoryAudits()
	}
	if c.Every.Off {
		cfg.Every = 0
	} else if c.Every.Time > 0 {
		cfg.Every = c.Every.Time
	}
	for category, least := range c.Budgets {
		cfg.Budgets = append(cfg.Budgets, plugins.Budget{Category: category, Least: least})
	}
	slices.SortFunc(cfg.Budgets, func(x, y plugins.Budget) int { return strings.Compare(x.Category, y.Category) })
	if c.ServiceURL != "" {
		cfg.Service = &lighthouse.Service{URL: c.ServiceURL, Way: a.duty.way("lighthouse/service", c.ServiceURL, 10, pollKeep)}
	}
	if r := c.Runner; r != nil {
		o := outbound.Options{Proxy: nil}
		for _, h := range r.Hosts {
			o.Hosts = append(o.Hosts, outbound.Host{Name: h, Private: true, Plain: true})
		}
		gate := outbound.New(o)
		a.duty.gates = append(a.duty.gates, gate)
		cfg.Runner = &lighthouse.Runner{Chrome: r.Chrome, Lighthouse: r.Command, Timeout: r.Timeout, Gate: gate, Dir: os.TempDir()}
	}
	a.duty.light = lighthouse.New(cfg)
	a.plugins.Audits = a.duty.light
}

// connectRadar reads the radar from an address where the configuration names one.
func (a *app) connectRadar() {
	source := a.cfg.Plugins.TechRadar.Source
	if !strings.HasPrefix(source, "https://") && !strings.HasPrefix(source, "http://") {
		return
	}
	f := &fetched{app: a, address: source, way: a.duty.way("techradar", source, 2, time.Minute)}
	a.radar = techradar.NewFrom(outboundName(source), a.now, f.load)
	a.plugins.Radar = a.radar
}

// outboundName is an address as people may see it.
func outboundName(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "address"
	}
	return outbound.Show(u)
}

// plugins are what the duty adds to the registry.
func (d *duty) plugins() []plugins.Plugin {
	var out []plugins.Plugin
	if len(d.kept)+len(d.app.cfg.Plugins.OnCall.Groups) > 0 {
		out = append(out, dutyPlugin{d})
	}
	if d.light != nil {
		out = append(out, d.light)
	}
	return out
}

// dutyPlugin has the plans of others read from time to time, by one replica.
type dutyPlugin struct{ *duty }

// About implements plugins.Plugin.
func (dutyPlugin) About() plugins.About {
	return plugins.About{Name: "oncall", Title: "On-call", Description: "Who is on call, as other tools plan it.", Version: "1", API: plugins.API}
}

// Checks implements plugins.HasChecks.
func (d dutyPlugin) Checks() []plugins.Check {
	return []plugins.Check{{Name: "plans", Every: time.Minute, Timeout: 5 * time.Minute, Run: func(ctx context.Context) error {
		d.who.refresh()
		var first error
		for _, k := range d.kept {
			if err := k.Refresh(ctx); err != nil && first == nil {
				first = fault.Wrap(fault.KindOf(err), err, "%s", k.Name())
			}
		}
		return first
	}}, {Name: "groups", Every: groupsEvery, Timeout: 5 * time.Minute, Run: d.keepGroups}}
}

// Probe implements plugins.Prober.
func (d dutyPlugin) Probe(ctx context.Context) error {
	for _, k := range d.kept {
		if err := k.Refresh(ctx); err != nil {
			return err
		}
	}
	return nil
}

// once asks the vendors for a command that answers and ends. What does not answer is left out of the answer.
func (d *duty) once(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, rotaWait)
	defer cancel()
	d.who.refresh()
	var wg sync.WaitGroup
	for _, k := range d.kept {
		wg.Go(func() {
			if err := k.Refresh(ctx); err != nil {
				d.app.log.Warn("who is on call could not be read", "source", k.Name(), "err", err)
			}
		})
	}
	if d.light != nil {
		wg.Go(func() {
			if err := d.light.TakeOver(ctx); err != nil {
				d.app.log.Warn("the audits of websites could not be read", "err", err)
			}
		})
	}
	wg.Wait()
}

// keptFile is somebody else's plan as something that is followed.
type keptFile struct {
	*oncall.Kept
	who  *directory
	once bool // a one-shot command: it is read by once
}

// Reload takes over what is kept.
func (k keptFile) Reload() error {
	k.who.refresh()
	if k.once {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), rotaWait)
	defer cancel()
	if err := k.Kept.Reload(ctx); err != nil {
		return err
	}
	return k.Problem()
}

// Watch implements dataFile.
func (k keptFile) Watch(ctx context.Context, every time.Duration, changed func(error)) {
	var wg sync.WaitGroup
	wg.Go(func() { k.who.run(ctx, every) })
	k.Kept.Watch(ctx, 5*every, changed)
	wg.Wait()
}

// files are the plans as something that is followed.
func (d *duty) files() []dataFile {
	var out []dataFile
	for _, k := range d.kept {
		out = append(out, dataFile{"on-call at " + k.Name(), keptFile{k, d.who, d.app.patience == 0}})
	}
	return out
}

func (d *duty) close() {
	for _, w := range d.gates {
		w.Close()
	}
}
