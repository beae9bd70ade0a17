package lighthouse

import (
	"cmp"
	"context"
	"strings"
	"time"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/plugins"
)

// The rhythm of replicas that audit in turn.
const (
	settleFor = time.Second     // from saying that one begins until it is sure that nobody else said so meanwhile
	askEvery  = 2 * time.Second // while another replica audits
	graceFor  = time.Minute     // beyond the longest audit: one that is still running then died with its process
)

// alone keeps the audit as running when its turn has come among all replicas: two audits at once on one machine, or
// against one website, would spoil each other's figures. A replica says in the store that it begins, and waits until what
// others said at the same time is there too; of several the first goes on, and the others wait for it.
func (p *Plugin) alone(ctx context.Context, begun *plugins.Audit, step func(plugins.AuditStep)) error {
	waited := false
	wait := func(how time.Duration) error {
		select {
		case <-ctx.Done():
			return fault.New(fault.Upstream, "another website is still being audited")
		case <-time.After(how):
			return nil
		}
	}
	said := false
	for {
		before, any, err := p.others(ctx, *begun)
		switch {
		case err != nil:
			return err
		case said && !before:
			return nil
		case !said && !any:
			begun.Began, said = p.cfg.Now().UTC(), true
			if err = p.put(ctx, *begun, nil); err == nil {
				err = wait(settleFor)
			}
		default:
			if !waited {
				waited = true
				step(plugins.AuditWaits)
			}
			err = wait(askEvery)
		}
		if err != nil {
			if said { // others must not wait for what will not come
				over := *begun
				over.State, over.Ended, over.Why = plugins.AuditFailed, p.cfg.Now().UTC(), clip(err.Error(), maxWhy)
				_ = p.put(context.WithoutCancel(ctx), over, nil)
			}
			return err
		}
	}
}

// others reports whether other audits run, and whether any of them began before this one.
func (p *Plugin) others(ctx context.Context, mine plugins.Audit) (before, any bool, err error) {
	limited, cancel := context.WithTimeout(ctx, storeFor)
	defer cancel()
	all, err := p.cfg.Store.Recent(limited, recent)
	if err != nil {
		return false, false, err
	}
	dead := p.cfg.Now().Add(-p.cfg.Runner.timeout() - graceFor)
	for _, a := range all {
		if a.State != plugins.AuditRunning || a.ID == mine.ID || a.Began.Before(dead) {
			continue
		}
		any = true
		before = before || cmp.Or(a.Began.Compare(mine.Began), strings.Compare(a.ID, mine.ID)) < 0
	}
	return before, any, nil
}
