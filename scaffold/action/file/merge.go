package file

import (
	"context"
	"strings"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/scaffold"
	"github.com/backchannel-portal/backchannel/scaffold/action/input"
	"github.com/backchannel-portal/backchannel/scaffold/action/yamltext"
	"github.com/backchannel-portal/backchannel/scaffold/template"
)

// merging is the input of the actions that merge.
type merging struct {
	Path                      string
	Content                   input.Value
	MergeArrays               bool
	MatchFileIndent           bool
	PreserveYamlComments      bool
	UseDocumentIncludingField *struct{ Key, Value string }
	Options                   yamlOptions
}

func contentField() input.Field {
	return input.Must("content", input.Either(input.Map, input.Text), "the data to merge into the file, or the text of it")
}

func arraysField() input.Field {
	return input.May("mergeArrays", input.Bool, "lists get the items of both; otherwise items of the same place are merged")
}

// data is the content to merge. A text is read as the file is.
func (m merging) data(parser string) (template.Value, error) {
	if m.Content.Kind() != template.String {
		return m.Content.Value, nil
	}
	return parsed("content", parser, []byte(m.Content.String()))
}

// merge is roadiehq:utils:merge.
func merge() scaffold.Action {
	spec := scaffold.Spec{
		Name:        "roadiehq:utils:merge",
		Description: "Merges data into a JSON or YAML file of the workspace. Comments of YAML are lost.",
		Input: input.Schema(pathField("the file, which ends in .json, .yaml or .yml"), contentField(), arraysField(),
			input.May("useDocumentIncludingField", input.Object(input.Must("key", input.Text, ""), input.Must("value", input.Text, "")),
				"which document of a YAML file is meant: the one whose field key has the value"),
			input.May("preserveYamlComments", input.Bool, "taken, but comments are not kept"), optionsField()),
		Output: pathOutput(),
		Local:  true,
		Examples: []scaffold.Example{{
			Description: "Add to a file of values",
			YAML:        "id: values\naction: roadiehq:utils:merge\ninput:\n  path: chart/values.yaml\n  content:\n    image:\n      tag: ${{ parameters.tag }}\n",
		}},
	}
	return scaffold.Local(spec, func(ctx context.Context, c *scaffold.Call) (out template.Value, err error) {
		input.Unknown(ctx, c, spec.Input)
		var m merging
		if err := input.Read(c, &m); err != nil {
			return out, err
		}
		data, mode, err := present(c.Workspace, m.Path)
		if err == nil && !c.Workspace.Exists(m.Path) {
			err = fault.New(fault.NotFound, "there is no file %s to merge into", m.Path)
		}
		if err != nil {
			return out, err
		}
		var text string
		switch extension(m.Path) {
		case ".json":
			text, err = m.json(data, "  ")
		case ".yaml", ".yml":
			if m.PreserveYamlComments {
				c.Logf(ctx, "comments in %s are not kept", m.Path)
			}
			text, err = m.yaml(data)
		default:
			return out, fault.New(fault.Invalid, "%s: only files that end in .json, .yaml or .yml can be merged into", m.Path)
		}
		if err != nil {
			return out, err
		}
		return wrote(m.Path), c.Workspace.WriteFile(m.Path, []byte(text), mode)
	})
}

// mergeJSON is roadiehq:utils:json:merge.
func mergeJSON(name string) scaffold.Action {
	spec := scaffold.Spec{
		Name:        name,
		Description: "Merges data into a JSON file of the workspace, which is made where it does not exist.",
		Input: input.Schema(pathField("the file"), contentField(), arraysField(),
			input.May("matchFileIndent", input.Bool, "keep the indentation of the file; otherwise two blanks a level")),
		Output: pathOutput(),
		Local:  true,
		Examples: []scaffold.Example{{
			Description: "Add a script to a package",
			YAML:        "id: scripts\naction: " + name + "\ninput:\n  path: package.json\n  content:\n    scripts:\n      lint: eslint .\n",
		}},
	}
	return scaffold.Local(spec, func(ctx context.Context, c *scaffold.Call) (out template.Value, err error) {
		input.Unknown(ctx, c, spec.Input)
		var m merging
		if err := input.Read(c, &m); err != nil {
			return out, err
		}
		data, mode, err := present(c.Workspace, m.Path)
		if err != nil {
			return out, err
		}
		indent := "  "
		if m.MatchFileIndent {
			indent = indentOf(string(data), indent)
		}
		if len(data) == 0 {
			data = []byte("{}")
		}
		text, err := m.json(data, indent)
		if err != nil {
			return out, err
		}
		return wrote(m.Path), c.Workspace.WriteFile(m.Path, []byte(text), mode)
	})
}

