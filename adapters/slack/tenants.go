package slack

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/internal/fault"
)

// tenants are the installations that this process acts for: that of the configured token, and those that people made
// with OAuth, which are read from the store again and again, as other replicas make, renew and remove them too.
type tenants struct {
	a      *Adapter
	own    *tenant // nil: no token is configured
	nobody *tenant // for what needs no token

	mu     sync.Mutex
	rows   map[string]*tenant // by workspace or organisation
	orgs   map[string]string  // organisation by workspace, of workspaces that an organisation's grant serves
	absent map[string]time.Time
	read   bool // the store has answered at least once

	learned chan grant // workspaces of organisations that are not kept yet
}

const (
	maxOrgTeams = 50_000           // workspaces of organisations that are remembered
	maxAbsent   = 10_000           // workspaces of which the store was asked in vain
	absentFor   = 10 * time.Second // before it is asked again
	storeWait   = time.Second      // for the store, well within Slack's 3 s
)

func newTenants(a *Adapter) *tenants {
	ts := &tenants{a: a, nobody: newTenant(a, grant{}, true), rows: map[string]*tenant{}, orgs: map[string]string{}, absent: map[string]time.Time{}, learned: make(chan grant, 256)}
	if a.cfg.BotToken != "" || !a.cfg.installs() {
		ts.own = newTenant(a, grant{token: a.cfg.BotToken}, true)
	}
	return ts
}

// each calls f with every tenant.
func (ts *tenants) each(f func(*tenant)) {
	ts.mu.Lock()
	all := make([]*tenant, 0, len(ts.rows)+1)
	for _, t := range ts.rows {
		all = append(all, t)
	}
	ts.mu.Unlock()
	if ts.own != nil {
		all = append(all, ts.own)
	}
	all = append(all, ts.nobody)
	for _, t := range all {
		f(t)
	}
}

// find returns the tenant that acts in a workspace: the workspace's own, else its organisation's, else that of the
// configured token where it may be. Nil: the app is not installed there, as far as this process knows.
func (ts *tenants) find(team string) *tenant {
	if !ts.a.cfg.installs() {
		return ts.own
	}
	ts.mu.Lock()
	org := ts.orgs[team]
	t := ts.rows[team]
	if t == nil {
		t = ts.rows[org]
	}
	ts.mu.Unlock()
	if t == nil && ts.own != nil && ts.own.covers(team, org) {
		return ts.own
	}
	return t
}

// covers reports whether the configured token may be of this workspace. Before Slack has said whose it is, it may be of
// any.
func (t *tenant) covers(team, org string) bool {
	g := t.now()
	return g.key == "" || g.key == team || org != "" && g.data.Org == org
}

// resolve is find for a delivery, and asks the store where this process knows of no installation. Org is the
// organisation that Slack names in the delivery, "" for none. An error says that the store could not be asked; nil
// without one, that the app is not installed there.
func (ts *tenants) resolve(ctx context.Context, team, org string) (*tenant, error) {
	if !ts.a.cfg.installs() {
		return ts.own, nil
	}
	ts.member(team, org)
	if t := ts.find(team); t != nil {
		return t, nil
	}
	for _, key := range []string{team, org} {
		if key == "" || ts.missed(key) {
			continue
		}
		ctx, cancel := context.WithTimeout(ctx, storeWait)
		i, err := ts.a.deps.Installations.Load(ctx, platform, key)
		cancel()
		if fault.Is(err, fault.NotFound) {
			ts.miss(key)
			continue
		}
		if err != nil {
			return nil, err
		}
		if err := ts.put(i); err != nil {
			return nil, err
		}
		if t := ts.find(team); t != nil {
			return t, nil
		}
	}
	return nil, nil
}

// member notes that a workspace belongs to an organisation.
func (ts *tenants) member(team, org string) {
	if org == "" || team == "" || team == org {
		return
	}
	ts.mu.Lock()
	defer ts.mu.Unlock()
	before, known := ts.orgs[team]
	if before == org || !known && len(ts.orgs) >= maxOrgTeams {
		return
	}
	ts.orgs[team] = org
	if ts.rows[org] == nil || ts.rows[team] != nil {
		return
	}
	select {
	case ts.learned <- grant{key: team, data: grantData{Org: org, Member: true}}:
	default: // learned again after a restart
	}
}

func (ts *tenants) missed(key string) bool {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	return time.Now().Before(ts.absent[key])
}

func (ts *tenants) miss(key string) {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	if len(ts.absent) >= maxAbsent {
		clear(ts.absent)
	}
	ts.absent[key] = time.Now().Add(absentFor)
}

// put takes an installation of the store over.
func (ts *tenants) put(i bot.Installation) error {
	g, err := grantOf(i)
	if err != nil {
		return err
	}
	ts.mu.Lock()
	defer ts.mu.Unlock()
	ts.set(g)
	return nil
}

// set takes a grant over, with the lock held.
func (ts *tenants) set(g grant) {
	delete(ts.absent, g.key)
	if g.data.Member {
		ts.orgs[g.key] = g.data.Org
		return
	}
	if t := ts.rows[g.key]; t != nil {
		t.use(g)
		return
	}
	t := newTenant(ts.a, g, false)
	t.status.Set(true, "ready")
	ts.rows[g.key] = t
}

// drop forgets an installation.
func (ts *tenants) drop(key string) {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	delete(ts.rows, key)
	delete(ts.orgs, key)
}

// known reports whether the store has said which installations there are.
func (ts *tenants) known() bool {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	return ts.read
}

// status says how the installations are, for an adapter without a token of its own.
func (ts *tenants) status() (text string, ok bool) {
	n, bad := 0, ""
	ts.each(func(t *tenant) {
		if t == ts.nobody {
			return
		}
		n++
		if text, ok := t.status.Status(); !ok && bad == "" {
			bad = t.now().key + ": " + text
		}
	})
	switch {
	case bad != "":
		return bad, false
	case !ts.known():
		return "the installations are not read yet", false
	case n == 0:
		return "ready; no workspace has installed the app yet: open /slack/install", true
	default:
		return fmt.Sprintf("ready in %d workspaces or organisations", n), true
	}
}
