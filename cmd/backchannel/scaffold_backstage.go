package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/cmd/backchannel/config"
	"github.com/backchannel-portal/backchannel/commands"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/outbound"
	"github.com/backchannel-portal/backchannel/scaffold"
	"github.com/backchannel-portal/backchannel/scaffold/backstage"
)

// backstageEngine has a running Backstage run templates. It implements commands.Scaffolder.
type backstageEngine struct {
	client *backstage.Client
	runs   scaffold.Runs
	every  time.Duration // between looks at a task
}

// How a task of Backstage is followed.
const (
	backstageLook    = time.Second
	backstageAnswers = 64 << 20 // bytes; a dry run answers with every file
	backstageTries   = 5        // looks in a row that may fail
)

func newBackstageEngine(c *config.ScaffoldBackstage, runs scaffold.Runs) (*backstageEngine, error) {
	o := outbound.Options{Proxy: http.ProxyFromEnvironment, MaxBody: backstageAnswers}
	if u, err := url.Parse(c.URL); err == nil {
		o.Hosts = []outbound.Host{{Name: u.Host, Private: true, Plain: u.Scheme == "http"}}
	}
	client, err := backstage.New(backstage.Options{URL: c.URL, Token: c.Token, HTTP: outbound.New(o).HTTP()})
	return &backstageEngine{client: client, runs: runs, every: backstageLook}, err
}

// Form implements commands.Scaffolder.
func (b *backstageEngine) Form(ctx context.Context, t *catalog.Entity) (*scaffold.FormSource, error) {
	s, err := b.client.Schema(ctx, t.Ref.Namespace, t.Ref.Kind, t.Ref.Name)
	if err != nil {
		return nil, err
	}
	return s.Form(t.Ref.String())
}

// Plan implements commands.Scaffolder: a dry run. What it would do elsewhere are the steps that it leaves out.
func (b *backstageEngine) Plan(ctx context.Context, r commands.RunRequest) (*commands.RunPlan, error) {
	given, err := givenTo(r)
	if err != nil {
		return nil, err
	}
	dry, err := b.client.DryRun(ctx, r.Template.Document.JSON(), given.values, r.Secrets)
	if err != nil {
		return nil, given.hidden(err)
	}
	plan := &commands.RunPlan{}
	ended := map[string]backstage.Status{}
	for _, e := range dry.Log {
		if e.Body.Step != "" && e.Body.Status.Over() {
			ended[e.Body.Step] = e.Body.Status
		}
	}
	for _, s := range dry.Steps {
		plan.Steps = append(plan.Steps, commands.PlanStep{ID: s.ID, Name: cmp.Or(s.Name, s.ID), Action: s.Action, Skipped: ended[s.ID] == backstage.Skipped && local(s.Action)})
		if !local(s.Action) {
			plan.Effects = append(plan.Effects, scaffold.Effect{Action: s.Action, Step: s.ID, Summary: cmp.Or(s.Name, s.ID) + " (" + s.Action + ")"})
		}
	}
	left := planAll
	for _, f := range dry.Files {
		p := commands.PlanFile{Path: f.Path, Size: int64(len(f.Content)), Executable: f.Executable}
		plan.Size += p.Size
		if len(f.Content) <= min(planFile, left) && utf8.Valid(f.Content) && !slices.Contains(f.Content, 0) {
			p.Text, left = []byte(given.hide(string(f.Content))), left-len(f.Content)
		}
		plan.Files = append(plan.Files, p)
	}
	slices.SortFunc(plan.Files, func(a, b commands.PlanFile) int { return cmp.Compare(a.Path, b.Path) })
	return plan, nil
}

// local reports whether an action changes nothing but the workspace.
func local(action string) bool {
	for _, prefix := range []string{"fetch:", "fs:", "debug:", "workspace:", "roadiehq:utils:", "catalog:fetch", "catalog:write"} {
		if len(action) >= len(prefix) && action[:len(prefix)] == prefix {
			return true
		}
	}
	return false
}

// Run implements commands.Scaffolder. Another process goes on with the same task: see begin.
func (b *backstageEngine) Run(ctx context.Context, r commands.RunRequest, log commands.RunLog) (commands.RunResult, error) {
	given, err := givenTo(r)
	if err != nil {
		return commands.RunResult{}, err
	}
	row, task, err := b.begin(ctx, r, given)
	if err != nil {
		return commands.RunResult{}, given.hidden(err)
	}
	result, err := b.follow(ctx, task, r, given, log)
	row.Ended = time.Now()
	switch {
	case errors.Is(context.Cause(ctx), bot.ErrTaskStopped):
		end := context.WithoutCancel(ctx)
		row.Status = scaffold.Cancelled
		return result, errors.Join(context.Cause(ctx), b.client.Cancel(end, task.ID), b.runs.Update(end, row))
	case ctx.Err() == nil && (fault.Is(err, fault.Upstream) || fault.Is(err, fault.Forbidden)): // the task goes on there
		line := commands.RunEvent{ID: "backstage:unseen:" + task.ID, Kind: commands.RunLine, Text: err.Error() + "; the task goes on there, and is looked for again"}
		return result, commands.TryAgain(errors.Join(err, log.Event(ctx, line)))
	case ctx.Err() != nil:
		return result, commands.TryAgain(cmp.Or(context.Cause(ctx), err))
	case err != nil:
		row.Status, row.Message = scaffold.Failed, err.Error()
		return result, errors.Join(err, b.runs.Update(ctx, row))
	}
	row.Status, row.Entities = scaffold.Completed, result.Entities
	return result, b.runs.Update(ctx, row)
}

