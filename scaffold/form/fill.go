package form

import (
	"slices"

	"github.com/backchannel-portal/backchannel/internal/yamldoc"
)

// fill is data with the defaults of a schema where it says nothing, nil when there is neither. It gives what
// getDefaultFormState of @rjsf/utils gives for a schema that is resolved with data.
func (e *engine) fill(s, data *node) *node {
	if isMap(data) && len(data.Fields) > 0 {
		s = e.retrieve(s, data)
	}
	return e.defaults(s, data, nil, false, nil)
}

// defaults is fill for any schema. inherited is the default that the schemas around give the value; required, whether
// they require it; stack, the references followed on the way.
func (e *engine) defaults(s, data, inherited *node, required bool, stack []string) *node {
	if !isMap(s) || !e.enter(s) {
		return data
	}
	defer e.leave()
	chooses := s.Get("oneOf") != nil || s.Get("anyOf") != nil
	def := inherited
	own := s.Get("default")
	switch {
	case s.Get("const") != nil:
		def = s.Get("const")
	case s.Get("$ref") != nil:
		resolved, longer := e.deref(s, stack)
		if len(longer) == len(stack) {
			return data
		}
		return e.defaults(resolved, data, inherited, required, longer)
	case chooses:
	case isMap(def) && isMap(own):
		def = e.merge(def, own)
	case own != nil:
		def = own
	}
	if isMap(s.Get("dependencies")) {
		known := e.object(s, data, def, required, stack)
		return e.defaults(e.dependencies(s, known), data, def, required, stack)
	}
	if s.Get("const") == nil && chooses {
		return e.defaultOfChoice(s, data, inherited, required, stack)
	}
	if s.Get("allOf") != nil || s.Get("if") != nil {
		if next := e.retrieve(s, data); !equal(next, s) {
			return e.defaults(next, data, def, required, stack)
		}
	}
	return e.typed(s, data, def, required, stack)
}

// defaultOfChoice fills the option that data is closest to.
func (e *engine) defaultOfChoice(s, data, inherited *node, required bool, stack []string) *node {
	list := s.Get("oneOf")
	if !isList(list) {
		list = s.Get("anyOf")
	}
	if len(items(list)) == 0 {
		return data
	}
	known := data
	if known == nil {
		known = s.Get("default")
	}
	i := e.closest(known, list, 0, discriminator(s))
	option := list.Items[min(max(i, 0), len(list.Items)-1)]
	return e.defaults(e.merge(without(s, "oneOf", "anyOf"), option), data, inherited, required, stack)
}

// typed fills by the type of a schema without branches.
func (e *engine) typed(s, data, def *node, required bool, stack []string) *node {
	if data != nil && data.Kind == yamldoc.Null {
		return data
	}
	if enum := s.Get("enum"); len(items(enum)) > 1 && s.Get("const") == nil && data != nil && !contains(enum.Items, data) {
		data = nil // of an enum of one value rjsf leaves what is there, to be refused
	}
	switch t := schemaType(s); {
	case t == "object" && (data == nil || isMap(data)):
		return e.object(s, data, def, required, stack)
	case t == "array" && (data == nil || isList(data)):
		return e.array(s, data, def, required, stack)
	case t == "boolean" && required && def == nil && data == nil:
		return boolNode(false)
	}
	if data == nil {
		return def
	}
	return data
}

// object fills the properties of an object.
func (e *engine) object(s, data, def *node, required bool, stack []string) *node {
	out := &node{Kind: yamldoc.Map, Line: line(data)}
	for _, f := range fields(s.Get("properties")) {
		child := e.defaults(f.Value, data.Get(f.Key), def.Get(f.Key), requires(s, f.Key), stack)
		if child == nil || isMap(child) && len(child.Fields) == 0 && data.Get(f.Key) == nil && !requires(s, f.Key) {
			continue
		}
		out.Fields = append(out.Fields, yamldoc.Field{Key: f.Key, Line: line(child), Value: child})
	}
	have := func(key string) bool {
		return slices.ContainsFunc(out.Fields, func(f yamldoc.Field) bool { return f.Key == key })
	}
	extra := 0
	for _, f := range fields(data) {
		if !have(f.Key) {
			extra++
			out.Fields = append(out.Fields, f)
		}
	}
	if more := s.Get("additionalProperties"); isMap(more) || isTrue(more) || s.Get("properties") == nil {
		for _, f := range fields(def) {
			if extra == 0 && s.Get("properties").Get(f.Key) == nil && !have(f.Key) {
				out.Fields = append(out.Fields, f)
			}
		}
	}
	return out
}

func requires(s *node, key string) bool {
	return slices.ContainsFunc(items(s.Get("required")), func(n *node) bool { return n.Str() == key })
}

// array fills the elements of an array and adds what minItems asks for.
func (e *engine) array(s, data, def *node, required bool, stack []string) *node {
	out := data
	if !isList(data) {
		if out = def; firsts(s) > 0 && s.Get("default") == nil {
			out = e.firstDefaults(s, def, stack)
		}
	}
	var list []*node
	for i, item := range items(out) {
		list = append(list, e.defaults(itemSchema(s, i), item, elementOf(def, i), false, stack))
	}
	least, _ := number(s.Get("minItems"))
	for i := len(list); float64(i) < least && i < maxProperties && !e.multiple(s) && e.spend(s, 1); i++ {
		item := e.defaults(itemSchema(s, i), nil, elementOf(def, i), false, stack)
		if item == nil {
			item = &node{Kind: yamldoc.Null}
		}
		list = append(list, item)
	}
	if list == nil && !isList(out) && !required {
		return nil
	}
	return listOf(out, list)
}

// firstDefaults are the elements of an array whose first have schemas of their own, as these fill them in.
func (e *engine) firstDefaults(s, def *node, stack []string) *node {
	var list []*node
	for i, each := range items(s.Get("items"))[:firsts(s)] {
		item := e.defaults(each, nil, elementOf(def, i), false, stack)
		if item == nil {
			item = &node{Kind: yamldoc.Null}
		}
		list = append(list, item)
	}
	return listOf(def, list)
}

func elementOf(list *node, i int) *node {
	if i < len(items(list)) {
		return list.Items[i]
	}
	return nil
}

// itemSchema is the schema of an array's element, nil when it has none.
func itemSchema(s *node, i int) *node {
	its := s.Get("items")
	switch {
	case !isList(its):
		return its
	case i < len(its.Items):
		return its.Items[i]
	}
	return s.Get("additionalItems")
}

// multiple reports whether an array is a choice of several constants.
func (e *engine) multiple(s *node) bool {
	return isTrue(s.Get("uniqueItems")) && isMap(s.Get("items")) && e.selects(s.Get("items"))
}
