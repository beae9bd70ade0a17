package form

import (
	"slices"

	"github.com/backchannel-portal/backchannel/internal/yamldoc"
)

// retrieve is a schema with everything decided that data decides: references followed, dependencies, conditions and
// allOf merged in. Choices that somebody makes (oneOf, anyOf) stay. It follows retrieveSchema of @rjsf/utils.
func (e *engine) retrieve(s, data *node) *node {
	if !isMap(s) || !e.enter(s) {
		return &node{Kind: yamldoc.Map, Line: line(s)}
	}
	defer e.leave()
	s, _ = e.deref(s, nil)
	if isMap(s.Get("dependencies")) {
		s = e.dependencies(s, data)
		return e.retrieve(s, data)
	}
	if all := s.Get("allOf"); isList(all) {
		parts := make([]*node, len(all.Items))
		for i, part := range all.Items {
			parts[i] = e.retrieve(part, data)
		}
		s = with(s, "allOf", listOf(all, parts))
	}
	if s.Get("if") != nil {
		return e.retrieve(e.condition(s, data), data)
	}
	if all := s.Get("allOf"); isList(all) {
		s = e.mergeAllOf(without(s, "allOf"), all.Items)
	}
	return s
}

// condition merges the branch that data selects into a schema with if.
func (e *engine) condition(s, data *node) *node {
	if data == nil {
		data = &node{Kind: yamldoc.Map}
	}
	branch := s.Get("else")
	if e.valid(s.Get("if"), data) {
		branch = s.Get("then")
	}
	s = without(s, "if", "then", "else")
	if isFalse(branch) {
		branch = with(nil, "not", &node{Kind: yamldoc.Map})
	}
	if !isMap(branch) {
		return s
	}
	return e.merge(s, e.retrieve(branch, data))
}

// dependencies merges what the values that are present ask for.
func (e *engine) dependencies(s, data *node) *node {
	deps := slices.Clone(fields(s.Get("dependencies")))
	s = e.chosen(without(s, "dependencies"), data)
	for i := 0; i < len(deps); i++ {
		d := deps[i]
		props := s.Get("properties")
		if data.Get(d.Key) == nil || props != nil && props.Get(d.Key) == nil {
			continue
		}
		switch {
		case isList(d.Value):
			s = with(s, "required", union(s.Get("required"), d.Value))
		case isMap(d.Value):
			s = e.dependent(s, d.Key, d.Value, data)
		}
		deps = slices.Delete(deps, i, i+1)
		i = -1 // what was merged may have brought properties that others depend on
		if e.err != nil {
			break
		}
	}
	return s
}

// chosen merges the first option that fits into a schema with oneOf or anyOf.
func (e *engine) chosen(s, data *node) *node {
	options := s.Get("oneOf")
	if !isList(options) {
		options = s.Get("anyOf")
	}
	if len(items(options)) == 0 {
		return s
	}
	resolved := e.options(options)
	return e.merge(without(s, "oneOf", "anyOf"), resolved[e.firstMatch(data, resolved, discriminator(s))])
}

// dependent merges the schema that the property called key asks for. Of its oneOf that option counts which alone
// accepts the property's value.
func (e *engine) dependent(s *node, key string, dep, data *node) *node {
	dep = e.retrieve(dep, data)
	options := dep.Get("oneOf")
	s = e.merge(s, without(dep, "oneOf"))
	if !isList(options) {
		return s
	}
	var fits []*node
	for _, option := range options.Items {
		option, _ = e.deref(option, nil)
		condition := option.Get("properties").Get(key)
		if condition == nil {
			continue
		}
		test := with(with(nil, "type", textNode("object")), "properties", with(nil, key, condition))
		if e.valid(test, data) {
			fits = append(fits, option)
		}
	}
	if len(fits) != 1 {
		return s
	}
	option := with(fits[0], "properties", without(fits[0].Get("properties"), key))
	return e.merge(s, e.retrieve(option, data))
}

// merge lays one schema over another: what b says wins, objects are merged, required is added up.
func (e *engine) merge(a, b *node) *node {
	if !isMap(b) || !e.spend(b, 1+len(a.Fields)+len(b.Fields)) {
		return a
	}
	object := schemaType(a) == "object" || schemaType(b) == "object"
	index := make(map[string]int, len(a.Fields))
	out := &node{Kind: yamldoc.Map, Line: a.Line, Column: a.Column, Fields: slices.Clone(a.Fields)}
	for i, f := range out.Fields {
		index[f.Key] = i
	}
	for _, f := range b.Fields {
		i, both := index[f.Key]
		if !both {
			out.Fields = append(out.Fields, f)
			continue
		}
		left := out.Fields[i].Value
		switch {
		case isMap(f.Value) && isMap(left):
			out.Fields[i].Value = e.merge(left, f.Value)
		case f.Key == "required" && object && isList(left) && isList(f.Value):
			out.Fields[i].Value = union(left, f.Value)
		default:
			out.Fields[i].Value = f.Value
		}
	}
	return out
}

// union is the elements of two lists, each once.
func union(a, b *node) *node {
	out := slices.Clone(items(a))
	have := map[string]bool{}
	for _, n := range out {
		have[plain(n)] = true
	}
	for _, n := range items(b) {
		if !have[plain(n)] {
			have[plain(n)] = true
			out = append(out, n)
		}
	}
	if a == nil {
		a = b
	}
	return listOf(a, out)
}

// schemaType is the type a schema has or implies, "" for none. Of several types the first that is not null counts.
func schemaType(s *node) string {
	switch t := s.Get("type"); {
	case t.Str() != "":
		return t.Text
	case isList(t):
		for _, one := range t.Items {
			if one.Str() != "null" {
				return one.Str()
			}
		}
		return "null"
	case s.Get("const") != nil:
		return s.Get("const").Kind.String()
	case isList(s.Get("enum")):
		return "string"
	case isMap(s.Get("properties")) || s.Get("additionalProperties") != nil || s.Get("patternProperties") != nil:
		return "object"
	}
	return ""
}
