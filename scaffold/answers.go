package scaffold

import (
	"slices"

	"github.com/backchannel-portal/backchannel/internal/yamldoc"
	"github.com/backchannel-portal/backchannel/scaffold/form"
	"github.com/backchannel-portal/backchannel/scaffold/template"
)

// Answers are the values of a run, made from those that somebody gave: defaults filled in, secrets apart.
type Answers struct {
	Values   template.Value // without Hidden and Secrets
	Hidden   template.Value // values of fields that are typed unseen, at the places where Values lacks them
	Secrets  template.Value // values of Secret fields, by the last part of their names
	Form     *form.Form
	Problems []form.Problem // what the values offend against

	given *yamldoc.Node
}

// Answer makes the answers of a template's form from values, nil for none. With extra, values that no field has stay:
// whoever calls an interface knows what they give, as in Backstage; a chat form drops them.
func (t *Template) Answer(values *yamldoc.Node, opts form.Options, extra bool) (Answers, error) {
	a := Answers{given: values}
	var err error
	if a.Form, err = t.Form.Form(values, opts); err != nil {
		return a, err
	}
	if a.Problems, err = t.Form.Check(a.Form, opts); err != nil {
		return a, err
	}
	from := a.Form.Values
	if extra {
		from = a.Form.State
	}
	if a.Values, err = valueOf(from); err != nil {
		return a, err
	}
	a.Values, a.Hidden, a.Secrets = apart(a.Form, a.Values)
	return a, nil
}

// apart are the values of a form in three: those that anybody may read, those of fields that are typed unseen, which
// templates see among the others, and those that templates see as secrets.
func apart(f *Form, v template.Value) (open, hidden, secrets template.Value) {
	open, hidden = v, template.ObjectValue()
	var fields []template.Field
	for _, p := range f.Pages {
		for _, q := range p.Fields {
			if q.Kind != form.Secret || len(q.Path) == 0 {
				continue
			}
			v := at(open, q.Path)
			if v.Kind() == template.Undefined {
				continue
			}
			open = drop(open, q.Path)
			if q.Picker != nil {
				fields = append(fields, template.Field{Key: q.Path[len(q.Path)-1], Value: v})
			} else {
				hidden = merged(hidden, under(q.Path, v))
			}
		}
	}
	return open, hidden, template.ObjectValue(fields...)
}

// under is an object with a value at a path.
func under(path []string, v template.Value) template.Value {
	for _, key := range slices.Backward(path) {
		v = template.ObjectValue(template.Field{Key: key, Value: v})
	}
	return v
}

// Merged is an object with what another has besides: the values of a run with those that were typed unseen.
func Merged(v, hidden template.Value) template.Value { return merged(v, hidden) }

// merged is an object with what another has besides, deep inside too. Where both have a value the other's counts.
func merged(v, other template.Value) template.Value {
	if other.Kind() != template.Object || other.Len() == 0 {
		return v
	}
	if v.Kind() != template.Object {
		return other
	}
	var fields []template.Field
	for k, item := range v.Entries {
		if o := other.Get(k); o.Kind() == template.Object && item.Kind() == template.Object {
			item = merged(item, o)
		} else if other.Has(k) {
			item = o
		}
		fields = append(fields, template.Field{Key: k, Value: item})
	}
	for k, item := range other.Entries {
		if !v.Has(k) {
			fields = append(fields, template.Field{Key: k, Value: item})
		}
	}
	return template.ObjectValue(fields...)
}

func at(v template.Value, path []string) template.Value {
	for _, key := range path {
		v = v.Get(key)
	}
	return v
}

// drop is an object without the value at a path.
func drop(v template.Value, path []string) template.Value {
	var fields []template.Field
	for k, item := range v.Entries {
		switch {
		case k != path[0]:
			fields = append(fields, template.Field{Key: k, Value: item})
		case len(path) > 1:
			fields = append(fields, template.Field{Key: k, Value: drop(item, path[1:])})
		}
	}
	return template.ObjectValue(fields...)
}

// Strict are the problems that Backstage's server refuses a run for: those of the schema. What only a picker would
// have kept from being chosen is left out, and so are defaults that offend against their own schema.
func (a Answers) Strict() []form.Problem {
	return slices.DeleteFunc(slices.Clone(a.Problems), func(p form.Problem) bool {
		if slices.Contains([]string{"name", "tag", "ref", "repo"}, p.Rule) {
			return true
		}
		return p.Rule == "enum" && a.kind(p.Field) == form.Repo || p.Rule != "required" && a.defaulted(p.Field)
	})
}

// defaulted reports whether a field holds its default.
func (a Answers) defaulted(name string) bool {
	for _, p := range a.Form.Pages {
		for _, q := range p.Fields {
			if q.Name == name {
				return len(q.Path) > 0 && a.given.At(q.Path...) == nil && q.Default != nil
			}
		}
	}
	return false
}

func (a Answers) kind(name string) form.Kind {
	for _, p := range a.Form.Pages {
		for _, q := range p.Fields {
			if q.Name == name {
				return q.Kind
			}
		}
	}
	return ""
}
