package scaffold_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/scaffold"
	"github.com/backchannel-portal/backchannel/scaffold/template"
)

// mortal is a store whose process dies: the n-th write fails, and all that follow.
type mortal struct {
	scaffold.Runs
	left int
}

var errDied = errors.New("the process died")

func (m *mortal) Journal(id string) scaffold.Journal { return &mortalJournal{m.Runs.Journal(id), m} }

type mortalJournal struct {
	scaffold.Journal
	m *mortal
}

func (j *mortalJournal) Append(ctx context.Context, r scaffold.Record) (bool, error) {
	if j.m.left--; j.m.left < 0 {
		return false, errDied
	}
	return j.Journal.Append(ctx, r)
}

func (m *mortal) Update(ctx context.Context, r scaffold.Run) error {
	if m.left--; m.left < 0 {
		return errDied
	}
	return m.Runs.Update(ctx, r)
}

const service = `
  steps:
    - {id: a, action: test:write, input: {path: a.txt, content: "for ${{ parameters.name }}"}}
    - {id: b, action: test:make, input: {repo: "${{ parameters.name }}", token: "${{ secrets.token }}"}}
    - {id: c, action: test:make, each: [x, y], input: {repo: "${{ parameters.name }}-${{ each.value }}"}}
    - {id: d, action: test:write, input: {path: urls.txt, content: "${{ steps.b.output.remoteUrl }} ${{ steps.c.output.remoteUrl | join(' ') }} ${{ steps.a.output.size }}"}}
  output:
    links: [{title: Repository, url: "${{ steps.b.output.remoteUrl }}"}]`

// given is what runs are given and the store does not keep.
func given(t *testing.T) scaffold.Given {
	return scaffold.Given{Secrets: value(t, `{"token": "tok-123"}`), Hidden: value(t, `{"db": {"password": "hush-456"}}`)}
}

func begun(t *testing.T, runs scaffold.Runs, body string) {
	t.Helper()
	entity, err := json.Marshal(json.RawMessage(toJSON(t, spec(body))))
	if err != nil {
		t.Fatal(err)
	}
	fresh, err := runs.Begin(t.Context(), scaffold.Run{
		ID: "run-1", Template: "template:default/t", File: "t.yaml", Entity: entity, Values: json.RawMessage(`{"name":"pay","db":{"host":"h"}}`),
		Status: scaffold.Open, Begun: time.Now(),
	})
	if err != nil || !fresh {
		t.Fatal(fresh, err)
	}
}

// TestKilled lets the process die before each write of its journal, and take the run up again until it is done.
func TestKilled(t *testing.T) {
	for at := 0; ; at++ {
		w, store := newWorld(), scaffold.NewMemoryRuns()
		cfg := config(t, w)
		runner := scaffold.New(cfg)
		begun(t, store, service)
		m := &mortal{Runs: store, left: at}
		_, err := runner.Work(t.Context(), m, "run-1", given(t), nil)
		died := errors.Is(err, errDied)
		if err != nil && !died {
			t.Fatal(err)
		}
		r, err := runner.Work(t.Context(), store, "run-1", given(t), nil)
		if err != nil || r.Err != nil {
			t.Fatalf("died at %d: %v %v", at, err, r)
		}
		if got, want := statuses(r), "a=completed b=completed c=completed d=completed"; got != want {
			t.Fatalf("died at %d: %s", at, got)
		}
		if len(w.repos) != 3 || w.repos["pay"] != 1 || w.repos["pay-x"] != 1 || w.repos["pay-y"] != 1 {
			t.Fatalf("died at %d: repositories %v", at, w.repos)
		}
		if got := string(template.AppendJSON(nil, r.Output.Value)); got != `{"links":[{"title":"Repository","url":"https://host/pay"}]}` {
			t.Fatalf("died at %d: output %s", at, got)
		}
		row, err := store.Get(t.Context(), "run-1")
		if err != nil || row.Status != scaffold.Completed || row.Ended.IsZero() {
			t.Fatalf("died at %d: %+v, %v", at, row, err)
		}
		checkEmpty(t, cfg.Dir)
		checkSecret(t, store)
		if !died {
			if at < 15 {
				t.Fatalf("only %d places to die", at)
			}
			return
		}
	}
}

// checkEmpty fails unless all workspaces were removed.
func checkEmpty(t *testing.T, dir string) {
	t.Helper()
	list, err := os.ReadDir(dir)
	if err != nil || len(list) > 0 {
		t.Fatalf("workspaces are left: %v, %v", list, err)
	}
}

