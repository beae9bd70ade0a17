package scaffold

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"golang.org/x/text/language"
	"golang.org/x/text/message"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/scaffold/template"
)

// schema is a compiled JSON Schema; a nil one accepts everything.
type schema struct{ of *jsonschema.Schema }

// compileSchema reads a schema of draft 7. What it calls itself is in errors.
func compileSchema(name, text string) (*schema, error) {
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "the schema of %s", name)
	}
	const address = "mem:schema"
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft7)
	c.UseLoader(noLoader{})
	if err := c.AddResource(address, doc); err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "the schema of %s", name)
	}
	s, err := c.Compile(address)
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "the schema of %s", name)
	}
	return &schema{s}, nil
}

// noLoader keeps schemas from being read from files and the web.
type noLoader struct{}

func (noLoader) Load(url string) (any, error) {
	return nil, fault.New(fault.Forbidden, "the schema refers to %s, which is outside of it", url)
}

// maxOffences of a value are told.
const maxOffences = 5

// check returns what is wrong with a value, with its place below field, as an error of kind fault.Invalid.
func (s *schema) check(v template.Value, field string) error {
	if s == nil {
		return nil
	}
	err := s.of.Validate(generic(v))
	if err == nil {
		return nil
	}
	var bad *jsonschema.ValidationError
	if !errors.As(err, &bad) {
		return fault.At(fault.Position{Field: field}, "%s", err)
	}
	var found []string
	leaves(bad, message.NewPrinter(language.English), field, &found)
	slices.Sort(found)
	found = slices.Compact(found)
	if more := len(found) - maxOffences; more > 0 {
		found = append(found[:maxOffences], "and "+strconv.Itoa(more)+" more")
	}
	return fault.New(fault.Invalid, "%s", strings.Join(found, "; "))
}

func leaves(e *jsonschema.ValidationError, p *message.Printer, field string, out *[]string) {
	if len(e.Causes) == 0 {
		at := field
		for _, part := range e.InstanceLocation {
			at += "." + part
		}
		*out = append(*out, at+": "+e.ErrorKind.LocalizedString(p))
	}
	for _, c := range e.Causes {
		leaves(c, p, field, out)
	}
}

// generic is a value as libraries know JSON.
func generic(v template.Value) any {
	switch v.Kind() {
	case template.Bool:
		return v.Truthy()
	case template.Number:
		return v.Float()
	case template.String:
		return v.String()
	case template.Array:
		out := make([]any, v.Len())
		for i, item := range v.Items() {
			out[i] = generic(item)
		}
		return out
	case template.Object:
		out := make(map[string]any, v.Len())
		for k, item := range v.Entries {
			if item.Kind() != template.Undefined {
				out[k] = generic(item)
			}
		}
		return out
	}
	return nil
}
