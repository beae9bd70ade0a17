package main

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	st "github.com/backchannel-portal/backchannel/catalog/search/searchtest"
	"github.com/backchannel-portal/backchannel/cmd/backchannel/config"
	"github.com/backchannel-portal/backchannel/commands"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/scaffold"
	"github.com/backchannel-portal/backchannel/scaffold/backstage/backstagetest"
)

// heard is a commands.RunLog that keeps what it is told.
type heard struct {
	mu  sync.Mutex
	all []string
}

func (h *heard) Event(_ context.Context, e commands.RunEvent) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.all = append(h.all, string(e.Kind)+" "+e.Step)
	return nil
}

func (h *heard) text() string { h.mu.Lock(); defer h.mu.Unlock(); return strings.Join(h.all, ", ") }

// published calls f once the step that publishes has begun.
func (h *heard) published(f func()) {
	for !strings.Contains(h.text(), "step publish") {
		time.Sleep(time.Millisecond)
	}
	f()
}

func newBackstage(t *testing.T) (*backstagetest.Server, *backstageEngine, commands.RunRequest) {
	t.Helper()
	srv := backstagetest.New()
	t.Cleanup(srv.Close)
	engine, err := newBackstageEngine(&config.ScaffoldBackstage{URL: srv.URL, Token: backstagetest.Token}, scaffold.NewMemoryRuns())
	if err != nil {
		t.Fatal(err)
	}
	engine.every = 5 * time.Millisecond
	e := st.Entity("template:go-service")
	return srv, engine, commands.RunRequest{ID: bot.NewID(time.Now()), Template: e, Values: []byte(`{"name":"refunds"}`), Actor: "chat:w:ada", Attempt: 1}
}

func TestBackstageForm(t *testing.T) {
	t.Parallel()
	_, engine, r := newBackstage(t)
	source, err := engine.Form(t.Context(), r.Template)
	if err != nil {
		t.Fatal(err)
	}
	f, err := source.Form(nil, scaffold.FormOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if f.Title != "Go service" || len(f.Pages) != 2 || f.Pages[0].Fields[0].Name != "name" || f.Pages[1].Title != "Where" || f.Pages[1].Fields[0].Kind != "owner" {
		t.Errorf("the form is %+v", f.Pages)
	}
	r.Template = st.Entity("template:gone")
	if _, err := engine.Form(t.Context(), r.Template); !fault.Is(err, fault.NotFound) {
		t.Errorf("a template that is not there: %v", err)
	}
}

func TestBackstagePlan(t *testing.T) {
	t.Parallel()
	srv, engine, r := newBackstage(t)
	plan, err := engine.Plan(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	if len(plan.Steps) != 2 || len(plan.Effects) != 1 || plan.Effects[0].Action != "publish:github" {
		t.Errorf("steps %+v, effects %+v", plan.Steps, plan.Effects)
	}
	if len(plan.Files) != 2 || string(plan.Files[0].Text) != "# refunds\n" || !plan.Files[1].Executable {
		t.Errorf("files %+v", plan.Files)
	}
	r.Values = []byte(`{}`)
	if _, err := engine.Plan(t.Context(), r); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), `requires property "name"`) {
		t.Errorf("values that do not fit: %v", err)
	}
	other, err := newBackstageEngine(&config.ScaffoldBackstage{URL: srv.URL, Token: "wrong"}, scaffold.NewMemoryRuns())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := other.Plan(t.Context(), r); !fault.Is(err, fault.Forbidden) || strings.Contains(err.Error(), "wrong") {
		t.Errorf("a wrong token: %v", err)
	}
}

func TestBackstageRun(t *testing.T) {
	t.Parallel()
	srv, engine, r := newBackstage(t)
	srv.Fail(1)
	log := &heard{}
	if _, err := engine.Run(t.Context(), r, log); err == nil || !strings.Contains(err.Error(), "name already exists") {
		t.Fatalf("a task that fails: %v", err)
	}
	if got := log.text(); !strings.HasPrefix(got, "log , step fetch, step_done fetch, step publish, step_failed publish") {
		t.Errorf("it told %s", got)
	}
	r.Attempt, log = 2, &heard{}
	result, err := engine.Run(t.Context(), r, log)
	if err != nil {
		t.Fatal(err)
	}
	if got := log.text(); strings.Contains(got, "failed") || !strings.HasSuffix(got, "step_done publish") {
		t.Errorf("the second attempt told %s", got)
	}
	if len(srv.Started()) != 1 || len(result.Links) != 2 || result.Entities[0] != "component:default/refunds" || result.Texts[0].Title != "Next" {
		t.Errorf("%d tasks; %+v", len(srv.Started()), result)
	}
	again, err := engine.Run(t.Context(), commands.RunRequest{ID: r.ID, Template: r.Template, Values: r.Values, Attempt: 2}, &heard{}) // another process
	if err != nil || len(srv.Started()) != 1 || len(again.Links) != 2 {
		t.Errorf("once more: %v, %d tasks", err, len(srv.Started()))
	}
}

func TestBackstageCancel(t *testing.T) {
	t.Parallel()
	srv, engine, r := newBackstage(t)
	srv.Hang()
	ctx, stop := context.WithCancelCause(t.Context())
	log := &heard{}
	go log.published(func() { stop(bot.ErrTaskStopped) })
	if _, err := engine.Run(ctx, r, log); !errors.Is(err, bot.ErrTaskStopped) || srv.Status() != "cancelled" {
		t.Errorf("%v; it is %s", err, srv.Status())
	}
}

