package card

import (
	"encoding/json"
	"time"
)

// ordered is an object whose members are written in order under names that need no escaping; members with an empty
// value are left out unless kept.
type ordered []pair

type pair struct {
	key   string
	value any
	keep  bool
}

// appendJSON writes a value made of ordered, []any and what JSON has itself.
func appendJSON(out []byte, v any) ([]byte, error) {
	var err error
	switch v := v.(type) {
	case ordered:
		out = append(out, '{')
		for _, p := range v {
			if !p.keep && empty(p.value) {
				continue
			}
			if out[len(out)-1] != '{' {
				out = append(out, ',')
			}
			out = append(append(append(out, '"'), p.key...), '"', ':')
			if out, err = appendJSON(out, p.value); err != nil {
				return nil, err
			}
		}
		return append(out, '}'), nil
	case []any:
		out = append(out, '[')
		for i, e := range v {
			if i > 0 {
				out = append(out, ',')
			}
			if out, err = appendJSON(out, e); err != nil {
				return nil, err
			}
		}
		return append(out, ']'), nil
	default:
		raw, err := json.Marshal(v)
		return append(out, raw...), err
	}
}

func empty(v any) bool {
	switch v := v.(type) {
	case string:
		return v == ""
	case int:
		return v == 0
	case bool:
		return !v
	case []any:
		return len(v) == 0
	case ordered:
		return len(v) == 0
	default:
		return v == nil
	}
}

func typed(name string, members ...pair) ordered {
	return append(ordered{{key: "type", value: name, keep: true}}, members...)
}

func encodeMessage(m Message) ordered {
	blocks := []any{}
	for _, b := range m.Blocks {
		if o := encodeBlock(b); o != nil {
			blocks = append(blocks, o)
		}
	}
	return ordered{{key: "lang", value: string(m.Lang)}, {key: "summary", value: encodeSpans(m.Summary)}, {"blocks", blocks, true}}
}

func encodeSpans(spans []Span) []any {
	names := spanNames()
	out := []any{}
	for _, s := range spans {
		if s.Kind == Words || s.Kind > Time {
			out = append(out, s.Text)
			continue
		}
		o := typed(names[s.Kind], pair{"text", s.Text, true})
		switch s.Kind {
		case Link:
			o = append(o, pair{"url", s.URL, true})
		case Person:
			o = append(o, pair{key: "ref", value: s.Ref})
		case Entity:
			o = append(o, pair{key: "ref", value: s.Ref}, pair{key: "url", value: s.URL})
		case Time:
			o = append(o, pair{"at", s.At.UTC().Format(time.RFC3339), true})
		}
		out = append(out, o)
	}
	return out
}

func encodeRows(rows [][]Span) []any {
	out := []any{}
	for _, r := range rows {
		out = append(out, encodeSpans(r))
	}
	return out
}

func encodeBlock(b Block) ordered {
	switch b := b.(type) {
	case Text:
		return typed("text", pair{"spans", encodeSpans(b.Spans), true})
	case Note:
		return typed("note", pair{"spans", encodeSpans(b.Spans), true})
	case Fields:
		items := []any{}
		for _, f := range b.Items {
			items = append(items, ordered{{"label", f.Label, true}, {"value", encodeSpans(f.Value), true}})
		}
		return typed("fields", pair{"items", items, true})
	case List:
		return typed("list", pair{key: "ordered", value: b.Ordered}, pair{key: "start", value: b.Start}, pair{"items", encodeRows(b.Items), true}, pair{key: "more", value: b.More}, pair{key: "moreUrl", value: b.MoreURL})
	case Table:
		cols, rows := []any{}, []any{}
		for _, c := range b.Columns {
			cols = append(cols, ordered{{"title", c.Title, true}, {key: "right", value: c.Right}})
		}
		for _, r := range b.Rows {
			rows = append(rows, encodeRows(r))
		}
		return typed("table", pair{key: "caption", value: b.Caption}, pair{"columns", cols, true}, pair{"rows", rows, true}, pair{key: "more", value: b.More}, pair{key: "moreUrl", value: b.MoreURL})
	case Chart:
		points := []any{}
		for _, p := range b.Points {
			points = append(points, ordered{{"label", p.Label, true}, {"value", p.Value, true}})
		}
		return typed("chart", pair{"kind", string(b.Kind), true}, pair{key: "title", value: b.Title}, pair{key: "unit", value: b.Unit}, pair{"points", points, true})
	case Progress:
		return typed("progress", pair{"label", b.Label, true}, pair{key: "done", value: b.Done}, pair{key: "total", value: b.Total}, pair{"state", string(b.State), true})
	case Code:
		return typed("code", pair{key: "language", value: b.Language}, pair{"text", b.Text, true})
	case Image:
		return typed("image", pair{"url", b.URL, true}, pair{"alt", b.Alt, true}, pair{key: "title", value: b.Title})
	case Rule:
		return typed("rule")
	case Actions:
		items := []any{}
		for _, a := range b.Items {
			items = append(items, encodeAction(a))
		}
		return typed("actions", pair{"items", items, true})
	default:
		return nil
	}
}

func encodeAction(a Action) ordered {
	opts := []any{}
	for _, p := range a.Options {
		opts = append(opts, ordered{{"label", p.Label, true}, {key: "hint", value: p.Hint}, {"intent", encodeIntent(p.Intent), true}})
	}
	o := ordered{{"label", a.Label, true}, {key: "style", value: string(a.Style)}}
	if a.Intent.Name != "" {
		o = append(o, pair{"intent", encodeIntent(a.Intent), true})
	}
	return append(o, pair{key: "url", value: a.URL}, pair{key: "options", value: opts}, pair{key: "confirm", value: a.Confirm},
		pair{key: "choice", value: a.Choice}, pair{key: "anyone", value: a.Anyone})
}

func encodeIntent(in Intent) ordered {
	args := []any{}
	for _, a := range in.Args {
		args = append(args, a)
	}
	return ordered{{"name", in.Name, true}, {key: "args", value: args}}
}
