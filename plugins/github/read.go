package github

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
	var all []pull
	if err := f.get(ctx, r, "/pulls?state=open&sort=updated&direction=desc&per_page=50", soon, &all); err != nil {
		return nil, err
	}
	out := make([]plugins.PullRequest, 0, len(all))
	for _, p := range all[:min(len(all), 50)] {
		out = append(out, p.request())
	}
	return out, nil
}

// Merged implements plugins.PullRequests. Those are looked for among the last that were closed.
func (f *Forge) Merged(ctx context.Context, r plugins.Repository, since time.Time) ([]plugins.PullRequest, error) {
	var all []pull
	if err := f.get(ctx, r, "/pulls?state=closed&sort=updated&direction=desc&per_page=50", soon, &all); err != nil {
		return nil, err
	}
	var out []plugins.PullRequest
	for _, p := range all {
		if p.Merged != nil && !p.Merged.Before(since) {
			out = append(out, p.request())
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
		if !one.Draft {
			out = append(out, plugins.Release{
				Tag: clip(one.Tag), Name: clip(one.Name), Author: clip(one.Author.Login), URL: one.URL, Early: one.Early, At: one.Published,
			})
		}
	}
	slices.SortStableFunc(out, func(a, b plugins.Release) int { return b.At.Compare(a.At) })
	return out, nil
}

// withStatus is how many deployments are asked for their state: each costs a request.
const withStatus = 4

// Deployments implements plugins.Shipments.
func (f *Forge) Deployments(ctx context.Context, r plugins.Repository) ([]plugins.Deployment, error) {
	var all []deployment
	if err := f.get(ctx, r, "/deployments?per_page=10", soon, &all); err != nil {
		return nil, err
	}
	slices.SortStableFunc(all, func(a, b deployment) int { return b.Created.Compare(a.Created) })
	var out []plugins.Deployment
	for _, d := range all[:min(len(all), withStatus)] {
		one := plugins.Deployment{Environment: clip(d.Environment), Ref: clip(d.Ref), Commit: clip(d.SHA), State: plugins.RunQueued, At: d.Created}
		if d.Creator != nil {
			one.By = clip(d.Creator.Login)
		}
		var states []deploymentStatus
		err := f.get(ctx, r, "/deployments/"+strconv.FormatInt(d.ID, 10)+"/statuses?per_page=1", soon, &states)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return nil, err
		}
		if len(states) > 0 {
			s := states[0]
			one.State, one.At, one.URL = deployed(s.State), s.Created, s.LogURL
		}
		out = append(out, one)
	}
	return out, nil
}

// Runs implements plugins.Workflows. Runs of pull requests from forks carry the fork's branch and are left out.
func (f *Forge) Runs(ctx context.Context, r plugins.Repository) ([]plugins.Run, error) {
	var out struct {
		Runs []workflowRun `json:"workflow_runs"`
	}
	if err := f.get(ctx, r, "/actions/runs?per_page=60", soon, &out); err != nil {
		return nil, err
	}
	var runs []plugins.Run
	for _, w := range out.Runs {
		if w.ID == 0 || w.Event == "pull_request_target" {
			continue
		}
		runs = append(runs, w.run())
	}
	return runs, nil
}

func (w workflowRun) run() plugins.Run {
	run := plugins.Run{
		ID: strconv.FormatInt(w.ID, 10), Attempt: w.Attempt, Number: w.Number, Group: strconv.FormatInt(w.Suite, 10), Name: clip(w.Name),
		Branch: clip(w.Branch), Commit: clip(w.SHA), URL: w.URL, State: stateOf(w.Status, w.Conclusion), Started: w.Started,
	}
	if w.Commit != nil {
		run.Subject, run.Author = clip(w.Commit.Message), clip(w.Commit.Author.Name)
	}
	if run.Author == "" && w.Actor != nil {
		run.Author = clip(w.Actor.Login)
	}
	if run.Started.IsZero() {
		run.Started = w.Created
	}
	if run.State.Finished() {
		run.Ended = w.Updated
	}
	return run
}

// Failure implements plugins.Workflows.
func (f *Forge) Failure(ctx context.Context, r plugins.Repository, run plugins.Run) (plugins.RunFailure, error) {
	var out struct {
		Jobs []actionJob `json:"jobs"`
	}
	if err := f.get(ctx, r, "/actions/runs/"+url.PathEscape(run.ID)+"/jobs?filter=latest&per_page=50", soon, &out); err != nil {
		return plugins.RunFailure{}, err
	}
	for _, j := range out.Jobs {
		if stateOf(j.Status, j.Conclusion) != plugins.RunFailed {
			continue
		}
		found := plugins.RunFailure{Job: clip(j.Name), URL: j.URL}
		for _, s := range j.Steps {
			if stateOf(s.Status, s.Conclusion) == plugins.RunFailed {
				found.Step = clip(s.Name)
				break
			}
		}
		found.Tail = f.tail(ctx, r, j.ID)
		return found, nil
	}
	return plugins.RunFailure{}, nil
}

// Owners implements plugins.Owners.
func (f *Forge) Owners(ctx context.Context, r plugins.Repository) ([]plugins.OwnerRule, string, error) {
	for _, name := range codeowners.GitHub.Files() {
		resp, err := f.ask(ctx, r, "/contents/"+name, "max-age=300", "application/vnd.github.raw+json")
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
		for _, rule := range codeowners.Rules(resp.Body, codeowners.GitHub) {
			out = append(out, plugins.OwnerRule{Pattern: rule.Pattern, Owners: rule.Owners, Line: rule.Line})
		}
		return out, r.URL + "/blob/HEAD/" + name, nil
	}
	return nil, "", nil
}
