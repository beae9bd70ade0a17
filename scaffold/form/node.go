package form

import (
	"slices"
	"strconv"

	"github.com/backchannel-portal/backchannel/internal/yamldoc"
)

// node is a JSON value with its place: a part of a schema, or a value filled in. nil is JavaScript's undefined.
// Nodes are shared and never changed after they are made.
type node = yamldoc.Node

func isMap(n *node) bool  { return n != nil && n.Kind == yamldoc.Map }
func isList(n *node) bool { return n != nil && n.Kind == yamldoc.List }
func isNull(n *node) bool { return n == nil || n.Kind == yamldoc.Null }

// void reports whether a value says nothing.
func void(n *node) bool {
	return isNull(n) || (isMap(n) || isList(n)) && len(n.Fields)+len(n.Items) == 0
}

// isTrue and isFalse are about the two booleans; an absent node is neither.
func isTrue(n *node) bool  { return n != nil && n.Kind == yamldoc.Bool && n.Text == "true" }
func isFalse(n *node) bool { return n != nil && n.Kind == yamldoc.Bool && n.Text == "false" }

func textNode(s string) *node { return &node{Kind: yamldoc.String, Text: s} }

func boolNode(b bool) *node { return &node{Kind: yamldoc.Bool, Text: strconv.FormatBool(b)} }

// items are the elements of a list, none of anything else.
func items(n *node) []*node {
	if !isList(n) {
		return nil
	}
	return n.Items
}

// fields are the entries of a map, none of anything else.
func fields(n *node) []yamldoc.Field {
	if !isMap(n) {
		return nil
	}
	return n.Fields
}

// with is n with a key set, in place where n has it and at the end otherwise.
func with(n *node, key string, value *node) *node {
	out := &node{Kind: yamldoc.Map}
	if n != nil {
		out.Line, out.Column = n.Line, n.Column
		out.Fields = make([]yamldoc.Field, len(n.Fields), len(n.Fields)+1)
		copy(out.Fields, n.Fields)
	}
	for i := range out.Fields {
		if out.Fields[i].Key == key {
			out.Fields[i].Value = value
			return out
		}
	}
	out.Fields = append(out.Fields, yamldoc.Field{Key: key, Line: line(value), Value: value})
	return out
}

// without is n less some keys; n itself when it has none of them.
func without(n *node, keys ...string) *node {
	gone := func(f yamldoc.Field) bool { return slices.Contains(keys, f.Key) }
	if !slices.ContainsFunc(n.Fields, gone) {
		return n
	}
	out := *n
	out.Fields = slices.DeleteFunc(slices.Clone(n.Fields), gone)
	return &out
}

// listOf is a list at the place of n.
func listOf(n *node, items []*node) *node {
	out := &node{Kind: yamldoc.List, Items: items}
	if n != nil {
		out.Line, out.Column = n.Line, n.Column
	}
	return out
}

func line(n *node) int {
	if n == nil {
		return 0
	}
	return n.Line
}

// equal is deep equality as JSON has it: the order of keys does not matter.
func equal(a, b *node) bool {
	if a == nil || b == nil {
		return a == b
	}
	if a == b {
		return true
	}
	if a.Kind != b.Kind || len(a.Items) != len(b.Items) || len(a.Fields) != len(b.Fields) {
		return false
	}
	for i := range a.Items {
		if !equal(a.Items[i], b.Items[i]) {
			return false
		}
	}
	for i := range a.Fields {
		other := b.Fields[i].Value
		if b.Fields[i].Key != a.Fields[i].Key {
			if other = b.Get(a.Fields[i].Key); other == nil {
				return false
			}
		}
		if !equal(a.Fields[i].Value, other) {
			return false
		}
	}
	return len(a.Items) > 0 || len(a.Fields) > 0 || a.Text == b.Text
}

// contains reports whether a list has an element equal to v.
func contains(list []*node, v *node) bool {
	return slices.ContainsFunc(list, func(n *node) bool { return equal(n, v) })
}

// number is the value of a number node.
func number(n *node) (float64, bool) {
	if n == nil || n.Kind != yamldoc.Number {
		return 0, false
	}
	f, err := strconv.ParseFloat(n.Text, 64)
	return f, err == nil
}

// plain is how JavaScript's String() shows a scalar; collections are shown as JSON.
func plain(n *node) string {
	switch {
	case n == nil:
		return ""
	case n.Kind == yamldoc.Null:
		return "null"
	case n.Kind == yamldoc.List || n.Kind == yamldoc.Map:
		return string(yamldoc.AppendJSON(nil, n))
	default:
		return n.Text
	}
}