// TestBackstageForgets: a task that Backstage does not know any more ends the run, which says so; whoever tries again has
// another one begun, once.
func TestBackstageForgets(t *testing.T) {
	t.Parallel()
	srv, engine, r := newBackstage(t)
	srv.Hang()
	log := &heard{}
	go log.published(func() { srv.Forget() })
	if _, err := engine.Run(t.Context(), r, log); !fault.Is(err, fault.NotFound) || !strings.Contains(err.Error(), "does not know the task task-1 any more") {
		t.Fatalf("a task that is gone: %v", err)
	}
	srv.Unhang()
	for attempt := 2; attempt <= 3; attempt++ { // the third is of another process, after the second had ended well
		r.Attempt = 2
		if result, err := engine.Run(t.Context(), r, &heard{}); err != nil || len(result.Links) != 2 || srv.Tasks() != 2 {
			t.Errorf("tried again: %v, %d tasks, %+v", err, srv.Tasks(), result)
		}
	}
}

// TestBackstageBars: while the token is refused the task goes on there, so that the run has not failed.
func TestBackstageBars(t *testing.T) {
	t.Parallel()
	srv, engine, r := newBackstage(t)
	srv.Hang()
	log := &heard{}
	go log.published(func() { srv.Bar(true) })
	if _, err := engine.Run(t.Context(), r, log); !fault.Is(err, fault.Upstream) || !strings.HasSuffix(log.text(), "log ") {
		t.Fatalf("the token is refused: %v; it told %s", err, log.text())
	}
	if row, err := engine.runs.Get(t.Context(), r.ID); err != nil || row.Status != scaffold.Processing {
		t.Errorf("%+v, %v", row, err)
	}
	srv.Bar(false)
	srv.Finish()
	if result, err := engine.Run(t.Context(), r, &heard{}); err != nil || len(result.Links) != 2 || srv.Tasks() != 1 {
		t.Errorf("when it is believed again: %v, %d tasks, %+v", err, srv.Tasks(), result)
	}
}

// TestBackstageDoubt: a process ends, or the line is cut, between asking for a task and keeping which one it is. A
// second task is begun only where there surely is no first one, or where somebody decides so.
func TestBackstageDoubt(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		before func(*backstagetest.Server)
		lose   int
		tasks  int    // in the end
		want   string // of the second attempt's error
		again  int    // tasks after somebody tried again
	}{
		"the answer is lost":              {lose: 1, tasks: 1},
		"others made something else":      {lose: 1, tasks: 3, before: func(s *backstagetest.Server) { s.Began(`{"name":"other"}`); s.Began(`{"name":"refunds","x":1}`) }},
		"somebody made the same":          {lose: 1, tasks: 2, want: "one of task-2, task-1", again: 3, before: func(s *backstagetest.Server) { s.Began(`{"name":"refunds"}`) }},
		"tasks may not be listed":         {lose: 1, tasks: 1, want: "tasks cannot be listed", again: 2, before: (*backstagetest.Server).Shut},
		"it was never asked for, as said": {tasks: 1},
	} {
		t.Run(name, func(t *testing.T) {
			srv, engine, r := newBackstage(t)
			if tt.before != nil {
				tt.before(srv)
			}
			srv.Lose(tt.lose)
			if tt.lose == 0 { // the process ended before the request
				if _, _, err := engine.kept(t.Context(), r); err != nil {
					t.Fatal(err)
				}
				if _, err := engine.runs.Journal(r.ID).Append(t.Context(), scaffold.Record{ID: recordAsked + "1", Kind: scaffold.MarkBegun, At: time.Now()}); err != nil {
					t.Fatal(err)
				}
			} else if _, err := engine.Run(t.Context(), r, &heard{}); !fault.Is(err, fault.Upstream) {
				t.Fatalf("the answer was lost: %v", err)
			}
			result, err := engine.Run(t.Context(), r, &heard{})
			if n := srv.Tasks(); n != tt.tasks {
				t.Errorf("%d tasks, want %d", n, tt.tasks)
			}
			if tt.want == "" {
				if err != nil || len(result.Links) != 2 {
					t.Errorf("%v %+v", err, result)
				}
				return
			}
			if err == nil || fault.Is(err, fault.Upstream) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%v, want %s", err, tt.want)
			}
			row, bad := engine.runs.Get(t.Context(), r.ID)
			if bad != nil || row.Status != scaffold.Failed {
				t.Errorf("%+v, %v", row, bad)
			}
			r.Attempt = 2
			if _, err := engine.Run(t.Context(), r, &heard{}); err != nil || srv.Tasks() != tt.again {
				t.Errorf("tried again: %v, %d tasks", err, srv.Tasks())
			}
		})
	}
}

// TestBackstageUnseen: Backstage is given what was typed unseen among the values, and nothing here tells it.
func TestBackstageUnseen(t *testing.T) {
	t.Parallel()
	srv, engine, r := newBackstage(t)
	r.Values, r.Hidden, r.Secrets = []byte(`{"name":"hush-456 refunds"}`), []byte(`{"db":{"password":"hush-456"}}`), map[string]string{"token": "tok-123"}
	plan, err := engine.Plan(t.Context(), r)
	if err != nil || string(plan.Files[0].Text) != "# *** refunds\n" {
		t.Errorf("the plan shows %s, %v", plan.Files[0].Text, err)
	}
	if _, err := engine.Run(t.Context(), r, &heard{}); err != nil {
		t.Fatal(err)
	}
	if got := string(srv.Started()[0]); got != `{"name":"hush-456 refunds","db":{"password":"hush-456"}}` {
		t.Errorf("Backstage is given %s", got)
	}
	row, err := engine.runs.Get(t.Context(), r.ID)
	if err != nil || strings.Contains(string(row.Values), "password") {
		t.Errorf("kept: %s, %v", row.Values, err)
	}
}
