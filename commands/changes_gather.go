package commands

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/inventory"
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/plugins"
)

// The bounds of gathering what changed.
const (
	changesDeps   = 10 // direct dependencies that are looked at
	changesAtOnce = 4
	changesShown  = 60
	changesWait   = 25 * time.Second
)

// occurrence is one thing that changed.
type occurrence struct {
	entity catalog.Ref
	plugins.Happening
	key, from, to string       // of the catalog: what was and is
	said          plugins.Text // what a plugin calls the key
}

// The kinds of occurrences that come from the catalog and from schedules.
const (
	changedOwner     plugins.HappeningKind = "owner"
	changedLifecycle plugins.HappeningKind = "lifecycle"
	changedVersion   plugins.HappeningKind = "version"
	changedOnCall    plugins.HappeningKind = "oncall"
	changedState     plugins.HappeningKind = "state"
)

// gathering is what changed around an entity.
type gathering struct {
	at   time.Time
	of   []catalog.Ref // what was looked at, the entity first
	all  []occurrence  // the newest first
	away []string      // who did not answer

	forgot bool // the history of the catalog did not
	alone  bool // no plugin knows of merges, deployments or builds
}

// gathered remembers what was gathered, for a moment.
type gathered struct {
	mu sync.Mutex
	by map[gatheredKey]gathering
}

type gatheredKey struct {
	ref   catalog.Ref
	hours int
}

// get returns what was gathered, and how old that is: as old as can be where nothing was.
func (g *gathered) get(ref catalog.Ref, hours int, now time.Time) (gathering, time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	one, ok := g.by[gatheredKey{ref, hours}]
	if !ok {
		return one, oldChanges
	}
	return one, now.Sub(one.at)
}

func (g *gathered) put(ref catalog.Ref, hours int, one gathering) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.by == nil || len(g.by) >= maxGathered {
		g.by = map[gatheredKey]gathering{}
	}
	g.by[gatheredKey{ref, hours}] = one
}

// gather asks plugins, the history of the catalog and the schedules what changed. It looks at everything; what may not
// be seen is left out where it is shown.
func (c *Commands) gather(ctx context.Context, e *catalog.Entity, hours int) {
	ctx, cancel := context.WithTimeout(ctx, changesWait)
	defer cancel()
	t := &talk{c: c, ctx: ctx, view: c.deps.View(catalog.Viewer{}), now: c.deps.Now()}
	since := t.now.Add(-time.Duration(hours) * time.Hour)
	out := gathering{at: t.now, of: append([]catalog.Ref{e.Ref}, t.near(e.Ref)...), alone: !c.deps.Views.TellsHappenings()}
	var mu sync.Mutex
	var group errgroup.Group
	group.SetLimit(changesAtOnce)
	for _, ref := range out.of {
		group.Go(func() error {
			all, away, forgot := c.happened(ctx, t, ref, since)
			mu.Lock()
			defer mu.Unlock()
			out.forgot = out.forgot || forgot
			out.all = append(out.all, all...)
			out.away = append(out.away, away...)
			return nil
		})
	}
	_ = group.Wait() // none of them fails
	out.all = append(out.all, t.handovers(out.of, since)...)
	slices.SortStableFunc(out.all, func(a, b occurrence) int { return b.At.Compare(a.At) })
	out.all = out.all[:min(len(out.all), changesShown)]
	slices.Sort(out.away)
	out.away = slices.Compact(out.away)
	c.gathered.put(e.Ref, hours, out)
}

// near are the direct dependencies of an entity; of an API the components that provide it.
func (t *talk) near(ref catalog.Ref) []catalog.Ref {
	var out []catalog.Ref
	add := func(r catalog.Ref) {
		if r != ref && !slices.Contains(out, r) && len(out) < changesDeps {
			out = append(out, r)
		}
	}
	for _, d := range t.usesOf(ref) {
		providers := targets(t.view, d.ref, "apiProvidedBy")
		if d.ref.Kind != "api" || len(providers) == 0 {
			add(d.ref)
		}
		for _, p := range providers {
			add(p)
		}
	}
	return out
}

// happened is what plugins and the history of the catalog say of one entity, and who of them says nothing.
func (c *Commands) happened(ctx context.Context, t *talk, ref catalog.Ref, since time.Time) (out []occurrence, away []string, forgot bool) {
	e, ok := t.view.Entity(ref)
	if !ok {
		return nil, nil, false
	}
	found, away := c.deps.Views.Happened(ctx, e, since)
	for _, h := range found {
		if !h.At.Before(since) {
			out = append(out, occurrence{entity: ref, Happening: h})
		}
	}
	if d := c.deps.Subscriptions; d != nil && d.History != nil {
		past, err := d.History.History(ctx, ref)
		forgot = err != nil
		out = append(out, c.turned(ref, past, since)...)
	}
	return out, away, forgot
}

