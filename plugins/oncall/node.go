package oncall

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/yamldoc"
)

// document reads the only document of a file.
func document(name string, data []byte) (*yamldoc.Node, error) {
	root, err := yamldoc.Parse(data, yamldoc.Limits{Bytes: MaxFile, DocBytes: MaxFile})
	if e, ok := errors.AsType[*fault.Error](err); ok && e.At.File == "" {
		at := *e
		at.At.File = name
		return nil, &at
	}
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "%s", name)
	}
	if root.Kind == yamldoc.Null {
		return nil, fault.At(fault.Position{File: name}, "the file is empty")
	}
	return root, nil
}

// mapping returns the values of a map by key and reports every key that is not known; nil when n is no map.
func (p *parser) mapping(n *yamldoc.Node, field string, known ...string) map[string]*yamldoc.Node {
	if n.Kind != yamldoc.Map {
		p.fail(n.Line, field, "this must be a mapping with the keys %s", strings.Join(known, ", "))
		return nil
	}
	m := make(map[string]*yamldoc.Node, len(n.Fields))
	for _, f := range n.Fields {
		if !slices.Contains(known, f.Key) {
			p.fail(f.Line, join(field, clip(f.Key)), "unknown key; known are %s", strings.Join(known, ", "))
		}
		m[f.Key] = f.Value
	}
	return m
}

// need returns the value of a key of n, whose fields are m, and reports one that is missing.
func (p *parser) need(n *yamldoc.Node, m map[string]*yamldoc.Node, field, key string) (*yamldoc.Node, bool) {
	v, ok := m[key]
	if !ok {
		p.fail(n.Line, join(field, key), "this key is missing")
	}
	return v, ok
}

func (p *parser) list(n *yamldoc.Node, field string, most int) []*yamldoc.Node {
	switch {
	case n.Kind != yamldoc.List:
		p.fail(n.Line, field, "this must be a list")
		return nil
	case len(n.Items) > most:
		p.fail(n.Line, field, "the list has %d items, more than %d", len(n.Items), most)
		return nil
	}
	return n.Items
}

// text returns a string's text, and "" after it has reported what is no text or an empty one.
func (p *parser) text(n *yamldoc.Node, field string) string {
	s := strings.TrimSpace(n.Text)
	switch {
	case n.Kind == yamldoc.Number || n.Kind == yamldoc.Bool:
		p.fail(n.Line, field, "this must be a text; put %s in quotes", clip(s))
		return ""
	case n.Kind != yamldoc.String || s == "":
		p.fail(n.Line, field, "this must be a text")
		return ""
	case len(s) > maxText:
		p.fail(n.Line, field, "the text is longer than %d bytes", maxText)
		return ""
	}
	return s
}

func join(field, key string) string {
	if field == "" {
		return key
	}
	return field + "." + key
}

func quote(s string) string { return strconv.Quote(clip(s)) }

func clip(s string) string {
	const most = 80
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}
