package forge

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/plugins"
)

// maxLines bounds the lists of cards.
const maxLines = 10

// summary is the repository in a few lines: what is open, released and deployed. A part that is refused is left out
// where another one is told.
func summary(ctx context.Context, g page) ([]card.Block, error) {
	open, err := g.p.forge.Open(ctx, g.repo)
	if err != nil {
		return nil, err
	}
	blocks := []card.Block{card.Text{Spans: g.openLine(open)}}
	if all, err := g.p.forge.Releases(ctx, g.repo); err == nil && len(all) > 0 {
		blocks = append(blocks, card.Text{Spans: g.released(all[0])})
	} else if err != nil && !spared(err) {
		return nil, err
	}
	if all, err := g.p.forge.Deployments(ctx, g.repo); err == nil && len(all) > 0 {
		blocks = append(blocks, card.Text{Spans: g.deployed(all[0])})
	} else if err != nil && !spared(err) {
		return nil, err
	}
	return append(blocks, g.open()), nil
}

// spared reports an error that concerns one part of a repository: the token may not read it, or there is no such thing.
func spared(err error) bool { return fault.Is(err, fault.Forbidden) || fault.Is(err, fault.NotFound) }

// open is the button that leads to the repository.
func (g page) open() card.Block {
	return card.Actions{Items: []card.Action{{Label: g.text(lang.RepoOpen, lang.Args{"repo": g.repo.Path}), URL: g.repo.URL}}}
}

func (g page) noun() string { return g.text(g.p.c.Kind.Noun, nil) }

func (g page) openLine(open []plugins.PullRequest) []card.Span {
	args := lang.Args{"repo": g.name(), "n": len(open), "noun": g.noun()}
	if len(open) == 0 {
		return g.say(lang.RepoPullsNone, args)
	}
	return g.say(lang.RepoPulls, args)
}

func pulls(ctx context.Context, g page) ([]card.Block, error) {
	open, err := g.p.forge.Open(ctx, g.repo)
	if err != nil {
		return nil, err
	}
	blocks := []card.Block{card.Text{Spans: g.openLine(open)}}
	list := card.List{More: max(0, len(open)-maxLines), MoreURL: g.repo.URL}
	for _, pr := range open[:min(len(open), maxLines)] {
		line := g.say(lang.RepoPullLine, lang.Args{"title": card.L(pr.Title, pr.URL), "who": pr.Author, "age": g.age(pr.Updated)})
		switch {
		case pr.Draft:
			line = g.say(lang.RepoPullDraft, lang.Args{"line": line})
		case len(pr.Waits) > 0:
			line = g.say(lang.RepoPullWaits, lang.Args{"line": line, "who": strings.Join(pr.Waits, ", ")})
		}
		list.Items = append(list.Items, line)
	}
	if len(list.Items) > 0 {
		blocks = append(blocks, list)
	}
	return append(blocks, g.open()), nil
}

// releaseName is a release as people call it, with the way to it.
func (g page) releaseName(r plugins.Release) []card.Span {
	name := r.Tag
	if r.Name != "" && r.Name != r.Tag && !strings.Contains(r.Name, r.Tag) {
		name = r.Name + " (" + r.Tag + ")"
	} else if r.Name != "" {
		name = r.Name
	}
	spans := []card.Span{card.S(name)}
	if r.URL != "" {
		spans = []card.Span{card.L(name, r.URL)}
	}
	if r.Early {
		return g.say(lang.RepoReleaseEarly, lang.Args{"name": spans})
	}
	return spans
}

func (g page) by(key lang.Key, who string) []card.Span {
	if who == "" {
		return nil
	}
	return g.say(key, lang.Args{"who": who})
}

func (g page) released(r plugins.Release) []card.Span {
	return g.say(lang.RepoRelease, lang.Args{"repo": g.name(), "name": g.releaseName(r), "age": g.age(r.At), "by": g.by(lang.RepoReleaseBy, r.Author)})
}

func releases(ctx context.Context, g page) ([]card.Block, error) {
	all, err := g.p.forge.Releases(ctx, g.repo)
	switch {
	case err != nil:
		return nil, err
	case len(all) == 0:
		return []card.Block{card.Text{Spans: g.say(lang.RepoReleaseNone, lang.Args{"repo": g.name()})}}, nil
	}
	blocks := []card.Block{card.Text{Spans: g.released(all[0])}}
	var list card.List
	for _, r := range all[1:min(len(all), maxLines)] {
		list.Items = append(list.Items, g.say(lang.RepoReleaseLine, lang.Args{"name": g.releaseName(r), "age": g.age(r.At)}))
	}
	if len(list.Items) > 0 {
		blocks = append(blocks, list)
	}
	return blocks, nil
}

