package scaffold

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/scaffold/template"
)

// Config is what a Runner needs. Actions and Engine are required.
type Config struct {
	Actions     *Registry
	Engine      *template.Engine
	Dir         string // below which workspaces are made; "": the system's folder for temporary files
	Limits      WorkspaceLimits
	Environment Environment
	Timeout     time.Duration // of one attempt at a run; an hour
	StepTimeout time.Duration // 20 minutes
	Now         func() time.Time
	Log         *slog.Logger
}

// Environment is what every template sees as environment.
type Environment struct{ Parameters, Secrets template.Value } // objects or undefined

// Runner plans and does what templates say. It is safe for concurrent use.
type Runner struct{ cfg Config }

const (
	defaultTimeout     = time.Hour
	defaultStepTimeout = 20 * time.Minute
)

// New returns a Runner.
func New(cfg Config) *Runner {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Timeout <= 0 {
		cfg.Timeout = defaultTimeout
	}
	if cfg.StepTimeout <= 0 {
		cfg.StepTimeout = defaultStepTimeout
	}
	return &Runner{cfg}
}

// Request is what is to be run.
type Request struct {
	Run      string // id
	Template *Template
	Origin   Origin
	Values   template.Value // an object: what the form asked, without Given.Hidden
	Given
}

// Given is what a run is given and nobody keeps with it: who asks, and what nobody may read.
type Given struct {
	Asker Asker
	// Hidden are the values of fields that are typed unseen, in an object of the shape of Values, or undefined.
	// Templates see them among parameters.
	Hidden  template.Value
	Secrets template.Value // an object or undefined
}

// Result is what came of a run or of a plan.
type Result struct {
	Status   Status
	Steps    []StepResult      // all steps of the template
	Effects  []Effect          // of a plan: what would change outside
	Output   Output            // of what completed
	Warnings []string          // expressions that kept their text, in English
	Files    []Entry           // of the workspace at the end
	Before   map[string][]byte // of a plan: what files take the place of elsewhere; see Planned
	Notes    []string          // of a plan: what could not be found out, in English
	Entities []string          // full references of what was registered in the catalog
	Err      error             // the first failure

	hide func(string) string
}

// Hide takes the run's secrets out of a text: what files and outputs hold is not looked through otherwise.
func (r *Result) Hide(text string) string {
	if r.hide == nil {
		return text
	}
	return r.hide(text)
}

// StepResult is how a step stands.
type StepResult struct {
	ID, Name, Action string
	Status           Status
	Message          string // why it failed or was skipped, in English, without secrets
}

// Plan tells what a run would do: local actions are applied in the workspace, which should be empty, and all others
// planned. A template that fails is a result with its error; an error of Plan itself is one of ours, or ctx's.
func (r *Runner) Plan(ctx context.Context, q Request, w *Workspace, progress func(Record)) (*Result, error) {
	x := r.execution(q, w)
	x.planning = true
	x.keep = &keeper{now: r.cfg.Now, progress: progress, secrets: x.secrets}
	return x.all(ctx)
}

// Run does what a template says, from where the journal says it stands. A template that fails is a result with its
// error; an error of Run itself means that the run has not ended and can be taken up again: a process that ends, a
// store that is away.
func (r *Runner) Run(ctx context.Context, q Request, j Journal, progress func(Record)) (*Result, error) {
	w, err := NewWorkspace(r.cfg.Dir, r.cfg.Limits)
	if err != nil {
		return nil, err
	}
	x := r.execution(q, w)
	x.keep = &keeper{journal: j, now: r.cfg.Now, progress: progress, secrets: x.secrets}
	result, err := x.resume(ctx)
	if closed := w.Close(); closed != nil {
		r.cfg.Log.Warn("a workspace was not removed", "run", q.Run, "err", closed)
	}
	return result, err
}

func (r *Runner) execution(q Request, w *Workspace) *execution {
	x := &execution{r: r, q: q, t: q.Template, w: w, secrets: &redactor{}, values: merged(q.Values, q.Hidden)}
	x.secrets.add(q.Hidden)
	x.secrets.add(q.Secrets)
	x.secrets.add(r.cfg.Environment.Secrets)
	x.steps = make([]StepResult, len(q.Template.Steps))
	for i, s := range q.Template.Steps {
		x.steps[i] = StepResult{ID: s.ID, Name: s.Name, Action: s.Action, Status: Open}
	}
	return x
}