// indentOf is the indentation of the first line that has one.
func indentOf(text, otherwise string) string {
	for line := range strings.Lines(text) {
		if bare := strings.TrimLeft(line, " \t"); len(bare) < len(line) && strings.TrimSpace(bare) != "" {
			return line[:len(line)-len(bare)]
		}
	}
	return otherwise
}

func (m merging) json(data []byte, indent string) (string, error) {
	old, err := parsed(m.Path, "json", data)
	if err != nil {
		return "", err
	}
	add, err := m.data("json")
	if err != nil {
		return "", err
	}
	return indentJSON(mergeValues(old, add, m.MergeArrays), indent), nil
}

func (m merging) yaml(data []byte) (string, error) {
	docs, err := fromYAML(m.Path, data)
	if err != nil {
		return "", err
	}
	add, err := m.data("yaml")
	if err != nil {
		return "", err
	}
	switch {
	case len(docs) == 0:
		return "", fault.New(fault.Invalid, "%s holds no document to merge into", m.Path)
	case len(docs) > 1 && m.UseDocumentIncludingField == nil:
		return "", fault.New(fault.Invalid, "%s has %d documents: useDocumentIncludingField says which one is meant", m.Path, len(docs))
	}
	texts := make([]string, len(docs))
	for i, d := range docs {
		if len(docs) == 1 || plainText(d.Get(m.UseDocumentIncludingField.Key)) == m.UseDocumentIncludingField.Value {
			d = mergeValues(d, add, m.MergeArrays)
		}
		texts[i] = yamltext.Stringify(d, m.Options.options())
	}
	return strings.Join(texts, "---\n"), nil
}

func plainText(v template.Value) string {
	switch v.Kind() {
	case template.String, template.Number:
		return v.String()
	}
	return ""
}

// mergeValues merges as lodash does: maps property by property, lists item by item, or with arrays one behind the other
// without repeats; what the second leaves undefined stays.
func mergeValues(a, b template.Value, arrays bool) template.Value {
	switch {
	case b.Kind() == template.Undefined:
		return a
	case arrays && a.Kind() == template.Array:
		return joined(a, b)
	case a.Kind() == template.Array && b.Kind() == template.Array:
		items := append([]template.Value(nil), a.Items()...)
		for i, item := range b.Items() {
			if i < len(items) {
				items[i] = mergeValues(items[i], item, arrays)
			} else {
				items = append(items, item)
			}
		}
		return template.ArrayValue(items...)
	case a.Kind() != template.Object || b.Kind() != template.Object:
		return b
	}
	var out []template.Field
	for key, v := range a.Entries {
		out = append(out, template.Field{Key: key, Value: mergeValues(v, b.Get(key), arrays)})
	}
	for key, v := range b.Entries {
		if !a.Has(key) {
			out = append(out, template.Field{Key: key, Value: v})
		}
	}
	return template.ObjectValue(out...)
}

// joined are the items of both; of scalars that repeat the first stays.
func joined(a, b template.Value) template.Value {
	items := append([]template.Value(nil), a.Items()...)
	if b.Kind() == template.Array {
		items = append(items, b.Items()...)
	} else {
		items = append(items, b)
	}
	seen := map[string]bool{}
	var out []template.Value
	for _, v := range items {
		if k := v.Kind(); k != template.Array && k != template.Object {
			key := string(template.AppendJSON(nil, v))
			if seen[key] {
				continue
			}
			seen[key] = true
		}
		out = append(out, v)
	}
	return template.ArrayValue(out...)
}
