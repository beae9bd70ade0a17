package scaffold

import (
	"maps"
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
	a.Values, a.Hidden, a.Secrets, err = apart(a.Form, from)
	return a, err
}

// apart are the values of a form in three: those that anybody may read, those of fields that are typed unseen, which
// templates see among the others, and those that templates see as secrets.
func apart(f *form.Form, values *yamldoc.Node) (open, hidden, secrets template.Value, err error) {
	p := f.Apart(values)
	if open, err = valueOf(p.Open); err != nil {
		return open, hidden, secrets, err
	}
	hidden = template.ObjectValue()
	if p.Hidden != nil {
		if hidden, err = valueOf(p.Hidden); err != nil {
			return open, hidden, secrets, err
		}
	}
	fields := make([]template.Field, 0, len(p.Secrets))
	for _, key := range slices.Sorted(maps.Keys(p.Secrets)) {
		v, err := valueOf(p.Secrets[key])
		if err != nil {
			return open, hidden, secrets, err
		}
		fields = append(fields, template.Field{Key: key, Value: v})
	}
	return open, hidden, template.ObjectValue(fields...), nil
}

// Merged is an object with what another has besides: the values of a run with those that were typed unseen.
func Merged(v, hidden template.Value) template.Value { return merged(v, hidden) }

// merged is an object with what another has besides, deep inside and in the elements of lists too. Where both have a
// value the other's counts.
func merged(v, other template.Value) template.Value {
	switch {
	case other.Kind() == template.Array && v.Kind() == template.Array:
		return mergedItems(v, other)
	case other.Kind() == template.Undefined, other.Kind() == template.Object && other.Len() == 0:
		return v
	case other.Kind() != template.Object, v.Kind() != template.Object:
		return other
	}
	var fields []template.Field
	for k, item := range v.Entries {
		if other.Has(k) {
			item = merged(item, other.Get(k))
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

// mergedItems is a list whose elements have what those of another have besides.
func mergedItems(v, other template.Value) template.Value {
	items := slices.Clone(v.Items())
	for i, o := range other.Items() {
		if i == len(items) {
			items = append(items, o)
			continue
		}
		items[i] = merged(items[i], o)
	}
	return template.ArrayValue(items...)
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
