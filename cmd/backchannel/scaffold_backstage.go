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
	client   *backstage.Client
	runs     scaffold.Runs
	every    time.Duration // between looks at a task
	patience time.Duration // how long a run waits for a Backstage that does not answer
}

// How a task of Backstage is followed.
const (
	backstageLook    = time.Second
	backstageLookFor = 20 * time.Second // at most, one look
	backstageAnswers = 64 << 20         // bytes; a dry run answers with every file
)

func newBackstageEngine(c *config.ScaffoldBackstage, runs scaffold.Runs) (*backstageEngine, error) {
	o := outbound.Options{Proxy: http.ProxyFromEnvironment, MaxBody: backstageAnswers}
	if u, err := url.Parse(c.URL); err == nil {
		o.Hosts = []outbound.Host{{Name: u.Host, Private: true, Plain: u.Scheme == "http"}}
	}
	client, err := backstage.New(backstage.Options{URL: c.URL, Token: c.Token, HTTP: outbound.New(o).HTTP()})
	return &backstageEngine{client: client, runs: runs, every: backstageLook, patience: backstagePatience}, err
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

// Run implements commands.Scaffolder. Another process goes on with the same task: see begin. While Backstage does not
// answer the run waits for it, up to a bound; see silence.
func (b *backstageEngine) Run(ctx context.Context, r commands.RunRequest, log commands.RunLog) (commands.RunResult, error) {
	given, err := givenTo(r)
	if err != nil {
		return commands.RunResult{}, err
	}
	quiet := &silence{b: b, r: r, log: log}
	row, known, err := b.begin(ctx, r, given)
	for quiet.begins(known); quiet.is(err); row, known, err = b.begin(ctx, r, given) {
		if err = quiet.failed(ctx, err); err != nil {
			break
		}
	}
	var result commands.RunResult
	began := err == nil
	if began {
		result, err = b.follow(ctx, known, r, given, quiet)
	}
	switch {
	case errors.Is(context.Cause(ctx), bot.ErrTaskStopped):
		return result, b.stopped(context.WithoutCancel(ctx), row, known, quiet)
	case ctx.Err() != nil:
		return result, commands.TryAgain(cmp.Or(context.Cause(ctx), err))
	case quiet.lost:
		return result, errors.Join(err, b.lost(ctx, r, row, err))
	case !began:
		return result, given.hidden(err)
	case errors.Is(err, errNotFollowed):
		return result, commands.TryAgain(err)
	}
	row.Ended = time.Now()
	if err != nil {
		row.Status, row.Message = scaffold.Failed, err.Error()
		return result, errors.Join(err, b.runs.Update(ctx, row))
	}
	row.Status, row.Entities = scaffold.Completed, result.Entities
	return result, b.runs.Update(ctx, row)
}

// errNotFollowed marks errors of ours, such as of the store, after which a task is looked at again later.
var errNotFollowed = errors.New("a task of Backstage is not followed now")

// follow reads the events of a task until it is over.
func (b *backstageEngine) follow(ctx context.Context, known asking, r commands.RunRequest, given given, quiet *silence) (commands.RunResult, error) {
	t := &relay{log: quiet.log, given: given, steps: map[string]int{}, before: known.before(r.Attempt)}
	for {
		over, err := b.look(ctx, known.task.ID, t, quiet)
		switch {
		case ctx.Err() != nil:
			return t.result, ctx.Err()
		case over:
			return t.result, err
		case quiet.is(err) || fault.Is(err, fault.Forbidden): // the task goes on there
			if err := quiet.failed(ctx, err); err != nil {
				return t.result, err
			}
		case err != nil:
			return t.result, gone(known.task.ID, err)
		}
	}
}

// look passes on what is new of a task, once, and waits where there is nothing. It reports whether the task is over.
func (b *backstageEngine) look(ctx context.Context, id string, t *relay, quiet *silence) (over bool, err error) {
	limited, cancel := context.WithTimeout(ctx, backstageLookFor)
	defer cancel()
	if t.of == nil {
		task, err := b.client.Task(limited, id)
		if err != nil {
			return false, err
		}
		t.plan(task.Spec.Steps)
	}
	events, err := b.client.Events(limited, id, t.after)
	if err != nil {
		return false, err
	}
	if err := quiet.answered(ctx); err != nil {
		return false, errors.Join(errNotFollowed, err)
	}
	for _, e := range events {
		if over, err := t.tell(ctx, e); over {
			return true, err
		} else if err != nil {
			return false, errors.Join(errNotFollowed, err)
		}
	}
	if len(events) == 0 {
		bot.Sleep(ctx, b.every)
	}
	return false, nil
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

// plan notes which steps there are.
func (t *relay) plan(steps []backstage.Step) {
	t.of = append([]backstage.Step{}, steps...) // known, even where there are none
	for i, s := range steps {
		t.steps[s.ID] = i + 1
	}
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