// turned are the changes of an entity's owner, lifecycle and versions that its history holds, and of what plugins that
// tell no happenings measure. That something is there for the first time is no change: it may be that it was not read
// before.
func (c *Commands) turned(ref catalog.Ref, past []catalog.Past, since time.Time) []occurrence {
	var out []occurrence
	for i, p := range past {
		if p.First.Before(since) || p.Value == "" {
			continue
		}
		kind, said, counts := c.turns(p)
		if !counts {
			continue
		}
		before := -1
		for j := i - 1; j >= 0; j-- {
			if o := past[j]; o.Producer == p.Producer && o.Key == p.Key {
				before = j
				break
			}
		}
		if before < 0 || past[before].Value == p.Value {
			continue
		}
		_, name, _ := strings.Cut(p.Key, "/")
		out = append(out, occurrence{entity: ref, key: name, from: past[before].Value, to: p.Value, said: said, Happening: plugins.Happening{Kind: kind, At: p.First}})
	}
	return out
}

// turns is what kind of change a part of an entity's history is, and what a plugin calls what changed.
func (c *Commands) turns(p catalog.Past) (kind plugins.HappeningKind, said plugins.Text, counts bool) {
	switch {
	case p.Producer == "" && p.Key == "owner":
		return changedOwner, nil, true
	case p.Producer == "" && p.Key == "lifecycle":
		return changedLifecycle, nil, true
	case p.Producer == inventory.Producer && strings.HasPrefix(p.Key, "framework/"):
		return changedVersion, nil, true
	}
	for _, e := range c.pluginEntries() {
		if _, tells := e.Plugin.(plugins.HasHappenings); tells || plugins.Producer(e.About.Name) != p.Producer {
			continue
		}
		for _, m := range e.Measures { // numbers move all the time
			if !m.Number && (p.Key == m.Fact || strings.HasSuffix(m.Fact, "/") && strings.HasPrefix(p.Key, m.Fact)) {
				return changedState, m.Titled(e.About.Title), true
			}
		}
	}
	return "", nil, false
}

// pluginEntries are the plugins that there are.
func (c *Commands) pluginEntries() []*plugins.Entry {
	if c.deps.Views == nil {
		return nil
	}
	return c.deps.Views.Registry.All()
}

// handovers are those of the schedules of some entities. One that is of several counts for the first.
func (t *talk) handovers(of []catalog.Ref, since time.Time) []occurrence {
	type handover struct {
		who catalog.Ref
		at  time.Time
	}
	seen := map[handover]bool{}
	var out []occurrence
	for _, ref := range of {
		e, ok := t.view.Entity(ref)
		if !ok {
			continue
		}
		shifts, err := t.shifts(e)
		if err != nil {
			continue
		}
		for _, s := range shifts {
			h := handover{s.Person, s.From.UTC()}
			if s.Gap() || s.From.IsZero() || s.From.Before(since) || s.From.After(t.now) || seen[h] {
				continue
			}
			seen[h] = true
			out = append(out, occurrence{entity: ref, to: s.Person.String(), Happening: plugins.Happening{Kind: changedOnCall, At: s.From}})
		}
	}
	return out
}

// occurrence says one thing that changed; nil for what cannot be said.
func (t *talk) occurrence(o occurrence) []card.Span {
	title := []card.Span{card.S(o.Title)}
	if o.URL != "" {
		title = []card.Span{card.L(o.Title, o.URL)}
	}
	args := lang.Args{"title": title, "where": card.M(o.Where), "by": "", "from": o.from, "to": o.to, "key": o.key}
	if o.By != "" {
		args["by"] = t.say(lang.ChangesBy, lang.Args{"who": card.S(o.By)})
	}
	switch o.Kind {
	case plugins.HappenedMerge:
		return t.say(lang.ChangesMerge, args)
	case plugins.HappenedRelease:
		return t.say(lang.ChangesRelease, args)
	case plugins.HappenedDeploy:
		return t.say(lang.ChangesDeploy, args)
	case plugins.HappenedUndone:
		return t.say(lang.ChangesDeployFailed, args)
	case plugins.HappenedFailed:
		return t.say(lang.ChangesFailed, args)
	case plugins.HappenedFixed:
		return t.say(lang.ChangesFixed, args)
	case changedLifecycle:
		args["from"], args["to"] = card.S(t.lifeWord(o.from)), card.S(t.lifeWord(o.to))
		return t.say(lang.ChangesLifecycle, args)
	case changedVersion:
		return t.say(lang.ChangesVersion, args)
	case changedState:
		args["key"] = strings.TrimSpace(o.said.In(t.l) + " " + o.key)
		return t.say(lang.ChangesVersion, args)
	case changedOwner:
		from, err := catalog.ParseRef(o.from, "group", "")
		to, err2 := catalog.ParseRef(o.to, "group", "")
		if err != nil || err2 != nil {
			return nil
		}
		args["from"], args["to"] = t.shown(from), t.shown(to)
		return t.say(lang.ChangesOwner, args)
	case changedOnCall:
		who, err := catalog.ParseRef(o.to, "user", "")
		if err != nil {
			return nil
		}
		return t.say(lang.ChangesOnCall, lang.Args{"who": t.duty(who)})
	}
	return nil
}
