package form

import (
	"slices"
	"strconv"
	"strings"

	"github.com/backchannel-portal/backchannel/internal/yamldoc"
)

// option asks which of a schema's options is meant, where that is left to whoever fills the form in, and makes the
// fields of that option. The answer stands among the values under the name of its field until the form is submitted.
func (b *builder) option(s *node, at scope, kept *node) *node {
	for _, kind := range []string{"oneOf", "anyOf"} {
		list := s.Get(kind)
		if len(items(list)) == 0 || at.depth > maxDepth || !b.enter(list) {
			continue
		}
		i, schema := b.selected(s, kind, at)
		key := "__" + selectors[kind]
		b.emitOption(s, list, at, at.name+key, i)
		next := at
		next.depth++
		base := without(s, "oneOf", "anyOf", "properties", "title", "description", "default", "required", "additionalProperties", "patternProperties", "ui:order")
		for _, v := range fields(b.object(b.retrieve(b.merge(base, schema), at.data), next)) {
			kept = with(kept, v.Key, v.Value)
		}
		b.leave()
	}
	return kept
}

var selectors = map[string]string{"oneOf": "oneof_select", "anyOf": "anyof_select"}

// selected is the option that was chosen, else the one that the data is closest to.
func (b *builder) selected(s *node, kind string, at scope) (int, *node) {
	list := s.Get(kind)
	i := -1
	if v := at.data.Get("__" + selectors[kind]); v != nil {
		if n, err := strconv.Atoi(v.Text); err == nil && n >= 0 && n < len(list.Items) {
			i = n
		}
	}
	if i < 0 {
		resolved := make([]*node, len(list.Items))
		for j, option := range list.Items {
			resolved[j] = b.retrieve(option, at.data)
		}
		i = max(0, b.closest(at.data, listOf(list, resolved), 0, discriminator(s)))
	}
	return i, list.Items[i]
}

func (b *builder) emitOption(s, list *node, at scope, name string, selected int) {
	suffix := strings.TrimPrefix(name, at.name)
	f := Field{Name: name, Path: append(slices.Clip(at.path), suffix), Title: label(s, ""), Description: describing(s), Kind: Choice, Type: "string", Changes: true, Line: line(list)}
	prefix := "Option "
	if f.Title != "" {
		prefix = f.Title + " option "
	}
	for i, option := range b.options(list) {
		text := label(option, prefix+strconv.Itoa(i+1))
		f.Options = append(f.Options, Option{Value: textNode(strconv.Itoa(i)), Label: text})
	}
	f.Default, f.Value = textNode("0"), textNode(strconv.Itoa(selected))
	if len(list.Items) > 1 {
		at.emit(f)
	}
}

// choices are the constants that a schema lets choose from, none when it does not.
func choices(s *node) []Option {
	if list := s.Get("enum"); isList(list) {
		names := s.Get("enumNames")
		if n := ui(s, "enumNames"); n != nil {
			names = n
		}
		out := make([]Option, 0, len(list.Items))
		for i, v := range list.Items {
			text := plain(v)
			if isMap(names) && plain(names.Get(text)) != "" {
				text = plain(names.Get(text))
			} else if i < len(items(names)) && plain(names.Items[i]) != "" {
				text = plain(names.Items[i])
			}
			out = append(out, Option{Value: v, Label: text})
		}
		return out
	}
	list := s.Get("oneOf")
	if !isList(list) {
		list = s.Get("anyOf")
	}
	var out []Option
	for _, option := range items(list) {
		v := option.Get("const")
		if v == nil && len(items(option.Get("enum"))) == 1 {
			v = option.Get("enum").Items[0]
		}
		if v == nil {
			return nil
		}
		out = append(out, Option{Value: v, Label: label(option, plain(v))})
	}
	return out
}

// ui is a ui: key, which may also stand in ui:options.
func ui(s *node, key string) *node {
	if v := s.Get("ui:" + key); v != nil {
		return v
	}
	return s.Get("ui:options").Get(key)
}

// label is the title of a schema, or otherwise.
func label(s *node, otherwise string) string {
	if v := ui(s, "title"); v != nil && v.Kind == yamldoc.String && v.Text != "" {
		return v.Text
	}
	if v := s.Get("title"); v != nil && v.Kind != yamldoc.Map && v.Kind != yamldoc.List && plain(v) != "" && v.Kind != yamldoc.Null {
		return v.Text
	}
	return otherwise
}

// describing is what a schema says about itself.
func describing(s *node) string {
	if v := ui(s, "description"); v.Str() != "" {
		return v.Text
	}
	return s.Get("description").Str()
}

// fixed reports whether a schema's value may be seen and not changed.
func fixed(s *node) bool {
	return isTrue(ui(s, "disabled")) || isTrue(ui(s, "readonly")) || isTrue(s.Get("readOnly"))
}
