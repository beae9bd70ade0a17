package yamldoc

import (
	"strings"

	"gopkg.in/yaml.v3"
)

// maxAliases is the alias budget of npm "yaml": how often an anchor is used, times the uses nested in it.
const maxAliases = 100

// converter turns the library's tree into ours, checking on the way what the library does not.
type converter struct {
	segment
	limits  Limits
	anchors map[*yaml.Node]*anchor
	lines   lineIndex
	size    int    // bytes of values, aliases followed
	slab    []Node // allocated in blocks
}

// anchor is a node that aliases may name.
type anchor struct {
	node   *Node // nil while it is being converted
	size   int
	count  int // uses, its own included
	nested int // the most that one path through it multiplies aliases by; 0: not computed
}

func (c *converter) alloc(n *yaml.Node, k Kind) *Node {
	if len(c.slab) == cap(c.slab) {
		c.slab = make([]Node, 0, min(max(2*cap(c.slab), 32), 512))
	}
	c.slab = append(c.slab, Node{Kind: k, Line: n.Line + c.line - 1, Column: n.Column})
	return &c.slab[len(c.slab)-1]
}

// node converts n. indent is the column, from 0, of the block collection around it; -1 at the top and -2 inside
// flow collections, where layout means nothing.
func (c *converter) node(n *yaml.Node, indent, depth int) (*Node, error) {
	if depth > c.limits.Depth {
		return nil, c.fail(n.Line, "nested more than %d deep", c.limits.Depth)
	}
	if n.Kind == yaml.AliasNode {
		return c.alias(n)
	}
	if n.Anchor == "" {
		return c.value(n, indent, depth)
	}
	if c.anchors == nil {
		c.anchors = map[*yaml.Node]*anchor{}
	}
	a := &anchor{count: 1}
	c.anchors[n] = a
	before := c.size
	out, err := c.value(n, indent, depth)
	a.node, a.size = out, c.size-before
	return out, err
}

func (c *converter) alias(n *yaml.Node) (*Node, error) {
	a := c.anchors[n.Alias]
	if a == nil || a.node == nil {
		return nil, c.fail(n.Line, "the anchor &%s contains itself", n.Value)
	}
	a.count++
	if a.nested == 0 {
		a.nested = c.nested(n.Alias)
	}
	if a.count*a.nested > maxAliases {
		return nil, c.fail(n.Line, "the alias *%s is used too often; at most %d uses are followed", n.Value, maxAliases)
	}
	return a.node, c.spend(n, a.size)
}

// nested is getAliasCount of npm "yaml".
func (c *converter) nested(n *yaml.Node) int {
	if n.Kind == yaml.AliasNode {
		if a := c.anchors[n.Alias]; a != nil {
			return a.count * a.nested
		}
		return 0
	}
	if n.Kind == yaml.ScalarNode {
		return 1
	}
	most := 0
	for _, child := range n.Content {
		most = max(most, c.nested(child))
	}
	return most
}

func (c *converter) spend(n *yaml.Node, bytes int) error {
	if c.size += bytes; c.size > c.limits.Expanded {
		return c.fail(n.Line, "the document grows beyond %d bytes once its aliases are followed", c.limits.Expanded)
	}
	return nil
}

func (c *converter) value(n *yaml.Node, indent, depth int) (*Node, error) {
	const quoted = yaml.SingleQuotedStyle | yaml.DoubleQuotedStyle
	if indent != -2 && n.Style&(quoted|yaml.FlowStyle) != 0 {
		if err := c.layout(n, indent); err != nil {
			return nil, err
		}
	}
	if err := c.spend(n, 16+len(n.Value)); err != nil {
		return nil, err
	}
	within := inside(n, indent)
	switch n.Kind {
	case yaml.SequenceNode:
		out := c.alloc(n, List)
		out.Items = make([]*Node, len(n.Content))
		for i, item := range n.Content {
			var err error
			if out.Items[i], err = c.node(item, within, depth+1); err != nil {
				return nil, err
			}
		}
		return out, nil
	case yaml.MappingNode:
		return c.fields(n, within, depth)
	default:
		return c.scalar(n), nil
	}
}

