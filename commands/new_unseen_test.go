package commands_test

import (
	"strings"
	"testing"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/commands"
	"github.com/backchannel-portal/backchannel/internal/fault"
)

const unseenLists = `
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
        login: {title: Logs in, type: string, enum: [never, once], default: once}
        dbs:
          title: Databases
          type: array
          items: {type: object, properties: {host: {type: string}, password: {type: string, ui:widget: password}}}
      dependencies:
        login:
          oneOf:
            - {properties: {login: {enum: [never]}}}
            - {properties: {login: {enum: [once]}, secret_word: {type: string, title: Word, ui:widget: password}}}
  steps: [{id: a, action: debug:log}]
`

// unseenForm opens the form of unseenLists.
func unseenForm(t *testing.T) (*workshop, card.Form) {
	t.Helper()
	w := newWorkshop(t)
	w.asking(t, unseenLists)
	f := opened(t, w.as(t, "ada", bot.Invoked{Path: []string{"new-service"}, Args: "go-service"}))
	return w, f
}

// TestUnseenInLists: a list with something unseen in its elements is asked where secrets are, in one piece; the draft,
// the plan and the task have it without that, and a run whose secrets are gone asks for it again.
func TestUnseenInLists(t *testing.T) {
	t.Parallel()
	w, f := unseenForm(t)
	i := len(f.Fields) - 2
	if q := f.Fields[i]; q.Name != "dbs" || q.Kind != card.FieldSecret || !q.Lines || !strings.Contains(q.Help, "- {host: …, password: …}") {
		t.Errorf("it is asked as %+v", f.Fields)
	}
	dbs := "- host: alpha\n  password: hush-1\n- {host: beta, password: hush-2}"
	plan := w.as(t, "ada", submit(f, card.Values{"name": {"refunds"}, "login": {"once"}, "dbs": {dbs}, "secret_word": {"hush-3"}}))
	if text := said(plan); strings.Contains(text, "hush") || !strings.Contains(text, "host: beta, password: ••••••") {
		t.Errorf("the plan shows:\n%s", text)
	}
	id := press(t, plan, "new_go").Intent.Args[0]
	d, err := w.state.Drafts.Load(t.Context(), id, w.now)
	check(t, err)
	if strings.Contains(string(d.Data), "hush") || !strings.Contains(string(d.Data), "beta") {
		t.Errorf("the draft holds %s", d.Data)
	}
	w.kiln.fails = fault.New(fault.Invalid, "the repository is locked")
	w.as(t, "ada", press(t, plan, "new_go"))
	w.work(t)
	r := w.kiln.runs[0]
	if string(r.Values) != `{"name":"refunds","login":"once","dbs":[{"host":"alpha"},{"host":"beta"}]}` ||
		string(r.Hidden) != `{"dbs":[{"password":"hush-1"},{"password":"hush-2"}],"secret_word":"hush-3"}` {
		t.Errorf("the engine is given %s and %s", r.Values, r.Hidden)
	}
	task, log, err := w.follows.Since(t.Context(), commands.TaskRun+":"+r.ID, 0)
	check(t, err)
	for _, e := range log {
		task.Data = append(task.Data, e.Data...)
	}
	if strings.Contains(string(task.Data), "hush") {
		t.Errorf("the task holds %s", task.Data)
	}
}

// TestUnseenGone: what was typed unseen into a field that a later answer makes go away is in no draft.
func TestUnseenGone(t *testing.T) {
	t.Parallel()
	w, f := unseenForm(t)
	plan := w.as(t, "ada", submit(f, card.Values{"name": {"refunds"}, "login": {"never"}, "secret_word": {"hush-3"}}))
	d, err := w.state.Drafts.Load(t.Context(), press(t, plan, "new_go").Intent.Args[0], w.now)
	check(t, err)
	if strings.Contains(string(d.Data), "hush") {
		t.Errorf("the draft holds %s", d.Data)
	}
	w.as(t, "ada", press(t, plan, "new_go"))
	w.work(t)
	if r := w.kiln.runs[0]; strings.Contains(string(r.Values)+string(r.Hidden), "hush") {
		t.Errorf("the engine is given %s and %s", r.Values, r.Hidden)
	}
}
