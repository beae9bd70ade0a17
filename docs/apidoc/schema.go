package apidoc

import (
	"strings"

	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/internal/yamldoc"
)

// schemas writes JSON schemas, as OpenAPI and AsyncAPI have them.
type schemas struct {
	*writer
	root  *yamldoc.Node
	names map[string]string // anchors by reference
}

const maxRefs = 20 // references that lead to each other

// resolve follows references within the definition. ref is the last one, "" when there was none.
func resolve(root, n *yamldoc.Node) (to *yamldoc.Node, ref string) {
	for range maxRefs {
		next := n.Get("$ref").Str()
		if next == "" || !strings.HasPrefix(next, "#/") {
			return n, ref
		}
		ref = next
		n = root
		for part := range strings.SplitSeq(next[2:], "/") {
			n = n.Get(strings.NewReplacer("~1", "/", "~0", "~").Replace(part))
		}
		if n == nil {
			return nil, ref
		}
	}
	return nil, ref
}

// typeName is a schema in one word or a few: a link where it has a name.
func (s *schemas) typeName(n *yamldoc.Node, depth int) string {
	if ref := n.Get("$ref").Str(); ref != "" {
		name := ref[strings.LastIndexByte(ref, '/')+1:]
		if id, ok := s.names[ref]; ok {
			return "[" + plain(name) + "](#" + id + ")"
		}
		return plain(name)
	}
	if n == nil || depth > maxNested {
		return "…"
	}
	for _, key := range []string{"oneOf", "anyOf", "allOf"} {
		if list := n.Get(key); list != nil && len(list.Items) > 0 {
			sep := s.say(lang.PageOr)
			if key == "allOf" {
				sep = " + "
			}
			return s.several(list.Items, sep, depth)
		}
	}
	kind := n.Get("type")
	name := kind.Str()
	if kind != nil && kind.Kind == yamldoc.List {
		var all []string
		for _, item := range kind.Items {
			all = append(all, item.Str())
		}
		name = strings.Join(all, ", ")
	}
	switch {
	case name == "array" || n.Get("items") != nil:
		return s.typeName(n.Get("items"), depth+1) + "[]"
	case name == "" && n.Get("properties") != nil:
		name = "object"
	}
	out := plain(or(name, "any"))
	if f := n.Get("format").Str(); f != "" {
		out += " (" + plain(f) + ")"
	}
	return out
}

func (s *schemas) several(items []*yamldoc.Node, sep string, depth int) string {
	var all []string
	for _, item := range items[:min(len(items), 10)] {
		all = append(all, s.typeName(item, depth+1))
	}
	return strings.Join(all, sep)
}

// fields writes the fields of an object, those of objects inside it below their path.
func (s *schemas) fields(n *yamldoc.Node) {
	var rows [][]string
	s.rows(&rows, n, "", 0)
	s.table([]string{s.say(lang.PageField), s.say(lang.PageType), s.say(lang.PageRequired), s.say(lang.PageDescription)}, rows)
}

func (s *schemas) rows(rows *[][]string, n *yamldoc.Node, prefix string, depth int) {
	if n == nil || depth > maxNested {
		return
	}
	for _, part := range list(n.Get("allOf")) {
		to, _ := resolve(s.root, part)
		s.rows(rows, to, prefix, depth+1)
	}
	required := map[string]bool{}
	for _, r := range list(n.Get("required")) {
		required[r.Str()] = true
	}
	properties := n.Get("properties")
	if properties == nil {
		if items := n.Get("items"); items != nil && items.Get("$ref") == nil {
			s.rows(rows, items, prefix+"[]", depth+1)
		}
		return
	}
	for _, f := range properties.Fields {
		if len(*rows) >= maxFields {
			return
		}
		mark := ""
		if required[f.Key] {
			mark = s.say(lang.PageYes)
		}
		path := f.Key
		if prefix != "" {
			path = prefix + "." + f.Key
		}
		*rows = append(*rows, []string{code(path), s.typeName(f.Value, 0), mark, s.notes(f.Value)})
		if f.Value.Get("$ref") == nil {
			inner, below := f.Value, path
			if items := inner.Get("items"); items != nil {
				inner, below = items, path+"[]"
			}
			if inner.Get("$ref") == nil && inner.Get("properties") != nil {
				s.rows(rows, inner, below, depth+1)
			}
		}
	}
}

