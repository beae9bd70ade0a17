package input

import (
	"encoding/json"
	"strings"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// Type is the JSON Schema of a field, as JSON text.
type Type string

// The types that fields of actions have.
const (
	Text    Type = `{"type":"string"}`
	Name    Type = `{"type":"string","minLength":1}`
	Bool    Type = `{"type":"boolean"}`
	Number  Type = `{"type":"number"}`
	Whole   Type = `{"type":"integer"}`
	Texts   Type = `{"type":"array","items":{"type":"string"}}`
	Names   Type = `{"type":"array","items":{"type":"string","minLength":1}}`
	Map     Type = `{"type":"object"}`
	TextMap Type = `{"type":"object","additionalProperties":{"type":"string"}}`
	List    Type = `{"type":"array"}`
	Any     Type = `{}`
)

// OneOf is a choice of texts.
func OneOf(values ...string) Type {
	quoted := make([]string, len(values))
	for i, v := range values {
		quoted[i] = quote(v)
	}
	return Type(`{"type":"string","enum":[` + strings.Join(quoted, ",") + `]}`)
}

// Either is a value of one of several types.
func Either(types ...Type) Type {
	parts := make([]string, len(types))
	for i, t := range types {
		parts[i] = string(t)
	}
	return Type(`{"anyOf":[` + strings.Join(parts, ",") + `]}`)
}

// ListOf is an array of values of one type.
func ListOf(t Type) Type { return Type(`{"type":"array","items":` + string(t) + `}`) }

// Field is a property of an input or output.
type Field struct {
	Name        string
	Type        Type
	Description string // English, one phrase
	Required    bool
}

// Must is a field that has to be there.
func Must(name string, t Type, description string) Field { return Field{name, t, description, true} }

// May is a field that can be left out.
func May(name string, t Type, description string) Field { return Field{name, t, description, false} }

// Schema is the schema of an object with the given fields. Other properties are let through: templates are written for
// several versions of an action, and older ones name what newer ones no longer know.
func Schema(fields ...Field) string { return string(Object(fields...)) }

// Object is the type of an object with the given fields.
func Object(fields ...Field) Type {
	var props, required []string
	for _, f := range fields {
		t := strings.TrimSuffix(string(f.Type), "}")
		if f.Description != "" {
			if t != "{" {
				t += ","
			}
			t += `"description":` + quote(f.Description)
		}
		props = append(props, quote(f.Name)+":"+t+"}")
		if f.Required {
			required = append(required, quote(f.Name))
		}
	}
	s := `{"type":"object","properties":{` + strings.Join(props, ",") + "}"
	if len(required) > 0 {
		s += `,"required":[` + strings.Join(required, ",") + "]"
	}
	return Type(s + "}")
}

func quote(s string) string {
	data, err := json.Marshal(s)
	if err != nil { // a string can always be encoded
		return `""`
	}
	return string(data)
}

// Described is a field as documentation shows it.
type Described struct {
	Field
	Shape string // of the type in words
}

// Fields reads a schema that Schema made, or one like it, for documentation: the fields in the order in which they were
// written. A schema that is none is an error of kind fault.Invalid.
func Fields(schema string) ([]Described, error) {
	if schema == "" {
		return nil, nil
	}
	var top shape
	if err := json.Unmarshal([]byte(schema), &top); err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "the schema of an action")
	}
	var out []Described
	for _, name := range top.Properties.names {
		p := top.Properties.by[name]
		d := Described{Field: Field{Name: name, Description: p.Description}, Shape: p.words()}
		for _, r := range top.Required {
			d.Required = d.Required || r == name
		}
		out = append(out, d)
	}
	return out, nil
}
