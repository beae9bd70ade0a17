package commands_test

import (
	"strings"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	st "github.com/backchannel-portal/backchannel/catalog/search/searchtest"
	"github.com/backchannel-portal/backchannel/commands"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/job"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// due takes the jobs of a queue that are waiting.
func due(t *testing.T, q *job.Memory) []job.Job {
	t.Helper()
	all, err := q.Take(t.Context(), []job.Want{{Kind: bot.TaskJobs(commands.TaskRun), Max: 10}, {Kind: bot.TaskWaits(commands.TaskRun), Max: 10}}, time.Minute)
	check(t, err)
	for _, j := range all {
		check(t, q.Finish(t.Context(), j.Lease(), job.Outcome{State: job.Done}))
	}
	return all
}

// ask describes something that needs approval and asks for it; the result is the key of the task.
func (w *workshop) ask(t *testing.T, who string) string {
	t.Helper()
	plan := w.describe(t, who, "guarded")
	if text := said(plan); !strings.Contains(text, "needs the approval of Platform") {
		t.Fatalf("the plan says nothing of approval:\n%s", text)
	}
	asked := w.as(t, who, press(t, plan, "new_go"))
	if text := said(asked); !strings.Contains(text, "Approval for refunds is asked for") {
		t.Fatalf("%T %s", asked, text)
	}
	w.work(t)
	if len(w.kiln.runs) != 0 {
		t.Fatal("it ran before anybody approved it")
	}
	return commands.TaskRun + ":" + press(t, plan, "new_go").Intent.Args[0]
}

func (w *workshop) shows(t *testing.T, key string) bot.Reply {
	t.Helper()
	m, err := w.follows.Card(t.Context(), key, lang.English)
	check(t, err)
	return bot.Say{Message: m}
}

func TestApproval(t *testing.T) {
	t.Parallel()
	w := newWorkshop(t)
	key := w.ask(t, "ada")
	shown := w.shows(t, key)
	if text := said(shown); !strings.Contains(text, "waits for the approval of Platform") || !strings.Contains(text, "Creates the repository") {
		t.Errorf("it shows:\n%s", text)
	}
	for who, want := range map[string]string{"eve": "for Platform to approve", "ada": "for Platform to approve", "nobody": "do not know who you are"} {
		if text := said(w.as(t, who, press(t, shown, "run_approve"))); !strings.Contains(text, want) {
			t.Errorf("%s approves: %s", who, text)
		}
	}
	w.as(t, "bob", press(t, shown, "run_approve"))
	w.as(t, "bob", press(t, shown, "run_decline")) // the first word counts
	w.work(t)
	if text := said(w.shows(t, key)); len(w.kiln.runs) != 1 || !strings.Contains(text, "refunds is there") || !strings.Contains(text, "approved by Bob") {
		t.Errorf("%d runs; it shows:\n%s", len(w.kiln.runs), text)
	}
}

func TestApprovalOfOnesOwn(t *testing.T) {
	t.Parallel()
	w := newWorkshop(t)
	key := w.ask(t, "bob")
	if text := said(w.as(t, "bob", press(t, w.shows(t, key), "run_approve"))); !strings.Contains(text, "asked for refunds yourself") {
		t.Errorf("bob approves his own: %s", text)
	}
	alone := newWorkshop(t, func(d *commands.Deps) {
		d.Scaffold.Approval = func(*catalog.Entity) commands.Approval {
			return commands.Approval{By: []catalog.Ref{st.Ref("group:platform")}, Alone: true}
		}
	})
	plan := alone.describe(t, "bob", "guarded")
	alone.as(t, "bob", press(t, plan, "new_go"))
	alone.work(t)
	if len(alone.kiln.runs) != 1 {
		t.Errorf("%d runs of one who may approve alone", len(alone.kiln.runs))
	}
}

func TestApprovalEnds(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		do   func(w *workshop, key string)
		want string
	}{
		{"declined", func(w *workshop, key string) { w.as(t, "bob", press(t, w.shows(t, key), "run_decline")) }, "Bob declined refunds"},
		{"withdrawn", func(w *workshop, key string) { w.as(t, "ada", press(t, w.shows(t, key), "stop")) }, "withdrawn"},
		{"expired", func(w *workshop, key string) { w.now = w.now.Add(2 * time.Hour) }, "in time"},
	} {
		w := newWorkshop(t)
		key := w.ask(t, "ada")
		tt.do(w, key)
		w.work(t)
		text := said(w.shows(t, key))
		if !strings.Contains(text, tt.want) || !strings.Contains(text, "Nothing was made") || len(w.kiln.runs) != 0 {
			t.Errorf("%s: %d runs; it shows:\n%s", tt.name, len(w.kiln.runs), text)
		}
	}
}

