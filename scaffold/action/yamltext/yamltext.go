package yamltext

import (
	"strings"

	"github.com/backchannel-portal/backchannel/scaffold/template"
)

// Options change the layout. Zero fields take the defaults.
type Options struct {
	Indent    int // blanks a level; 2
	LineWidth int // characters before lines are folded; 80, at least 20, negative: never
	// FlatLists puts the items of a list in a map at the indentation of its key.
	FlatLists bool
}

const (
	defaultIndent = 2
	defaultWidth  = 80
	minContent    = 20 // characters that a folded line has at least
	minQuoted     = 40 // units from which on a double-quoted string may have several lines
	maxIndent     = 16
)

// Stringify writes one document, with a line end at its end.
func Stringify(v template.Value, o Options) string {
	if o.Indent <= 0 {
		o.Indent = defaultIndent
	}
	o.Indent = min(o.Indent, maxIndent)
	switch {
	case o.LineWidth == 0:
		o.LineWidth = defaultWidth
	case o.LineWidth > 0:
		o.LineWidth = max(o.LineWidth, minContent)
	}
	w := writer{width: o.LineWidth, step: strings.Repeat(" ", o.Indent), flat: o.FlatLists}
	return w.value(v, place{start: -1}) + "\n"
}

type writer struct {
	width int
	step  string
	flat  bool
}

// place is where a value stands.
type place struct {
	indent string
	key    bool // it is a key, on one line
	start  int  // characters before it on its line; -1: not told
}

func (w writer) value(v template.Value, p place) string {
	switch v.Kind() {
	case template.Array:
		return w.list(v, p)
	case template.Object:
		return w.object(v, p)
	case template.String:
		return w.text(template.UTF8(v.String()), p)
	case template.Bool, template.Number:
		return string(template.AppendJSON(nil, v))
	}
	return "null"
}

func (w writer) list(v template.Value, p place) string {
	if v.Len() == 0 {
		return "[]"
	}
	lines := make([]string, 0, v.Len())
	for _, item := range v.Items() {
		lines = append(lines, "- "+w.value(item, place{indent: p.indent + "  ", start: -1}))
	}
	return strings.Join(lines, "\n"+p.indent)
}

func (w writer) object(v template.Value, p place) string {
	var lines []string
	for key, item := range v.Entries {
		if item.Kind() != template.Undefined {
			lines = append(lines, w.pair(key, item, p))
		}
	}
	if len(lines) == 0 {
		return "{}"
	}
	return strings.Join(lines, "\n"+p.indent)
}

func (w writer) pair(key string, v template.Value, p place) string {
	inner := place{indent: p.indent + w.step, start: -1}
	s := w.text(template.UTF8(key), place{indent: inner.indent, key: true, start: -1}) + ":"
	filled := v.Len() > 0 && (v.Kind() == template.Array || v.Kind() == template.Object && w.defined(v))
	if !filled {
		inner.start = len16(s) + 1
	} else if w.flat && v.Kind() == template.Array && len(w.step) >= 2 {
		inner.indent = inner.indent[2:]
	}
	text := w.value(v, inner)
	switch {
	case filled:
		return s + "\n" + inner.indent + text
	case strings.HasPrefix(text, "\n"):
		return s + text
	}
	return s + " " + text
}

// defined reports whether an object has a property that is written.
func (w writer) defined(v template.Value) bool {
	for _, item := range v.Entries {
		if item.Kind() != template.Undefined {
			return true
		}
	}
	return false
}
