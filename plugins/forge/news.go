package forge

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/plugins"
)

// freshLook is how long runs are taken for what they are.
const freshLook = 20 * time.Second

// look asks for the runs of a repository, unless that was done just now, and returns what is known, with the branch it
// is judged by.
func (p *Plugin) look(ctx context.Context, r plugins.Repository) ([]plugins.Run, string, error) {
	project := r.Host + "/" + r.Path
	name := p.c.Kind.Name
	p.board.Asked(name, project)
	main, err := p.forge.Branch(ctx, r)
	if main == "" {
		main = "main"
	}
	if known, looked := p.board.Of(name, project); p.host.Now().Sub(looked) < freshLook {
		return known, main, nil
	}
	var runs []plugins.Run
	if err == nil {
		runs, err = p.forge.Runs(ctx, r)
	}
	if err == nil {
		for i := range runs {
			runs[i].Provider, runs[i].Project, runs[i].Seen = name, project, p.host.Now()
		}
		if e := p.board.Put(ctx, runs); e != nil {
			p.host.Log.Warn("runs are not kept", "repository", r.Path, "err", e)
		}
		p.board.Looked(name, project, p.host.Now())
	}
	known, _ := p.board.Of(name, project)
	return known, main, err
}

// Topics implements plugins.HasTopics.
func (p *Plugin) Topics() []plugins.Topic {
	broken := plugins.BranchTopic(p.c.Kind.Topic)
	broken.Title = plugins.TextOf(p.c.Kind.About)
	title := plugins.Text{}
	for _, l := range lang.Languages() {
		title[l] = lang.Text(l, lang.RepoTopicReleases, lang.Args{"provider": p.c.Kind.Title})
	}
	return []plugins.Topic{broken, {Name: p.c.Kind.Name + "-releases", Title: title, Items: releaseItems, Say: sayRelease}}
}

// factRelease is the key of the fact that holds the last release.
const factRelease = "release"

func releaseItems(facts []catalog.Fact) []plugins.Item {
	for _, f := range facts {
		if f.Key == factRelease {
			return []plugins.Item{{Value: f.Value, Where: f.Source}}
		}
	}
	return nil
}

func sayRelease(l lang.Lang, c plugins.Change, what []card.Span) []card.Span {
	if c.To == "" {
		return card.Say(l, lang.RepoNewsUnreleased, lang.Args{"what": what, "name": card.S(c.From)})
	}
	name := card.S(c.To)
	if c.Where != "" {
		name = card.L(c.To, c.Where)
	}
	return card.Say(l, lang.RepoNewsRelease, lang.Args{"what": what, "name": name})
}

// The rhythm of looking unasked: the budget of requests is shared with the reading of the catalog.
const (
	checkEvery = time.Minute
	checkMost  = 8 // repositories at a time
	checkWant  = 3 * time.Minute
	checkRest  = time.Hour
)

// Checks implements plugins.HasChecks.
func (p *Plugin) Checks() []plugins.Check {
	return []plugins.Check{{Name: "repositories", Every: checkEvery, Timeout: checkEvery, Run: p.check}}
}

// known are the repositories of the catalog, by host and path.
type known map[string]*knownRepo

type knownRepo struct {
	plugins.Repository
	entities []*catalog.Entity
}

func (p *Plugin) repositories() known {
	out := known{}
	for e := range p.host.Catalog.Entities() {
		r, ok := p.of(e)
		if !ok {
			continue
		}
		name := r.Host + "/" + r.Path
		if out[name] == nil {
			out[name] = &knownRepo{Repository: r}
		}
		out[name].entities = append(out[name].entities, e)
	}
	return out
}

