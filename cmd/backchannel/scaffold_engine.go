package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"path/filepath"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/commands"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/yamldoc"
	"github.com/backchannel-portal/backchannel/scaffold"
	"github.com/backchannel-portal/backchannel/scaffold/template"
)

// ownEngine runs templates in this program. It implements commands.Scaffolder.
type ownEngine struct {
	f   *followed
	dir string // of workspaces

	mu      sync.Mutex
	made    *scaffold.Runner // with the actions of the plugins that were there
	plugins uint64           // at this generation of theirs
}

// The bounds of the texts of a plan that are kept to be looked at, in bytes: of one file, and of all.
const (
	planFile = 128 << 10
	planAll  = 4 << 20
)

func newOwnEngine(f *followed) (*ownEngine, error) {
	e := &ownEngine{f: f, dir: f.workspaces}
	_, err := e.runner()
	return e, err
}

// runner is what runs templates, with the actions of the plugins that are there now.
func (e *ownEngine) runner() (*scaffold.Runner, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	f := e.f
	at := f.plug.registry.Generation()
	if e.made != nil && e.plugins == at {
		return e.made, nil
	}
	registry, err := f.app.actions(madeCatalog{f}, notifier{f}, f.app.trees)
	if err != nil && e.made != nil { // two of one name: what was there goes on
		f.log.Warn("the actions of plugins cannot be used", "err", err)
		e.plugins = at
		return e.made, nil
	}
	if err != nil {
		return nil, err
	}
	e.made, e.plugins = scaffold.New(scaffold.Config{
		Actions: registry, Engine: template.New(template.Config{Hosts: codeHosts(f.cfg), Clock: time.Now}), Dir: e.dir, Now: time.Now, Log: f.log, Timeout: templateRunFor / 2,
	}), at
	return e.made, nil
}

// Form implements commands.Scaffolder.
func (e *ownEngine) Form(_ context.Context, t *catalog.Entity) (*scaffold.FormSource, error) {
	doc, err := yamldoc.Parse(t.Document.JSON(), yamldoc.Limits{})
	if err != nil {
		return nil, err
	}
	return scaffold.ReadForm(t.Ref.String(), doc)
}

// request is what a run asks of the engine.
func (e *ownEngine) request(ctx context.Context, r commands.RunRequest) (scaffold.Request, error) {
	doc, err := yamldoc.Parse(r.Template.Document.JSON(), yamldoc.Limits{})
	if err != nil {
		return scaffold.Request{}, err
	}
	t, err := scaffold.Read(r.Template.Ref.String(), doc)
	if err != nil {
		return scaffold.Request{}, err
	}
	q := scaffold.Request{
		Run: r.ID, Template: t, Given: scaffold.Given{Asker: e.asker(r)},
		Origin: scaffold.Origin{Ref: r.Template.Ref, File: r.Template.Source.Location, Commit: e.f.commitOf(ctx, r.Template.Source.Location)},
	}
	if q.Values, err = template.ParseJSON(r.Values); err != nil {
		return q, fault.Wrap(fault.Invalid, err, "the values")
	}
	if len(r.Hidden) > 0 {
		if q.Hidden, err = template.ParseJSON(r.Hidden); err != nil {
			return q, fault.New(fault.Invalid, "what was typed unseen is no JSON")
		}
	}
	q.Secrets, err = secretValues(r.Secrets)
	return q, err
}

func secretValues(secrets map[string]string) (template.Value, error) {
	if len(secrets) == 0 {
		return template.ObjectValue(), nil
	}
	data, err := json.Marshal(secrets)
	if err != nil {
		return template.Value{}, err
	}
	return template.ParseJSON(data)
}

// asker is whom a template sees as its user.
func (e *ownEngine) asker(r commands.RunRequest) scaffold.Asker {
	a := scaffold.Asker{Ref: r.By, Name: r.ByName, Actor: r.Actor}
	if user, ok := e.f.view(catalog.Viewer{}).Entity(r.By); ok {
		a.Name = user.DisplayName()
		if v, err := template.ParseJSON(user.Document.JSON()); err == nil {
			a.User = v
		}
	}
	return a
}

// Plan implements commands.Scaffolder.
func (e *ownEngine) Plan(ctx context.Context, r commands.RunRequest) (plan *commands.RunPlan, err error) {
	q, err := e.request(ctx, r)
	if err != nil {
		return nil, err
	}
	w, err := scaffold.NewWorkspace(e.dir, scaffold.WorkspaceLimits{})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	runner, err := e.runner()
	if err != nil {
		return nil, err
	}
	result, err := runner.Plan(ctx, q, w, nil)
	if err != nil {
		return nil, err
	}
	if result.Err != nil {
		return nil, result.Err
	}
	plan = &commands.RunPlan{Commit: q.Origin.Commit, Effects: result.Effects, Warnings: append(result.Notes, result.Warnings...)}
	for _, s := range result.Steps {
		plan.Steps = append(plan.Steps, commands.PlanStep{ID: s.ID, Name: s.Name, Action: s.Action, Skipped: s.Status == scaffold.Skipped})
	}
	return plan, planFiles(w, plan, result)
}

