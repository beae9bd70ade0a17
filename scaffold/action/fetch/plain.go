package fetch

import (
	"context"
	"errors"
	"strings"

	"github.com/backchannel-portal/backchannel/scaffold"
	"github.com/backchannel-portal/backchannel/scaffold/action/input"
	"github.com/backchannel-portal/backchannel/scaffold/template"
)

// plain is fetch:plain.
func plain(s Sources) scaffold.Action {
	spec := scaffold.Spec{
		Name:        "fetch:plain",
		Description: "Copies the files of a folder into the workspace as they are.",
		Input: input.Schema(urlField(),
			input.May("targetPath", input.Text, "where to put them in the workspace; its top by default"), tokenField()),
		Local: true,
		Examples: []scaffold.Example{{
			Description: "Copy a skeleton that lies beside the template",
			YAML:        "id: fetch\naction: fetch:plain\ninput:\n  url: ./skeleton\n  targetPath: ./service\n",
		}},
	}
	return scaffold.Local(spec, func(ctx context.Context, c *scaffold.Call) (out template.Value, err error) {
		input.Unknown(ctx, c, spec.Input)
		var in struct{ URL, TargetPath, Token string }
		if err := input.Read(c, &in); err != nil {
			return out, err
		}
		target, err := c.Workspace.Clean(in.TargetPath)
		if err != nil {
			return out, err
		}
		src, err := s.open(ctx, c, in.URL, in.Token, false)
		if err != nil {
			return out, err
		}
		defer func() { err = errors.Join(err, src.close()) }()
		items, err := list(ctx, src.files)
		if err != nil {
			return out, err
		}
		n := 0
		for _, it := range items {
			if err := ctx.Err(); err != nil {
				return out, err
			}
			if err := copyItem(c, src, it, target); err != nil {
				return out, err
			}
			if !strings.HasSuffix(it.path, "/") {
				n++
			}
		}
		c.Logf(ctx, "%d files copied from %s to %s", n, src.where, target)
		return out, nil
	})
}

func copyItem(c *scaffold.Call, src source, it item, target string) error {
	to, err := below(target, it.path)
	if err != nil {
		return err
	}
	if strings.HasSuffix(it.path, "/") {
		return c.Workspace.Mkdir(to)
	}
	data, mode, err := readListed(src.files, it.path)
	if err != nil {
		return err
	}
	return c.Workspace.WriteFile(to, data, mode)
}

// plainFile is fetch:plain:file.
func plainFile(s Sources) scaffold.Action {
	spec := scaffold.Spec{
		Name:        "fetch:plain:file",
		Description: "Copies one file into the workspace as it is.",
		Input: input.Schema(urlField(),
			input.Must("targetPath", input.Name, "the file in the workspace, which is written over where it exists"), tokenField()),
		Local: true,
		Examples: []scaffold.Example{{
			Description: "Copy a file of another repository",
			YAML:        "id: licence\naction: fetch:plain:file\ninput:\n  url: https://github.com/acme/legal/blob/main/LICENSE\n  targetPath: ./LICENSE\n",
		}},
	}
	return scaffold.Local(spec, func(ctx context.Context, c *scaffold.Call) (out template.Value, err error) {
		input.Unknown(ctx, c, spec.Input)
		var in struct{ URL, TargetPath, Token string }
		if err := input.Read(c, &in); err != nil {
			return out, err
		}
		src, err := s.open(ctx, c, in.URL, in.Token, true)
		if err != nil {
			return out, err
		}
		defer func() { err = errors.Join(err, src.close()) }()
		data, mode, err := read(src.files, src.name)
		if err != nil {
			return out, err
		}
		return out, c.Workspace.WriteFile(in.TargetPath, data, mode)
	})
}
