package file

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/backchannel-portal/backchannel/scaffold"
	"github.com/backchannel-portal/backchannel/scaffold/action/input"
	"github.com/backchannel-portal/backchannel/scaffold/action/yamltext"
	"github.com/backchannel-portal/backchannel/scaffold/template"
)

// yamlOptions are what steps can say about the layout of YAML.
type yamlOptions struct {
	Indent, LineWidth *float64
	IndentSeq         *bool
}

func (o yamlOptions) options() yamltext.Options {
	var out yamltext.Options
	if o.Indent != nil {
		out.Indent = int(min(max(*o.Indent, 0), 16))
	}
	if o.LineWidth != nil {
		if out.LineWidth = int(min(max(*o.LineWidth, -1), 10_000)); out.LineWidth <= 0 {
			out.LineWidth = -1
		}
	}
	out.FlatLists = o.IndentSeq != nil && !*o.IndentSeq
	return out
}

func optionsField() input.Field {
	return input.May("options", input.Object(input.May("indent", input.Number, ""), input.May("lineWidth", input.Number, ""), input.May("indentSeq", input.Bool, "")),
		"the layout of YAML: blanks a level, characters a line (-1: any), whether lists in maps are indented")
}

// toYAML is roadiehq:utils:serialize:yaml.
func toYAML() scaffold.Action {
	spec := scaffold.Spec{
		Name:        "roadiehq:utils:serialize:yaml",
		Description: "Writes data as YAML into an output.",
		Input:       input.Schema(input.Must("data", input.Any, "the data"), optionsField()),
		Output:      input.Schema(input.May("serialized", input.Text, "the YAML")),
		Local:       true,
		Examples: []scaffold.Example{{
			Description: "Make a text of what was chosen",
			YAML:        "id: text\naction: roadiehq:utils:serialize:yaml\ninput:\n  data: ${{ parameters.settings }}\n",
		}},
	}
	return scaffold.Local(spec, func(ctx context.Context, c *scaffold.Call) (out template.Value, err error) {
		input.Unknown(ctx, c, spec.Input)
		var opts struct{ Options yamlOptions }
		if err := input.Read(c, &opts); err != nil {
			return out, err
		}
		return input.Output(input.Str("serialized", yamltext.Stringify(c.Input.Get("data"), opts.Options.options()))), nil
	})
}

// toJSON is roadiehq:utils:serialize:json.
func toJSON() scaffold.Action {
	spec := scaffold.Spec{
		Name:        "roadiehq:utils:serialize:json",
		Description: "Writes data as JSON into an output.",
		Input: input.Schema(input.Must("data", input.Any, "the data"), input.May("replacer", input.Texts, "the properties to write; all by default"),
			input.May("space", input.Either(input.Text, input.Number), "what each level is indented with: a text, or a number of blanks")),
		Output: input.Schema(input.May("serialized", input.Text, "the JSON")),
		Local:  true,
		Examples: []scaffold.Example{{
			Description: "Make a text of what was chosen",
			YAML:        "id: text\naction: roadiehq:utils:serialize:json\ninput:\n  data: ${{ parameters.settings }}\n  space: \"  \"\n",
		}},
	}
	return scaffold.Local(spec, func(ctx context.Context, c *scaffold.Call) (out template.Value, err error) {
		input.Unknown(ctx, c, spec.Input)
		var opts struct {
			Replacer []string
			Space    json.RawMessage
		}
		if err := input.Read(c, &opts); err != nil {
			return out, err
		}
		const most = 10 // as JSON.stringify
		indent := ""
		if v := c.Input.Get("space"); v.Kind() == template.Number {
			indent = strings.Repeat(" ", int(min(max(v.Float(), 0), most)))
		} else if v.Kind() == template.String {
			indent = v.String()[:min(len(v.String()), most)]
		}
		data := c.Input.Get("data")
		if opts.Replacer != nil {
			data = only(data, opts.Replacer)
		}
		return input.Output(input.Str("serialized", indentJSON(data, indent))), nil
	})
}

// only keeps the named properties, in all levels.
func only(v template.Value, names []string) template.Value {
	switch v.Kind() {
	case template.Array:
		items := make([]template.Value, v.Len())
		for i, item := range v.Items() {
			items[i] = only(item, names)
		}
		return template.ArrayValue(items...)
	case template.Object:
		var out []template.Field
		for _, name := range names {
			if v.Has(name) {
				out = append(out, template.Field{Key: name, Value: only(v.Get(name), names)})
			}
		}
		return template.ObjectValue(out...)
	}
	return v
}
