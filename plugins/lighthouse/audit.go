package lighthouse

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/plugins"
)

// Bounds of scheduled work.
const (
	// Keeps is for how long audits are kept: a year can be compared with the one before.
	Keeps = 2 * 365 * 24 * time.Hour

	checkEvery = 2 * time.Minute
	checkFor   = plugins.MaxCheck
	maxWhy     = 300 // bytes of why an audit failed
)

// Audit implements plugins.Auditor.
func (p *Plugin) Audit(ctx context.Context, r plugins.AuditRequest, step func(plugins.AuditStep)) (plugins.Audit, error) {
	return p.auditIf(ctx, r, step, func() bool { return true })
}

// auditIf audits a website in turn, if that is still wanted when the turn has come.
func (p *Plugin) auditIf(ctx context.Context, r plugins.AuditRequest, step func(plugins.AuditStep), wanted func() bool) (plugins.Audit, error) {
	if err := p.check(r.URL); err != nil {
		return plugins.Audit{}, err
	}
	id := r.Key
	if id == "" {
		id = p.cfg.NewID()
	}
	if a, ok := p.known(id); ok && a.State != plugins.AuditRunning {
		return a, nil // it was made before whoever asked for it went away
	}
	return p.alone(ctx, id, step, func(ctx context.Context) (plugins.Audit, error) {
		if a, ok := p.known(id); ok && a.State != plugins.AuditRunning || !wanted() {
			return a, nil
		}
		return p.run(ctx, id, r.URL, cmp.Or(r.Form, p.cfg.Form), step)
	})
}

// known is an audit that is in memory.
func (p *Plugin) known(id string) (plugins.Audit, bool) {
	for _, all := range p.now.Load().audits {
		if i := slices.IndexFunc(all, func(a plugins.Audit) bool { return a.ID == id }); i >= 0 {
			return all[i], true
		}
	}
	return plugins.Audit{}, false
}

// run audits a website and keeps what came of it, also when that is nothing.
func (p *Plugin) run(ctx context.Context, id, address, form string, step func(plugins.AuditStep)) (plugins.Audit, error) {
	begun := plugins.Audit{ID: id, URL: address, Form: form, State: plugins.AuditRunning, Began: p.cfg.Now().UTC()}
	if p.cfg.Runner != nil { // a service keeps its own
		if err := p.put(ctx, begun, nil); err != nil {
			return plugins.Audit{}, err
		}
	}
	step(plugins.AuditStarts)
	found, report, err := p.engine.audit(ctx, address, form, step)
	a := found
	a.ID, a.URL, a.Began, a.Ended = cmp.Or(found.ID, id), begun.URL, begun.Began, p.cfg.Now().UTC()
	a.Form, a.State = cmp.Or(found.Form, form), plugins.AuditCompleted
	if err != nil {
		a.State, a.Why = plugins.AuditFailed, clip(err.Error(), maxWhy)
	} else if len(report) > 0 {
		a.Report = reportPath(a.ID)
	}
	step(plugins.AuditConcludes)
	if bad := p.put(context.WithoutCancel(ctx), a, report); err == nil {
		err = bad
	}
	if err != nil {
		return plugins.Audit{}, err
	}
	p.tell(context.WithoutCancel(ctx), address)
	return a, nil
}

// put keeps an audit and takes it into memory.
func (p *Plugin) put(ctx context.Context, a plugins.Audit, report []byte) error {
	limited, cancel := context.WithTimeout(ctx, storeFor)
	defer cancel()
	if err := p.cfg.Store.Put(limited, a, report); err != nil {
		return err
	}
	return p.Reload(ctx)
}

// Checks implements plugins.HasChecks: what others had audited is taken over, and what has not been audited for long
// is audited again.
func (p *Plugin) Checks() []plugins.Check {
	return []plugins.Check{{Name: "websites", Every: checkEvery, Timeout: checkFor, Run: p.look}}
}

