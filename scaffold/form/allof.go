package form

import (
	"slices"

	"github.com/backchannel-portal/backchannel/internal/yamldoc"
)

// mergeAllOf is what a schema and the schemas of its allOf ask for together. Where they contradict each other, nothing
// of the allOf counts, as in rjsf.
func (e *engine) mergeAllOf(s *node, all []*node) *node {
	out := s
	for _, part := range all {
		next, ok := e.both(out, part)
		if !ok {
			return s
		}
		out = next
	}
	return out
}

// both is the schema of what two schemas accept; false when their types or choices exclude each other.
func (e *engine) both(a, b *node) (*node, bool) {
	if !isMap(a) || !isMap(b) {
		if isMap(a) || isFalse(b) {
			return a, !isFalse(b)
		}
		return b, !isFalse(a)
	}
	if !e.spend(b, 1+len(a.Fields)+len(b.Fields)) {
		return a, true
	}
	out := a
	for _, f := range b.Fields {
		left := out.Get(f.Key)
		if left == nil {
			out = with(out, f.Key, f.Value)
			continue
		}
		value, ok := e.bothKeywords(f.Key, left, f.Value)
		if !ok {
			return nil, false
		}
		out = with(out, f.Key, value)
	}
	return out, true
}

// bothKeywords is a keyword that two schemas have.
func (e *engine) bothKeywords(key string, a, b *node) (*node, bool) {
	switch key {
	case "properties", "patternProperties", "definitions", "$defs":
		return e.bothMaps(a, b)
	case "dependencies":
		return e.merge(a, b), true
	case "items", "additionalProperties", "additionalItems", "propertyNames", "contains":
		return e.both(a, b)
	case "required":
		return union(a, b), true
	case "type":
		return bothTypes(a, b)
	case "enum":
		common := slices.DeleteFunc(slices.Clone(items(a)), func(n *node) bool { return !contains(items(b), n) })
		return listOf(a, common), len(common) > 0
	case "const":
		return a, equal(a, b)
	case "minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties":
		return pick(a, b, func(x, y float64) bool { return x >= y }), true
	case "maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties":
		return pick(a, b, func(x, y float64) bool { return x <= y }), true
	case "uniqueItems":
		return boolNode(isTrue(a) || isTrue(b)), true
	case "pattern":
		if a.Str() == b.Str() {
			return a, true
		}
		return textNode("(?=" + a.Str() + ")(?=" + b.Str() + ")"), true
	}
	return a, true
}

func (e *engine) bothMaps(a, b *node) (*node, bool) {
	out := a
	for _, f := range fields(b) {
		left := out.Get(f.Key)
		if left == nil {
			out = with(out, f.Key, f.Value)
			continue
		}
		value, ok := e.both(left, f.Value)
		if !ok {
			return nil, false
		}
		out = with(out, f.Key, value)
	}
	return out, true
}

func pick(a, b *node, first func(x, y float64) bool) *node {
	x, ok := number(a)
	y, okay := number(b)
	if !ok || okay && !first(x, y) {
		return b
	}
	return a
}

// bothTypes is the types that two schemas accept; an integer is a number.
func bothTypes(a, b *node) (*node, bool) {
	var common []*node
	for _, x := range one(a) {
		for _, y := range one(b) {
			switch {
			case x.Str() == y.Str(), x.Str() == "integer" && y.Str() == "number":
				common = append(common, x)
			case x.Str() == "number" && y.Str() == "integer":
				common = append(common, y)
			}
		}
	}
	switch len(common) {
	case 0:
		return nil, false
	case 1:
		return common[0], true
	}
	return listOf(a, common), true
}

// one is the elements of a list, or what is not a list as the only one.
func one(n *node) []*node {
	if n.Kind == yamldoc.List {
		return n.Items
	}
	return []*node{n}
}
