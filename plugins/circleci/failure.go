package circleci

import (
	"context"
	"slices"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/plugins"
)

// failure is why a workflow failed.
type failure struct {
	Job    string
	Number int64
	Step   string
	Tail   string   // the end of what the step wrote
	Tests  []string // that failed, at most maxTests
	Failed int      // how many failed in all
}

// The bounds of what is shown of a failure.
const (
	maxTests    = 5
	maxFailures = 500 // remembered
)

// failureOf finds out why a workflow failed. What cannot be found out is left out: the state of the build matters more.
func (p *Plugin) failureOf(ctx context.Context, s Slug, r plugins.Run) (failure, bool) {
	p.mu.Lock()
	f, known := p.failures[r.ID]
	p.mu.Unlock()
	if known || p.c.Told {
		return f, known
	}
	jobs, err := p.api.jobs(ctx, r.ID)
	if err != nil {
		return f, false
	}
	i := slices.IndexFunc(jobs, func(j job) bool { state, _ := stateOf(j.Status); return state == plugins.RunFailed })
	if i < 0 {
		return f, false
	}
	f.Job, f.Number = clip(jobs[i].Name), jobs[i].Number
	whole := true
	if f.Number > 0 {
		whole = p.step(ctx, s, &f) && p.failedTests(ctx, s, &f)
	}
	if whole {
		p.mu.Lock()
		defer p.mu.Unlock()
		if len(p.failures) >= maxFailures {
			clear(p.failures)
		}
		p.failures[r.ID] = f
	}
	return f, true
}

// step finds the step that failed and the end of what it wrote; false where CircleCI did not say.
func (p *Plugin) step(ctx context.Context, s Slug, f *failure) bool {
	b, err := p.api.build(ctx, s, f.Number)
	if err != nil {
		return false
	}
	for _, step := range b.Steps {
		for _, a := range step.Actions {
			if !a.failed() {
				continue
			}
			f.Step = clip(step.Name)
			if a.OutputURL == "" {
				return true
			}
			text, err := p.api.output(ctx, a.OutputURL)
			if err != nil {
				p.host.Log.Info("the output of a failed step cannot be read", "project", s.String(), "err", err)
				return false
			}
			f.Tail = plugins.LogTail(text)
			return true
		}
	}
	return true
}

// failedTests finds the tests of the job that failed, where it reported any.
func (p *Plugin) failedTests(ctx context.Context, s Slug, f *failure) bool {
	results, err := p.api.tests(ctx, s, f.Number)
	if err != nil {
		return false
	}
	for _, t := range results {
		if t.Result != "failure" && t.Result != "error" {
			continue
		}
		if f.Failed++; len(f.Tests) < maxTests {
			f.Tests = append(f.Tests, clip(t.Name))
		}
	}
	return true
}

// show says why a workflow failed.
func (f failure) show(l lang.Lang) []card.Block {
	args := lang.Args{"job": card.S(f.Job), "step": card.S(f.Step)}
	key := lang.RunsStep
	if f.Step == "" {
		key = lang.RunsJob
	}
	out := []card.Block{card.Text{Spans: card.Say(l, key, args)}}
	if len(f.Tests) > 0 {
		var names []card.Span
		for i, t := range f.Tests {
			if i > 0 {
				names = append(names, card.T(", "))
			}
			names = append(names, card.M(t))
		}
		if f.Failed > len(f.Tests) {
			names = append(names, card.T(", …"))
		}
		out = append(out, card.Text{Spans: card.Say(l, lang.RunsTests, lang.Args{"n": f.Failed, "list": names})})
	}
	if f.Tail != "" {
		out = append(out, card.Code{Text: f.Tail})
	}
	return out
}
