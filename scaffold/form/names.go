package form

import "slices"

// Notices are what is wrong with a template's parameters whatever is filled in; those of a Form are more.
func (t *Template) Notices() []Notice { return slices.Clone(t.notices) }

// Names are the fields that any page may have under any conditions, at the top level. More is set when it may have
// others: pages that are read from elsewhere, and schemas that allow any property.
func (t *Template) Names() (names []string, more bool) {
	for _, p := range t.pages {
		g := &gathered{engine: newEngine(p.schema, t.file, p.path), names: names, more: more}
		g.schema(p.schema)
		names, more = g.names, g.more || g.err != nil
	}
	return names, more || t.elsewhere
}

// gathered are the properties of a schema in all its branches.
type gathered struct {
	*engine
	names []string
	more  bool
	refs  []string // that were followed
}

func (g *gathered) schema(s *node) {
	if !isMap(s) || !g.enter(s) {
		return
	}
	defer g.leave()
	if s.Get("$ref") != nil {
		resolved, all := g.deref(s, g.refs)
		fresh := len(all) > len(g.refs)
		if g.refs = all; fresh {
			g.schema(resolved)
		}
		return
	}
	for _, f := range fields(s.Get("properties")) {
		if !slices.Contains(g.names, f.Key) {
			g.names = append(g.names, f.Key)
		}
	}
	if more := s.Get("additionalProperties"); isMap(more) || isTrue(more) || s.Get("patternProperties") != nil {
		g.more = true
	}
	for _, key := range []string{"allOf", "anyOf", "oneOf", "then", "else"} {
		for _, part := range branches(s.Get(key)) {
			g.schema(part)
		}
	}
	for _, f := range fields(s.Get("dependencies")) {
		g.schema(f.Value)
	}
}
