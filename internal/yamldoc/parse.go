package yamldoc

import (
	"bytes"
	"fmt"

	"gopkg.in/yaml.v3"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// parse reads one document. An empty one gives nil and no error.
func parse(s segment, limits Limits) (*Node, error) {
	switch {
	case s.refused != "":
		return nil, s.fail(0, "%s", s.refused)
	case s.empty():
		return nil, nil
	case len(s.text) > limits.DocBytes:
		return nil, s.fail(0, "the document has %d bytes; at most %d are read", len(s.text), limits.DocBytes)
	case len(s.text) > limits.Tokens && tokens(s.text) > limits.Tokens:
		return nil, s.fail(0, "the document has more than %d elements", limits.Tokens)
	}
	tree, err := unmarshal(s.text)
	for _, r := range repairs {
		if err == nil || !r.cause(err, s.text) {
			continue
		}
		mended := r.mend(s.text)
		if again, e := unmarshal(mended); e == nil || r.partly {
			s.text, tree, err = mended, again, e
		}
	}
	if err != nil {
		return nil, s.explain(err)
	}
	if tree.Kind != yaml.DocumentNode || len(tree.Content) == 0 {
		return nil, nil
	}
	top := tree.Content[0]
	if s.explicit && top.Line == 1 && top.Kind == yaml.MappingNode && top.Style&yaml.FlowStyle == 0 {
		return nil, s.fail(1, "a map cannot start on the line of the --- marker")
	}
	c := converter{segment: s, limits: limits}
	root, err := c.node(top, -1, 0)
	if err != nil {
		return nil, err
	}
	if root.Kind == Null {
		return nil, nil
	}
	return root, nil
}

// empty reports whether nothing follows the marker but white space.
func (s segment) empty() bool {
	return s.explicit && len(bytes.TrimLeft(s.text[3:], " \t\r\n")) == 0
}

// unmarshal calls the library, which reports some malformed input by panicking.
func unmarshal(text []byte) (tree yaml.Node, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("yaml: %v", r)
		}
	}()
	err = yaml.Unmarshal(text, &tree)
	return tree, err
}

// tokens counts the characters that start elements: an upper bound, good to a small factor, of what a parse builds.
func tokens(text []byte) int {
	n := 0
	for _, c := range []byte("\n,[{:-") {
		n += bytes.Count(text, []byte{c})
	}
	return n
}

// fail points at a line of the segment, counted from 1; 0 is its start.
func (s segment) fail(line int, format string, args ...any) error {
	return fault.At(fault.Position{Line: s.line + max(line, 1) - 1}, format, args...)
}
