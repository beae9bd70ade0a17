package commands_test

import (
	"strings"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/commands"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

const unseenTemplate = `
apiVersion: scaffolder.backstage.io/v1beta3
kind: Template
metadata: {name: go-service, title: Go service}
spec:
  type: service
  owner: group:default/platform
  parameters:
    - title: About it
      required: [name]
      properties:
        name: {title: Name, type: string}
        db: {type: object, properties: {host: {type: string, title: Host, default: h}, password: {type: string, title: Password, ui:widget: password}}}
        token: {title: Token, type: string, ui:field: Secret}
  steps: [{id: a, action: debug:log}]
`

// unseen is a workshop with a template of which two fields are typed unseen.
func unseen(t *testing.T) *workshop {
	t.Helper()
	w := newWorkshop(t)
	w.asking(t, unseenTemplate)
	return w
}

// failing fills the form in and has the run fail; the result is the message that shows it.
func (w *workshop) failing(t *testing.T) (bot.Reply, string) {
	t.Helper()
	f := opened(t, w.as(t, "ada", bot.Invoked{Path: []string{"new-service"}, Args: "go-service"}))
	plan := w.as(t, "ada", submit(f, card.Values{"name": {"refunds"}, "db.password": {"hush-456"}, "token": {"s3cret"}}))
	if text := said(plan); strings.Contains(text, "hush") || !strings.Contains(text, "••••••") {
		t.Errorf("the plan shows:\n%s", text)
	}
	w.kiln.fails = fault.New(fault.Invalid, "the repository is locked")
	w.as(t, "ada", press(t, plan, "new_go"))
	w.work(t)
	key := commands.TaskRun + ":" + w.kiln.runs[0].ID
	return w.shows(t, key), key
}

// secrets are what is kept of a run's.
func (w *workshop) secrets(t *testing.T, run string) int {
	t.Helper()
	v, err := w.state.Secrets.Values(t.Context(), "new:"+run, w.now)
	check(t, err)
	return len(v)
}

// TestUnseen: what is typed unseen is given to the engine apart, kept by nobody else, and gone when the run has ended
// well. Meanwhile the run can be tried again.
func TestUnseen(t *testing.T) {
	t.Parallel()
	w := unseen(t)
	failed, key := w.failing(t)
	r := w.kiln.runs[0]
	if string(r.Values) != `{"name":"refunds","db":{"host":"h"}}` || string(r.Hidden) != `{"db":{"password":"hush-456"}}` || r.Secrets["token"] != "s3cret" {
		t.Errorf("the engine is given %s, %s, %v", r.Values, r.Hidden, r.Secrets)
	}
	task, log, err := w.follows.Since(t.Context(), key, 0)
	check(t, err)
	for _, e := range log {
		task.Data = append(task.Data, e.Data...)
	}
	if text := string(task.Data); strings.Contains(text, "hush") || strings.Contains(text, "s3cret") {
		t.Errorf("the task holds %s", text)
	}
	w.kiln.fails = nil
	w.as(t, "ada", press(t, failed, "run_again"))
	if w.secrets(t, r.ID) != 2 {
		t.Error("the secrets are not kept until the run has ended")
	}
	w.work(t)
	if n := len(w.kiln.runs); n != 2 || string(w.kiln.runs[1].Hidden) != string(r.Hidden) || w.kiln.runs[1].Secrets["token"] != "s3cret" {
		t.Fatalf("%d runs: %+v", n, w.kiln.runs)
	}
	if w.secrets(t, r.ID) != 0 {
		t.Error("the secrets outlive the run")
	}
}

// TestUnseenAgain: a run whose secrets are gone asks for them again, whoever asked for it alone.
func TestUnseenAgain(t *testing.T) {
	t.Parallel()
	w := unseen(t)
	failed, key := w.failing(t)
	w.kiln.fails = nil
	w.now = w.now.Add(15 * 24 * time.Hour)
	if text := said(w.as(t, "bob", press(t, failed, "run_again"))); !strings.Contains(text, "no longer kept") {
		t.Errorf("somebody else tries again: %s", text)
	}
	f := opened(t, w.as(t, "ada", press(t, failed, "run_again")))
	var names []string
	for _, q := range f.Fields {
		names = append(names, q.Name+"="+string(q.Kind))
		if len(q.Value) > 0 || !q.Required {
			t.Errorf("%+v", q)
		}
	}
	if got := strings.Join(names, " "); got != "db.password=secret token=secret" {
		t.Fatalf("it asks for %s", got)
	}
	if r, ok := w.as(t, "ada", bot.Submitted{Form: f.ID, Draft: f.Draft, Values: card.Values{"token": {"n3w"}}}).(bot.Invalid); !ok || len(r.Fields) != 1 || r.Fields["db.password"] == "" {
		t.Errorf("one is missing: %+v", r)
	}
	if again := w.as(t, "ada", bot.Submitted{Form: f.ID, Draft: f.Draft, Values: card.Values{"token": {"n3w"}, "db.password": {"hush-789"}}}); strings.Contains(said(again), "hush") {
		t.Errorf("%s", said(again))
	}
	w.work(t)
	if n := len(w.kiln.runs); n != 2 {
		t.Fatalf("%d runs", n)
	}
	r := w.kiln.runs[1]
	if r.ID != w.kiln.runs[0].ID || r.Attempt != 2 || string(r.Hidden) != `{"db":{"password":"hush-789"}}` || r.Secrets["token"] != "n3w" || string(r.Values) != `{"name":"refunds","db":{"host":"h"}}` {
		t.Errorf("%+v %s %s", r, r.Values, r.Hidden)
	}
	m, err := w.follows.Card(t.Context(), key+".2", lang.English)
	check(t, err)
	if text := card.Plain(m); !strings.Contains(text, "refunds is there") {
		t.Error(text)
	}
}

// TestUnseenForgotten: a run that is never to be done keeps no secret.
func TestUnseenForgotten(t *testing.T) {
	t.Parallel()
	for name, do := range map[string]func(w *workshop, key string){
		"declined":  func(w *workshop, key string) { w.as(t, "bob", press(t, w.shows(t, key), "run_decline")) },
		"withdrawn": func(w *workshop, key string) { w.as(t, "ada", press(t, w.shows(t, key), "stop")) },
		"expired":   func(w *workshop, _ string) { w.now = w.now.Add(2 * time.Hour) },
	} {
		w := newWorkshop(t)
		f := opened(t, w.as(t, "ada", bot.Invoked{Path: []string{"new-service"}, Args: "guarded"}))
		f = opened(t, w.as(t, "ada", submit(f, card.Values{"name": {"refunds"}})))
		plan := w.as(t, "ada", submit(f, card.Values{"token": {"s3cret"}}))
		w.as(t, "ada", press(t, plan, "new_go"))
		run := press(t, plan, "new_go").Intent.Args[0]
		if w.secrets(t, run) != 1 {
			t.Errorf("%s: nothing is kept while it waits", name)
		}
		do(w, commands.TaskRun+":"+run)
		w.work(t)
		if w.secrets(t, run) != 0 {
			t.Errorf("%s: the secret stays", name)
		}
	}
}
