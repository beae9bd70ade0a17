package scaffold_test

import (
	"strings"
	"testing"

	"github.com/backchannel-portal/backchannel/scaffold"
	"github.com/backchannel-portal/backchannel/scaffold/form"
	"github.com/backchannel-portal/backchannel/scaffold/template"
)

const unseen = `
  parameters:
    - properties:
        name: {type: string}
        token: {type: string, ui:field: Secret}
        db: {type: object, properties: {host: {type: string}, password: {type: string, ui:widget: password}}}
        pin: {type: string, ui:options: {inputType: password}, default: "0000"}
  steps:
    - {id: a, action: test:log, input: {message: "as ${{ parameters.db.password }} / ${{ parameters.db.password | upper }} / ${{ parameters.pin }}"}}
    - {id: b, action: test:make, if: "${{ parameters.db.password === 'hush-456' }}", input: {repo: "${{ parameters.name }}", token: "${{ parameters.db.password }}"}}
    - {id: c, action: test:write, input: {path: dsn, content: "db://${{ parameters.db.password }}@${{ parameters.db.host }}"}}
    - {id: d, action: test:fail, if: "${{ parameters.fails }}"}
  output:
    text: [{title: T, content: "${{ parameters.name }} with ${{ parameters.db.password }}"}]`

// TestAnswersApart: what is typed unseen is apart from what anybody may read.
func TestAnswersApart(t *testing.T) {
	t.Parallel()
	tmpl := read(t, unseen)
	a, err := tmpl.Answer(parse(t, `{name: pay, token: tok, db: {host: h, password: hush-456}, more: 1}`), form.Options{}, true)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name string
		v    template.Value
		want string
	}{
		{"values", a.Values, `{"name":"pay","db":{"host":"h"},"more":1}`},
		{"hidden", a.Hidden, `{"db":{"password":"hush-456"},"pin":"0000"}`},
		{"secrets", a.Secrets, `{"token":"tok"}`},
		{"together", scaffold.Merged(a.Values, a.Hidden), `{"name":"pay","db":{"host":"h","password":"hush-456"},"more":1,"pin":"0000"}`},
	} {
		if got := string(template.AppendJSON(nil, tt.v)); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
}

// TestHiddenPlan: a plan sees what was typed unseen, and shows it nowhere but in the files themselves.
func TestHiddenPlan(t *testing.T) {
	t.Parallel()
	cfg := config(t, newWorld())
	w, err := scaffold.NewWorkspace(cfg.Dir, cfg.Limits)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	q := request(t, unseen, `{"name": "pay", "db": {"host": "h"}}`)
	q.Hidden = value(t, `{"db": {"password": "hush-456"}, "pin": "0000"}`)
	var lines []string
	r, err := scaffold.New(cfg).Plan(t.Context(), q, w, func(r scaffold.Record) { lines = append(lines, string(r.Data)) })
	if err != nil || r.Err != nil {
		t.Fatal(err, r)
	}
	if got := statuses(r); got != "a=completed b=completed c=completed d=skipped" {
		t.Error(got)
	}
	data, err := w.ReadFile("dsn")
	if err != nil || string(data) != "db://hush-456@h" || r.Hide("x: hush-456") != "x: ***" {
		t.Errorf("%s, shown as %s, %v", data, r.Hide(string(data)), err)
	}
	shown := strings.Join(lines, "\n") + string(template.AppendJSON(nil, r.Value()))
	for _, word := range []string{"hush-456", "HUSH-456", "0000"} {
		if strings.Contains(shown, word) {
			t.Errorf("%s is shown:\n%s", word, shown)
		}
	}
	if len(r.Effects) != 1 || r.Effects[0].Summary != "Make the repository pay with ***" {
		t.Errorf("%+v", r.Effects)
	}
}

