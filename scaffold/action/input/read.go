package input

import (
	"context"
	"encoding/json"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/scaffold"
	"github.com/backchannel-portal/backchannel/scaffold/template"
)

// Value is a part of an input that keeps its type and the order of its properties.
type Value struct{ template.Value }

// UnmarshalJSON implements json.Unmarshaler.
func (v *Value) UnmarshalJSON(data []byte) (err error) {
	v.Value, err = template.ParseJSON(data)
	return err
}

// Read decodes the input of a call into a struct, whose fields are named as those of the input are, without regard to
// case. The engine has checked it against the schema before; what does not fit is an error of kind fault.Invalid.
func Read(c *scaffold.Call, into any) error {
	if c.Input.Kind() != template.Object {
		return nil
	}
	if err := json.Unmarshal(template.AppendJSON(nil, c.Input), into); err != nil {
		return fault.Wrap(fault.Invalid, err, "the input of the step")
	}
	return nil
}

// Unknown logs the fields of a call's input that the schema does not name, since a misspelt one has no effect.
func Unknown(ctx context.Context, c *scaffold.Call, schema string) {
	fields, err := Fields(schema)
	if err != nil {
		return
	}
	known := map[string]bool{"allowedHosts": true} // of repository pickers; many templates hand it on
	for _, f := range fields {
		known[f.Name] = true
	}
	for name := range c.Input.Entries {
		if !known[name] {
			c.Logf(ctx, "the input %s is not known to the action and has no effect", name)
		}
	}
}

// Output is an object of the given properties; those that are undefined are left out.
func Output(fields ...template.Field) template.Value {
	var out []template.Field
	for _, f := range fields {
		if f.Value.Kind() != template.Undefined {
			out = append(out, f)
		}
	}
	return template.ObjectValue(out...)
}

// Str is a property that is a text.
func Str(key, text string) template.Field {
	return template.Field{Key: key, Value: template.StringValue(text)}
}

// Num is a property that is a number.
func Num(key string, n int64) template.Field {
	return template.Field{Key: key, Value: template.NumberValue(float64(n))}
}

// JSON is a Go value as a template's value. What cannot be encoded is undefined.
func JSON(v any) template.Value {
	data, err := json.Marshal(v)
	if err != nil {
		return template.Value{}
	}
	out, err := template.ParseJSON(data)
	if err != nil {
		return template.Value{}
	}
	return out
}
