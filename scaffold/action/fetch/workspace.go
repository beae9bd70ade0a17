package fetch

import (
	"context"
	"io/fs"
	"strings"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/scaffold"
	"github.com/backchannel-portal/backchannel/scaffold/action/input"
	"github.com/backchannel-portal/backchannel/scaffold/template"
)

// inPlace is workspace:template.
func inPlace() scaffold.Action {
	spec := scaffold.Spec{
		Name:        "workspace:template",
		Description: "Renders the files of a folder of the workspace, and their names, into another of its folders.",
		Input: input.Schema(append([]input.Field{
			input.Must("sourcePath", input.Name, "the folder with the templates"),
			input.Must("targetPath", input.Name, "the folder for what comes of them, which must not lie in sourcePath")}, treeFields()...)...),
		Local: true,
		Examples: []scaffold.Example{{
			Description: "Render what an earlier step fetched",
			YAML:        "id: render\naction: workspace:template\ninput:\n  sourcePath: ./fetched\n  targetPath: ./service\n  values:\n    name: ${{ parameters.name }}\n",
		}},
	}
	return scaffold.Local(spec, func(ctx context.Context, c *scaffold.Call) (out template.Value, err error) {
		input.Unknown(ctx, c, spec.Input)
		var in struct {
			SourcePath string
			settings
		}
		if err := input.Read(c, &in); err != nil {
			return out, err
		}
		from, err := c.Workspace.Clean(in.SourcePath)
		if err != nil {
			return out, err
		}
		to, err := c.Workspace.Clean(in.TargetPath)
		if err != nil {
			return out, err
		}
		if from == "." || to == from || strings.HasPrefix(to, from+"/") {
			return out, fault.New(fault.Invalid, "targetPath must not lie within sourcePath")
		}
		if e, err := c.Workspace.Stat(from); err != nil || !e.Mode.IsDir() {
			return out, fault.New(fault.NotFound, "there is no folder %s in the workspace", from)
		}
		files, err := fs.Sub(c.Workspace.FS(), from)
		if err != nil {
			return out, fault.Wrap(fault.Invalid, err, "open %s", from)
		}
		return out, tree(ctx, c, from, files, in.settings)
	})
}

// inPlaceFile is workspace:template:file.
func inPlaceFile() scaffold.Action {
	spec := scaffold.Spec{
		Name:        "workspace:template:file",
		Description: "Renders one file of the workspace into another.",
		Input: input.Schema(append([]input.Field{
			input.Must("sourcePath", input.Name, "the file with the template"),
			input.Must("targetPath", input.Name, "the file for what comes of it"), replaceField()}, renderFields()...)...),
		Local: true,
		Examples: []scaffold.Example{{
			Description: "Render one file that an earlier step fetched",
			YAML:        "id: render\naction: workspace:template:file\ninput:\n  sourcePath: ./README.md.njk\n  targetPath: ./README.md\n  values:\n    name: ${{ parameters.name }}\n",
		}},
	}
	return scaffold.Local(spec, func(ctx context.Context, c *scaffold.Call) (out template.Value, err error) {
		input.Unknown(ctx, c, spec.Input)
		var in struct {
			SourcePath string
			settings
		}
		if err := input.Read(c, &in); err != nil {
			return out, err
		}
		if kept(ctx, c, in.settings) {
			return out, nil
		}
		data, err := c.Workspace.ReadFile(in.SourcePath)
		if err != nil {
			return out, err
		}
		return out, one(c, in.SourcePath, data, in.settings)
	})
}

// Actions are all actions of the package.
func Actions(s Sources) []scaffold.Action {
	return []scaffold.Action{plain(s), plainFile(s), templates(s), templateFile(s), inPlace(), inPlaceFile()}
}