func (g page) deployed(d plugins.Deployment) []card.Span {
	ref := d.Ref
	if ref == "" || ref == d.Commit {
		ref = d.Commit[:min(len(d.Commit), 7)]
	}
	key := lang.RepoDeploy
	switch d.State {
	case plugins.RunFailed:
		key = lang.RepoDeployFailed
	case plugins.RunQueued, plugins.RunRunning, plugins.RunHeld:
		key = lang.RepoDeployGoing
	}
	env := card.S(d.Environment)
	if d.URL != "" {
		env = card.L(d.Environment, d.URL)
	}
	return g.say(key, lang.Args{"repo": g.name(), "ref": card.M(ref), "env": env, "age": g.age(d.At), "by": g.by(lang.RepoDeployBy, d.By)})
}

func deployments(ctx context.Context, g page) ([]card.Block, error) {
	all, err := g.p.forge.Deployments(ctx, g.repo)
	switch {
	case err != nil:
		return nil, err
	case len(all) == 0:
		return []card.Block{card.Text{Spans: g.say(lang.RepoDeployNone, lang.Args{"repo": g.name()})}}, nil
	}
	blocks := []card.Block{card.Text{Spans: g.deployed(all[0])}}
	var list card.List
	for _, d := range all[1:min(len(all), maxLines)] {
		list.Items = append(list.Items, g.deployed(d))
	}
	if len(list.Items) > 0 {
		blocks = append(blocks, list)
	}
	return blocks, nil
}

func owners(ctx context.Context, g page) ([]card.Block, error) {
	rules, url, err := g.p.forge.Owners(ctx, g.repo)
	if err != nil {
		return nil, err
	}
	if len(rules) == 0 {
		return []card.Block{card.Text{Spans: g.say(lang.RepoOwnersNone, lang.Args{"repo": g.name()})}}, nil
	}
	who := func(r plugins.OwnerRule) string {
		if len(r.Owners) == 0 {
			return g.text(lang.RepoOwnersNobody, nil)
		}
		return strings.Join(r.Owners, ", ")
	}
	all := slices.IndexFunc(rules, func(r plugins.OwnerRule) bool { return r.Pattern == "*" && len(r.Owners) > 0 })
	var head []card.Span
	if all >= 0 {
		head = g.say(lang.RepoOwnersAll, lang.Args{"repo": g.name(), "who": card.S(who(rules[all])), "n": len(rules) - 1})
	} else {
		head = g.say(lang.RepoOwners, lang.Args{"repo": g.name(), "n": len(rules)})
	}
	table := card.Table{
		Columns: []card.Column{{Title: g.text(lang.RepoColPattern, nil)}, {Title: g.text(lang.RepoColOwners, nil)}},
		More:    max(0, len(rules)-2*maxLines), MoreURL: url,
	}
	for _, r := range rules[:min(len(rules), 2*maxLines)] {
		table.Rows = append(table.Rows, [][]card.Span{{card.M(r.Pattern)}, {card.T(who(r))}})
	}
	return []card.Block{card.Text{Spans: head}, table}, nil
}

// oldBranch is how long ago a branch may have been built last to be shown.
const oldBranch = 14 * 24 * time.Hour

// builds is how the branches are, as the host's own pipelines say. A repository without any is no card.
func builds(ctx context.Context, g page) ([]card.Block, error) {
	runs, main, err := g.p.look(ctx, g.repo)
	if len(runs) == 0 {
		return nil, err
	}
	away := err != nil
	if away && spared(err) {
		return nil, err
	}
	c := plugins.RunsCard{Lang: g.Lang, Now: g.Now, Provider: g.p.c.Kind.Title, Project: g.repo.Path, Pages: g.repo.URL}
	b := plugins.BranchOf(runs, main)
	blocks := c.Head(b)
	if away {
		blocks = append(blocks, c.Away(b.Latest.Seen))
	}
	if len(b.Failing) > 0 && !away {
		if f, ok := g.p.failureOf(ctx, g.repo, b.Failing[0]); ok {
			key := lang.RepoRunStep
			if f.Step == "" {
				key = lang.RepoRunJob
			}
			job := card.S(f.Job)
			if f.URL != "" {
				job = card.L(f.Job, f.URL)
			}
			blocks = append(blocks, card.Text{Spans: g.say(key, lang.Args{"job": job, "step": card.S(f.Step)})})
			if f.Tail != "" {
				blocks = append(blocks, card.Code{Text: f.Tail})
			}
		}
	}
	return append(blocks, c.Others(runs, main, g.Now.Add(-oldBranch))...), nil
}
