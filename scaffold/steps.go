package scaffold

import (
	"strconv"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/yamldoc"
	"github.com/backchannel-portal/backchannel/scaffold/form"
	"github.com/backchannel-portal/backchannel/scaffold/template"
)

// APIVersion is the one version of templates that is run.
const APIVersion = "scaffolder.backstage.io/v1beta3"

// maxSteps of a template.
const maxSteps = 500

// Template is a software template as it is run. It is safe for concurrent use.
type Template struct {
	Name        string // metadata.name
	Title       string // metadata.title, else the name
	Description string
	Type        string // spec.type
	Owner       string // spec.owner, as written
	Steps       []Step
	Output      template.Value // spec.output, an object or undefined
	Form        *form.Template // what it asks

	file    string
	secrets *schema // spec.secrets.schema
	spec    *yamldoc.Node
}

// Step is one step of a template.
type Step struct {
	ID     string // step-N where the template names none, N from 1
	Name   string // for people; the action's where the template has none
	Action string
	If     template.Value // undefined: none
	Each   template.Value // undefined: none
	Input  template.Value // an object or undefined
	Line   int

	at  string // spec.steps[2]
	key string // the id, with the place behind it where another step has the same
}

// Read takes a template's entity apart. file is named in errors, which are of kind fault.Invalid with line and field.
func Read(file string, entity *yamldoc.Node) (*Template, error) {
	asks, err := form.Read(file, entity)
	if err != nil {
		return nil, err
	}
	r := reader{file}
	if v := entity.Get("apiVersion"); v.Str() != APIVersion {
		return nil, r.errorf(v, "apiVersion", "only templates of %s are run, this one is of %q", APIVersion, clip(v.Str()))
	}
	meta, spec := entity.Get("metadata"), entity.Get("spec")
	t := &Template{
		Name: meta.Get("name").Str(), Title: asks.Title, Description: asks.Description,
		Type: spec.Get("type").Str(), Owner: spec.Get("owner").Str(), Form: asks, file: file, spec: spec,
	}
	if t.Steps, err = r.steps(spec.Get("steps")); err != nil {
		return nil, err
	}
	output := spec.Get("output")
	if output != nil && output.Kind != yamldoc.Null {
		if output.Kind != yamldoc.Map {
			return nil, r.errorf(output, "spec.output", "an object is expected, found %s", output.Kind)
		}
		if t.Output, err = valueOf(output); err != nil {
			return nil, r.errorf(output, "spec.output", "%v", err)
		}
	}
	if s := spec.At("secrets", "schema"); s != nil {
		if t.secrets, err = compileSchema("spec.secrets", string(yamldoc.AppendJSON(nil, s))); err != nil {
			return nil, r.errorf(s, "spec.secrets.schema", "%v", err)
		}
	}
	return t, nil
}

type reader struct{ file string }

func (r reader) errorf(n *yamldoc.Node, field, format string, args ...any) error {
	at := fault.Position{File: r.file, Field: field}
	if n != nil {
		at.Line = n.Line
	}
	return fault.At(at, format, args...)
}

func (r reader) steps(list *yamldoc.Node) ([]Step, error) {
	const field = "spec.steps"
	if list == nil || list.Kind != yamldoc.List {
		return nil, r.errorf(list, field, "a list of steps is expected")
	}
	if len(list.Items) > maxSteps {
		return nil, r.errorf(list, field, "there are %d steps; at most %d are run", len(list.Items), maxSteps)
	}
	steps := make([]Step, 0, len(list.Items))
	seen := map[string]bool{}
	for i, n := range list.Items {
		s, err := r.step(n, i)
		if err != nil {
			return nil, err
		}
		if s.key = s.ID; seen[s.key] {
			s.key += "#" + strconv.Itoa(i+1)
		}
		seen[s.key] = true
		steps = append(steps, s)
	}
	return steps, nil
}

func (r reader) step(n *yamldoc.Node, i int) (Step, error) {
	at := "spec.steps[" + strconv.Itoa(i) + "]"
	if n == nil || n.Kind != yamldoc.Map {
		return Step{}, r.errorf(n, at, "a step is an object")
	}
	s := Step{ID: n.Get("id").Str(), Name: n.Get("name").Str(), Action: n.Get("action").Str(), Line: n.Line, at: at}
	if from := n.Get("$yaml"); s.Action == "" && from != nil {
		return Step{}, r.errorf(n, at, "the step stands in %s, which only the catalog reads: run the template by its reference", clip(from.Str()))
	}
	if s.Action == "" {
		return Step{}, r.errorf(n, at+".action", "the step names no action")
	}
	if s.ID == "" {
		s.ID = "step-" + strconv.Itoa(i+1)
	}
	if s.Name == "" {
		s.Name = s.Action
	}
	for _, part := range []struct {
		name string
		to   *template.Value
	}{{"if", &s.If}, {"each", &s.Each}, {"input", &s.Input}} {
		v := n.Get(part.name)
		if v == nil || v.Kind == yamldoc.Null {
			continue
		}
		var err error
		if *part.to, err = valueOf(v); err != nil {
			return Step{}, r.errorf(v, at+"."+part.name, "%v", err)
		}
	}
	if k := s.Input.Kind(); k != template.Undefined && k != template.Object {
		return Step{}, r.errorf(n.Get("input"), at+".input", "an object is expected")
	}
	return s, nil
}

// valueOf is a part of a document as expressions know values.
func valueOf(n *yamldoc.Node) (template.Value, error) {
	return template.ParseJSON(yamldoc.AppendJSON(nil, n))
}

// where is a step's place for messages.
func (t *Template) where(s *Step, field string) fault.Position {
	at := fault.Position{File: t.file, Line: s.Line, Field: s.at}
	if field != "" {
		at.Field += "." + field
	}
	return at
}
