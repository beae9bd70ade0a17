package template

import (
	"errors"
	"fmt"
	"math"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// Warning is an expression of a step that failed, so that its text stayed as it was.
type Warning struct {
	Field string // where in the rendered value, such as input.values[2].name
	Err   error
}

// StepOptions change how a step is rendered.
type StepOptions struct {
	Options
	Strict bool   // fail instead of keeping the text of an expression that failed
	Field  string // what the rendered value is called in errors and warnings, such as steps[2].input
}

// RenderStep renders every string in a value, as Backstage renders the input, the condition and the output of a step:
// a string that is one expression becomes that expression's value, an undefined one disappears with its key. An
// expression that fails keeps its text and gives a warning, or, with Strict, ends the rendering with its error.
func (e *Engine) RenderStep(v Value, c *Context, o StepOptions) (Value, []Warning, error) {
	s := stepper{engine: e, ctx: c, opts: o}
	out, err := s.render(v, o.Field)
	if err != nil {
		return Value{}, nil, err
	}
	return out, s.warnings, nil
}

type stepper struct {
	engine   *Engine
	ctx      *Context
	opts     StepOptions
	warnings []Warning
}

func (s *stepper) render(v Value, field string) (Value, error) {
	switch v.kind {
	case String:
		return s.text(v, field)
	case Array:
		items := make([]Value, v.Len())
		for i, item := range v.array().items {
			out, err := s.render(item, fmt.Sprintf("%s[%d]", field, i))
			if err != nil {
				return Value{}, err
			}
			if out.kind == Undefined {
				out = NullValue()
			}
			items[i] = out
		}
		return arrayOf(items), nil
	case Object:
		var b recordBuilder
		b.grow(v.Len())
		for k, item := range v.Entries {
			out, err := s.render(item, dotted(field, k))
			if err != nil {
				return Value{}, err
			}
			if out.kind != Undefined {
				b.set(k, out)
			}
		}
		return b.value(), nil
	}
	return v, nil
}

func dotted(field, key string) string {
	if field == "" {
		return key
	}
	return field + "." + key
}

func (s *stepper) text(v Value, field string) (Value, error) {
	t, err := s.engine.Parse("", v.text(), s.opts.Options)
	if err == nil {
		var out Value
		if out, err = t.Value(s.ctx); err == nil {
			return out, nil
		}
	}
	var f *fault.Error
	if errors.As(err, &f) {
		at := *f
		at.At.Field = field
		err = &at
	}
	if s.opts.Strict {
		return Value{}, err
	}
	s.warnings = append(s.warnings, Warning{Field: field, Err: err})
	return v, nil
}

// Value renders the template as a string of a step: a single output keeps the type of its value, as JSON knows it; a
// single statement gives the JSON that it writes, if it writes any; everything else is text. What is empty is
// undefined, but an expression whose value is "" is not.
func (t *Template) Value(c *Context) (Value, error) {
	nodes := t.root.nodes
	if len(nodes) == 0 {
		return Value{}, nil
	}
	if text, ok := nodes[0].(*textNode); ok && len(nodes) == 1 {
		return StringValue(text.text), nil
	}
	if len(nodes) > 1 {
		v, err := t.Text(c)
		if err == nil && !v.Truthy() {
			v = Value{}
		}
		return v, err
	}
	if out, ok := nodes[0].(*outputNode); ok {
		return t.single(out, c)
	}
	return t.statement(c)
}

// single is the value of a template that is one output.
func (t *Template) single(n *outputNode, c *Context) (Value, error) {
	r, e := t.start(c)
	v, err := n.of.eval(r, e, 4)
	if err == nil {
		err = r.scratch(v)
	}
	if err == nil {
		left := maxEntries
		v, err = jsonValue(v, &left)
	}
	return v, public(located(err, n.pos()), t.name, t.src)
}

// statement is what a template writes that is one statement, read as JSON.
func (t *Template) statement(c *Context) (Value, error) {
	var encoded []byte
	w := writer{json: &encoded}
	if err := t.exec(c, &w); err != nil {
		return Value{}, err
	}
	if len(encoded) == 0 {
		return Value{}, nil
	}
	v, err := ParseJSON(encoded)
	switch {
	case err == nil:
		if err := checkShape(v); err != nil {
			return Value{}, public(err, t.name, t.src)
		}
		return v, nil
	case len(w.buf) == 0:
		return Value{}, nil
	}
	return StringValue(string(w.buf)), nil
}

// jsonValue is what is left of a value in JSON.
func jsonValue(v Value, left *int) (Value, error) {
	switch v.kind {
	case safeKind:
		return StringValue(v.text()), nil
	case regexKind:
		return ObjectValue(), nil
	case Number:
		if f := v.num(); math.IsNaN(f) || math.IsInf(f, 0) {
			return NullValue(), nil
		}
		if v.num() == 0 {
			return NumberValue(0), nil
		}
	case Array, Object:
		if *left -= v.Len(); *left < 0 {
			return Value{}, failf("the value has more than %d parts", maxEntries)
		}
		return jsonParts(v, left)
	}
	return v, nil
}

func jsonParts(v Value, left *int) (Value, error) {
	var failed error
	part := func(item Value) Value {
		out, err := jsonValue(item, left)
		if err != nil {
			failed = err
		}
		return out
	}
	if v.kind == Object {
		out := eachDefined(v, part)
		return out, failed
	}
	items := make([]Value, v.Len())
	for i, item := range v.array().items {
		if items[i] = part(item); items[i].kind == Undefined {
			items[i] = NullValue()
		}
		if failed != nil {
			return Value{}, failed
		}
	}
	return arrayOf(items), nil
}
