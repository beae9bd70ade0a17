package main

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	st "github.com/backchannel-portal/backchannel/catalog/search/searchtest"
	"github.com/backchannel-portal/backchannel/cmd/backchannel/config"
	"github.com/backchannel-portal/backchannel/commands"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/scaffold"
	"github.com/backchannel-portal/backchannel/scaffold/backstage/backstagetest"
)

// heard is a commands.RunLog that keeps what it is told.
type heard struct {
	mu  sync.Mutex
	all []commands.RunEvent
}

func (h *heard) Event(_ context.Context, e commands.RunEvent) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.all = append(h.all, e)
	return nil
}

func (h *heard) text() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	var out []string
	for _, e := range h.all {
		out = append(out, string(e.Kind)+" "+e.Step)
	}
	return strings.Join(out, ", ")
}

// events are those of one kind.
func (h *heard) events(kind commands.RunEventKind) []commands.RunEvent {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(h.all), func(e commands.RunEvent) bool { return e.Kind != kind })
}

// waits waits until something was told, or long enough for the test to say that it was not.
func (h *heard) waits(what string) {
	for end := time.Now().Add(time.Minute); !strings.Contains(h.text(), what) && time.Now().Before(end); {
		time.Sleep(time.Millisecond)
	}
}

// published calls f once the step that publishes has begun.
func (h *heard) published(f func()) {
	h.waits("step publish")
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

// TestBackstageSilent: while Backstage does not answer, or refuses the token, the task goes on there: the run waits, says
// so once, says when it is heard again, and ends as the task does.
func TestBackstageSilent(t *testing.T) {
	t.Parallel()
	for name, away := range map[string]func(*backstagetest.Server, bool){
		"the token is refused": (*backstagetest.Server).Bar,
		"it answers with 503":  (*backstagetest.Server).Down,
	} {
		t.Run(name, func(t *testing.T) {
			srv, engine, r := newBackstage(t)
			srv.Hang()
			log := &heard{}
			go func() {
				log.published(func() { away(srv, true) })
				log.waits("silent")
				away(srv, false)
				srv.Finish()
			}()
			result, err := engine.Run(t.Context(), r, log)
			if err != nil || len(result.Links) != 2 || srv.Tasks() != 1 {
				t.Fatalf("%v, %d tasks, %+v", err, srv.Tasks(), result)
			}
			if got := log.text(); !strings.Contains(got, "step publish, silent , heard , step_done publish") || strings.Count(got, "silent") != 1 {
				t.Errorf("it told %s", got)
			}
			e := log.events("silent")[0]
			if e.Heard.IsZero() || !e.Until.Equal(e.Heard.Add(engine.patience)) {
				t.Errorf("heard at %s, waited for until %s", e.Heard, e.Until)
			}
		})
	}
}

// TestBackstageSilentFromTheStart: a Backstage that is away when the run begins is waited for as well.
func TestBackstageSilentFromTheStart(t *testing.T) {
	t.Parallel()
	srv, engine, r := newBackstage(t)
	srv.Down(true)
	log := &heard{}
	go func() {
		log.waits("silent")
		srv.Down(false)
	}()
	result, err := engine.Run(t.Context(), r, log)
	if err != nil || len(result.Links) != 2 || srv.Tasks() != 1 {
		t.Fatalf("%v, %d tasks, %+v", err, srv.Tasks(), result)
	}
	if e := log.events("silent"); len(e) != 1 || !e[0].Heard.IsZero() {
		t.Errorf("it told %+v", e)
	}
}

// TestBackstageLost: a silence that lasts too long ends the run. Trying again follows the same task, whatever became of it
// meanwhile, and does not have it done a second time; one that failed is retried by whoever tries again after that.
func TestBackstageLost(t *testing.T) {
	t.Parallel()
	srv, engine, r := newBackstage(t)
	err := lostBackstage(t, srv, engine, r)
	if e, ok := errors.AsType[*fault.Error](err); !ok || e.Key != string(lang.NewBackstageLost) {
		t.Fatalf("a Backstage that is away for good: %v", err)
	}
	if row, err := engine.runs.Get(t.Context(), r.ID); err != nil || row.Status != scaffold.Failed {
		t.Errorf("%+v, %v", row, err)
	}
	srv.Down(false)
	srv.Finish()
	r.Attempt = 2
	result, err := engine.Run(t.Context(), r, &heard{})
	if err != nil || len(result.Links) != 2 || srv.Tasks() != 1 || srv.Retries() != 0 {
		t.Errorf("tried again: %v, %d tasks, %d retries, %+v", err, srv.Tasks(), srv.Retries(), result)
	}
}

// lostBackstage begins a run whose Backstage goes away for good; it returns why the run was given up.
func lostBackstage(t *testing.T, srv *backstagetest.Server, engine *backstageEngine, r commands.RunRequest) error {
	t.Helper()
	engine.patience = 50 * time.Millisecond
	srv.Hang()
	log := &heard{}
	go log.published(func() { srv.Down(true) })
	_, err := engine.Run(t.Context(), r, log)
	return err
}

// TestBackstageLostThenFails: attempts that gave a task up do not count among those of the task that failed.
func TestBackstageLostThenFails(t *testing.T) {
	t.Parallel()
	srv, engine, r := newBackstage(t)
	if err := lostBackstage(t, srv, engine, r); err == nil {
		t.Fatal("a Backstage that is away for good: no error")
	}
	srv.Down(false)
	srv.Fail(1)
	srv.Finish()
	r.Attempt = 2
	if _, err := engine.Run(t.Context(), r, &heard{}); err == nil || !strings.Contains(err.Error(), "name already exists") {
		t.Errorf("the task had failed: %v", err)
	}
	r.Attempt = 3
	result, err := engine.Run(t.Context(), r, &heard{})
	if err != nil || len(result.Links) != 2 || srv.Tasks() != 1 || srv.Retries() != 1 {
		t.Errorf("tried again: %v, %d tasks, %d retries, %+v", err, srv.Tasks(), srv.Retries(), result)
	}
}

// TestBackstageStoppedUnheard: a run that is stopped while Backstage does not answer says so, and trying it again follows
// the task, which nobody could stop.
func TestBackstageStoppedUnheard(t *testing.T) {
	t.Parallel()
	srv, engine, r := newBackstage(t)
	srv.Hang()
	ctx, stop := context.WithCancelCause(t.Context())
	log := &heard{}
	go log.published(func() { srv.Down(true); stop(bot.ErrTaskStopped) })
	if _, err := engine.Run(ctx, r, log); !errors.Is(err, bot.ErrTaskStopped) || len(log.events("silent")) != 1 {
		t.Fatalf("%v; it told %s", err, log.text())
	}
	srv.Down(false)
	srv.Finish()
	r.Attempt = 2
	if result, err := engine.Run(t.Context(), r, &heard{}); err != nil || len(result.Links) != 2 || srv.Retries() != 0 {
		t.Errorf("tried again: %v, %d retries, %+v", err, srv.Retries(), result)
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