// notes are the description of a schema and what limits its values.
func (s *schemas) notes(n *yamldoc.Node) string {
	parts := []string{short(n.Get("description").Str())}
	var values []string
	for _, v := range list(n.Get("enum")) {
		values = append(values, code(v.Text))
	}
	if len(values) > 0 {
		parts = append(parts, strings.Join(values[:min(len(values), 30)], ", "))
	}
	if v := n.Get("default"); v != nil && v.Text != "" {
		parts = append(parts, s.say(lang.PageDefault)+" "+code(v.Text))
	}
	for _, key := range []string{"minimum", "maximum", "minLength", "maxLength", "pattern", "minItems", "maxItems"} {
		if v := n.Get(key); v != nil {
			parts = append(parts, key+" "+code(v.Text))
		}
	}
	if truth(n.Get("deprecated")) {
		parts = append(parts, "*"+s.say(lang.PageDeprecated)+"*")
	}
	if v := n.Get("example"); v != nil && v.Kind != yamldoc.Map && v.Kind != yamldoc.List && v.Text != "" {
		parts = append(parts, s.say(lang.PageExample)+" "+code(v.Text))
	}
	out := ""
	for _, p := range parts {
		if p != "" {
			out = strings.TrimSpace(out + " " + p)
			if !strings.HasSuffix(out, ".") {
				out += "."
			}
		}
	}
	return out
}

// example writes a value as JSON.
func (s *schemas) example(v *yamldoc.Node) {
	if v == nil || v.Kind == yamldoc.Null {
		return
	}
	text := v.Text
	language := ""
	if v.Kind == yamldoc.Map || v.Kind == yamldoc.List {
		text, language = indented(v), "json"
	}
	if text == "" || len(text) > maxExample {
		return
	}
	s.line("**%s**\n", s.say(lang.PageExample))
	s.line("~~~~~~~ %s\n%s\n~~~~~~~\n", language, strings.ReplaceAll(text, "~~~~~~~", "~~~"))
}

// types writes the named schemas.
func (s *schemas) types(n *yamldoc.Node, prefix string) {
	if n == nil || len(n.Fields) == 0 {
		return
	}
	s.line("## %s {#%s}\n", s.say(lang.PageTypes), s.anchor("types"))
	for i, f := range n.Fields {
		if i >= maxTypes {
			return
		}
		s.line("### %s {#%s}\n", plain(f.Key), s.names[prefix+f.Key])
		s.prose(f.Value.Get("description").Str())
		if to, ref := resolve(s.root, f.Value); ref == "" && to.Get("properties") == nil && to.Get("allOf") == nil {
			s.line("%s %s\n", s.typeName(f.Value, 0), s.notes2(f.Value))
		}
		s.fields(f.Value)
		s.example(f.Value.Get("example"))
	}
}

// notes2 are the limits of a schema whose description stands above.
func (s *schemas) notes2(n *yamldoc.Node) string {
	var values []string
	for _, v := range list(n.Get("enum")) {
		values = append(values, code(v.Text))
	}
	return strings.Join(values[:min(len(values), 50)], ", ")
}

// name gives the named schemas their anchors.
func (s *schemas) name(n *yamldoc.Node, prefix string) {
	if n == nil {
		return
	}
	for i, f := range n.Fields {
		if i >= maxTypes {
			return
		}
		s.names[prefix+f.Key] = s.anchor("type", f.Key)
	}
}
