package lighthouse

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/job"
	"github.com/backchannel-portal/backchannel/plugins"
)

// auditTurn is what replicas take turns for: two audits at once on one machine, or against one website, would spoil
// each other's figures.
const auditTurn = "audit"

// When an audit that is said to run has died with its process.
const (
	graceFor  = time.Minute      // after the longest audit that is made here
	abandoned = 30 * time.Minute // after a service began it
)

// alone has its turn among all replicas and then does what is to be done. What is known of audits is as new then as the
// store is. Work that could not hold its turn fails, since somebody else may have audited beside it.
func (p *Plugin) alone(ctx context.Context, id string, step func(plugins.AuditStep), do func(context.Context) (plugins.Audit, error)) (plugins.Audit, error) {
	held, done, err := p.host.Turn(ctx, auditTurn, sync.OnceFunc(func() { step(plugins.AuditWaits) }))
	if err != nil {
		if ctx.Err() != nil {
			err = fault.New(fault.Upstream, "another website is still being audited")
		}
		return plugins.Audit{}, err
	}
	defer done()
	if err := p.Reload(held); err != nil {
		return plugins.Audit{}, err
	}
	if p.cfg.Runner != nil { // whoever had the turn before and says that it audits still died; a service's audits are made elsewhere
		if err := p.breakOff(held, id, p.cfg.Now()); err != nil {
			return plugins.Audit{}, err
		}
	}
	a, err := do(held)
	if err != nil && errors.Is(context.Cause(held), job.ErrLost) {
		err = fault.New(fault.Upstream, "the store was away for so long that another audit may run")
	}
	return a, err
}

// abandon ends audits that run for longer than any does: their processes died.
func (p *Plugin) abandon(ctx context.Context) error {
	after := abandoned
	if p.cfg.Runner != nil {
		after = p.cfg.Runner.timeout() + graceFor
	}
	return p.breakOff(ctx, "", p.cfg.Now().Add(-after))
}

// breakOff ends the audits, but for one, that are said to run since a time or longer.
func (p *Plugin) breakOff(ctx context.Context, but string, since time.Time) error {
	for _, all := range p.now.Load().audits {
		for _, a := range all {
			if a.State != plugins.AuditRunning || a.ID == but || a.Began.After(since) {
				continue
			}
			a.State, a.Ended, a.Why = plugins.AuditFailed, p.cfg.Now().UTC(), "it was broken off"
			if err := p.put(ctx, a, nil); err != nil {
				return err
			}
		}
	}
	return nil
}
