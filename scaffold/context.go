package scaffold

import (
	"fmt"
	"strconv"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/scaffold/template"
)

// maxIterations of one step with each.
const maxIterations = 1000

// sight is how much of what is secret an expression sees.
type sight int

const (
	open   sight = iota // no secrets: conditions and outputs
	whole               // everything: inputs and each
	masked              // a mask in place of everything that is secret: what comes out otherwise than whole must not be shown
)

// context is what the expressions of a step see: each is undefined outside of iterations. asked is set when an
// expression calls always() or failure().
func (x *execution) context(asked *bool, each template.Value, s sight) (*template.Context, error) {
	values, secrets, hiddenEnvironment := x.values, template.Value{}, template.ObjectValue()
	switch s {
	case open:
	case whole:
		secrets, hiddenEnvironment = object(x.q.Secrets), object(x.r.cfg.Environment.Secrets)
	case masked:
		values = merged(x.q.Values, mask(x.q.Hidden))
		secrets, hiddenEnvironment = mask(object(x.q.Secrets)), mask(object(x.r.cfg.Environment.Secrets))
	}
	environment := []template.Field{{Key: "parameters", Value: object(x.r.cfg.Environment.Parameters)}}
	fields := []template.Field{
		{Key: "parameters", Value: object(values)},
		{Key: "steps", Value: template.ObjectValue(x.outputs...)},
		{Key: "environment", Value: template.ObjectValue(append(environment, template.Field{Key: "secrets", Value: hiddenEnvironment})...)},
		{Key: "context", Value: template.ObjectValue(template.Field{Key: "task", Value: template.ObjectValue(template.Field{Key: "id", Value: template.StringValue(x.q.Run)})})},
	}
	if u := x.user(); u.Kind() == template.Object {
		fields = append(fields, template.Field{Key: "user", Value: u})
	}
	if secrets.Kind() == template.Object {
		fields = append(fields, template.Field{Key: "secrets", Value: secrets})
	}
	if each.Kind() != template.Undefined {
		fields = append(fields, template.Field{Key: "each", Value: each})
	}
	answer := func(v func() bool) template.Func {
		return func([]template.Value) (template.Value, error) {
			if asked != nil {
				*asked = true
			}
			return template.BoolValue(v()), nil
		}
	}
	return template.NewContext(template.ObjectValue(fields...), map[string]template.Func{
		"always":  answer(func() bool { return true }),
		"failure": answer(func() bool { return x.failed != nil }),
	})
}

func (x *execution) user() template.Value {
	var fields []template.Field
	if x.q.Asker.User.Kind() == template.Object {
		fields = append(fields, template.Field{Key: "entity", Value: x.q.Asker.User})
	}
	if ref := x.q.Asker.Ref; ref.Name != "" {
		fields = append(fields, template.Field{Key: "ref", Value: template.StringValue(ref.String())})
	}
	if len(fields) == 0 {
		return template.Value{}
	}
	return template.ObjectValue(fields...)
}

// object is v, or an empty object where v is none.
func object(v template.Value) template.Value {
	if v.Kind() == template.Object {
		return v
	}
	return template.ObjectValue()
}

// iteration is one execution of a step's action.
type iteration struct {
	n     int
	each  template.Value // {key, value}, undefined for a step without each
	veil  template.Value // each without what is secret, undefined where that cannot be told
	runs  bool
	input template.Value
}

// label names an iteration in messages, "" for a step without each.
func (it iteration) label() string {
	if it.each.Kind() == template.Undefined {
		return ""
	}
	return "[" + it.each.Get("key").String() + "]"
}

// iterations renders everything that a step's action will be given.
func (x *execution) iterations(s *Step, reg *registered) ([]iteration, error) {
	eaches, err := x.eaches(s)
	if err != nil {
		return nil, err
	}
	list := make([]iteration, len(eaches))
	for n, it := range eaches {
		if list[n], err = x.iteration(s, reg, it); err != nil {
			return nil, err
		}
	}
	for _, it := range list {
		if !it.runs {
			continue
		}
		if err := reg.input.check(it.input, "input"); err != nil {
			return nil, fault.Wrap(fault.Invalid, err, "the input of %s%s", s.Action, it.label())
		}
	}
	return list, nil
}