// execution is one attempt at a run, or a plan.
type execution struct {
	r        *Runner
	q        Request
	t        *Template
	values   template.Value // as templates see them
	w        *Workspace
	planning bool
	secrets  *redactor
	keep     *keeper

	steps    []StepResult
	outputs  []template.Field // of steps that completed: {id: {output: ...}}
	effects  []Effect
	before   map[string][]byte
	notes    []string
	warnings []string
	entities []string
	failed   error
	files    savedFiles
}

// resume goes on where the journal ends.
func (x *execution) resume(ctx context.Context) (*Result, error) {
	if err := x.keep.load(ctx, x.t); err != nil {
		return nil, err
	}
	if end := x.keep.end; end != nil {
		return x.ended(*end)
	}
	if err := x.keep.begin(ctx); err != nil {
		return nil, err
	}
	if err := x.take(ctx); err != nil {
		return nil, err
	}
	return x.all(ctx)
}

// all does the steps that are left.
func (x *execution) all(ctx context.Context) (*Result, error) {
	ctx, stop := context.WithTimeoutCause(ctx, x.r.cfg.Timeout, errTimeout)
	defer stop()
	if x.failed == nil {
		if err := x.check(ctx); err != nil {
			return x.finish(ctx, template.Value{}, err)
		}
	}
	for i := range x.t.Steps {
		if x.steps[i].Status.Over() {
			continue
		}
		if err := x.step(ctx, i); err != nil {
			return nil, x.interrupted(ctx, err)
		}
	}
	if x.failed != nil {
		return x.finish(context.WithoutCancel(ctx), template.Value{}, x.failed)
	}
	output, err := x.output()
	return x.finish(ctx, output, err)
}

// errTimeout ends a run that takes too long.
var errTimeout = errors.New("the run takes too long")

// interrupted is why a run stopped before its end.
func (x *execution) interrupted(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

// check finds what can be known to fail before anything ran: values that do not fit, and actions that are not known.
func (x *execution) check(ctx context.Context) error {
	if err := x.checkSecrets(); err != nil {
		return err
	}
	for i := range x.t.Steps {
		s := &x.t.Steps[i]
		if x.steps[i].Status.Over() || x.r.cfg.Actions.byName[s.Action] != nil || x.never(s) {
			continue
		}
		err := x.fail(i, fault.At(x.t.where(s, "action"), "step %s: there is no action %s%s", s.ID, s.Action, doYouMean(s.Action, x.r.cfg.Actions.names)))
		if broken := x.ends(ctx, i, StepEnd{Status: Failed, Message: x.steps[i].Message}); broken != nil {
			return broken
		}
		return err
	}
	return nil
}

func (x *execution) checkSecrets() error {
	if x.t.secrets == nil {
		return nil
	}
	secrets := x.q.Secrets
	if secrets.Kind() != template.Object {
		secrets = template.ObjectValue()
	}
	return x.t.secrets.check(secrets, "secrets")
}

// never reports whether a step is skipped whatever other steps give.
func (x *execution) never(s *Step) bool {
	if s.If.Kind() == template.Bool {
		return !s.If.Truthy()
	}
	if s.If.Kind() != template.String || s.Each.Kind() != template.Undefined {
		return false
	}
	c, err := x.context(nil, template.Value{}, open)
	if err != nil {
		return false
	}
	v, warnings, err := x.r.cfg.Engine.RenderStep(s.If, c, template.StepOptions{})
	return err == nil && len(warnings) == 0 && !v.StepTruthy()
}

// fail marks a step as failed.
func (x *execution) fail(i int, err error) error {
	x.steps[i].Status, x.steps[i].Message = Failed, x.secrets.text(err.Error())
	return err
}

// Refused is the result of a run that cannot begin.
func Refused(t *Template, err error) *Result {
	r := &Result{Status: Failed, Err: err}
	for _, s := range t.Steps {
		r.Steps = append(r.Steps, StepResult{ID: s.ID, Name: s.Name, Action: s.Action, Status: Skipped, Message: "the run did not begin"})
	}
	return r
}
