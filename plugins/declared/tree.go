package declared

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/internal/yamldoc"
)

// tree is YAML in which texts have expressions, and in which these keys mean something in the map of a list:
//
//	if: EXPRESSION     the item is left out unless that holds
//	for: EXPRESSION    the item is repeated for each element of a list, which its expressions know as item, or as what
//	as: NAME           says; index counts from 0
//	do: ANYTHING       what is repeated, where it is no map
//
// A map of nothing but languages is the text in the reader's language.
type tree struct {
	node  *yamldoc.Node
	text  *text // of a string
	words map[lang.Lang]*tree
	items []*tree
	keys  []string
	vals  []*tree
	when  *expression
	each  *expression
	as    string
	do    *tree
}

// The bounds of trees.
const (
	maxTree   = 5000 // nodes as written
	maxGrown  = 20_000
	maxLooped = 500 // elements of one for
)

// compiler reads trees and remembers what is wrong with them.
type compiler struct {
	r     *reader
	nodes int
}

func (c *compiler) tree(n *yamldoc.Node, field string, names []string) *tree {
	t := &tree{node: n}
	if c.nodes++; c.nodes > maxTree {
		if c.nodes == maxTree+1 {
			c.r.errorf(n, field, "there are more than %d values in it", maxTree)
		}
		return t
	}
	switch n.Kind {
	case yamldoc.String:
		t.text = c.r.text(n, field, names)
	case yamldoc.List:
		for i, item := range n.Items {
			t.items = append(t.items, c.item(item, fmt.Sprintf("%s[%d]", field, i), names))
		}
	case yamldoc.Map:
		c.fields(t, n, field, names)
	}
	return t
}

// item is an item of a list, which may be conditional and repeated.
func (c *compiler) item(n *yamldoc.Node, field string, names []string) *tree {
	if n.Kind != yamldoc.Map || n.Get("if") == nil && n.Get("for") == nil {
		return c.tree(n, field, names)
	}
	var when, each *expression
	as := "item"
	if f := n.Get("for"); f != nil {
		each = c.r.expression(f, field+".for", names)
		if a := n.Get("as"); a != nil {
			as = a.Str()
			if !plainName(as) || slices.Contains(baseNames(), as) {
				c.r.errorf(a, field+".as", "%q cannot be a name: letters and digits, and none of %s", as, strings.Join(baseNames(), ", "))
				as = "item"
			}
		}
		names = append(slices.Clone(names), as, "index")
	}
	if f := n.Get("if"); f != nil {
		when = c.r.expression(f, field+".if", names)
	}
	rest := *n
	rest.Fields = slices.DeleteFunc(slices.Clone(n.Fields), func(f yamldoc.Field) bool {
		return f.Key == "if" || each != nil && (f.Key == "for" || f.Key == "as")
	})
	var t *tree
	if do := rest.Get("do"); do != nil && len(rest.Fields) == 1 {
		t = c.tree(do, field+".do", names)
		t = &tree{node: n, do: t}
	} else {
		t = c.tree(&rest, field, names)
	}
	t.when, t.each, t.as = when, each, as
	return t
}

// fields reads a map: texts by language, or what it says.
func (c *compiler) fields(t *tree, n *yamldoc.Node, field string, names []string) {
	if translated(n) {
		t.words = map[lang.Lang]*tree{}
		for _, f := range n.Fields {
			l, _ := language(f.Key)
			t.words[l] = c.tree(f.Value, field+"."+f.Key, names)
		}
		return
	}
	for _, f := range n.Fields {
		t.keys = append(t.keys, f.Key)
		t.vals = append(t.vals, c.tree(f.Value, field+"."+f.Key, names))
	}
}

func plainName(s string) bool {
	if s == "" || len(s) > 40 || s[0] >= '0' && s[0] <= '9' {
		return false
	}
	return !strings.ContainsFunc(s, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '_'
	})
}

// grower evaluates trees.
type grower struct {
	lang  lang.Lang
	nodes int
}