// inside is the indent of what n contains.
func inside(n *yaml.Node, indent int) int {
	switch {
	case indent == -2 || n.Style&yaml.FlowStyle != 0:
		return -2
	case n.Kind == yaml.MappingNode && len(n.Content) > 0:
		return n.Content[0].Column - 1
	case n.Anchor == "" && n.Style&yaml.TaggedStyle == 0:
		return n.Column - 1
	default: // a sequence whose position is that of its properties
		return indent
	}
}

func (c *converter) scalar(n *yaml.Node) *Node {
	out := c.alloc(n, String)
	const literal = yaml.SingleQuotedStyle | yaml.DoubleQuotedStyle | yaml.LiteralStyle | yaml.FoldedStyle
	switch {
	case n.Style&yaml.TaggedStyle != 0:
		out.Kind, out.Text = tagged(n.ShortTag(), n.Value)
	case n.Style&literal != 0:
		out.Text = n.Value
	case c.old:
		out.Kind, out.Text = plainOld(n.Value)
	default:
		out.Kind, out.Text = plain(n.Value)
	}
	if out.Kind == String {
		out.Text = restore(out.Text)
	}
	return out
}

func (c *converter) fields(n *yaml.Node, within, depth int) (*Node, error) {
	out := c.alloc(n, Map)
	out.Fields = make([]Field, 0, len(n.Content)/2)
	var keys keySet
	for i := 0; i+1 < len(n.Content); i += 2 {
		kn := n.Content[i]
		key, err := c.node(kn, within, depth+1)
		if err != nil {
			return nil, err
		}
		text := keyText(key)
		at := keys.find(out.Fields, text)
		if at >= 0 && out.Fields[at].kind == key.Kind && key.Kind != List && key.Kind != Map {
			return nil, c.fail(kn.Line, "the key %q is already set on line %d; keys must be unique", text, out.Fields[at].Line)
		}
		value, err := c.node(n.Content[i+1], within, depth+1)
		if err != nil {
			return nil, err
		}
		if at >= 0 { // 1 and "1" are different keys of the map but one name in an object: the later value counts
			out.Fields[at].Value = value
			continue
		}
		out.Fields = append(out.Fields, Field{Key: text, Line: key.Line, Value: value, kind: key.Kind})
	}
	return out, nil
}

// keyText is the name an object gives a key.
func keyText(n *Node) string {
	switch n.Kind {
	case Null:
		return ""
	case List, Map:
		return flowText(n)
	default:
		return n.Text
	}
}

// flowText writes a collection that serves as a key, close to how npm "yaml" does: { name }, [ a, b ].
func flowText(n *Node) string {
	parts := make([]string, 0, len(n.Items)+len(n.Fields))
	for _, item := range n.Items {
		parts = append(parts, valueText(item))
	}
	for _, f := range n.Fields {
		part := f.Key
		if f.Value.Kind != Null {
			part += ": " + valueText(f.Value)
		}
		parts = append(parts, part)
	}
	left, right := "[", "]"
	if n.Kind == Map {
		left, right = "{", "}"
	}
	if len(parts) == 0 {
		return left + right
	}
	return left + " " + strings.Join(parts, ", ") + " " + right
}

func valueText(n *Node) string {
	if n.Kind == Null {
		return "null"
	}
	return keyText(n)
}

// keySet finds repeated keys: by looking through the few fields of a small map, by hashing in a large one.
type keySet map[string]int

const smallMap = 12

// find returns where the fields have the name already, or -1.
func (k *keySet) find(fields []Field, text string) int {
	if len(fields) <= smallMap {
		for i := range fields {
			if fields[i].Key == text {
				return i
			}
		}
		return -1
	}
	if *k == nil {
		*k = make(keySet, 2*len(fields))
	}
	for i := len(*k); i < len(fields); i++ {
		(*k)[fields[i].Key] = i
	}
	if i, ok := (*k)[text]; ok {
		return i
	}
	return -1
}
