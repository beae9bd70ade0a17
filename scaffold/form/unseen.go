package form

import (
	"slices"
	"strconv"
	"strings"

	"github.com/backchannel-portal/backchannel/internal/yamldoc"
)

// unseen is where a value is that is typed unseen: keys of objects, numbers of elements inside of lists.
type unseen struct {
	path   []string
	secret bool // of a Secret field: templates see it among the secrets, by its last key
}

// Unseen reports whether the value of a field, or something in it, is typed unseen: it is kept apart as a whole.
func (q *Field) Unseen() bool { return q.Kind == Secret || q.Sealed }

// Parts are values of a form in three.
type Parts struct {
	Open    *yamldoc.Node            // what anybody may read
	Hidden  *yamldoc.Node            // what was typed unseen, in the shape of the values; nil for nothing
	Secrets map[string]*yamldoc.Node // what templates see as secrets, by the last part of its name
}

// Apart takes the form's Values or its State apart.
func (f *Form) Apart(values *yamldoc.Node) Parts {
	p := Parts{Open: f.replaced(values, nil)}
	for _, u := range f.unseen {
		v := ValueAt(values, u.path)
		switch {
		case v == nil:
		case !u.secret:
			p.Hidden = laid(p.Hidden, values, u.path, v)
		default:
			if p.Secrets == nil {
				p.Secrets = map[string]*yamldoc.Node{}
			}
			p.Secrets[u.path[len(u.path)-1]] = v
		}
	}
	return p
}

// Masked are the form's Values or its State with a text in place of each value that was typed unseen.
func (f *Form) Masked(values *yamldoc.Node, mask string) *yamldoc.Node {
	return f.replaced(values, textNode(mask))
}

// replaced are values with another in place of each that was typed unseen; nil takes it away.
func (f *Form) replaced(values, by *node) *node {
	for _, u := range f.unseen {
		values = put(values, u.path, by)
	}
	return values
}

// ValueAt is the value at a path through objects and lists, whose elements are numbered; nil for none.
func ValueAt(n *yamldoc.Node, path []string) *yamldoc.Node {
	for _, key := range path {
		if isList(n) {
			i, err := strconv.Atoi(key)
			if err != nil || i < 0 || i >= len(n.Items) {
				return nil
			}
			n = n.Items[i]
			continue
		}
		n = n.Get(key)
	}
	return n
}

// put is a value with another at a path where it has one; nil takes it away. An element of a list stays as null, so
// that the others keep their numbers.
func put(n *node, path []string, v *node) *node {
	if ValueAt(n, path) == nil {
		return n
	}
	if len(path) == 0 {
		return v
	}
	if isList(n) {
		i, _ := strconv.Atoi(path[0]) // at has found it
		item := put(n.Items[i], path[1:], v)
		if item == nil {
			item = &node{Kind: yamldoc.Null}
		}
		out := listOf(n, slices.Clone(n.Items))
		out.Items[i] = item
		return out
	}
	item := put(n.Get(path[0]), path[1:], v)
	if item == nil {
		return without(n, path[0])
	}
	return with(n, path[0], item)
}

// laid is n with a value at a path, in objects and lists as they are on the way to it in like. Elements that have
// nothing of their own are empty objects.
func laid(n, like *node, path []string, v *node) *node {
	if len(path) == 0 {
		return v
	}
	if !isList(like) {
		return with(n, path[0], laid(n.Get(path[0]), like.Get(path[0]), path[1:], v))
	}
	i, _ := strconv.Atoi(path[0]) // at has found it
	out := listOf(like, slices.Clone(items(n)))
	for len(out.Items) < len(like.Items) {
		out.Items = append(out.Items, &node{Kind: yamldoc.Map})
	}
	out.Items[i] = laid(out.Items[i], like.Items[i], path[1:], v)
	return out
}

// secretive notes where the value of a field is that is typed unseen.
func (b *builder) secretive(f *Field, at scope) {
	if f.Kind == Secret && at.data != nil {
		b.form.unseen = append(b.form.unseen, unseen{path: at.path, secret: f.Picker != nil})
	}
}

// inside looks for what is typed unseen in a value that is asked as a whole, and notes where it is. Elements that have
// parts are looked at as they are kept.
func (b *builder) inside(s *node, f *Field, at scope) {
	if f.Kind != List && f.Kind != Object || !b.seals(s, &[]string{}) {
		return
	}
	f.Sealed = true
	at.out = nil
	if isMap(at.data) {
		b.additional(s, at, &node{Kind: yamldoc.Map})
	}
	if f.Kind == List && b.compound(s) {
		return
	}
	for i, item := range items(at.data) {
		schema := b.retrieve(itemSchema(s, i), item)
		if b.password(schema) { // a list of nothing else is one secret
			b.form.unseen = append(b.form.unseen, unseen{path: at.path, secret: schema.Get("ui:field").Str() == secretField})
			return
		}
		b.property(itemSchema(s, i), strconv.Itoa(i), at.element(i, item))
	}
}

// element is where an element of a list stands. Nothing is asked there unless the caller gives it a place for fields.
// References may lead back to where they came from: elements end where the values do.
func (s scope) element(i int, item *node) scope {
	key := strconv.Itoa(i)
	return scope{name: s.name + "[" + key + "]", path: append(slices.Clip(s.path), key), data: item, depth: s.depth + 1}
}

// secretField is the ui:field of what templates see as a secret.
const secretField = "Secret"

// password reports whether a schema is of one value that is typed unseen.
func (b *builder) password(s *node) bool {
	if s.Get("ui:field").Str() == secretField {
		return true
	}
	t := schemaType(s)
	return t != "object" && t != "array" && t != "boolean" && choices(s) == nil && typedUnseen(s)
}

// typedUnseen reports whether a schema asks for its value to be typed unseen.
func typedUnseen(s *node) bool {
	return strings.TrimSuffix(strings.ToLower(widget(s)), "widget") == "password" || ui(s, "inputType").Str() == "password"
}

// seals reports whether anything in a schema is typed unseen, in any of its branches. References are followed once.
func (b *builder) seals(s *node, seen *[]string) bool {
	if !isMap(s) || !b.enter(s) {
		return false
	}
	defer b.leave()
	if b.password(s) {
		return true
	}
	if s.Get("$ref") != nil {
		resolved, all := b.deref(s, *seen)
		fresh := len(all) > len(*seen)
		*seen = all
		return fresh && b.seals(resolved, seen)
	}
	for _, key := range []string{"items", "additionalItems", "additionalProperties", "allOf", "anyOf", "oneOf", "if", "then", "else"} {
		for _, part := range branches(s.Get(key)) {
			if b.seals(part, seen) {
				return true
			}
		}
	}
	for _, key := range []string{"properties", "patternProperties", "dependencies", "dependentSchemas"} {
		for _, part := range fields(s.Get(key)) {
			if b.seals(part.Value, seen) {
				return true
			}
		}
	}
	return false
}

// branches are the schemas of a keyword that has one or several.
func branches(n *node) []*node {
	if n == nil {
		return nil
	}
	return one(n)
}