// check looks at the repositories whose turn it is, and writes what is so as facts.
func (p *Plugin) check(ctx context.Context) error {
	all := p.repositories()
	names := slices.Sorted(maps.Keys(all))
	if err := p.board.Forget(ctx); err != nil {
		p.host.Log.Warn("old runs are not forgotten", "err", err)
	}
	for _, name := range p.board.Due(p.c.Kind.Name, names, checkRest, checkWant, checkMost) {
		err := p.tell(ctx, all[name].Repository, all[name].entities)
		switch {
		case spared(err):
			p.board.Looked(p.c.Kind.Name, name, p.host.Now()) // it is asked for again when it is its turn again
		case err != nil:
			return err // the others would fail as well
		}
	}
	return nil
}

// tell looks at a repository and writes how it is as facts of the entities whose code it has.
func (p *Plugin) tell(ctx context.Context, r plugins.Repository, entities []*catalog.Entity) error {
	runs, main, err := p.look(ctx, r)
	if err != nil && !spared(err) {
		return err
	}
	released, e := p.forge.Releases(ctx, r)
	if e != nil && !spared(e) {
		return e
	}
	b := plugins.BranchOf(runs, main)
	var about []catalog.Ref
	var facts []catalog.Fact
	for _, one := range entities {
		was := p.host.Facts.Of(one.Ref)
		var now []catalog.Fact
		if !p.elsewhere(one) {
			now = plugins.BranchFacts(one.Ref, b, was)
		}
		if i := slices.IndexFunc(released, func(r plugins.Release) bool { return !r.Early }); i >= 0 {
			now = append(now, catalog.Fact{Entity: one.Ref, Key: factRelease, Value: released[i].Tag, Source: released[i].URL, AsOf: p.host.Now()})
		}
		if !sameFacts(was, now) {
			about, facts = append(about, one.Ref), append(facts, now...)
			p.host.Changed(one.Ref)
		}
	}
	if len(about) == 0 {
		return errors.Join(err, e)
	}
	return errors.Join(err, e, p.host.Facts.Write(ctx, about, facts))
}

// sameFacts reports whether facts say nothing new.
func sameFacts(was, now []catalog.Fact) bool {
	return len(was) == len(now) && !slices.ContainsFunc(now, func(n catalog.Fact) bool {
		return !slices.ContainsFunc(was, func(w catalog.Fact) bool { return w.Key == n.Key && w.Value == n.Value })
	})
}

// Happened implements plugins.HasHappenings.
func (p *Plugin) Happened(ctx context.Context, e *catalog.Entity, since time.Time) ([]plugins.Happening, error) {
	r, ok := p.of(e)
	if !ok {
		return nil, nil
	}
	merged, err := p.forge.Merged(ctx, r, since)
	if fault.Is(err, fault.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var out []plugins.Happening
	for _, m := range merged {
		out = append(out, plugins.Happening{Kind: plugins.HappenedMerge, Title: m.Title, By: m.Author, URL: m.URL, At: m.Merged})
	}
	deployed, err := p.forge.Deployments(ctx, r)
	if err != nil && !spared(err) {
		return out, err
	}
	for _, d := range deployed {
		if d.At.Before(since) || d.State == plugins.RunCanceled {
			continue
		}
		h := plugins.Happening{Kind: plugins.HappenedDeploy, Title: d.Ref, Where: d.Environment, By: d.By, URL: d.URL, At: d.At}
		if d.State == plugins.RunFailed {
			h.Kind = plugins.HappenedUndone
		}
		out = append(out, h)
	}
	released, err := p.forge.Releases(ctx, r)
	if err != nil && !spared(err) {
		return out, err
	}
	for _, one := range released {
		if !one.At.Before(since) {
			out = append(out, plugins.Happening{Kind: plugins.HappenedRelease, Title: one.Tag, By: one.Author, URL: one.URL, At: one.At})
		}
	}
	if p.elsewhere(e) {
		return out, nil
	}
	runs, main, err := p.look(ctx, r)
	if err != nil && !spared(err) {
		return out, err
	}
	return append(out, plugins.RunHappenings(runs, main, since)...), nil
}
