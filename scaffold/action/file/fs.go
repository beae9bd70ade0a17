package file

import (
	"context"
	"path"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/scaffold"
	"github.com/backchannel-portal/backchannel/scaffold/action/input"
	"github.com/backchannel-portal/backchannel/scaffold/template"
)

// rename is fs:rename.
func rename() scaffold.Action {
	spec := scaffold.Spec{
		Name:        "fs:rename",
		Description: "Renames and moves files and folders of the workspace.",
		Input: input.Schema(input.Must("files", input.ListOf(input.Object(
			input.Must("from", input.Name, ""), input.Must("to", input.Name, ""), input.May("overwrite", input.Bool, ""))),
			"what to rename; what is there already is only replaced with overwrite")),
		Local: true,
		Examples: []scaffold.Example{{
			Description: "Give a file its name",
			YAML:        "id: rename\naction: fs:rename\ninput:\n  files:\n    - from: service.yaml\n      to: ${{ parameters.name }}.yaml\n",
		}},
	}
	return scaffold.Local(spec, func(ctx context.Context, c *scaffold.Call) (out template.Value, err error) {
		input.Unknown(ctx, c, spec.Input)
		var in struct {
			Files []struct {
				From, To  string
				Overwrite bool
			}
		}
		if err := input.Read(c, &in); err != nil {
			return out, err
		}
		for _, f := range in.Files {
			if err := c.Workspace.Rename(f.From, f.To, f.Overwrite); err != nil {
				return out, err
			}
			c.Logf(ctx, "%s renamed to %s", f.From, f.To)
		}
		return out, nil
	})
}

// remove is fs:delete.
func remove() scaffold.Action {
	spec := scaffold.Spec{
		Name:        "fs:delete",
		Description: "Deletes files and folders of the workspace.",
		Input:       input.Schema(input.Must("files", input.Names, "files, folders, or patterns of their names; what is not there is fine")),
		Local:       true,
		Examples: []scaffold.Example{{
			Description: "Delete a folder and all files of a kind",
			YAML:        "id: tidy\naction: fs:delete\ninput:\n  files:\n    - docs/drafts\n    - \"**/*.bak\"\n",
		}},
	}
	return scaffold.Local(spec, func(ctx context.Context, c *scaffold.Call) (out template.Value, err error) {
		input.Unknown(ctx, c, spec.Input)
		var in struct{ Files []string }
		if err := input.Read(c, &in); err != nil {
			return out, err
		}
		for _, name := range in.Files {
			found, err := matching(c.Workspace, name, true)
			if err != nil {
				return out, err
			}
			for _, f := range found {
				if err := c.Workspace.Remove(f); err != nil && !fault.Is(err, fault.NotFound) { // it went with its folder
					return out, err
				}
			}
			c.Logf(ctx, "%s deleted: %d", name, len(found))
		}
		return out, nil
	})
}

// matching finds what a name or pattern stands for in the workspace. dot says whether "*" stands for names that start
// with a dot as well.
func matching(w *scaffold.Workspace, name string, dot bool) ([]string, error) {
	clean, err := w.Clean(strings.TrimSuffix(name, "/"))
	if err != nil {
		return nil, err
	}
	if _, err := w.Stat(clean); err == nil {
		return []string{clean}, nil
	} else if !fault.Is(err, fault.NotFound) {
		return nil, err
	}
	if !strings.ContainsAny(clean, "*?[{") {
		return nil, nil
	}
	if !doublestar.ValidatePattern(clean) {
		return nil, fault.New(fault.Invalid, "%q is no pattern of file names", name)
	}
	var out []string
	err = w.Walk(".", func(e scaffold.Entry) error {
		if ok, err := doublestar.Match(clean, e.Path); ok && err == nil && (dot || !hidden(e.Path, clean)) {
			out = append(out, e.Path)
		}
		return nil
	})
	return out, err
}

// hidden reports whether a path has a name that starts with a dot, which the pattern does not name.
func hidden(name, pattern string) bool {
	for part := range strings.SplitSeq(name, "/") {
		if strings.HasPrefix(part, ".") && !strings.Contains("/"+pattern, "/.") {
			return true
		}
	}
	return false
}

// readdir is fs:readdir.
func readdir() scaffold.Action {
	entry := input.ListOf(input.Object(input.May("name", input.Text, ""), input.May("path", input.Text, ""), input.May("fullPath", input.Text, "")))
	spec := scaffold.Spec{
		Name:        "fs:readdir",
		Description: "Lists the files and folders in folders of the workspace.",
		Input: input.Schema(input.Must("paths", input.Names, "the folders"),
			input.May("recursive", input.Bool, "list what is in the folders below as well")),
		Output: input.Schema(input.May("files", entry, "the files; paths are relative to the workspace"), input.May("folders", entry, "the folders")),
		Local:  true,
		Examples: []scaffold.Example{{
			Description: "List everything below a folder",
			YAML:        "id: list\naction: fs:readdir\ninput:\n  paths: [docs]\n  recursive: true\n",
		}},
	}
	return scaffold.Local(spec, func(ctx context.Context, c *scaffold.Call) (out template.Value, err error) {
		input.Unknown(ctx, c, spec.Input)
		var in struct {
			Paths     []string
			Recursive bool
		}
		if err := input.Read(c, &in); err != nil {
			return out, err
		}
		var files, folders []template.Value
		for _, name := range in.Paths {
			clean, err := c.Workspace.Clean(name)
			if err != nil {
				return out, err
			}
			err = c.Workspace.Walk(clean, func(e scaffold.Entry) error {
				if !in.Recursive && path.Dir(e.Path) != clean {
					return nil
				}
				v := input.Output(input.Str("name", path.Base(e.Path)), input.Str("path", e.Path), input.Str("fullPath", e.Path))
				if e.Mode.IsDir() {
					folders = append(folders, v)
				} else {
					files = append(files, v)
				}
				return nil
			})
			if err != nil {
				return out, err
			}
		}
		return input.Output(
			template.Field{Key: "files", Value: template.ArrayValue(files...)}, template.Field{Key: "folders", Value: template.ArrayValue(folders...)},
		), nil
	})
}