// eaches are what a step is repeated for; a step without each is done once, for nothing.
func (x *execution) eaches(s *Step) ([]iteration, error) {
	if s.Each.Kind() == template.Undefined {
		return []iteration{{}}, nil
	}
	v, err := x.each(s, whole)
	if err != nil {
		return nil, err
	}
	var veil template.Value
	if x.hasSecrets() {
		if veil, err = x.each(s, masked); err != nil {
			veil = template.Value{}
		}
		x.secrets.addDifference(v, veil)
	}
	if v.Kind() != template.Array && v.Kind() != template.Object {
		return nil, fault.At(fault.Position{Field: "each"}, "an array or object is expected; %s gives %s", quote(s.Each), describe(v))
	}
	if v.Len() > maxIterations {
		return nil, fault.At(fault.Position{Field: "each"}, "there are %d iterations; at most %d are done", v.Len(), maxIterations)
	}
	var out []iteration
	add := func(key string, item, veiled template.Value) {
		it := iteration{n: len(out), each: entry(key, item)}
		if veiled.Kind() != template.Undefined {
			it.veil = entry(key, veiled)
		}
		out = append(out, it)
	}
	for i, item := range v.Items() {
		add(strconv.Itoa(i), item, nth(veil, i))
	}
	for k, item := range v.Entries {
		add(k, item, veil.Get(k))
	}
	return out, nil
}

// entry is what an iteration sees as each.
func entry(key string, v template.Value) template.Value {
	return template.ObjectValue(template.Field{Key: "key", Value: template.StringValue(key)}, template.Field{Key: "value", Value: v})
}

// nth is an element of a list, undefined for none.
func nth(list template.Value, i int) template.Value {
	if items := list.Items(); i < len(items) {
		return items[i]
	}
	return template.Value{}
}

func (x *execution) each(s *Step, seen sight) (template.Value, error) {
	c, err := x.context(nil, template.Value{}, seen)
	if err != nil {
		return template.Value{}, err
	}
	v, _, err := x.r.cfg.Engine.RenderStep(s.Each, c, template.StepOptions{Strict: true, Field: "each"})
	return v, err
}

func (x *execution) hasSecrets() bool {
	return x.q.Hidden.Len() > 0 || x.q.Secrets.Len() > 0 || x.r.cfg.Environment.Secrets.Len() > 0
}

func (x *execution) iteration(s *Step, reg *registered, it iteration) (iteration, error) {
	it.runs = true
	c, err := x.context(nil, it.each, whole)
	if err != nil {
		return it, err
	}
	if it.each.Kind() != template.Undefined && s.If.Truthy() {
		v, warnings, err := x.r.cfg.Engine.RenderStep(s.If, c, template.StepOptions{Field: "if"})
		if err != nil {
			return it, err
		}
		x.warn(s, warnings)
		it.runs = v.StepTruthy()
	}
	if it.input, err = x.input(s, reg, c, true); err != nil {
		return it, err
	}
	if x.hasSecrets() {
		if c, err = x.context(nil, it.veil, masked); err != nil {
			return it, err
		}
		if without, err := x.input(s, reg, c, false); err == nil {
			x.secrets.addDifference(it.input, without)
		} else {
			x.secrets.add(it.input)
		}
	}
	return it, nil
}

// input renders a step's input. Fields that name a repository, a path or an entity must not fail.
func (x *execution) input(s *Step, reg *registered, c *template.Context, warn bool) (template.Value, error) {
	fields := make([]template.Field, 0, s.Input.Len())
	for k, v := range s.Input.Entries {
		out, warnings, err := x.r.cfg.Engine.RenderStep(v, c, template.StepOptions{Strict: reg.strict[k], Field: "input." + k})
		if err != nil {
			return template.Value{}, err
		}
		if warn {
			x.warn(s, warnings)
		}
		if out.Kind() != template.Undefined {
			fields = append(fields, template.Field{Key: k, Value: out})
		}
	}
	return template.ObjectValue(fields...), nil
}

// warn notes expressions that kept their text.
func (x *execution) warn(s *Step, warnings []template.Warning) {
	for _, w := range warnings {
		x.warnings = note(x.warnings, s, x.secrets.text(fmt.Sprintf("%v; the text stays as it is", w.Err)))
	}
}

// maxNotes of one run are kept, of each sort.
const maxNotes = 200

// note adds what is to be said about a step.
func note(all []string, s *Step, text string) []string {
	if len(all) == maxNotes {
		return all
	}
	return append(all, "step "+s.ID+": "+text)
}

func quote(v template.Value) string { return strconv.Quote(clip(v.String())) }

// describe names a value in a message.
func describe(v template.Value) string {
	switch v.Kind() {
	case template.Undefined, template.Null:
		return "nothing"
	case template.String:
		return "a text"
	case template.Array:
		return "an array"
	case template.Object:
		return "an object"
	}
	return clip(v.String())
}
