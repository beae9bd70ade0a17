package fetch

import (
	"context"
	"errors"

	"github.com/backchannel-portal/backchannel/scaffold"
	"github.com/backchannel-portal/backchannel/scaffold/action/input"
	"github.com/backchannel-portal/backchannel/scaffold/template"
)

// templates is fetch:template.
func templates(s Sources) scaffold.Action {
	spec := scaffold.Spec{
		Name:        "fetch:template",
		Description: "Renders the files of a folder, and their names, into the workspace.",
		Input: input.Schema(append([]input.Field{urlField(), tokenField(),
			input.May("targetPath", input.Text, "where to put them in the workspace; its top by default")}, treeFields()...)...),
		Local: true,
		Examples: []scaffold.Example{{
			Description: "Render a skeleton; workflows of GitHub have expressions of their own and are copied",
			YAML: "id: skeleton\naction: fetch:template\ninput:\n  url: ./skeleton\n  copyWithoutTemplating:\n    - .github/workflows/*\n" +
				"  values:\n    name: ${{ parameters.name }}\n    owner: ${{ parameters.owner }}\n",
		}},
	}
	return scaffold.Local(spec, func(ctx context.Context, c *scaffold.Call) (out template.Value, err error) {
		input.Unknown(ctx, c, spec.Input)
		var in struct {
			URL, Token string
			settings
		}
		if err := input.Read(c, &in); err != nil {
			return out, err
		}
		if err := in.check(); err != nil {
			return out, err
		}
		src, err := s.open(ctx, c, in.URL, in.Token, false)
		if err != nil {
			return out, err
		}
		defer func() { err = errors.Join(err, src.close()) }()
		return out, tree(ctx, c, src.where, src.files, in.settings)
	})
}

// templateFile is fetch:template:file.
func templateFile(s Sources) scaffold.Action {
	spec := scaffold.Spec{
		Name:        "fetch:template:file",
		Description: "Renders one file into the workspace.",
		Input: input.Schema(append([]input.Field{urlField(), tokenField(),
			input.Must("targetPath", input.Name, "the file in the workspace"), replaceField()}, renderFields()...)...),
		Local: true,
		Examples: []scaffold.Example{{
			Description: "Render one file beside the template",
			YAML:        "id: readme\naction: fetch:template:file\ninput:\n  url: ./skeleton/README.md\n  targetPath: ./README.md\n  values:\n    name: ${{ parameters.name }}\n",
		}},
	}
	return scaffold.Local(spec, func(ctx context.Context, c *scaffold.Call) (out template.Value, err error) {
		input.Unknown(ctx, c, spec.Input)
		var in struct {
			URL, Token string
			settings
		}
		if err := input.Read(c, &in); err != nil {
			return out, err
		}
		if kept(ctx, c, in.settings) {
			return out, nil
		}
		src, err := s.open(ctx, c, in.URL, in.Token, true)
		if err != nil {
			return out, err
		}
		defer func() { err = errors.Join(err, src.close()) }()
		data, _, err := read(src.files, src.name)
		if err != nil {
			return out, err
		}
		return out, one(c, src.name, data, in.settings)
	})
}

// kept reports whether a file is there and is not to be replaced.
func kept(ctx context.Context, c *scaffold.Call, s settings) bool {
	if s.Replace || !c.Workspace.Exists(s.TargetPath) {
		return false
	}
	c.Logf(ctx, "the file %s exists and is kept", s.TargetPath)
	return true
}

// one renders a file into the workspace.
func one(c *scaffold.Call, name string, data []byte, s settings) error {
	r, err := newRenderer(c, s)
	if err != nil {
		return err
	}
	out, err := r.render(name, input.UTF8(data))
	if err != nil {
		return err
	}
	return c.Workspace.WriteFile(s.TargetPath, []byte(out), 0o644)
}