// grow evaluates a tree to values with the places of what they were made from.
func (g *grower) grow(t *tree, s scope) (*yamldoc.Node, error) {
	if g.nodes++; g.nodes > maxGrown {
		return nil, fmt.Errorf("it grows to more than %d values", maxGrown)
	}
	n := t.node
	switch {
	case t.do != nil:
		return g.grow(t.do, s)
	case t.words != nil:
		w := t.words[g.lang]
		if w == nil {
			w = t.words[lang.English]
		}
		return g.grow(w, s)
	case t.text != nil:
		return g.string(t, s)
	case n.Kind == yamldoc.List:
		out := &yamldoc.Node{Kind: yamldoc.List, Line: n.Line, Column: n.Column}
		for _, item := range t.items {
			if err := g.item(out, item, s); err != nil {
				return nil, err
			}
		}
		return out, nil
	case n.Kind == yamldoc.Map:
		out := &yamldoc.Node{Kind: yamldoc.Map, Line: n.Line, Column: n.Column}
		for i, key := range t.keys {
			v, err := g.grow(t.vals[i], s)
			if err != nil {
				return nil, err
			}
			out.Fields = append(out.Fields, yamldoc.Field{Key: key, Line: v.Line, Value: v})
		}
		return out, nil
	}
	return n, nil
}

// item appends an item of a list: once, not at all, or once for each element.
func (g *grower) item(out *yamldoc.Node, t *tree, s scope) error {
	if t.each == nil {
		return g.once(out, t, s)
	}
	v, err := t.each.value(s)
	if err != nil {
		return at(t.node.Line, err)
	}
	elements, ok := v.([]any)
	if !ok && v != nil {
		return at(t.node.Line, fmt.Errorf("for needs a list: %s is none", clip(t.each.code)))
	}
	if len(elements) > maxLooped {
		return at(t.node.Line, fmt.Errorf("for takes at most %d elements: %s has %d; take(…, 10) cuts it", maxLooped, clip(t.each.code), len(elements)))
	}
	for i, el := range elements {
		if err := g.once(out, t, s.with(t.as, el).with("index", i)); err != nil {
			return err
		}
	}
	return nil
}

func (g *grower) once(out *yamldoc.Node, t *tree, s scope) error {
	ok, err := t.when.holds(s)
	if err != nil {
		return at(t.node.Line, err)
	}
	if !ok {
		return nil
	}
	n, err := g.grow(t, s)
	if err != nil {
		return err
	}
	out.Items = append(out.Items, n)
	return nil
}

// string evaluates a text: one expression alone keeps its type.
func (g *grower) string(t *tree, s scope) (*yamldoc.Node, error) {
	if e := t.text.sole(); e != nil {
		v, err := e.value(s)
		if err != nil {
			return nil, at(t.node.Line, err)
		}
		return g.node(v, t.node.Line)
	}
	out, err := t.text.string(s, asPlain)
	if err != nil {
		return nil, at(t.node.Line, err)
	}
	return &yamldoc.Node{Kind: yamldoc.String, Text: out, Line: t.node.Line}, nil
}

// node is a value of an expression as a node.
func (g *grower) node(v any, line int) (*yamldoc.Node, error) {
	if g.nodes++; g.nodes > maxGrown {
		return nil, at(line, fmt.Errorf("it grows to more than %d values", maxGrown))
	}
	n := &yamldoc.Node{Line: line}
	switch v := v.(type) {
	case nil:
		n.Kind = yamldoc.Null
	case bool:
		n.Kind, n.Text = yamldoc.Bool, plainText(v)
	case int, float64:
		n.Kind, n.Text = yamldoc.Number, plainText(v)
	case string, path, time.Time:
		n.Kind, n.Text = yamldoc.String, plainText(v)
	case []any:
		n.Kind = yamldoc.List
		for _, item := range v {
			c, err := g.node(item, line)
			if err != nil {
				return nil, err
			}
			n.Items = append(n.Items, c)
		}
	case map[string]any:
		n.Kind = yamldoc.Map
		for _, key := range sortedKeys(v) {
			c, err := g.node(v[key], line)
			if err != nil {
				return nil, err
			}
			n.Fields = append(n.Fields, yamldoc.Field{Key: key, Line: line, Value: c})
		}
	default:
		return nil, at(line, fmt.Errorf("a value of type %T cannot be shown", v))
	}
	return n, nil
}
