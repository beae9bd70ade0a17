package web

import (
	"bytes"
	"regexp"
	"slices"
	"strings"

	"github.com/backchannel-portal/backchannel/internal/yamldoc"
)

// maxNesting bounds how deep a descriptor is shown.
const maxNesting = 100

// plainScalar are texts that mean themselves without quotes.
var plainScalar = regexp.MustCompile(`^[A-Za-z_/\p{Han}][\p{L}\p{N} _./()+@-]*(:[\p{L}\p{N}/][\p{L}\p{N} _./()+@-]*)*$`)

// yamlWriter writes values as YAML for people to read.
type yamlWriter struct{ b *bytes.Buffer }

// node writes a value behind its key or dash; inItem says that its first line goes on behind a dash.
func (y yamlWriter) node(n *yamldoc.Node, depth int, inItem bool) {
	switch {
	case n.Kind == yamldoc.Map && len(n.Fields) > 0 && depth < maxNesting:
		for i, f := range ordered(n.Fields, depth) {
			if i > 0 || !inItem {
				y.line(depth)
			}
			y.b.WriteString(scalarText(f.Key) + ":")
			y.value(f.Value, depth)
		}
	case n.Kind == yamldoc.List && len(n.Items) > 0 && depth < maxNesting:
		for i, item := range n.Items {
			if i > 0 || !inItem {
				y.line(depth)
			}
			y.b.WriteString("- ")
			y.node(item, depth+1, true)
		}
	default:
		y.scalar(n, depth)
	}
}

// value writes what follows a key.
func (y yamlWriter) value(n *yamldoc.Node, depth int) {
	if (n.Kind == yamldoc.Map && len(n.Fields) > 0 || n.Kind == yamldoc.List && len(n.Items) > 0) && depth < maxNesting {
		y.node(n, depth+1, false)
		return
	}
	y.b.WriteByte(' ')
	y.scalar(n, depth+1)
}

func (y yamlWriter) line(depth int) {
	y.b.WriteByte('\n')
	for range depth {
		y.b.WriteString("  ")
	}
}

func (y yamlWriter) scalar(n *yamldoc.Node, depth int) {
	switch n.Kind {
	case yamldoc.Map:
		y.b.WriteString("{}")
	case yamldoc.List:
		y.b.WriteString("[]")
	case yamldoc.Null:
		y.b.WriteString("null")
	case yamldoc.String:
		if !strings.Contains(n.Text, "\n") || strings.HasPrefix(n.Text, " ") {
			y.b.WriteString(scalarText(n.Text))
			return
		}
		y.b.WriteString("|")
		if !strings.HasSuffix(n.Text, "\n") {
			y.b.WriteByte('-')
		}
		for line := range strings.SplitSeq(strings.TrimSuffix(n.Text, "\n"), "\n") {
			if y.line(depth); line == "" {
				y.b.Truncate(y.b.Len() - 2*depth)
			}
			y.b.WriteString(line)
		}
	default:
		y.b.WriteString(n.Text)
	}
}

// scalarText is a text on one line, quoted where it would mean something else.
func scalarText(s string) string {
	switch strings.ToLower(s) {
	case "true", "false", "null", "yes", "no", "on", "off", "y", "n":
	default:
		if plainScalar.MatchString(s) && !strings.HasSuffix(s, " ") {
			return s
		}
	}
	return string(yamldoc.AppendString(nil, s))
}

// ordered puts the fields of a whole descriptor in the order people write them.
func ordered(fields []yamldoc.Field, depth int) []yamldoc.Field {
	if depth > 1 {
		return fields
	}
	first := []string{"apiVersion", "kind", "metadata", "name", "namespace", "title", "description", "spec"}
	place := func(f yamldoc.Field) int {
		if i := slices.Index(first, f.Key); i >= 0 {
			return i
		}
		return len(first) - 1
	}
	out := slices.Clone(fields)
	slices.SortStableFunc(out, func(a, b yamldoc.Field) int { return place(a) - place(b) })
	return out
}
