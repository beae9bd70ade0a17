package circleci

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/plugins"
)

// Topics implements plugins.HasTopics.
func (p *Plugin) Topics() []plugins.Topic { return []plugins.Topic{plugins.BranchTopic("builds")} }

// The rhythm of looking unasked.
const (
	checkEvery = time.Minute
	checkMost  = 8 // projects at a time
	checkWant  = 2 * time.Minute
	checkRest  = 15 * time.Minute
	hookedRest = 2 * time.Hour // webhooks tell; this mends what they missed
)

// Checks implements plugins.HasChecks.
func (p *Plugin) Checks() []plugins.Check {
	return []plugins.Check{{Name: "builds", Every: checkEvery, Timeout: checkEvery, Run: p.check}}
}

// check looks at the projects whose turn it is.
func (p *Plugin) check(ctx context.Context) error {
	rest := checkRest
	if p.c.WebhookSecret != "" {
		rest = hookedRest
	}
	if err := p.board.Forget(ctx); err != nil {
		p.host.Log.Warn("old runs of builds are not forgotten", "err", err)
	}
	if p.c.Told {
		return nil
	}
	var failed error
	for _, name := range p.board.Due(Name, p.index.all(p.host), rest, checkWant, checkMost) {
		s, ok := ParseSlug(name)
		if !ok {
			continue
		}
		err := p.look(ctx, s)
		switch {
		case fault.Is(err, fault.NotFound):
			p.board.Looked(Name, name, p.host.Now()) // it is asked for again when it is its turn again
		case err != nil:
			return errors.Join(failed, err) // the others would fail as well
		}
	}
	return failed
}

// tell writes how the default branch of a project is as facts of the entities that are built there.
func (p *Plugin) tell(ctx context.Context, s Slug) error {
	entities := p.index.of(p.host, s)
	if len(entities) == 0 {
		return nil
	}
	runs, _ := p.board.Of(Name, s.String())
	main, err := p.defaultBranch(ctx, s)
	if err != nil {
		main = guessMain(runs)
	}
	b := plugins.BranchOf(runs, main)
	var facts []catalog.Fact
	var about []catalog.Ref
	for _, ref := range entities {
		was := p.host.Facts.Of(ref)
		now := plugins.BranchFacts(ref, b, was)
		if len(now) == 0 || same(was, now) {
			continue
		}
		about, facts = append(about, ref), append(facts, now...)
	}
	if len(about) == 0 {
		return nil
	}
	return p.host.Facts.Write(ctx, about, facts)
}

// same reports whether facts say nothing new, but for when they were seen.
func same(was, now []catalog.Fact) bool {
	return len(was) == len(now) && !slices.ContainsFunc(now, func(n catalog.Fact) bool {
		return !slices.ContainsFunc(was, func(w catalog.Fact) bool { return w.Key == n.Key && w.Value == n.Value })
	})
}

// slugIndex knows which entities are built where. It is made anew from time to time, and when it misses one.
type slugIndex struct {
	mu   sync.Mutex
	by   map[Slug][]catalog.Ref
	made time.Time
}

// indexFor is how long the index is taken for right.
const indexFor = time.Minute

func (x *slugIndex) fresh(h plugins.Host) map[Slug][]catalog.Ref {
	x.mu.Lock()
	defer x.mu.Unlock()
	now := h.Now()
	if x.by != nil && now.Sub(x.made) < indexFor {
		return x.by
	}
	x.by, x.made = map[Slug][]catalog.Ref{}, now
	for e := range h.Catalog.Entities() {
		if s, ok := SlugOf(e); ok {
			x.by[s] = append(x.by[s], e.Ref)
		}
	}
	return x.by
}

// of are the entities of a project.
func (x *slugIndex) of(h plugins.Host, s Slug) []catalog.Ref { return x.fresh(h)[s] }

// all are the projects of the catalog, in order.
func (x *slugIndex) all(h plugins.Host) []string {
	var out []string
	for s := range x.fresh(h) {
		out = append(out, s.String())
	}
	slices.Sort(out)
	return out
}

// Happened implements plugins.HasHappenings, from what is known: webhooks and looks bring it.
func (p *Plugin) Happened(ctx context.Context, e *catalog.Entity, since time.Time) ([]plugins.Happening, error) {
	s, ok := SlugOf(e)
	if !ok {
		return nil, nil
	}
	p.board.Asked(Name, s.String())
	_, looked := p.board.Of(Name, s.String())
	var err error
	if p.host.Now().Sub(looked) >= checkWant {
		err = p.look(ctx, s)
	}
	runs, _ := p.board.Of(Name, s.String())
	if fault.Is(err, fault.NotFound) {
		return nil, nil
	}
	if err != nil && len(runs) == 0 {
		return nil, err
	}
	main := p.knownBranch(ctx, s)
	if main == "" {
		main = guessMain(runs)
	}
	return plugins.RunHappenings(runs, main, since), nil
}
