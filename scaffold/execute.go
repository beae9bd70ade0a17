package scaffold

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/scaffold/template"
)

// Why steps are skipped.
const (
	skippedFailed = "an earlier step failed"
	skippedIf     = "its condition is false"
)

// step does one step, or leaves it out. Its error means that the run cannot go on now; a step that fails is none.
func (x *execution) step(ctx context.Context, i int) error {
	s := &x.t.Steps[i]
	if ctx.Err() != nil {
		return x.late(ctx, i, ctx.Err())
	}
	why, err := x.skips(s)
	if err == nil && why != "" {
		return x.ends(ctx, i, StepEnd{Status: Skipped, Message: why})
	}
	if err := x.keep.add(ctx, Record{Kind: StepBegun, Step: s.key}, StepBegin{s.Name, s.Action}); err != nil {
		return err
	}
	x.steps[i].Status = Processing
	var output template.Value
	if err == nil {
		output, err = x.do(ctx, s)
	}
	if broken := (*keepError)(nil); errors.As(err, &broken) {
		return broken.err
	}
	if err != nil && ctx.Err() != nil {
		return x.late(ctx, i, err)
	}
	if err != nil {
		return x.fails(ctx, i, err)
	}
	x.emit(s, output)
	return x.ends(ctx, i, StepEnd{Status: Completed, Output: template.AppendJSON(nil, output)})
}

// late ends a step during which ctx ended: the run's time is over, or the run is to stop here for now.
func (x *execution) late(ctx context.Context, i int, err error) error {
	if !errors.Is(context.Cause(ctx), errTimeout) {
		return err
	}
	return x.fails(context.WithoutCancel(ctx), i, fault.New(fault.Invalid, "the run takes longer than %s", x.r.cfg.Timeout))
}

// fails records a step that failed.
func (x *execution) fails(ctx context.Context, i int, err error) error {
	err = x.fail(i, x.placed(&x.t.Steps[i], err))
	if x.failed == nil {
		x.failed = err
	}
	return x.ends(ctx, i, StepEnd{Status: Failed, Message: x.steps[i].Message})
}

// skips is why a step is left out, "" when it is done.
func (x *execution) skips(s *Step) (string, error) {
	if s.If.Kind() == template.Bool && !s.If.Truthy() {
		return skippedIf, nil
	}
	conditional := s.If.Kind() == template.String
	if x.failed != nil && !conditional {
		return skippedFailed, nil
	}
	if !conditional || x.failed == nil && s.Each.Kind() != template.Undefined {
		return "", nil
	}
	asked := false
	c, err := x.context(&asked, template.Value{}, open)
	if err != nil {
		return "", err
	}
	v, warnings, err := x.r.cfg.Engine.RenderStep(s.If, c, template.StepOptions{Field: "if"})
	if err != nil {
		return "", err
	}
	switch {
	case x.failed != nil && !asked:
		return skippedFailed, nil
	case s.Each.Kind() != template.Undefined:
		return "", nil
	case !v.StepTruthy():
		return skippedIf, nil
	}
	x.warn(s, warnings)
	return "", nil
}

// placed says in which step an error is.
func (x *execution) placed(s *Step, err error) error {
	kind := fault.KindOf(err)
	at := x.t.where(s, "")
	var f *fault.Error
	if errors.As(err, &f) && f.At.Field != "" && f.At.File == "" && err == error(f) {
		inner := *f
		at.Field += "." + f.At.Field
		inner.At = fault.Position{}
		err = &inner
	}
	return &fault.Error{Kind: kind, At: at, Message: fmt.Sprintf("step %s (%s)", s.ID, s.Action), Err: err}
}

// ends records how a step ended.
func (x *execution) ends(ctx context.Context, i int, end StepEnd) error {
	x.steps[i].Status, x.steps[i].Message = end.Status, end.Message
	if x.failed == nil && !x.planning {
		var err error
		if end.Files, err = x.save(ctx); err != nil {
			return err
		}
	}
	return x.keep.add(ctx, Record{Kind: StepEnded, Step: x.t.Steps[i].key}, end)
}

// emit makes a step's output known to what follows.
func (x *execution) emit(s *Step, output template.Value) {
	x.outputs = append(x.outputs, template.Field{Key: s.ID, Value: template.ObjectValue(template.Field{Key: "output", Value: object(output)})})
	if s.Action != "catalog:register" {
		return
	}
	refs := output.Get("entityRef")
	if refs.Kind() == template.String {
		refs = template.ArrayValue(refs)
	}
	for _, v := range refs.Items() {
		if ref, err := catalog.ParseRef(v.String(), "component", "default"); err == nil && len(x.entities) < maxRunEntities {
			x.entities = append(x.entities, ref.String())
		}
	}
}