// planFiles reads the files of a planned run, as far as they can be shown.
func planFiles(w *scaffold.Workspace, plan *commands.RunPlan, result *scaffold.Result) error {
	files, err := w.Files()
	if err != nil {
		return err
	}
	left := planAll
	for _, f := range files {
		p := commands.PlanFile{Path: filepath.ToSlash(f.Path), Size: f.Size, Executable: f.Mode&0o100 != 0}
		plan.Size += f.Size
		if f.Size <= planFile && int(f.Size) <= left && f.Mode&fs.ModeType == 0 {
			text, err := w.ReadFile(f.Path)
			if err != nil {
				return err
			}
			if utf8.Valid(text) && !bytes.ContainsRune(text, 0) {
				p.Text, left = []byte(result.Hide(string(text))), left-len(text)
				p.Before = shownBefore(result, f.Path)
			}
		}
		plan.Files = append(plan.Files, p)
	}
	return nil
}

// shownBefore is what a file takes the place of, nil where that is nothing or cannot be shown.
func shownBefore(result *scaffold.Result, path string) []byte {
	before, there := result.Before[path]
	if !there || !utf8.Valid(before) || bytes.ContainsRune(before, 0) {
		return nil
	}
	return append([]byte{}, result.Hide(string(before))...)
}

// Run implements commands.Scaffolder.
func (e *ownEngine) Run(ctx context.Context, r commands.RunRequest, log commands.RunLog) (commands.RunResult, error) {
	q, err := e.request(ctx, r)
	if err != nil {
		return commands.RunResult{}, err
	}
	runs := e.f.templateRuns
	if err := e.begin(ctx, runs, r, q); err != nil {
		return commands.RunResult{}, commands.TryAgain(err)
	}
	runner, err := e.runner()
	if err != nil {
		return commands.RunResult{}, err
	}
	t := newTeller(ctx, q.Template, log)
	result, err := runner.Work(ctx, runs, r.ID, q.Given, t.tell)
	if errors.Is(context.Cause(ctx), bot.ErrTaskStopped) {
		return commands.RunResult{}, errors.Join(context.Cause(ctx), runner.Cancel(context.WithoutCancel(ctx), runs, r.ID))
	}
	switch {
	case err != nil:
		return commands.RunResult{}, commands.TryAgain(err)
	case result.Err != nil:
		return commands.RunResult{}, result.Err
	case result.Status == scaffold.Cancelled:
		return commands.RunResult{}, fault.New(fault.Invalid, "the run was stopped")
	}
	return resultOf(result), nil
}

// begin keeps a run before it is worked on, or makes one that failed ready for another try.
func (e *ownEngine) begin(ctx context.Context, runs scaffold.Runs, r commands.RunRequest, q scaffold.Request) error {
	fresh, err := runs.Begin(ctx, scaffold.Run{
		ID: r.ID, Template: r.Template.Ref.String(), Title: q.Template.Title, File: q.Origin.File, Commit: q.Origin.Commit,
		Entity: r.Template.Document.JSON(), Values: r.Values,
		Actor: r.Actor, User: r.By.String(), Name: q.Asker.Name, Status: scaffold.Open, Begun: time.Now(),
	})
	if err != nil || fresh || r.Attempt < 2 {
		return err
	}
	row, err := runs.Get(ctx, r.ID)
	if err != nil || row.Status != scaffold.Failed && row.Status != scaffold.Cancelled {
		return err
	}
	runner, err := e.runner()
	if err != nil {
		return err
	}
	return runner.Retry(ctx, runs, r.ID)
}

// resultOf is what came of a run, for the commands.
func resultOf(r *scaffold.Result) commands.RunResult {
	out := commands.RunResult{Entities: r.Entities, Files: len(r.Files)}
	for _, l := range r.Output.Links {
		out.Links = append(out.Links, commands.RunOutput{Title: l.Title, URL: l.URL, Entity: l.EntityRef})
	}
	for _, t := range r.Output.Texts {
		out.Texts = append(out.Texts, commands.RunOutput{Title: t.Title, Text: t.Content})
	}
	return out
}

// teller writes what an engine tells to the log of a task.
type teller struct {
	ctx   context.Context
	log   commands.RunLog
	steps map[string]int // place of each step, by its key, from 1
	names map[string]string
	of    int
}

func newTeller(ctx context.Context, t *scaffold.Template, log commands.RunLog) *teller {
	out := &teller{ctx: ctx, log: log, steps: map[string]int{}, names: map[string]string{}, of: len(t.Steps)}
	for i, s := range t.Steps {
		out.steps[s.ID], out.names[s.ID] = i+1, s.Name
	}
	return out
}

func (t *teller) tell(r scaffold.Record) {
	e := commands.RunEvent{Step: r.Step, Name: t.names[r.Step], N: t.steps[r.Step], Of: t.of}
	switch r.Kind {
	case scaffold.StepBegun:
		e.Kind, e.ID = commands.RunStepBegun, "begun:"+r.Step
		var begin scaffold.StepBegin
		if json.Unmarshal(r.Data, &begin) == nil && e.Name == "" {
			e.Name = begin.Name
		}
	case scaffold.StepEnded:
		var end scaffold.StepEnd
		_ = json.Unmarshal(r.Data, &end) // without a status it is done
		e.ID, e.Text = "ended:"+r.Step, end.Message
		switch e.Kind = commands.RunStepDone; end.Status {
		case scaffold.Skipped:
			e.Kind = commands.RunStepSkipped
		case scaffold.Failed:
			e.Kind = commands.RunStepFailed
		}
	case scaffold.LogLine:
		e.Kind, e.ID = commands.RunLine, "line:"+bot.NewID(time.Now())
		_ = json.Unmarshal(r.Data, &e.Text) // an empty line is shown as one
	default:
		return
	}
	_ = t.log.Event(t.ctx, e) // what is not shown of a run is in its journal
}