// follow reads the events of a task until it is over.
func (b *backstageEngine) follow(ctx context.Context, which backstageTask, r commands.RunRequest, given given, log commands.RunLog) (commands.RunResult, error) {
	t, id := &relay{log: log, given: given, steps: map[string]int{}, before: r.Attempt - which.Attempt}, which.ID
	task, err := b.client.Task(ctx, id)
	if err != nil {
		return commands.RunResult{}, gone(id, err)
	}
	t.of = task.Spec.Steps
	for i, s := range t.of {
		t.steps[s.ID] = i + 1
	}
	for failed := 0; ; {
		events, err := b.client.Events(ctx, id, t.after)
		if failed++; err == nil {
			failed = 0
		} else if failed >= backstageTries || !fault.Is(err, fault.Upstream) {
			return t.result, gone(id, err)
		}
		for _, e := range events {
			if over, err := t.tell(ctx, e); over || err != nil {
				return t.result, err
			}
		}
		if len(events) == 0 && !bot.Sleep(ctx, b.every) {
			return t.result, ctx.Err()
		}
	}
}

// gone says of a task that Backstage does not know any more what there is to do; other errors stay as they are.
func gone(task string, err error) error {
	if !fault.Is(err, fault.NotFound) {
		return err
	}
	return fault.New(fault.NotFound, "Backstage does not know the task %s any more; see what it made before trying again, which begins another", task)
}

// relay passes on what happens to a task of Backstage.
type relay struct {
	log    commands.RunLog
	given  given
	of     []backstage.Step
	steps  map[string]int
	after  int64
	before int // attempts that failed: their events come first
	result commands.RunResult
}

// tell passes one event on and reports whether it was the last.
func (t *relay) tell(ctx context.Context, e backstage.Event) (over bool, err error) {
	t.after = max(t.after, e.ID)
	b := e.Body
	b.Message = t.given.hide(b.Message)
	if t.before > 0 {
		if e.Type == "completion" || e.Type == "cancelled" {
			t.before--
		}
		return false, nil
	}
	id := "backstage:" + bot.NewID(e.At)
	if data, err := json.Marshal(e.ID); err == nil {
		id = "backstage:" + string(data)
	}
	switch {
	case e.Type == "completion":
		if b.Error != nil {
			return true, fault.New(fault.Invalid, "%s", t.given.hide(b.Error.Message))
		}
		t.output(b.Output)
		return true, nil
	case e.Type == "cancelled":
		return true, fault.New(fault.Invalid, "the task was cancelled in Backstage")
	case b.Step == "" || b.Status == "":
		return false, t.log.Event(ctx, commands.RunEvent{ID: id, Kind: commands.RunLine, Step: b.Step, Text: b.Message, Of: len(t.of)})
	}
	kinds := map[backstage.Status]commands.RunEventKind{
		backstage.Processing: commands.RunStepBegun, backstage.Completed: commands.RunStepDone, backstage.Skipped: commands.RunStepSkipped,
		backstage.Failed: commands.RunStepFailed, backstage.Cancelled: commands.RunStepFailed,
	}
	out := commands.RunEvent{ID: id, Kind: kinds[b.Status], Step: b.Step, N: t.steps[b.Step], Of: len(t.of)}
	if out.N > 0 {
		out.Name = t.of[out.N-1].Name
	}
	if b.Status == backstage.Failed || b.Status == backstage.Skipped {
		out.Text = b.Message
	}
	return false, t.log.Event(ctx, out)
}

// output reads the links and texts of a task that is done, and which entities it names.
func (t *relay) output(raw json.RawMessage) {
	var out struct {
		Links []struct {
			Title, URL, EntityRef string
		}
		Text []struct{ Title, Content string }
	}
	if json.Unmarshal([]byte(t.given.hide(string(raw))), &out) != nil {
		return
	}
	for _, l := range out.Links {
		t.result.Links = append(t.result.Links, commands.RunOutput{Title: l.Title, URL: l.URL, Entity: l.EntityRef})
		if ref, err := catalog.ParseRef(l.EntityRef, "component", "default"); err == nil {
			t.result.Entities = append(t.result.Entities, ref.String())
		}
	}
	for _, x := range out.Text {
		t.result.Texts = append(t.result.Texts, commands.RunOutput{Title: x.Title, Text: x.Content})
	}
}
