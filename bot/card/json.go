package card

import (
	_ "embed" // schema.json
	"time"

	"github.com/backchannel-portal/backchannel/internal/lang"
)

//go:embed schema.json
var schema string

// Schema returns the JSON Schema (draft 2020-12) of the JSON form of messages.
func Schema() string { return schema }

// MarshalJSON writes the JSON form: blocks and spans are objects with a type. Platform user ids of persons are left
// out, since they mean nothing elsewhere; a message that was read cannot mention anybody.
func (m Message) MarshalJSON() ([]byte, error) { return appendJSON(nil, encodeMessage(m)) }

// UnmarshalJSON reads the JSON form strictly. An unknown field, a missing one or a wrong type is a
// *JSONError that names its path; a block of an unknown type becomes a Note that says so. At most a megabyte, twelve
// levels and 50,000 values are read.
func (m *Message) UnmarshalJSON(data []byte) error {
	tree, err := parseJSON(data)
	if err != nil {
		return err
	}
	if err := checkMembers("", tree, messageShape()); err != nil {
		return err
	}
	o := tree.(object) // checked above
	*m = Message{Lang: lang.Parse(o.str("lang")), Summary: decodeSpans(first(o.get("summary")))}
	for _, b := range o.list("blocks") {
		m.Blocks = append(m.Blocks, decodeBlock(m.Lang, b.(object)))
	}
	return nil
}

func first(v any, _ bool) any { return v }

// decodeSpans reads checked spans.
func decodeSpans(v any) []Span {
	if s, ok := v.(string); ok {
		return words(s)
	}
	a, _ := v.([]any)
	var out []Span
	for _, e := range a {
		if s, ok := e.(string); ok {
			out = append(out, T(s))
			continue
		}
		o, _ := e.(object)
		s := Span{Text: o.str("text"), URL: o.str("url"), Ref: o.str("ref")}
		for kind, name := range spanNames() {
			if name == o.str("type") {
				s.Kind = SpanKind(kind)
			}
		}
		if at := o.str("at"); at != "" {
			s.At, _ = time.Parse(time.RFC3339, at)
			s.At = s.At.UTC()
		}
		out = append(out, s)
	}
	return out
}

func decodeRows(a []any) [][]Span {
	var out [][]Span
	for _, e := range a {
		out = append(out, decodeSpans(e))
	}
	return out
}

func decodeBlock(l lang.Lang, o object) Block {
	count := func(key string) int { return int(o.number(key)) }
	switch typ := o.str("type"); typ {
	case "text":
		return Text{decodeSpans(first(o.get("spans")))}
	case "note":
		return Note{decodeSpans(first(o.get("spans")))}
	case "fields":
		var out Fields
		for _, e := range o.list("items") {
			f := e.(object)
			out.Items = append(out.Items, Field{f.str("label"), decodeSpans(first(f.get("value")))})
		}
		return out
	case "list":
		return List{Ordered: o.yes("ordered"), Start: count("start"), Items: decodeRows(o.list("items")), More: count("more"), MoreURL: o.str("moreUrl")}
	case "table":
		out := Table{Caption: o.str("caption"), More: count("more"), MoreURL: o.str("moreUrl")}
		for _, e := range o.list("columns") {
			out.Columns = append(out.Columns, Column{e.(object).str("title"), e.(object).yes("right")})
		}
		for _, r := range o.list("rows") {
			out.Rows = append(out.Rows, decodeRows(r.([]any)))
		}
		return out
	case "chart":
		out := Chart{Kind: ChartKind(o.str("kind")), Title: o.str("title"), Unit: o.str("unit")}
		for _, e := range o.list("points") {
			out.Points = append(out.Points, Point{e.(object).str("label"), e.(object).number("value")})
		}
		return out
	case "progress":
		return Progress{o.str("label"), count("done"), count("total"), State(o.str("state"))}
	case "code":
		return Code{o.str("language"), o.str("text")}
	case "image":
		return Image{o.str("url"), o.str("alt"), o.str("title")}
	case "rule":
		return Rule{}
	case "actions":
		return decodeActions(o)
	default:
		return Note{Say(l, lang.CardUnknown, lang.Args{"type": M(orName(Limits{}.Cut(CleanLine(typ), 40), ""))})}
	}
}

func decodeActions(o object) Actions {
	var out Actions
	for _, e := range o.list("items") {
		a := e.(object)
		it := Action{
			Label: a.str("label"), Style: Style(a.str("style")), URL: a.str("url"), Confirm: a.str("confirm"),
			Choice: a.yes("choice"), Anyone: a.yes("anyone"), Intent: decodeIntent(a),
		}
		for _, e := range a.list("options") {
			p := e.(object)
			it.Options = append(it.Options, Option{p.str("label"), p.str("hint"), decodeIntent(p)})
		}
		out.Items = append(out.Items, it)
	}
	return out
}

func decodeIntent(o object) Intent {
	v, _ := o.get("intent")
	in, _ := v.(object)
	out := Intent{Name: in.str("name")}
	for _, a := range in.list("args") {
		s, _ := a.(string)
		out.Args = append(out.Args, s)
	}
	return out
}
