package form

import (
	"slices"

	"github.com/backchannel-portal/backchannel/internal/yamldoc"
)

// Form is what is asked for some values: nil, or an object of the values given so far, typed or not. Values that no
// field has are dropped and named. Errors are those of exceeded bounds.
func (t *Template) Form(values *yamldoc.Node, opts Options) (*Form, error) {
	if !isMap(values) {
		values = &node{Kind: yamldoc.Map}
	}
	f := &Form{Title: t.Title, Description: t.Description, Notices: slices.Clone(t.notices)}
	state, kept := values, &node{Kind: yamldoc.Map}
	work := maxWork
	for _, src := range t.pages {
		b := &builder{engine: newEngine(src.schema, t.file, src.path), form: f, opts: opts, changes: src.changes, alone: len(t.pages) == 1}
		b.work = work
		if b.off(src.schema) {
			continue
		}
		state = b.settle(src.schema, state)
		page := Page{}
		pruned := b.page(src.schema, state, &page)
		if b.err != nil {
			return nil, b.err
		}
		work = b.work
		f.Pages = append(f.Pages, page)
		for _, v := range pruned.Fields {
			kept = with(kept, v.Key, v.Value)
		}
	}
	f.Values, f.State = kept, state
	f.Dropped = dropped(values, kept, "", nil)
	return f, nil
}

// settle fills a page's defaults until no more come: a default may make fields appear that have defaults too.
func (e *engine) settle(s, state *node) *node {
	for range maxRounds {
		next := e.fill(s, state)
		if !isMap(next) || equal(next, state) {
			break
		}
		state = next
	}
	return state
}

// dropped are the names of values that were given and are not kept.
func dropped(given, kept *node, path string, out []string) []string {
	for _, f := range fields(given) {
		k := kept.Get(f.Key)
		switch {
		case k == nil:
			out = append(out, join(path, f.Key))
		case isMap(f.Value) && isMap(k):
			out = dropped(f.Value, k, join(path, f.Key), out)
		}
	}
	return out
}

// builder makes the fields of one page.
type builder struct {
	*engine
	form    *Form
	opts    Options
	changes map[string]bool
	alone   bool // there is no other page, whose values would look like additional properties here
}

func (b *builder) note(n *node, path, message string) {
	b.form.Notices = append(b.form.Notices, Notice{Path: path, Line: line(n), Message: message})
}

// off reports whether a schema waits for a feature flag that is not on.
func (b *builder) off(s *node) bool {
	flag := s.Get("backstage:featureFlag")
	return flag.Str() != "" && !slices.Contains(b.opts.Flags, flag.Text)
}

// page makes the fields of a page, and returns the values it keeps.
func (b *builder) page(s, state *node, page *Page) *node {
	resolved := b.retrieve(s, state)
	page.Title, page.Description = label(resolved, ""), describing(resolved)
	scope := scope{data: state, out: &page.Fields}
	pruned := b.object(resolved, scope)
	if pruned == nil {
		pruned = &node{Kind: yamldoc.Map}
	}
	return pruned
}

// scope is where a schema stands: the data and defaults it has there, its name, and what has been followed on the way.
type scope struct {
	name     string
	path     []string
	data     *node
	def      *node
	required bool
	fixed    bool
	stack    []string
	depth    int
	sample   bool     // within an element of a list that shows what elements are like; it has no values
	out      *[]Field // nil: only the values are wanted
}

// emit adds a field. A name that two branches ask for is asked once, as the first has it.
func (s scope) emit(f Field) {
	if s.out != nil && !slices.ContainsFunc(*s.out, func(o Field) bool { return o.Name == f.Name }) {
		*s.out = append(*s.out, f)
	}
}

// object makes the fields of an object whose schema is resolved.
func (b *builder) object(s *node, at scope) *node {
	kept := &node{Kind: yamldoc.Map, Line: line(at.data)}
	def := at.def
	if own := s.Get("default"); isMap(own) {
		if def = own; isMap(at.def) {
			def = b.merge(at.def, own)
		}
	}
	at.fixed = at.fixed || fixed(s)
	for _, key := range b.order(s) {
		if b.err != nil {
			return kept
		}
		prop := s.Get("properties").Get(key)
		child := at
		child.name, child.path = join(at.name, key), append(slices.Clip(at.path), key)
		child.data, child.def = at.data.Get(key), def.Get(key)
		child.required, child.depth = requires(s, key), at.depth+1
		if v := b.property(prop, key, child); v != nil {
			kept.Fields = append(kept.Fields, yamldoc.Field{Key: key, Line: line(v), Value: v})
		}
	}
	b.additional(s, at, kept)
	return b.option(s, at, kept)
}

// order is the names of an object's properties as ui:order wants them. What it does not name comes where its "*" is,
// and at the end without one.
func (b *builder) order(s *node) []string {
	var names, out []string
	for _, f := range fields(s.Get("properties")) {
		names = append(names, f.Key)
	}
	order := texts(ui(s, "order"))
	rest := slices.DeleteFunc(slices.Clone(names), func(n string) bool { return slices.Contains(order, n) })
	placed := false
	for _, name := range order {
		switch {
		case name == "*" && !placed:
			out, placed = append(out, rest...), true
		case slices.Contains(names, name) && !slices.Contains(out, name):
			out = append(out, name)
		}
	}
	if !placed {
		out = append(out, rest...)
	}
	return out
}

// additional makes fields of the values that an object has beyond its properties, where it may have such.
func (b *builder) additional(s *node, at scope, kept *node) {
	more := s.Get("additionalProperties")
	patterns := s.Get("patternProperties")
	if at.name == "" && !b.alone || !isMap(more) && !isTrue(more) && patterns == nil {
		return
	}
	for _, f := range fields(at.data) {
		if s.Get("properties").Get(f.Key) != nil || b.inOptions(s, f.Key) || b.err != nil {
			continue
		}
		schema := more
		for _, p := range fields(patterns) {
			if b.matches(p.Value, p.Key, f.Key) {
				schema = p.Value
			}
		}
		if isFalse(schema) || schema == nil {
			continue
		}
		if !isMap(schema) || len(schema.Fields) == 0 {
			schema = with(nil, "type", textNode(guess(f.Value)))
		}
		child := at
		child.name, child.path = join(at.name, f.Key), append(slices.Clip(at.path), f.Key)
		child.data, child.def, child.required, child.depth = f.Value, nil, false, at.depth+1
		if v := b.property(schema, f.Key, child); v != nil {
			kept.Fields = append(kept.Fields, yamldoc.Field{Key: f.Key, Line: f.Line, Value: v})
		}
	}
}

// inOptions reports whether an option of a schema has a property.
func (b *builder) inOptions(s *node, key string) bool {
	for _, list := range []*node{s.Get("oneOf"), s.Get("anyOf")} {
		for _, option := range b.options(list) {
			if option.Get("properties").Get(key) != nil {
				return true
			}
		}
	}
	return false
}
