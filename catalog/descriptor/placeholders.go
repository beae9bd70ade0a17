package descriptor

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/backchannel-portal/backchannel/internal/yamldoc"
)

// substitution replaces placeholders as PlaceholderProcessor of @backstage/plugin-catalog-backend does: an object
// whose only key is one of these stands for what its target holds. An object with other keys beside one that starts
// with $ is left alone, and so is all below it.
type substitution struct {
	read func(target string) ([]byte, error)
	path []step
	errs []Finding
}

// placeholders returns the tree with its placeholders replaced; parts without any are shared with the original.
func placeholders(root *yamldoc.Node, read func(string) ([]byte, error)) (*yamldoc.Node, []Finding) {
	s := substitution{read: read}
	return s.walk(root), s.errs
}

func (s *substitution) walk(n *yamldoc.Node) *yamldoc.Node {
	switch n.Kind {
	case yamldoc.List:
		return s.list(n)
	case yamldoc.Map:
	default:
		return n
	}
	for i := range n.Fields {
		if strings.HasPrefix(n.Fields[i].Key, "$") {
			if len(n.Fields) == 1 {
				return s.resolve(n)
			}
			return n
		}
	}
	out := n
	for i := range n.Fields {
		f := &n.Fields[i]
		if f.Value.Kind < yamldoc.List {
			continue
		}
		s.path = append(s.path, step{key: f.Key, index: -1})
		v := s.walk(f.Value)
		s.path = s.path[:len(s.path)-1]
		if v == f.Value {
			continue
		}
		if out == n {
			c := *n
			c.Fields = append([]yamldoc.Field(nil), n.Fields...)
			out = &c
		}
		out.Fields[i].Value = v
	}
	return out
}

func (s *substitution) list(n *yamldoc.Node) *yamldoc.Node {
	out := n
	for i, item := range n.Items {
		if item.Kind < yamldoc.List {
			continue
		}
		s.path = append(s.path, step{index: i})
		v := s.walk(item)
		s.path = s.path[:len(s.path)-1]
		if v == item {
			continue
		}
		if out == n {
			c := *n
			c.Items = append([]*yamldoc.Node(nil), n.Items...)
			out = &c
		}
		out.Items[i] = v
	}
	return out
}

// resolve replaces one placeholder. Unknown keys, such as $ref, are left as they are.
func (s *substitution) resolve(n *yamldoc.Node) *yamldoc.Node {
	key, target := n.Fields[0].Key, n.Fields[0].Value
	isText := key == "$text" || key == "$openapi" || key == "$asyncapi"
	if !isText && key != "$json" && key != "$yaml" {
		return n
	}
	out := &yamldoc.Node{Kind: yamldoc.Map, Line: n.Line, Column: n.Column}
	if isText {
		out.Kind = yamldoc.String
	}
	if s.read == nil {
		if isText {
			out.Text = "(" + key + ")"
		}
		return out
	}
	if target.Kind != yamldoc.String {
		s.fail(target.Line, "the placeholder %s must name a file or URL, not %s", key, article(target.Kind))
		return out
	}
	data, err := s.read(target.Text)
	if err != nil {
		s.fail(target.Line, "the placeholder %s cannot read %q: %s", key, clip(target.Text), message(err))
		return out
	}
	switch key {
	case "$text":
		out.Text = string(data)
	case "$openapi", "$asyncapi":
		if out.Text, err = bundle(target.Text, data, s.read); err != nil {
			s.fail(target.Line, "the placeholder %s cannot bundle %q: %s", key, clip(target.Text), message(err))
		}
	default:
		v, err := value(key, data)
		if err != nil {
			s.fail(target.Line, "the placeholder %s finds no single valid document in %q: %s", key, clip(target.Text), message(err))
			return out
		}
		return at(v, n)
	}
	return out
}

// value reads the target of $json or $yaml.
func value(key string, data []byte) (*yamldoc.Node, error) {
	if key == "$json" && !json.Valid(data) {
		var v any
		if err := json.Unmarshal(data, &v); err != nil {
			return nil, fmt.Errorf("not valid JSON: %w", err)
		}
	}
	return yamldoc.Parse(data, yamldoc.Limits{})
}

// at gives the root of a foreign tree the place of the placeholder, so that errors point into the descriptor.
func at(v, n *yamldoc.Node) *yamldoc.Node {
	c := *v
	c.Line, c.Column = n.Line, n.Column
	return &c
}

func (s *substitution) fail(line int, format string, args ...any) {
	c := checker{steps: s.path}
	f := c.finding(line, format, args...)
	f.Message = fmt.Sprintf(format, args...)
	if len(s.errs) < mostFindings {
		s.errs = append(s.errs, f)
	}
}
