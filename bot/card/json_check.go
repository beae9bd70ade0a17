package card

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// checkMembers checks an object against a shape. Members in also are allowed without being looked at.
func checkMembers(path string, v any, s shape, also ...string) error {
	o, ok := v.(object)
	if !ok {
		return wrong(path, "must be an object")
	}
	for _, m := range o {
		i := slices.IndexFunc(s, func(p property) bool { return p.name == m.key })
		at := join(path, m.key)
		switch {
		case slices.Contains(also, m.key):
		case i < 0:
			return wrong(at, "unknown field; known here: %s", known(s, also))
		default:
			if err := checkValue(at, m.value, s[i]); err != nil {
				return err
			}
		}
	}
	for _, p := range s {
		if _, ok := o.get(p.name); p.required && !ok {
			return wrong(join(path, p.name), "is required")
		}
	}
	return nil
}

func known(s shape, also []string) string {
	names := slices.Clone(also)
	for _, p := range s {
		names = append(names, p.name)
	}
	return strings.Join(names, ", ")
}

func checkValue(path string, v any, p property) error {
	switch p.typ {
	case jsString:
		if _, ok := v.(string); !ok {
			return wrong(path, "must be a string")
		}
	case jsBool:
		if _, ok := v.(bool); !ok {
			return wrong(path, "must be true or false")
		}
	case jsCount, jsNumber:
		return checkNumber(path, v, p.typ == jsCount)
	case jsTime:
		s, _ := v.(string)
		if _, err := time.Parse(time.RFC3339, s); err != nil {
			return wrong(path, "must be a time such as 2026-11-23T10:00:00Z")
		}
	case jsEnum:
		s, ok := v.(string)
		if !ok || !slices.Contains(p.values, s) {
			return wrong(path, "must be one of %q", p.values)
		}
	case jsObject:
		return checkMembers(path, v, p.of)
	default:
		return checkArray(path, v, p)
	}
	return nil
}

func checkNumber(path string, v any, whole bool) error {
	n, ok := v.(json.Number)
	if !ok {
		return wrong(path, "must be a number")
	}
	if whole {
		if i, err := n.Int64(); err != nil || i < 0 || i > Many {
			return wrong(path, "must be a whole number, not negative")
		}
		return nil
	}
	if f, err := n.Float64(); err != nil || f < 0 {
		return wrong(path, "must be a number, not negative")
	}
	return nil
}

func checkArray(path string, v any, p property) error {
	if p.typ == jsSpans {
		if _, ok := v.(string); ok {
			return nil
		}
	}
	a, ok := v.([]any)
	if !ok {
		return wrong(path, "must be an array")
	}
	for i, e := range a {
		at := fmt.Sprintf("%s[%d]", path, i)
		var err error
		switch p.typ {
		case jsSpans:
			err = checkSpan(at, e)
		case jsBlocks:
			err = checkBlock(at, e)
		case jsStrings:
			err = checkValue(at, e, property{typ: jsString})
		case jsObjects:
			err = checkMembers(at, e, p.of)
		case jsSpanRows:
			err = checkArray(at, e, property{typ: jsSpans})
		case jsCells:
			err = checkArray(at, e, property{typ: jsSpanRows})
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func checkSpan(path string, v any) error {
	if _, ok := v.(string); ok {
		return nil
	}
	o, ok := v.(object)
	if !ok {
		return wrong(path, "must be a string or a span")
	}
	shapes := spanShapes()
	s, ok := shapes[o.str("type")]
	if !ok {
		return wrong(join(path, "type"), "must be one of %q", slices.Sorted(maps.Keys(shapes)))
	}
	return checkMembers(path, o, s, "type")
}

// checkBlock accepts a block of an unknown type whatever it holds: it was written for a later version.
func checkBlock(path string, v any) error {
	o, ok := v.(object)
	if !ok {
		return wrong(path, "must be a block")
	}
	typ := o.str("type")
	if typ == "" {
		return wrong(join(path, "type"), "is required")
	}
	s, ok := blockShapes()[typ]
	if !ok {
		return nil
	}
	if err := checkMembers(path, o, s, "type"); err != nil {
		return err
	}
	if typ == "table" {
		for i, r := range o.list("rows") {
			if cells, _ := r.([]any); len(cells) != len(o.list("columns")) {
				return wrong(fmt.Sprintf("%s.rows[%d]", path, i), "has %d cells, but there are %d columns", len(cells), len(o.list("columns")))
			}
		}
	}
	return nil
}
