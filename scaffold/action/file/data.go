package file

import (
	"path"
	"strings"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/yamldoc"
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

// extension of a file's name, lower case.
func extension(name string) string { return strings.ToLower(path.Ext(name)) }
