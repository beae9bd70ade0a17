package yamldoc

import (
	"bytes"
	"slices"
	"strconv"
	"strings"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// verify checks that a stream differs from the one before by the value at a path and nothing else.
func (e *editor) verify(out []byte, path []string, want *Node) error {
	refused := fault.New(fault.Invalid, "%s cannot be edited without changing more than that, and is best edited by hand", strings.Join(path, "."))
	before, err := Documents(e.text, Limits{})
	if err != nil {
		return err
	}
	after, err := Documents(bytes.TrimPrefix(out, e.mark), Limits{})
	if err != nil {
		return refused
	}
	var now []Document
	for d := range after {
		now = append(now, d)
	}
	n := 0
	for d := range before {
		if n == len(now) || d.Err == nil && now[n].Err != nil {
			return refused
		}
		root := d.Root
		if d.Index == e.doc {
			root = with(root, path, want)
		}
		if d.Err == nil && !same(root, now[n].Root) {
			return refused
		}
		n++
	}
	if n != len(now) {
		return refused
	}
	return nil
}

// with is a copy of a tree with another value at a path.
func with(n *Node, path []string, value *Node) *Node {
	if len(path) == 0 {
		return value
	}
	c := *n
	if n.Kind == List {
		c.Items = slices.Clone(n.Items)
		i, _ := strconv.Atoi(path[0]) // walk has been there
		c.Items[i] = with(n.Items[i], path[1:], value)
		return &c
	}
	c.Fields = slices.Clone(n.Fields)
	for i := range c.Fields {
		if c.Fields[i].Key == path[0] {
			c.Fields[i].Value = with(c.Fields[i].Value, path[1:], value)
			return &c
		}
	}
	c.Fields = append(c.Fields, Field{Key: path[0], Value: value})
	return &c
}

// same reports whether two trees mean the same; the order of keys does not count.
func same(a, b *Node) bool {
	if a == nil || b == nil {
		return a == b
	}
	if a.Kind != b.Kind || a.Text != b.Text || len(a.Items) != len(b.Items) || len(a.Fields) != len(b.Fields) {
		return false
	}
	for i := range a.Items {
		if !same(a.Items[i], b.Items[i]) {
			return false
		}
	}
	for _, f := range a.Fields {
		if !same(f.Value, b.Get(f.Key)) {
			return false
		}
	}
	return true
}
