package slack

import (
	"context"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/internal/fault"
)

// load reads all installations.
func (ts *tenants) load(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	all, err := ts.a.deps.Installations.List(ctx, platform)
	if err != nil {
		return err
	}
	ts.mu.Lock()
	defer ts.mu.Unlock()
	there := map[string]bool{}
	for _, i := range all {
		g, err := grantOf(i)
		if err != nil {
			ts.a.deps.Log.Error("slack: an installation cannot be read", "workspace", i.Workspace, "err", err)
			continue
		}
		there[g.key] = true
		ts.set(g)
	}
	for key := range ts.rows {
		if !there[key] {
			delete(ts.rows, key)
		}
	}
	ts.read = true
	return nil
}

// follow reads the installations until ctx is done.
func (ts *tenants) follow(ctx context.Context) {
	for failures := 0; ctx.Err() == nil; {
		wait := ts.a.tune.reload
		if err := ts.load(ctx); err != nil && ctx.Err() == nil {
			if failures == 0 {
				ts.a.deps.Log.Warn("slack: the installations cannot be read", "err", err)
			}
			wait = ts.a.backoff().After(failures)
			failures++
		} else {
			failures = 0
			ts.introduce(ctx)
		}
		ts.listen(ctx, wait)
	}
}

// introduce asks Slack about the installations of which it has not told the address yet, a few at a time.
func (ts *tenants) introduce(ctx context.Context) {
	var g errgroup.Group
	g.SetLimit(4)
	ts.each(func(t *tenant) {
		if t.own || t.address() != "" || ctx.Err() != nil {
			return
		}
		g.Go(func() error {
			if err := t.check(ctx); err != nil && ctx.Err() == nil {
				t.status.Set(false, err.Error())
			} else if err == nil {
				t.status.Set(true, "ready")
			}
			return nil
		})
	})
	_ = g.Wait() // the tasks return nil
}

// listen keeps which workspaces an organisation's grant serves, so that all of them can be cleaned up one day, and
// returns after d or when ctx is done.
func (ts *tenants) listen(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	for {
		select {
		case <-t.C:
			return
		case <-ctx.Done():
			return
		case g := <-ts.learned:
			if _, err := ts.a.deps.Installations.Load(ctx, platform, g.key); !fault.Is(err, fault.NotFound) {
				continue
			}
			if err := ts.a.deps.Installations.Save(ctx, g.into(bot.Installation{Installed: ts.a.deps.Now()})); err != nil {
				ts.a.deps.Log.Warn("slack: a workspace of an organisation was not noted", "workspace", g.key, "err", err)
			}
		}
	}
}

// renew waits, until ctx is done, for another token than the one that Slack has refused, and reports whether there is
// one: another replica may have replaced it, or replacing it is due.
func (ts *tenants) renew(ctx context.Context, t *tenant, was grant, expired bool) bool {
	if t.own {
		return false
	}
	if ts.changed(ctx, t, was.token) {
		return true
	}
	if !expired || was.refresh == "" || !ts.a.refreshSoon(ctx, was) {
		return false
	}
	for bot.Sleep(ctx, ts.a.tune.renewPoll) {
		if ts.changed(ctx, t, was.token) {
			return true
		}
	}
	return false
}

// changed reads an installation again and reports whether its token is another one now.
func (ts *tenants) changed(ctx context.Context, t *tenant, refused string) bool {
	i, err := ts.a.deps.Installations.Load(ctx, platform, t.now().key)
	if err != nil || ts.put(i) != nil {
		return false
	}
	return t.now().token != refused
}
