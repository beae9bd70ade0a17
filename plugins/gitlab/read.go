package gitlab

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/scm/codeowners"
	"github.com/backchannel-portal/backchannel/plugins"
)

// Open implements plugins.PullRequests.
func (f *Forge) Open(ctx context.Context, r plugins.Repository) ([]plugins.PullRequest, error) {
	var all []mergeRequest
	if err := f.get(ctx, r, "/merge_requests?state=opened&order_by=updated_at&sort=desc&per_page=50", soon, &all); err != nil {
		return nil, err
	}
	out := make([]plugins.PullRequest, 0, len(all))
	for _, m := range all[:min(len(all), 50)] {
		out = append(out, m.request())
	}
	return out, nil
}

// Merged implements plugins.PullRequests.
func (f *Forge) Merged(ctx context.Context, r plugins.Repository, since time.Time) ([]plugins.PullRequest, error) {
	path := "/merge_requests?state=merged&order_by=updated_at&sort=desc&per_page=50"
	var all []mergeRequest
	if err := f.get(ctx, r, path, soon, &all); err != nil {
		return nil, err
	}
	var out []plugins.PullRequest
	for _, m := range all {
		if m.Merged != nil && !m.Merged.Before(since) {
			out = append(out, m.request())
		}
	}
	slices.SortStableFunc(out, func(a, b plugins.PullRequest) int { return b.Merged.Compare(a.Merged) })
	return out, nil
}

// Releases implements plugins.Shipments.
func (f *Forge) Releases(ctx context.Context, r plugins.Repository) ([]plugins.Release, error) {
	var all []release
	if err := f.get(ctx, r, "/releases?per_page=10", soon, &all); err != nil {
		return nil, err
	}
	var out []plugins.Release
	for _, one := range all {
		out = append(out, plugins.Release{
			Tag: clip(one.Tag), Name: clip(one.Name), Author: clip(one.Author.Username), URL: one.Links.Self, Early: one.Upcoming, At: one.Released,
		})
	}
	slices.SortStableFunc(out, func(a, b plugins.Release) int { return b.At.Compare(a.At) })
	return out, nil
}

// Deployments implements plugins.Shipments.
func (f *Forge) Deployments(ctx context.Context, r plugins.Repository) ([]plugins.Deployment, error) {
	var all []deployment
	if err := f.get(ctx, r, "/deployments?order_by=created_at&sort=desc&per_page=10", soon, &all); err != nil {
		return nil, err
	}
	var out []plugins.Deployment
	for _, d := range all {
		one := plugins.Deployment{Environment: clip(d.Environment.Name), Ref: clip(d.Ref), Commit: clip(d.SHA), State: stateOf(d.Status), At: d.Updated}
		if one.At.IsZero() {
			one.At = d.Created
		}
		if d.User != nil {
			one.By = clip(d.User.Username)
		}
		if d.Deployable != nil {
			one.URL = d.Deployable.URL
		}
		out = append(out, one)
	}
	slices.SortStableFunc(out, func(a, b plugins.Deployment) int { return b.At.Compare(a.At) })
	return out, nil
}

// known is how many failed pipelines are asked for who began them: the list does not tell.
const known = 4

// Runs implements plugins.Workflows. Pipelines of merge requests have refs of their own and are left out.
func (f *Forge) Runs(ctx context.Context, r plugins.Repository) ([]plugins.Run, error) {
	var all []pipeline
	if err := f.get(ctx, r, "/pipelines?order_by=id&sort=desc&per_page=60", soon, &all); err != nil {
		return nil, err
	}
	var runs []plugins.Run
	asked := 0
	for _, p := range all {
		if p.ID == 0 || p.Source == "merge_request_event" {
			continue
		}
		if stateOf(p.Status) == plugins.RunFailed && asked < known {
			asked++
			var whole pipeline
			err := f.get(ctx, r, "/pipelines/"+strconv.FormatInt(p.ID, 10), rarely, &whole)
			switch {
			case err == nil && whole.Status == p.Status:
				whole.Name, whole.URL = p.Name, p.URL
				p = whole
			case err != nil && !fault.Is(err, fault.NotFound):
				return nil, err
			}
		}
		runs = append(runs, p.run())
	}
	return runs, nil
}

func (p pipeline) run() plugins.Run {
	run := plugins.Run{
		ID: strconv.FormatInt(p.ID, 10), Number: p.ID, Name: "pipeline", Commit: clip(p.SHA), URL: p.URL, State: stateOf(p.Status), Started: p.Created,
	}
	if p.Tag {
		run.Tag = clip(p.Ref)
	} else {
		run.Branch = clip(p.Ref)
	}
	if p.Name != "" {
		run.Name = clip(p.Name)
	}
	if p.Started != nil {
		run.Started = *p.Started
	}
	if p.User != nil {
		run.Author = clip(p.User.Username)
	}
	if run.State.Finished() {
		run.Ended = p.Updated
		if p.Finished != nil {
			run.Ended = *p.Finished
		}
	}
	return run
}

// Failure implements plugins.Workflows.
func (f *Forge) Failure(ctx context.Context, r plugins.Repository, run plugins.Run) (plugins.RunFailure, error) {
	var all []pipelineJob
	if err := f.get(ctx, r, "/pipelines/"+url.PathEscape(run.ID)+"/jobs?scope[]=failed&per_page=20", soon, &all); err != nil {
		return plugins.RunFailure{}, err
	}
	for _, j := range all {
		if stateOf(j.Status) == plugins.RunFailed {
			step, tail := f.trace(ctx, r, j.ID)
			return plugins.RunFailure{Job: clip(j.Name), Step: step, URL: j.URL, Tail: tail}, nil
		}
	}
	return plugins.RunFailure{}, nil
}

// Owners implements plugins.Owners.
func (f *Forge) Owners(ctx context.Context, r plugins.Repository) ([]plugins.OwnerRule, string, error) {
	for _, name := range codeowners.GitLab.Files() {
		resp, err := f.ask(ctx, r, "/repository/files/"+url.PathEscape(name)+"/raw?ref=HEAD", "max-age=300")
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return nil, "", err
		}
		if resp.HTML() {
			return nil, "", fault.New(fault.Upstream, "%s answers with a web page where a file was expected", Title)
		}
		var out []plugins.OwnerRule
		for _, rule := range codeowners.Rules(resp.Body, codeowners.GitLab) {
			out = append(out, plugins.OwnerRule{Pattern: rule.Pattern, Owners: rule.Owners, Line: rule.Line})
		}
		return out, r.URL + "/-/blob/HEAD/" + name, nil
	}
	return nil, "", nil
}
