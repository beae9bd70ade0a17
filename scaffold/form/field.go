package form

import (
	"slices"
	"strings"

	"github.com/backchannel-portal/backchannel/internal/yamldoc"
)

// property makes the field of one property, or the fields of an object's properties. It returns the value to keep, nil
// for none.
func (b *builder) property(prop *node, key string, at scope) *node {
	if !isMap(prop) || b.off(prop) || !b.enter(prop) {
		return nil
	}
	defer b.leave()
	_, stack := b.deref(prop, nil)
	for _, ref := range stack {
		if slices.Contains(at.stack, ref) {
			if at.sample { // its elements ask for what is in them, however deep
				return nil
			}
			b.note(prop, b.path, "the schema of "+at.name+" leads back to itself through "+ref+"; what lies deeper is not asked")
			if at.data != nil && b.seals(prop, &[]string{}) {
				b.form.unseen = append(b.form.unseen, unseen{path: at.path})
			}
			return at.data
		}
	}
	at.stack = append(slices.Clip(at.stack), stack...)
	s := b.retrieve(prop, at.data)
	if b.hidden(s) {
		at.out = nil
	}
	if s.Get("ui:field") == nil || pickers[s.Get("ui:field").Str()] == "" {
		if b.nested(s) {
			at.data = orEmpty(at.data)
			if kept := b.object(titled(s, key), at); len(kept.Fields) > 0 || at.required {
				return kept
			}
			return nil
		}
		if options := choices(s); options == nil && (len(items(s.Get("oneOf"))) > 0 || len(items(s.Get("anyOf"))) > 0) {
			return b.alternatives(s, key, at)
		}
	}
	if schemaType(s) == "null" {
		return at.data
	}
	f := b.field(s, key, at)
	b.secretive(&f, at)
	b.inside(s, &f, at)
	kept := b.keep(s, &f, at)
	at.emit(f)
	return kept
}

// hidden reports whether a field is there without being seen.
func (b *builder) hidden(s *node) bool {
	w := strings.ToLower(widget(s))
	return w == "hidden" || w == "hiddenwidget" || isTrue(s.Get("ui:hidden"))
}

func widget(s *node) string { return ui(s, "widget").Str() }

func orEmpty(n *node) *node {
	if isMap(n) {
		return n
	}
	return &node{Kind: yamldoc.Map}
}

func titled(s *node, key string) *node {
	if label(s, "") != "" {
		return s
	}
	return with(s, "title", textNode(key))
}

// nested reports whether an object is asked field by field.
func (b *builder) nested(s *node) bool {
	if t := schemaType(s); t != "object" {
		return false
	}
	if isMap(s.Get("properties")) && len(s.Get("properties").Fields) > 0 {
		return true
	}
	return len(items(s.Get("oneOf"))) > 0 || len(items(s.Get("anyOf"))) > 0
}

// alternatives asks which of the options of a value that is no object is meant, and for the value of that one.
func (b *builder) alternatives(s *node, key string, at scope) *node {
	kind := "oneOf"
	if len(items(s.Get(kind))) == 0 {
		kind = "anyOf"
	}
	i, option := b.selected(s, kind, at)
	b.emitOption(titled(s, key), s.Get(kind), at, at.name+"__"+selectors[kind], i)
	return b.property(titled(b.merge(without(s, "oneOf", "anyOf"), option), key), key, at)
}

// field is the field of a schema that is resolved and no object with properties.
func (b *builder) field(s *node, key string, at scope) Field {
	f := Field{
		Path: at.path, Name: at.name, Title: label(s, key), Description: describing(s), Help: ui(s, "help").Str(),
		Placeholder: plain(ui(s, "placeholder")), Type: schemaType(s), Required: at.required,
		Value: at.data, Default: at.def, Options: choices(s), Picker: readPicker(s), Custom: readCustom(s), Fixed: at.fixed || fixed(s),
		Changes: b.changes[ofAny(at.name)], Review: review(s), Empty: ui(s, "emptyValue"), Line: line(s),
	}
	if own := s.Get("default"); own != nil {
		f.Default = own
	}
	if c := s.Get("const"); c != nil {
		f.Default = c
	}
	if rows, ok := number(ui(s, "rows")); ok && rows > 0 && rows < 1000 {
		f.Multiline = int(rows)
	}
	f.Kind = b.kind(s, &f)
	switch f.Kind {
	case List:
		b.element(s, &f, at)
	case Object:
		if f.Element = b.valueType(s); f.Element == "" && at.out != nil && !at.sample {
			b.note(s, b.path, "the schema does not say what is in "+at.name+"; it is asked as YAML or JSON")
		}
	}
	return f
}

// valueType is the type that the values of an object have where all have the same, and no parts; "" otherwise.
func (b *builder) valueType(s *node) string {
	of := s.Get("additionalProperties")
	if !isMap(of) || s.Get("patternProperties") != nil {
		return ""
	}
	switch t := schemaType(b.retrieve(of, nil)); t {
	case "object", "array", "null":
		return ""
	default:
		return t
	}
}

// keep is the value to keep of a field, with what is no longer in the schema of its elements left out. It makes the
// fields of those.
func (b *builder) keep(s *node, f *Field, at scope) *node {
	if f.Rows == nil && (!isList(at.data) || !b.compound(s)) {
		return at.data
	}
	size := len(items(at.data))
	if f.Rows != nil {
		size = max(size, f.Rows.Fixed)
	}
	out := make([]*node, size)
	for i := range out {
		item := elementOf(at.data, i)
		schema := itemSchema(s, i)
		if firsts(s) > 0 && i >= firsts(s) && !isMap(schema) { // nothing says what more there may be
			out = out[:i]
			break
		}
		if !isMap(schema) {
			schema = with(nil, "type", textNode(guess(item)))
		}
		element, own := at.element(i, item), []Field{}
		if f.Rows != nil {
			element.out = &own
		}
		if out[i] = b.property(schema, "", element); out[i] == nil {
			out[i] = blank(schemaType(b.retrieve(schema, item)))
		}
		if f.Rows != nil {
			f.Rows.Fields = append(f.Rows.Fields, own)
		}
	}
	for len(out) > len(items(at.data)) && void(out[len(out)-1]) { // a tuple may end early
		out = out[:len(out)-1]
	}
	if len(out) == 0 && !isList(at.data) {
		return at.data
	}
	return listOf(at.data, out)
}

// element makes the fields of one element of a list of objects, and the options of a list of choices.
func (b *builder) element(s *node, f *Field, at scope) {
	item := b.retrieve(s.Get("items"), nil)
	f.Element = schemaType(item)
	if f.Options == nil {
		f.Options = choices(item)
	}
	if f.Options != nil {
		return
	}
	if f.Compound = b.compound(s); !f.Compound {
		return
	}
	if b.nested(item) && at.out != nil {
		child := scope{depth: at.depth + 1, stack: at.stack, out: &f.Items, sample: true}
		b.property(s.Get("items"), "", child)
	}
	f.Rows = b.rows(s, f, at)
}

func review(s *node) Review {
	r := ui(s, "backstage").Get("review")
	if r == nil {
		r = s.Get("ui:backstage.review")
	}
	return Review{Hide: isFalse(r.Get("show")), Mask: r.Get("mask").Str(), Name: r.Get("name").Str()}
}
