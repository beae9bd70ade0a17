package commands_test

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
	st "github.com/backchannel-portal/backchannel/catalog/search/searchtest"
	"github.com/backchannel-portal/backchannel/commands"
	"github.com/backchannel-portal/backchannel/internal/yamldoc"
	"github.com/backchannel-portal/backchannel/plugins"
)

// jobs is a plugin with a field of a form.
type jobs struct {
	mu    sync.Mutex
	asked plugins.FieldQuery // the last
	hang  atomic.Bool
}

// note remembers what it was asked, or hangs.
func (j *jobs) note(ctx context.Context, q plugins.FieldQuery) error {
	if j.hang.Load() {
		<-ctx.Done()
		return ctx.Err()
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	j.asked = q
	return nil
}

func (j *jobs) last() plugins.FieldQuery {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.asked
}

func (j *jobs) About() plugins.About {
	return plugins.About{Name: "jobs", Title: "Jobs", API: plugins.API}
}

func (j *jobs) Fields() []plugins.Field {
	return []plugins.Field{{
		Name: "JobPicker",
		Options: func(ctx context.Context, q plugins.FieldQuery) ([]plugins.FieldOption, error) {
			if err := j.note(ctx, q); err != nil {
				return nil, err
			}
			return []plugins.FieldOption{{Value: "nightly-" + q.Typed, Label: "Nightly\nbuild"}, {Value: "nightly-" + q.Typed}, {Value: ""}, {Value: "weekly"}}, nil
		},
		Check: func(ctx context.Context, q plugins.FieldQuery) (string, error) {
			if err := j.note(ctx, q); err != nil {
				return "", err
			}
			if q.Typed == "weekly" {
				return "weekly is taken, use nightly", nil
			}
			return "", nil
		},
	}, {
		Name: "LyingPicker",
		Check: func(_ context.Context, q plugins.FieldQuery) (string, error) {
			if q.Typed == "panic" {
				panic("out of order")
			}
			return strings.Repeat("no\u202e\n<@U1> ", 100_000), nil
		},
	}}
}

const jobTemplate = `
apiVersion: scaffolder.backstage.io/v1beta3
kind: Template
metadata: {name: job}
spec:
  type: service
  owner: group:platform
  parameters:
    - title: Job
      properties:
        name: {title: Name, type: string}
        job: {title: Job, type: string, ui:field: JobPicker, ui:options: {folder: team}}
        gone: {title: Gone, type: string, ui:field: NobodysPicker}
        pass: {title: Password, type: string, ui:widget: password}
        lie: {title: Lie, type: string, ui:field: LyingPicker}
  steps: [{id: a, action: debug:log}]
`

func withJobs(t *testing.T) (*workshop, *jobs) {
	t.Helper()
	j := &jobs{}
	r := plugins.NewRegistry()
	check(t, r.Add(j))
	gates := plugins.NewGates(plugins.GateOptions{})
	t.Cleanup(func() { gates.Close(5 * time.Second) })
	w := newWorkshop(t, func(d *commands.Deps) { d.Views = plugins.NewRunner(r, gates, plugins.RunnerOptions{Now: clock}) })
	n, err := yamldoc.Parse([]byte(jobTemplate), yamldoc.Limits{})
	check(t, err)
	e := st.Entity("template:job", st.Owner("group:platform"))
	e.Kind, e.Document = "Template", catalog.NewDocument(yamldoc.AppendJSON(nil, n))
	w.reader = search.NewReader(catalog.Changes{Generation: 2, Upserts: append(things(), e)}, nil, search.Options{})
	next := w.reader
	t.Cleanup(func() { check(t, next.Close()) })
	return w, j
}

func TestFieldsOfPlugins(t *testing.T) {
	t.Parallel()
	w, j := withJobs(t)
	f := opened(t, w.as(t, "ada", bot.Invoked{Path: []string{"new-service"}, Args: "job"}))
	if f.Fields[1].Kind != card.FieldEntity || f.Fields[2].Kind != card.FieldLine {
		t.Fatalf("%+v", f.Fields)
	}
	s, ok := w.as(t, "ada", bot.Asked{Form: f.ID, Draft: f.Draft, Field: "job", What: card.FieldEntity, Query: "pay "}).(bot.Suggest)
	if !ok || len(s.Options) != 2 || s.Options[0].Value != "nightly-pay" || strings.Contains(s.Options[0].Label, "\n") || s.Options[1].Label != "weekly" {
		t.Errorf("%+v", s)
	}
	if asked := j.last(); string(asked.Options) != `{"folder":"team"}` || !strings.HasPrefix(string(asked.Values), "{") {
		t.Errorf("the plugin was told %s and %s", asked.Options, asked.Values)
	}
	if r, ok := w.as(t, "ada", submit(f, card.Values{"name": {"x"}, "job": {"weekly"}})).(bot.Invalid); !ok || r.Fields["job"] != "weekly is taken, use nightly" {
		t.Errorf("%T %s", r, said(r))
	}
	plan := w.as(t, "ada", submit(f, card.Values{"name": {"x"}, "job": {"nightly-pay"}, "pass": {"s3cret"}}))
	if !strings.Contains(said(plan), "nightly-pay") {
		t.Errorf("%s", said(plan))
	}
	if values := string(j.last().Values); !strings.Contains(values, `"name":"x"`) || strings.Contains(values, "s3cret") {
		t.Errorf("the plugin was told %s", values)
	}
}

// TestFieldsOfPluginsThatHang: what a plugin could not check is said beside the field, then in the plan, and keeps the run
// from beginning until the plugin has answered.
func TestFieldsOfPluginsThatHang(t *testing.T) {
	t.Parallel()
	w, j := withJobs(t)
	f := opened(t, w.as(t, "ada", bot.Invoked{Path: []string{"new-service"}, Args: "job"}))
	j.hang.Store(true)
	s, _ := w.as(t, "ada", bot.Asked{Form: f.ID, Draft: f.Draft, Field: "job", What: card.FieldEntity}).(bot.Suggest)
	if len(s.Options) != 0 {
		t.Errorf("%+v", s)
	}
	hand := func(job string) bot.Reply {
		return w.as(t, "ada", submit(f, card.Values{"name": {"x"}, "job": {job}}))
	}
	for _, value := range []string{"nightly", "weekly"} {
		r, ok := hand(value).(bot.Invalid)
		if !ok || len(r.Fields) != 1 || !strings.Contains(r.Fields["job"], "Jobs could not check this") {
			t.Errorf("%s: %s", value, said(r))
		}
	}
	plan := hand("weekly") // once more: they may go on
	if text := said(plan); !strings.Contains(text, "Jobs could not check Job.") || !strings.Contains(text, "README.md") {
		t.Fatalf("%s", text)
	}
	not := w.as(t, "ada", press(t, plan, "new_go"))
	if text := said(not); !strings.Contains(text, "Nothing was begun: Jobs does not answer, and Job must be checked first.") {
		t.Errorf("%s", text)
	}
	j.hang.Store(false)
	again := press(t, not, "new_go")
	bad := w.as(t, "ada", again)
	if text := said(bad); !strings.Contains(text, "Job: weekly is taken, use nightly") {
		t.Errorf("%s", text)
	}
	f = opened(t, w.as(t, "ada", press(t, bad, "new_change")))
	plan = hand("nightly")
	if text := said(plan); strings.Contains(text, "could not check") {
		t.Errorf("%s", text)
	}
	if text := said(w.as(t, "ada", press(t, plan, "new_go"))); !strings.Contains(text, "x") || strings.Contains(text, "Nothing was begun") {
		t.Errorf("%s", text)
	}
	w.work(t)
	if n := len(w.kiln.runs); n != 1 {
		t.Errorf("%d runs began", n)
	}
}

// TestFieldsOfPluginsThatLie: one that floods is cut, one that breaks is one that did not answer, and neither keeps the
// others from their say.
func TestFieldsOfPluginsThatLie(t *testing.T) {
	t.Parallel()
	w, _ := withJobs(t)
	f := opened(t, w.as(t, "ada", bot.Invoked{Path: []string{"new-service"}, Args: "job"}))
	r, ok := w.as(t, "ada", submit(f, card.Values{"name": {"x"}, "job": {"weekly"}, "lie": {"y"}})).(bot.Invalid)
	if !ok || r.Fields["job"] == "" || len([]rune(r.Fields["lie"])) > 201 || strings.ContainsAny(r.Fields["lie"], "\n\u202e") {
		t.Errorf("%s", said(r))
	}
	r, ok = w.as(t, "ada", submit(f, card.Values{"name": {"x"}, "job": {"weekly"}, "lie": {"panic"}})).(bot.Invalid)
	if !ok || r.Fields["job"] != "weekly is taken, use nightly" || !strings.Contains(r.Fields["lie"], "Jobs could not check this") {
		t.Errorf("%s", said(r))
	}
}