func (p *Plugin) look(ctx context.Context) error {
	if err := p.Reload(ctx); err != nil {
		return err
	}
	if err := p.TakeOver(ctx); err != nil {
		return err
	}
	if err := p.abandon(ctx); err != nil {
		return err
	}
	if _, err := p.cfg.Store.Sweep(ctx, p.cfg.Now().Add(-Keeps)); err != nil {
		return err
	}
	if p.cfg.Every <= 0 {
		return nil
	}
	var failed error
	for _, address := range p.due() {
		if end, ok := ctx.Deadline(); ok && time.Until(end) < p.longest() {
			break // the next look goes on
		}
		due := func() bool { return slices.Contains(p.due(), address) } // somebody may have had it audited meanwhile
		if _, err := p.auditIf(ctx, plugins.AuditRequest{URL: address}, func(plugins.AuditStep) {}, due); err != nil {
			if fault.Is(err, fault.Invalid) {
				failed = err // it is the programs, not the page
			}
			p.host.Log.Warn("a website could not be audited", "url", address, "err", err)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return failed
}

// longest is how long one audit may take.
func (p *Plugin) longest() time.Duration {
	if p.cfg.Runner != nil {
		return p.cfg.Runner.timeout()
	}
	return serviceWait
}

// due are the websites whose last audit began too long ago, those that wait the longest first. What failed is tried
// again at its next time, so that a broken page does not keep a browser busy.
func (p *Plugin) due() []string {
	type wait struct {
		address string
		since   time.Time
	}
	var all []wait
	k := p.now.Load()
	for key, entities := range p.sites() {
		var last time.Time
		for _, a := range k.audits[key] {
			last = latest(last, a.Began)
		}
		if p.cfg.Now().Sub(last) >= p.cfg.Every {
			all = append(all, wait{siteOf(entities[0]), last})
		}
	}
	slices.SortFunc(all, func(a, b wait) int { return cmp.Or(a.since.Compare(b.since), strings.Compare(a.address, b.address)) })
	out := make([]string, len(all))
	for i, w := range all {
		out[i] = w.address
	}
	return out
}

// TakeOver keeps what others had audited by the service, and when it last answered.
func (p *Plugin) TakeOver(ctx context.Context) error {
	if p.cfg.Service == nil || p.engine != engine(p.cfg.Service) {
		return nil
	}
	all, err := p.engine.known(ctx)
	if p.noteSeen(ctx, err); err != nil {
		return err
	}
	sites := p.sites()
	changed := map[string]bool{}
	for _, a := range all {
		if len(sites[same(a.URL)]) == 0 {
			continue
		}
		if was, ok := p.known(a.ID); ok && was.State == a.State {
			continue
		}
		if a.Began.Before(p.oldest(a.URL)) {
			continue // there are enough newer ones
		}
		if err := p.cfg.Store.Put(ctx, a, nil); err != nil {
			return err
		}
		changed[a.URL] = true
	}
	if len(changed) == 0 {
		return nil
	}
	if err := p.Reload(ctx); err != nil {
		return err
	}
	for address := range changed {
		p.tell(ctx, address)
	}
	return nil
}

// oldest is when the oldest audit of a website in memory began, where memory holds no more.
func (p *Plugin) oldest(address string) time.Time {
	all := p.now.Load().audits[same(address)]
	if len(all) < recent {
		return time.Time{}
	}
	return all[len(all)-1].Began
}

const seenName = "seen"

// noteSeen keeps whether the service answered, for all replicas.
func (p *Plugin) noteSeen(ctx context.Context, err error) {
	s := p.now.Load().seen
	switch {
	case err == nil:
		s = seen{At: p.cfg.Now().UTC()}
	case s.Failed.IsZero():
		s.Failed = p.cfg.Now().UTC()
	}
	data, bad := json.Marshal(s)
	if bad == nil {
		bad = p.host.Keep.Keep(ctx, seenName, plugins.Kept{State: data, At: p.cfg.Now()})
	}
	if bad != nil {
		p.host.Log.Warn("it is not kept when the audit service answered", "err", bad)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	k := *p.now.Load()
	k.seen = s
	p.now.Store(&k)
}

// readSeen reads what noteSeen kept; what cannot be read is as it was.
func (p *Plugin) readSeen(ctx context.Context, was seen) seen {
	if _, remote := p.engine.(*Service); !remote {
		return was
	}
	k, err := p.host.Keep.Kept(ctx, seenName)
	if err != nil {
		return was
	}
	var s seen
	if json.Unmarshal(k.State, &s) != nil {
		return was
	}
	return s
}

func clip(s string, most int) string {
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}