// TestHiddenRun: a run that its process did not survive goes on with what it is given again; nothing of it is kept.
func TestHiddenRun(t *testing.T) {
	t.Parallel()
	w, runs := newWorld(), scaffold.NewMemoryRuns()
	runner := scaffold.New(config(t, w))
	begun(t, runs, unseen)
	m := &mortal{Runs: runs, left: 9}
	if _, err := runner.Work(t.Context(), m, "run-1", given(t), nil); err == nil {
		t.Fatal("it did not die")
	}
	r, err := runner.Work(t.Context(), runs, "run-1", given(t), nil)
	if err != nil || r.Err != nil || w.repos["pay"] != 1 || r.Output.Texts[0].Content != "pay with ***" {
		t.Fatalf("%v %+v %v", err, r, w.repos)
	}
	row, err := runs.Get(t.Context(), "run-1")
	if err != nil || strings.Contains(string(row.Values)+string(row.Output)+row.Message, "hush") {
		t.Errorf("%+v, %v", row, err)
	}
	list, err := runs.Journal("run-1").Records(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, rec := range list {
		if strings.Contains(strings.ToLower(string(rec.Data)), "hush") {
			t.Errorf("record %d (%s) tells it: %s", rec.N, rec.Kind, rec.Data)
		}
	}
}

const unseenElements = `
  parameters:
    - properties:
        name: {type: string}
        dbs:
          type: array
          items: {type: object, properties: {host: {type: string}, pin: {type: integer, ui:widget: password}, password: {type: string, ui:widget: password}}}
  steps:
    - {id: a, action: test:log, each: "${{ parameters.dbs }}", input: {message: "${{ each.value.host }}: ${{ each.value.password | upper }} ${{ each.value.pin }}"}}
    - {id: b, action: test:make, input: {repo: "${{ parameters.dbs[1].host }}", token: "${{ parameters.dbs[1].password }}"}}
    - {id: c, action: test:write, input: {path: dsn, content: "${{ parameters.dbs | dump }}"}}
  output:
    text: [{title: T, content: "${{ parameters.dbs | dump }}"}]`

// TestUnseenElements: what is typed unseen in an element of a list is kept apart from it, is in its place for the steps,
// and shown nowhere, however a step writes it. What stands beside it is shown.
func TestUnseenElements(t *testing.T) {
	t.Parallel()
	a, err := read(t, unseenElements).Answer(parse(t, `{name: pay, dbs: [{host: alpha}, {host: beta, password: hush-456, pin: 7391}]}`), form.Options{}, false)
	if err != nil {
		t.Fatal(err)
	}
	open, apart := string(template.AppendJSON(nil, a.Values)), string(template.AppendJSON(nil, a.Hidden))
	if open != `{"name":"pay","dbs":[{"host":"alpha"},{"host":"beta"}]}` || apart != `{"dbs":[{},{"pin":7391,"password":"hush-456"}]}` {
		t.Errorf("%s and %s", open, apart)
	}
	cfg := config(t, newWorld())
	w, err := scaffold.NewWorkspace(cfg.Dir, cfg.Limits)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	q := request(t, unseenElements, open)
	q.Hidden = a.Hidden
	var lines []string
	r, err := scaffold.New(cfg).Plan(t.Context(), q, w, func(r scaffold.Record) { lines = append(lines, string(r.Data)) })
	if err != nil || r.Err != nil {
		t.Fatal(err, r)
	}
	data, err := w.ReadFile("dsn")
	if err != nil || string(data) != `[{"host":"alpha"},{"host":"beta","pin":7391,"password":"hush-456"}]` {
		t.Errorf("the file has %s, %v", data, err)
	}
	shown := strings.Join(lines, "\n") + string(template.AppendJSON(nil, r.Value())) + r.Hide(string(data))
	for _, word := range []string{"hush-456", "HUSH-456", "7391"} {
		if strings.Contains(shown, word) {
			t.Errorf("%s is shown:\n%s", word, shown)
		}
	}
	if len(r.Effects) != 1 || r.Effects[0].Summary != "Make the repository beta with ***" || !strings.Contains(shown, "alpha") {
		t.Errorf("%+v\n%s", r.Effects, shown)
	}
}
