package file

import (
	"context"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/scaffold"
	"github.com/backchannel-portal/backchannel/scaffold/action/input"
	"github.com/backchannel-portal/backchannel/scaffold/template"
)

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