func TestRunFailsAndIsTriedAgain(t *testing.T) {
	t.Parallel()
	w := newWorkshop(t)
	w.kiln.fails = fault.New(fault.Invalid, "the repository is locked")
	plan := w.describe(t, "ada", "go-service")
	w.as(t, "ada", press(t, plan, "new_go"))
	w.work(t)
	key := commands.TaskRun + ":" + w.kiln.runs[0].ID
	failed := w.shows(t, key)
	if text := said(failed); !strings.Contains(text, "refunds stopped at Fetch: the repository is locked") {
		t.Errorf("it shows:\n%s", text)
	}
	shown, err := w.ShowRun(t.Context(), w.kiln.runs[0].ID, 0, w.view(), lang.English)
	check(t, err)
	why := 0
	for _, line := range shown.Lines {
		why += strings.Count(line.Text, "the repository is locked")
	}
	if why != 1 {
		t.Errorf("the log says %d times why: %+v", why, shown.Lines)
	}
	if text := said(w.as(t, "eve", press(t, failed, "run_again"))); w.deny[commands.ActStop] && !strings.Contains(text, "Whoever asked") {
		t.Errorf("somebody else tries again: %s", text)
	}
	w.kiln.fails = nil
	w.as(t, "ada", press(t, failed, "run_again"))
	w.work(t)
	if n := len(w.kiln.runs); n != 2 || w.kiln.runs[1].ID != w.kiln.runs[0].ID || w.kiln.runs[1].Attempt != 2 {
		t.Fatalf("%d runs: %+v", n, w.kiln.runs)
	}
	if text := said(w.shows(t, key+".2")); !strings.Contains(text, "refunds is there") {
		t.Errorf("the second attempt shows:\n%s", text)
	}
}

func TestStopRun(t *testing.T) {
	t.Parallel()
	w := newWorkshop(t)
	plan := w.describe(t, "ada", "go-service")
	w.as(t, "ada", press(t, plan, "new_go"))
	key := commands.TaskRun + ":" + press(t, plan, "new_go").Intent.Args[0]
	text := said(w.as(t, "ada", press(t, w.shows(t, key), "stop")))
	if task, _, err := w.follows.Since(t.Context(), key, 0); err != nil || !task.Stop || !strings.Contains(text, "Stopping refunds") {
		t.Errorf("%v: %s", err, text)
	}
}

func TestMadeFrom(t *testing.T) {
	t.Parallel()
	facts, err := commands.MadeFacts(commands.Making{Entity: st.Ref("component:refunds"), Template: st.Ref("template:go-service"), Version: "1.4", Commit: "abcdef0123", Run: "r", At: now})
	check(t, err)
	w := newWorkshop(t)
	w.reload(t, facts)
	for text, want := range map[string]string{
		"which services came from template go-service?":   "1 came from Go service",
		"which services were made from go-service v1?":    "1 came from Go service v1",
		"what was created from the go-service template?":  "1 came from Go service",
		"哪些服务是由模板 go-service 创建的？":                        "有 1 个由 Go service",
		"which services came from template go-service v2": "Nothing in the catalog came from Go service v2",
	} {
		if got := said(w.as(t, "ada", bot.Said{Text: text})); !strings.Contains(got, want) {
			t.Errorf("%s\n%s\nwant %q", text, got, want)
		}
	}
	if shown := said(w.as(t, "ada", bot.Said{Text: "show refunds"})); !strings.Contains(shown, "made from Go service 1.4") {
		t.Errorf("what made it is not shown: %s", shown)
	}
	got := said(w.as(t, "ada", bot.Invoked{Path: []string{"backchannel"}, Args: "made-from go-service abcdef0"}))
	if !strings.Contains(got, "refunds") {
		t.Errorf("the sub-command: %s", got)
	}
}

func TestSuggestionsOfAField(t *testing.T) {
	t.Parallel()
	w := newWorkshop(t)
	f := opened(t, w.as(t, "ada", bot.Invoked{Path: []string{"new-service"}, Args: "go-service"}))
	r := w.as(t, "ada", bot.Asked{Form: f.ID, Draft: f.Draft, Field: "owner", What: card.FieldOwner})
	s, ok := r.(bot.Suggest)
	if !ok || len(s.Options) != 2 {
		t.Fatalf("%+v", r)
	}
	for _, o := range s.Options {
		if !strings.HasPrefix(o.Value, "group:") {
			t.Errorf("%s is no group, which the template asks for", o.Value)
		}
	}
}
