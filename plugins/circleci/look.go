package circleci

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/plugins"
)

// The bounds of one look at a project.
const (
	deepMain   = 6 // pipelines of the default branch
	deepOthers = 5 // other branches, the newest pipeline of each
	oldBranch  = 14 * 24 * time.Hour
	atOnce     = 4 // requests
	freshLook  = 15 * time.Second
)

// look asks CircleCI how a project is and puts what it says on the board.
func (p *Plugin) look(ctx context.Context, s Slug) error {
	if p.c.Told {
		return nil
	}
	main, err := p.defaultBranch(ctx, s)
	if err != nil {
		return err
	}
	pipelines, err := p.api.pipelines(ctx, s, "")
	if err != nil {
		return err
	}
	if count(pipelines, main) < 2 && len(pipelines) >= 20 { // others pushed it off the first page
		more, err := p.api.pipelines(ctx, s, main)
		if err != nil {
			return err
		}
		pipelines = append(pipelines, more...)
	}
	runs, err := p.runsOf(ctx, s, p.chosen(pipelines, main, s))
	if e := p.keep(ctx, s, runs); e != nil {
		p.host.Log.Warn("runs of builds are not kept", "project", s.String(), "err", e)
	}
	if err == nil {
		p.board.Looked(Name, s.String(), p.host.Now())
	}
	return err
}

func count(pipelines []pipeline, branch string) int {
	n := 0
	for _, p := range pipelines {
		if p.VCS.Branch == branch {
			n++
		}
	}
	return n
}

// chosen are the pipelines whose workflows are asked for: the last ones of the default branch and the last one of each
// other branch that is alive. Those of which everything is known are left out, but for the newest.
func (p *Plugin) chosen(all []pipeline, main string, s Slug) []pipeline {
	slices.SortStableFunc(all, func(a, b pipeline) int { return b.Created.Compare(a.Created) })
	known, _ := p.board.Of(Name, s.String())
	taken := map[string]int{}
	seen := map[string]bool{}
	var out []pipeline
	for _, one := range all {
		branch := one.VCS.Branch
		if one.ID == "" || seen[one.ID] || branch == "" {
			continue
		}
		seen[one.ID] = true
		n := taken[branch]
		switch {
		case branch == main && n < deepMain:
		case branch != main && n < 1 && (len(taken) <= deepOthers) && p.host.Now().Sub(one.Created) < oldBranch:
		default:
			continue
		}
		taken[branch]++
		if n == 0 || !settled(known, one) {
			out = append(out, one)
		}
	}
	return out
}

// settled reports whether all workflows of a pipeline are known to be finished.
func settled(known []plugins.Run, one pipeline) bool {
	n := 0
	for _, r := range known {
		if r.Group != one.ID {
			continue
		}
		if n++; !r.State.Finished() || r.Seen.Before(one.Updated) {
			return false
		}
	}
	return n > 0
}

// runsOf asks for the workflows of pipelines. What could be read is returned with an error too.
func (p *Plugin) runsOf(ctx context.Context, s Slug, pipelines []pipeline) ([]plugins.Run, error) {
	var mu sync.Mutex
	var runs []plugins.Run
	var g errgroup.Group
	g.SetLimit(atOnce)
	for _, one := range pipelines {
		g.Go(func() error {
			flows, err := p.api.workflows(ctx, one.ID)
			if fault.Is(err, fault.NotFound) {
				return nil // it was removed meanwhile
			}
			if err != nil {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			for _, w := range flows {
				if r, ok := p.run(s, one, w); ok {
					runs = append(runs, r)
				}
			}
			return nil
		})
	}
	err := g.Wait()
	return runs, err
}

// run is a workflow as a run; false for one that makes no sense.
func (p *Plugin) run(s Slug, of pipeline, w workflow) (plugins.Run, bool) {
	state, ok := stateOf(w.Status)
	if !ok || w.ID == "" || len(w.ID) > 100 {
		return plugins.Run{}, false
	}
	now := p.host.Now()
	r := plugins.Run{
		Provider: Name, Project: s.String(), ID: w.ID, Number: of.Number, Group: clip(of.ID), Name: clip(w.Name),
		Branch: clip(of.VCS.Branch), Tag: clip(of.VCS.Tag), Commit: clip(of.VCS.Revision), Subject: clip(firstLine(of.VCS.Commit.Subject)),
		Author: clip(of.VCS.Commit.Author.Name), State: state, Started: earlier(w.Created, now), Seen: now,
		URL: p.runPage(s, of.Number, w.ID),
	}
	if r.Author == "" {
		r.Author = clip(of.Trigger.Actor.Login)
	}
	if r.Started.IsZero() {
		r.Started = earlier(of.Created, now)
	}
	if state.Finished() {
		r.Ended = now
		if w.Stopped != nil {
			r.Ended = earlier(*w.Stopped, now)
		}
	}
	return r, true
}

// earlier keeps instants of a clock that is ahead out of the future.
func earlier(t, now time.Time) time.Time {
	if t.After(now) {
		return now
	}
	return t
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}

// defaultBranch is the branch that a project is judged by.
func (p *Plugin) defaultBranch(ctx context.Context, s Slug) (string, error) {
	if b := p.knownBranch(ctx, s); b != "" {
		return b, nil
	}
	if p.c.Told {
		return "", fault.New(fault.NotFound, "CircleCI is not asked which branch is the default one")
	}
	pr, err := p.api.project(ctx, s)
	if err != nil {
		return "", err
	}
	b := clip(pr.VCS.DefaultBranch)
	if b == "" {
		b = "main"
	}
	p.learnBranch(ctx, s, b)
	return b, nil
}

// keep puts runs on the board and says so as facts of the entities that are built there.
func (p *Plugin) keep(ctx context.Context, s Slug, runs []plugins.Run) error {
	if len(runs) == 0 {
		return nil
	}
	before, _ := p.board.Of(Name, s.String())
	err := p.board.Put(ctx, runs)
	if after, _ := p.board.Of(Name, s.String()); !slices.Equal(before, after) {
		for _, ref := range p.index.of(p.host, s) {
			p.host.Changed(ref)
		}
	}
	return errors.Join(err, p.tell(ctx, s))
}