// checkSecret fails if a secret is in the journal.
func checkSecret(t *testing.T, runs scaffold.Runs) {
	t.Helper()
	list, err := runs.Journal("run-1").Records(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range list {
		if strings.Contains(string(r.Data), "tok-123") {
			t.Errorf("record %d tells the secret: %s", r.N, r.Data)
		}
	}
}

// TestRetry goes on from the step that failed, with the files that were there.
func TestRetry(t *testing.T) {
	w, runs := newWorld(), scaffold.NewMemoryRuns()
	cfg := config(t, w)
	runner := scaffold.New(cfg)
	begun(t, runs, service)
	w.fail["pay-y"] = true
	r, err := runner.Work(t.Context(), runs, "run-1", given(t), nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := statuses(r); got != "a=completed b=completed c=failed d=skipped" || r.Status != scaffold.Failed {
		t.Fatal(got)
	}
	if !strings.Contains(r.Err.Error(), "step c (test:make): iteration [1]: the host refuses pay-y") {
		t.Fatal(r.Err)
	}
	again, err := runner.Work(t.Context(), runs, "run-1", given(t), nil) // a run that is over stays so
	if err != nil || statuses(again) != statuses(r) || again.Err == nil {
		t.Fatal(again, err)
	}
	row, err := runs.Get(t.Context(), "run-1")
	if err != nil || row.Status != scaffold.Failed || row.Message == "" {
		t.Fatalf("%+v, %v", row, err)
	}
	w.fail["pay-y"] = false
	if err := runner.Retry(t.Context(), runs, "run-1"); err != nil {
		t.Fatal(err)
	}
	var seen []string
	r, err = runner.Work(t.Context(), runs, "run-1", given(t), func(rec scaffold.Record) {
		if rec.Kind == scaffold.StepBegun {
			seen = append(seen, rec.Step)
		}
	})
	if err != nil || r.Err != nil {
		t.Fatal(r, err)
	}
	if got := strings.Join(seen, " "); got != "c d" {
		t.Errorf("steps done again: %s", got)
	}
	if w.repos["pay"] != 1 || w.repos["pay-x"] != 1 || w.repos["pay-y"] != 1 {
		t.Errorf("repositories: %v", w.repos)
	}
	if len(r.Files) != 2 {
		t.Errorf("files: %v", r.Files)
	}
	if err := runner.Retry(t.Context(), runs, "run-1"); err == nil {
		t.Error("a run that completed can go on")
	}
}

// TestStopped: a run whose process is to end goes on later; one that was cancelled does not.
func TestStopped(t *testing.T) {
	w, runs := newWorld(), scaffold.NewMemoryRuns()
	runner := scaffold.New(config(t, w))
	begun(t, runs, `
  steps:
    - {id: a, action: test:write, input: {path: a}}
    - {id: b, action: test:wait}`)
	stopped := errors.New("stopped")
	ctx, stop := context.WithCancelCause(t.Context())
	_, err := runner.Work(ctx, runs, "run-1", given(t), func(r scaffold.Record) {
		if r.Kind == scaffold.StepBegun && r.Step == "b" {
			stop(stopped)
		}
	})
	if !errors.Is(err, stopped) {
		t.Fatal(err)
	}
	row, err := runs.Get(t.Context(), "run-1")
	if err != nil || row.Status != scaffold.Processing {
		t.Fatalf("%+v, %v", row, err)
	}
	if err := runner.Cancel(t.Context(), runs, "run-1"); err != nil {
		t.Fatal(err)
	}
	r, err := runner.Work(t.Context(), runs, "run-1", given(t), nil)
	if err != nil || r.Status != scaffold.Cancelled {
		t.Fatal(r, err)
	}
	if err := runner.Retry(t.Context(), runs, "run-1"); err != nil {
		t.Fatal(err)
	}
	if row, err = runs.Get(t.Context(), "run-1"); err != nil || row.Status != scaffold.Open {
		t.Fatalf("%+v, %v", row, err)
	}
}

// TestTakenOver: a process that was believed dead does nothing outside once another has the run.
func TestTakenOver(t *testing.T) {
	w, runs := newWorld(), scaffold.NewMemoryRuns()
	runner := scaffold.New(config(t, w))
	begun(t, runs, service)
	_, err := runner.Work(t.Context(), runs, "run-1", given(t), func(r scaffold.Record) {
		if r.Kind != scaffold.StepBegun || r.Step != "b" {
			return
		}
		if _, err := runs.Journal("run-1").Append(t.Context(), scaffold.Record{Kind: scaffold.RunBegun}); err != nil {
			t.Error(err)
		}
	})
	if err == nil || !strings.Contains(err.Error(), "taken the run over") || len(w.repos) > 0 {
		t.Fatal(err, w.repos)
	}
}

// TestTimes: a step and a run end in time.
func TestTimes(t *testing.T) {
	for _, tt := range []struct {
		change func(*scaffold.Config)
		want   string
	}{
		{func(c *scaffold.Config) { c.StepTimeout = 20 * time.Millisecond }, "step a (test:wait): it takes longer than 20ms"},
		{func(c *scaffold.Config) { c.Timeout = 20 * time.Millisecond }, "step a (test:wait): the run takes longer than 20ms"},
	} {
		w, runs := newWorld(), scaffold.NewMemoryRuns()
		cfg := config(t, w)
		tt.change(&cfg)
		begun(t, runs, `
  steps:
    - {id: a, action: test:wait}
    - {id: b, action: test:make, input: {repo: never}}`)
		r, err := scaffold.New(cfg).Work(t.Context(), runs, "run-1", given(t), nil)
		if err != nil || r.Status != scaffold.Failed || !strings.Contains(r.Err.Error(), tt.want) || len(w.repos) > 0 {
			t.Errorf("%v %v, want %s", r, err, tt.want)
		}
	}
}

// TestLog: what actions say is kept, without secrets, whatever form they are in.
func TestLog(t *testing.T) {
	w, runs := newWorld(), scaffold.NewMemoryRuns()
	begun(t, runs, `
  steps:
    - {id: a, action: test:log, input: {message: "plain ${{ secrets.token }}\nBearer ${{ secrets.token | upper }}"}}
    - {id: b, action: test:log, input: {message: "base64 dG9rLTEyMw=="}}
    - {id: c, action: test:fail, if: "${{ secrets.token === undefined }}"}`)
	var lines []string
	_, err := scaffold.New(config(t, w)).Work(t.Context(), runs, "run-1", given(t), func(r scaffold.Record) {
		if r.Kind == scaffold.LogLine {
			lines = append(lines, r.Step+": "+string(r.Data))
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	checkSecret(t, runs)
	if got := strings.Join(lines, "\n"); strings.Contains(got, "TOK") || !strings.Contains(got, `b: "base64 ***"`) || !strings.HasPrefix(got, `a: "`) {
		t.Error(got)
	}
}
