package inventory

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// Bounds of an XML manifest.
const (
	maxXMLDepth = 64
	maxXMLNodes = 200000
)

// node is an XML element. Namespaces are left out: manifests are told apart by their file names.
type node struct {
	name     string
	text     string
	line     int
	attrs    []xml.Attr
	children []*node
}

// parseXML reads a document into its root element. Entities other than XML's own are not defined, so that nothing is
// expanded or fetched. Errors are of kind fault.Invalid and name the line.
func parseXML(name string, data []byte) (*node, error) {
	d := xml.NewDecoder(bytes.NewReader(data))
	d.CharsetReader = func(label string, in io.Reader) (io.Reader, error) {
		return in, nil // names and versions are ASCII whatever the label says
	}
	stack := []*node{{}}
	nodes := 0
	for {
		line, _ := d.InputPos()
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			line, _ := d.InputPos()
			return nil, fault.At(fault.Position{File: name, Line: line}, "not well-formed XML: %v", err)
		}
		top := stack[len(stack)-1]
		switch t := tok.(type) {
		case xml.StartElement:
			if nodes++; len(stack) > maxXMLDepth || nodes > maxXMLNodes {
				return nil, fault.At(fault.Position{File: name, Line: line}, "more than %d elements or %d levels", maxXMLNodes, maxXMLDepth)
			}
			n := &node{name: t.Name.Local, line: line, attrs: t.Copy().Attr}
			top.children = append(top.children, n)
			stack = append(stack, n)
		case xml.EndElement:
			top.text = strings.TrimSpace(top.text)
			stack = stack[:len(stack)-1]
		case xml.CharData:
			if len(top.text) < maxFileRef {
				top.text += string(t[:min(len(t), maxFileRef)])
			}
		}
	}
	for _, n := range stack[0].children {
		return n, nil
	}
	return nil, fault.At(fault.Position{File: name}, "the file has no XML element")
}

// child returns the first element of that name, or an empty one. It accepts a nil node.
func (n *node) child(name string) *node {
	if n != nil {
		for _, c := range n.children {
			if c.name == name {
				return c
			}
		}
	}
	return &node{}
}

// at follows a path of names.
func (n *node) at(names ...string) *node {
	for _, name := range names {
		n = n.child(name)
	}
	return n
}

// all returns the children of that name.
func (n *node) all(name string) []*node {
	var out []*node
	for _, c := range n.children {
		if c.name == name {
			out = append(out, c)
		}
	}
	return out
}

// attr returns an attribute without regard to case, or the text of a child of that name, as MSBuild allows both.
func (n *node) attr(name string) string {
	for _, a := range n.attrs {
		if strings.EqualFold(a.Name.Local, name) {
			return strings.TrimSpace(a.Value)
		}
	}
	return n.child(name).text
}
