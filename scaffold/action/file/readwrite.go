package file

import (
	"context"
	"io/fs"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/scaffold"
	"github.com/backchannel-portal/backchannel/scaffold/action/input"
	"github.com/backchannel-portal/backchannel/scaffold/template"
)

func pathField(what string) input.Field { return input.Must("path", input.Name, what) }

func pathOutput() string {
	return input.Schema(input.May("path", input.Text, "the file, relative to the workspace"))
}

func wrote(name string) template.Value { return input.Output(input.Str("path", name)) }

// readFile is fs:read.
func readFile() scaffold.Action {
	spec := scaffold.Spec{
		Name:        "fs:read",
		Description: "Reads a file of the workspace.",
		Input:       input.Schema(pathField("the file")),
		Output:      input.Schema(input.May("content", input.Text, "what is in it")),
		Local:       true,
		Examples: []scaffold.Example{{
			Description: "Read a version",
			YAML:        "id: version\naction: fs:read\ninput:\n  path: VERSION\n",
		}},
	}
	return scaffold.Local(spec, func(ctx context.Context, c *scaffold.Call) (out template.Value, err error) {
		input.Unknown(ctx, c, spec.Input)
		var in struct{ Path string }
		if err := input.Read(c, &in); err != nil {
			return out, err
		}
		data, err := c.Workspace.ReadFile(in.Path)
		if err != nil {
			return out, err
		}
		return input.Output(input.Str("content", input.UTF8(data))), nil
	})
}

// writeFile is fs:write and roadiehq:utils:fs:write.
func writeFile(name string) scaffold.Action {
	spec := scaffold.Spec{
		Name:        name,
		Description: "Writes a file of the workspace, in place of one that is there.",
		Input: input.Schema(pathField("the file"), input.Must("content", input.Text, "what to write"),
			input.May("preserveFormatting", input.Bool, "lay out content that is JSON with two blanks a level")),
		Output: pathOutput(),
		Local:  true,
		Examples: []scaffold.Example{{
			Description: "Write a file",
			YAML:        "id: owners\naction: " + name + "\ninput:\n  path: CODEOWNERS\n  content: \"* @acme/${{ parameters.team }}\\n\"\n",
		}},
	}
	return scaffold.Local(spec, func(ctx context.Context, c *scaffold.Call) (out template.Value, err error) {
		input.Unknown(ctx, c, spec.Input)
		var in struct {
			Path, Content      string
			PreserveFormatting bool
		}
		if err := input.Read(c, &in); err != nil {
			return out, err
		}
		if in.PreserveFormatting {
			if v, err := template.ParseJSON([]byte(in.Content)); err == nil {
				in.Content = indentJSON(v, "  ")
			}
		}
		return wrote(in.Path), c.Workspace.WriteFile(in.Path, []byte(in.Content), 0o644)
	})
}

// appendFile is roadiehq:utils:fs:append.
func appendFile() scaffold.Action {
	spec := scaffold.Spec{
		Name:        "roadiehq:utils:fs:append",
		Description: "Adds text to the end of a file of the workspace, which is made where it does not exist.",
		Input:       input.Schema(pathField("the file"), input.Must("content", input.Text, "what to add")),
		Output:      pathOutput(),
		Local:       true,
		Examples: []scaffold.Example{{
			Description: "Add a line",
			YAML:        "id: ignore\naction: roadiehq:utils:fs:append\ninput:\n  path: .gitignore\n  content: \"/dist\\n\"\n",
		}},
	}
	return scaffold.Local(spec, func(ctx context.Context, c *scaffold.Call) (out template.Value, err error) {
		input.Unknown(ctx, c, spec.Input)
		var in struct{ Path, Content string }
		if err := input.Read(c, &in); err != nil {
			return out, err
		}
		data, mode, err := present(c.Workspace, in.Path)
		if err != nil {
			return out, err
		}
		return wrote(in.Path), c.Workspace.WriteFile(in.Path, append(data, in.Content...), mode)
	})
}

// present reads a file that may not be there.
func present(w *scaffold.Workspace, name string) ([]byte, fs.FileMode, error) {
	e, err := w.Stat(name)
	if fault.Is(err, fault.NotFound) {
		return nil, 0o644, nil
	}
	if err != nil {
		return nil, 0, err
	}
	data, err := w.ReadFile(name)
	return data, e.Mode.Perm(), err
}
