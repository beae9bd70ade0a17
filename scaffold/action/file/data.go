package file

import (
	"context"
	"encoding/json"
	"path"
	"strings"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/yamldoc"
	"github.com/backchannel-portal/backchannel/scaffold"
	"github.com/backchannel-portal/backchannel/scaffold/action/input"
	"github.com/backchannel-portal/backchannel/scaffold/action/yamltext"
	"github.com/backchannel-portal/backchannel/scaffold/template"
)

// fromYAML reads all documents of a text.
func fromYAML(name string, data []byte) ([]template.Value, error) {
	docs, err := yamldoc.Documents(data, yamldoc.Limits{Bytes: 16 << 20, Documents: 1000})
	if err != nil {
		return nil, in(name, err)
	}
	var out []template.Value
	for d := range docs {
		if d.Err != nil {
			return nil, in(name, d.Err)
		}
		v, err := template.ParseJSON(yamldoc.AppendJSON(nil, d.Root))
		if err != nil {
			return nil, in(name, err)
		}
		out = append(out, v)
	}
	return out, nil
}

// in says in which file something is wrong.
func in(name string, err error) error { return fault.Wrap(fault.Invalid, err, "%s", name) }

// indentJSON lays JSON out as JSON.stringify does with a number of blanks, or a text, a level.
func indentJSON(v template.Value, indent string) string {
	text := template.AppendJSON(nil, v)
	if indent == "" {
		return string(text)
	}
	var b strings.Builder
	layout(&b, v, indent, "\n")
	return b.String()
}

func layout(b *strings.Builder, v template.Value, indent, at string) {
	inner := at + indent
	n := 0
	switch v.Kind() {
	case template.Array:
		for _, item := range v.Items() {
			b.WriteString(map[bool]string{true: "[", false: ","}[n == 0] + inner)
			layout(b, item, indent, inner)
			n++
		}
		b.WriteString(map[bool]string{true: "[]", false: at + "]"}[n == 0])
	case template.Object:
		for key, item := range v.Entries {
			if item.Kind() == template.Undefined {
				continue
			}
			b.WriteString(map[bool]string{true: "{", false: ","}[n == 0] + inner)
			b.Write(template.AppendJSON(nil, template.StringValue(key)))
			b.WriteString(": ")
			layout(b, item, indent, inner)
			n++
		}
		b.WriteString(map[bool]string{true: "{}", false: at + "}"}[n == 0])
	case template.Undefined:
		b.WriteString("null")
	default:
		b.Write(template.AppendJSON(nil, v))
	}
}

// parse is roadiehq:utils:fs:parse.
func parse() scaffold.Action {
	spec := scaffold.Spec{
		Name:        "roadiehq:utils:fs:parse",
		Description: "Reads a file of the workspace, as text or as data.",
		Input: input.Schema(pathField("the file"),
			input.May("parser", input.OneOf("yaml", "json", "multiyaml"), "what is in the file; text without it")),
		Output: input.Schema(input.May("content", input.Any, "the text, the data, or with multiyaml a list of the documents")),
		Local:  true,
		Examples: []scaffold.Example{{
			Description: "Read a manifest",
			YAML:        "id: manifest\naction: roadiehq:utils:fs:parse\ninput:\n  path: package.json\n  parser: json\n",
		}},
	}
	return scaffold.Local(spec, func(ctx context.Context, c *scaffold.Call) (out template.Value, err error) {
		input.Unknown(ctx, c, spec.Input)
		var opts struct{ Path, Parser string }
		if err := input.Read(c, &opts); err != nil {
			return out, err
		}
		data, err := c.Workspace.ReadFile(opts.Path)
		if err != nil {
			return out, err
		}
		content, err := parsed(opts.Path, opts.Parser, data)
		return input.Output(template.Field{Key: "content", Value: content}), err
	})
}

func parsed(name, parser string, data []byte) (template.Value, error) {
	switch parser {
	case "json":
		v, err := template.ParseJSON(data)
		if err != nil {
			return v, in(name, err)
		}
		return v, nil
	case "yaml", "multiyaml":
		docs, err := fromYAML(name, data)
		switch {
		case err != nil:
			return template.Value{}, err
		case parser == "multiyaml":
			return template.ArrayValue(docs...), nil
		case len(docs) > 1:
			return template.Value{}, fault.New(fault.Invalid, "%s has %d documents; the parser multiyaml reads them", name, len(docs))
		case len(docs) == 0:
			return template.NullValue(), nil
		}
		return docs[0], nil
	}
	return template.StringValue(input.UTF8(data)), nil
}

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

// extension of a file's name, lower case.
func extension(name string) string { return strings.ToLower(path.Ext(name)) }