// do executes a step's action, once or for each of what it is repeated for, and returns the step's output.
func (x *execution) do(ctx context.Context, s *Step) (template.Value, error) {
	reg := x.r.cfg.Actions.byName[s.Action]
	if reg == nil {
		return template.Value{}, fault.At(fault.Position{Field: "action"}, "there is no action %s", s.Action)
	}
	list, err := x.iterations(s, reg)
	if err != nil {
		return template.Value{}, err
	}
	var single template.Value
	var names []string
	gathered := map[string][]template.Value{}
	for _, it := range list {
		if err := ctx.Err(); err != nil {
			return template.Value{}, err
		}
		if !it.runs {
			x.keep.say(ctx, s.key, it.n, "skipping "+it.label()+": "+skippedIf)
			continue
		}
		if single, err = x.call(ctx, s, reg, it); err != nil {
			if label := it.label(); label != "" {
				err = fault.Wrap(fault.KindOf(err), err, "iteration %s", label)
			}
			return template.Value{}, err
		}
		for k, v := range single.Entries {
			if gathered[k] == nil {
				names = append(names, k)
			}
			gathered[k] = append(gathered[k], v)
		}
	}
	if len(list) == 1 && list[0].each.Kind() == template.Undefined {
		return object(single), nil
	}
	fields := make([]template.Field, 0, len(names))
	for _, k := range names {
		fields = append(fields, template.Field{Key: k, Value: template.ArrayValue(gathered[k]...)})
	}
	return template.ObjectValue(fields...), nil
}

// call executes an action once.
func (x *execution) call(ctx context.Context, s *Step, reg *registered, it iteration) (template.Value, error) {
	ctx, stop := context.WithTimeoutCause(ctx, x.r.cfg.StepTimeout, errStepTimeout)
	defer stop()
	c := &Call{
		Input: it.input, Workspace: x.w, Run: x.q.Run, Step: s.key, Iteration: it.n, Planning: x.planning,
		Asker: x.q.Asker, Template: x.q.Origin, Secrets: object(x.q.Secrets), Engine: x.r.cfg.Engine, Now: x.r.cfg.Now,
		log: func(ctx context.Context, text string) { x.keep.say(ctx, s.key, it.n, text) },
	}
	var out template.Value
	var err error
	switch {
	case x.planning:
		out, err = x.plan(ctx, s, reg, c)
	case reg.spec.Local:
		out, err = guard(func() (template.Value, error) { return reg.action.Apply(ctx, c) })
	default:
		out, err = x.effect(ctx, reg, c)
	}
	if err != nil && errors.Is(context.Cause(ctx), errStepTimeout) {
		err = fault.Wrap(fault.KindOf(err), err, "it takes longer than %s", x.r.cfg.StepTimeout)
	}
	if err == nil && out.Kind() != template.Object && out.Kind() != template.Undefined {
		err = fault.New(fault.Internal, "the action gives %s, not an object", describe(out))
	}
	return out, err
}

// errStepTimeout ends an action that takes too long.
var errStepTimeout = errors.New("the step takes too long")

func (x *execution) plan(ctx context.Context, s *Step, reg *registered, c *Call) (template.Value, error) {
	var p Planned
	_, err := guard(func() (_ template.Value, err error) {
		p, err = reg.action.Plan(ctx, c)
		return template.Value{}, err
	})
	if err != nil {
		return template.Value{}, err
	}
	for _, e := range p.Effects {
		e.Action, e.Step, e.Input = s.Action, s.ID, x.secrets.value(c.Input)
		e.Summary = x.secrets.text(e.Summary)
		for k, v := range e.Args {
			if text, ok := v.(string); ok {
				e.Args[k] = x.secrets.text(text)
			}
		}
		x.effects = append(x.effects, e)
	}
	for name, data := range p.Before {
		if x.before == nil {
			x.before = map[string][]byte{}
		}
		x.before[name] = data
	}
	for _, text := range p.Notes {
		x.notes = note(x.notes, s, x.secrets.text(text))
	}
	return p.Output, nil
}

// effect applies an action that changes something outside, unless the journal knows that it was.
func (x *execution) effect(ctx context.Context, reg *registered, c *Call) (template.Value, error) {
	if err := x.keep.fence(ctx); err != nil {
		return template.Value{}, &keepError{err}
	}
	key := callKey{c.Step, c.Iteration, ""}
	was := x.keep.effects[key]
	if was.ended {
		return was.result, nil
	}
	c.Again, c.marks = was.begun, marks{x.keep}
	if err := x.keep.add(ctx, Record{Kind: EffectBegun, Step: c.Step, Iteration: c.Iteration}, nil); err != nil {
		return template.Value{}, &keepError{err}
	}
	out, err := guard(func() (template.Value, error) { return reg.action.Apply(ctx, c) })
	if err != nil {
		return out, err
	}
	// What was done is recorded even when the run is to stop now.
	after := context.WithoutCancel(ctx)
	if err := x.keep.add(after, Record{Kind: EffectEnded, Step: c.Step, Iteration: c.Iteration}, object(out)); err != nil {
		return out, &keepError{err}
	}
	return out, nil
}

// guard turns a panic of an action into an error.
func guard(do func() (template.Value, error)) (v template.Value, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fault.New(fault.Internal, "the action broke: %v at %s", p, clip(string(debug.Stack())))
		}
	}()
	return do()
}

// keepError is an error of the journal, which ends an attempt and not the run.
type keepError struct{ err error }

func (e *keepError) Error() string { return e.err.Error() }
func (e *keepError) Unwrap() error { return e.err }
