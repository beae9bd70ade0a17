package commands_test

import (
	"context"
	"strings"
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
	asked plugins.FieldQuery
	hang  bool
}

func (j *jobs) About() plugins.About {
	return plugins.About{Name: "jobs", Title: "Jobs", API: plugins.API}
}

func (j *jobs) Fields() []plugins.Field {
	return []plugins.Field{{
		Name: "JobPicker",
		Options: func(ctx context.Context, q plugins.FieldQuery) ([]plugins.FieldOption, error) {
			if j.hang {
				<-ctx.Done()
				return nil, ctx.Err()
			}
			j.asked = q
			return []plugins.FieldOption{{Value: "nightly-" + q.Typed, Label: "Nightly\nbuild"}, {Value: "nightly-" + q.Typed}, {Value: ""}, {Value: "weekly"}}, nil
		},
		Check: func(ctx context.Context, q plugins.FieldQuery) (string, error) {
			if j.hang {
				<-ctx.Done()
				return "", ctx.Err()
			}
			if q.Typed == "weekly" {
				return "weekly is taken, use nightly", nil
			}
			return "", nil
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
	if string(j.asked.Options) != `{"folder":"team"}` || !strings.HasPrefix(string(j.asked.Values), "{") {
		t.Errorf("the plugin was told %s and %s", j.asked.Options, j.asked.Values)
	}
	if r, ok := w.as(t, "ada", submit(f, card.Values{"name": {"x"}, "job": {"weekly"}})).(bot.Invalid); !ok || r.Fields["job"] != "weekly is taken, use nightly" {
		t.Errorf("%T %s", r, said(r))
	}
	plan := w.as(t, "ada", submit(f, card.Values{"name": {"x"}, "job": {"nightly-pay"}}))
	if !strings.Contains(said(plan), "nightly-pay") {
		t.Errorf("%s", said(plan))
	}
}

// A plugin that hangs keeps nobody from handing a form in.
func TestFieldsOfPluginsThatHang(t *testing.T) {
	t.Parallel()
	w, j := withJobs(t)
	f := opened(t, w.as(t, "ada", bot.Invoked{Path: []string{"new-service"}, Args: "job"}))
	j.hang = true
	s, _ := w.as(t, "ada", bot.Asked{Form: f.ID, Draft: f.Draft, Field: "job", What: card.FieldEntity}).(bot.Suggest)
	if len(s.Options) != 0 {
		t.Errorf("%+v", s)
	}
	if r, bad := w.as(t, "ada", submit(f, card.Values{"name": {"x"}, "job": {"weekly"}})).(bot.Invalid); bad {
		t.Errorf("%v", r.Fields)
	}
}
