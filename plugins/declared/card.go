package declared

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/internal/yamldoc"
	"github.com/backchannel-portal/backchannel/plugins"
)

// cardKeys are the keys of a card: those of a message, and where it comes from.
func cardKeys() []string { return []string{"summary", "blocks", "source", "asOf"} }

// card reads a card and checks its shape as far as it can be told without data.
func (r *reader) card(n *yamldoc.Node, field string, s *spec, known []string) {
	if n.Kind == yamldoc.List { // blocks alone
		n = &yamldoc.Node{Kind: yamldoc.Map, Line: n.Line, Fields: []yamldoc.Field{{Key: "blocks", Line: n.Line, Value: n}}}
	}
	if n.Kind != yamldoc.Map {
		r.errorf(n, field, "expected a list of blocks, or summary and blocks")
		return
	}
	for _, f := range n.Fields {
		if !slices.Contains(cardKeys(), f.Key) {
			r.errorf(&yamldoc.Node{Line: f.Line}, join(field, f.Key), "unknown key; known here: %s", strings.Join(cardKeys(), ", "))
		}
	}
	blocks := n.Get("blocks")
	if blocks == nil || blocks.Kind != yamldoc.List {
		r.errorf(n, field+".blocks", "expected a list of blocks")
		return
	}
	for i, b := range blocks.Items {
		at := fmt.Sprintf("%s.blocks[%d]", field, i)
		if b.Kind != yamldoc.Map {
			r.errorf(b, at, "expected a block, such as {type: text, spans: ...}")
			continue
		}
		r.shaped(b, at, &shape{Ref: "#/$defs/block"}, "block")
	}
	c := &compiler{r: r}
	s.Card = c.tree(n, field, known)
}

// render makes the card from what expressions know.
func (f *file) render(s scope, l lang.Lang) (plugins.Card, error) {
	var out plugins.Card
	g := &grower{lang: l}
	n, err := g.grow(f.Spec.Card, s)
	if err != nil {
		return out, err
	}
	rest := *n
	rest.Fields = nil
	for _, field := range n.Fields {
		switch {
		case field.Key == "source" && field.Value.Text != "":
			out.Sources = []bot.Source{{Where: field.Value.Text}}
		case field.Key == "asOf" && field.Value.Kind != yamldoc.Null:
			if out.AsOf, err = instant(nodeValue(field.Value)); err != nil {
				return out, at(field.Value.Line, err)
			}
		case field.Key == "blocks" || field.Key == "summary" && field.Value.Kind != yamldoc.Null:
			rest.Fields = append(rest.Fields, field)
		}
	}
	tidy(&rest)
	if err := out.Message.UnmarshalJSON(yamldoc.AppendJSON(nil, &rest)); err != nil {
		if e, ok := errors.AsType[*card.JSONError](err); ok {
			return out, at(lineAt(&rest, e.Path), fmt.Errorf("card.%s: %s", e.Path, e.Message))
		}
		return out, err
	}
	out.Message.Lang = l
	return out, nil
}

func nodeValue(n *yamldoc.Node) any {
	if n.Kind == yamldoc.Number {
		if v, err := strconv.ParseFloat(n.Text, 64); err == nil {
			return v
		}
	}
	return n.Text
}

// tidy makes what expressions gave fit where texts stand: a number is shown as it reads, nothing as nothing.
func tidy(n *yamldoc.Node) {
	for i := range n.Fields {
		f := &n.Fields[i]
		switch f.Key {
		case "spans", "value", "summary", "items", "rows":
			f.Value = readable(f.Value, f.Key == "value" || f.Key == "spans" || f.Key == "summary")
			if f.Key == "items" || f.Key == "rows" {
				f.Value = wrapped(f.Value, f.Key == "rows")
			}
		case "text", "label", "title", "caption", "alt":
			f.Value = asText(f.Value)
		}
		tidy(f.Value)
	}
	for _, item := range n.Items {
		tidy(item)
	}
}

// asText is a scalar as a text.
func asText(n *yamldoc.Node) *yamldoc.Node {
	switch n.Kind {
	case yamldoc.Number, yamldoc.Bool:
		return &yamldoc.Node{Kind: yamldoc.String, Text: n.Text, Line: n.Line}
	case yamldoc.Null:
		return &yamldoc.Node{Kind: yamldoc.String, Line: n.Line}
	}
	return n
}

// readable makes scalars in lists of spans texts, and where spans is set a scalar itself.
func readable(n *yamldoc.Node, spans bool) *yamldoc.Node {
	if spans {
		if n = asText(n); n.Kind == yamldoc.Map {
			n = &yamldoc.Node{Kind: yamldoc.List, Line: n.Line, Items: []*yamldoc.Node{n}}
		}
	}
	if n.Kind != yamldoc.List {
		return n
	}
	out := *n
	out.Items = slices.Clone(n.Items)
	for i, item := range out.Items {
		if item.Kind == yamldoc.List {
			out.Items[i] = readable(item, false)
		} else {
			out.Items[i] = asText(item)
		}
	}
	return &out
}

// wrapped makes lists of the single spans that stand where lists of spans belong: items of a list, cells of rows.
func wrapped(n *yamldoc.Node, deeper bool) *yamldoc.Node {
	if n.Kind != yamldoc.List {
		return n
	}
	out := *n
	out.Items = slices.Clone(n.Items)
	for i, item := range out.Items {
		if deeper {
			out.Items[i] = wrapped(item, false)
		} else if item.Get("type") != nil && item.Get("label") == nil {
			out.Items[i] = &yamldoc.Node{Kind: yamldoc.List, Line: item.Line, Items: []*yamldoc.Node{item}}
		}
	}
	return &out
}

// lineAt is the line of a path such as blocks[2].rows[0] in a tree, or of what lies nearest above it.
func lineAt(n *yamldoc.Node, path string) int {
	line := n.Line
	for _, step := range strings.FieldsFunc(path, func(r rune) bool { return r == '.' || r == '[' || r == ']' }) {
		var next *yamldoc.Node
		if i, err := strconv.Atoi(step); err == nil && n.Kind == yamldoc.List && i < len(n.Items) {
			next = n.Items[i]
		} else {
			next = n.Get(step)
		}
		if next == nil {
			break
		}
		if n = next; n.Line > 0 {
			line = n.Line
		}
	}
	return line
}
