package oncall

import (
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// node is a value of the document with its line.
type node struct {
	line  int
	kind  kind
	value string // of a scalar, as written
	keys  []node // of a mapping
	items []node // of a list, or the values of a mapping
}

type kind uint8

const (
	scalar kind = iota
	null
	list
	mapping
)

func document(name string, data []byte) (node, error) {
	var doc yaml.Node
	if err := yaml.Unmarshal(data, &doc); err != nil {
		return node{}, fault.At(fault.Position{File: name}, "%v", err)
	}
	if len(doc.Content) == 0 {
		return node{}, fault.At(fault.Position{File: name}, "the file is empty")
	}
	return convert(doc.Content[0], 0), nil
}

func convert(y *yaml.Node, depth int) node {
	n := node{line: y.Line, value: y.Value}
	if depth > 20 {
		return n
	}
	switch y.Kind {
	case yaml.SequenceNode:
		n.kind = list
		for _, c := range y.Content {
			n.items = append(n.items, convert(c, depth+1))
		}
	case yaml.MappingNode:
		n.kind = mapping
		for i := 0; i+1 < len(y.Content); i += 2 {
			n.keys = append(n.keys, convert(y.Content[i], depth+1))
			n.items = append(n.items, convert(y.Content[i+1], depth+1))
		}
	case yaml.ScalarNode:
		if y.Tag == "!!null" {
			n.kind = null
		}
	}
	return n
}

// mapping returns the values of a mapping by key and reports every key that is not known or repeated; nil when n is
// not a mapping.
func (p *parser) mapping(n node, field string, known ...string) map[string]node {
	if n.kind != mapping {
		p.fail(n, field, "this must be a mapping with the keys %s", strings.Join(known, ", "))
		return nil
	}
	m := make(map[string]node, len(n.keys))
	for i, k := range n.keys {
		if _, twice := m[k.value]; twice {
			p.fail(k, join(field, k.value), "this key is given twice")
		}
		if k.kind != scalar || !slices.Contains(known, k.value) {
			p.fail(k, join(field, clip(k.value)), "unknown key; known are %s", strings.Join(known, ", "))
		}
		m[k.value] = n.items[i]
	}
	return m
}

func (p *parser) need(n node, m map[string]node, field, key string) (node, bool) {
	v, ok := m[key]
	if !ok {
		p.fail(n, join(field, key), "this key is missing")
	}
	return v, ok
}

func (p *parser) list(n node, field string, most int) []node {
	switch {
	case n.kind != list:
		p.fail(n, field, "this must be a list")
		return nil
	case len(n.items) > most:
		p.fail(n, field, "the list has %d items, more than %d", len(n.items), most)
		return nil
	}
	return n.items
}

// text returns a scalar's text; an empty one is reported.
func (p *parser) text(n node, field string) string {
	s := strings.TrimSpace(n.value)
	switch {
	case n.kind != scalar || s == "":
		p.fail(n, field, "this must be a text")
		return ""
	case len(s) > maxText:
		p.fail(n, field, "the text is longer than %d bytes", maxText)
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
