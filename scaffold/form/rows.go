package form

import (
	"iter"
	"regexp"
	"slices"
	"strconv"

	"github.com/backchannel-portal/backchannel/internal/yamldoc"
)

// maxRows is how many elements a list may have to be asked one by one.
const maxRows = 100

// Rows are the elements of a list, asked field by field: each has the fields that its own values bring up. An element
// that is no object is one field.
type Rows struct {
	Title  string    // of one element, as its schema says; "" where it does not
	Titles []string  // of each element of a tuple, "" where its schema says none; nil where all are alike
	Fields [][]Field // of each element; their names are like logins[0].password
	Fixed  int       // so many at the beginning have schemas of their own (items: [..]), and stay where they are
	Min    int       // how many there must be at least, 0 for none
	Max    int       // how many there may be, at most maxRows
	New    *node     // what an element that is added starts with
	Add    bool      // elements may be added: ui:options.addable, which is true where nothing is said
	Remove bool      // ... taken away: removable
	Move   bool      // ... put in another order: orderable
}

// All are the fields of a form in the order of its pages. Those of the elements of a list come behind the list.
func (f *Form) All() iter.Seq[*Field] {
	return func(yield func(*Field) bool) {
		for i := range f.Pages {
			if !each(f.Pages[i].Fields, yield) {
				return
			}
		}
	}
}

// All are the fields of a page as All of a Form has them.
func (p *Page) All() iter.Seq[*Field] {
	return func(yield func(*Field) bool) { each(p.Fields, yield) }
}

func each(fields []Field, yield func(*Field) bool) bool {
	for i := range fields {
		if !yield(&fields[i]) {
			return false
		}
		if fields[i].Rows == nil {
			continue
		}
		for _, row := range fields[i].Rows.Fields {
			if !each(row, yield) {
				return false
			}
		}
	}
	return true
}

// Whole is why a list is asked in one piece, though its elements have parts; "" where it is not.
type Whole string

// Why lists are asked in one piece.
const (
	TooMany Whole = "many"   // it has more than 100 elements
	Misfit  Whole = "misfit" // one of its elements is nothing that its schema has fields for
)

// compound reports whether the elements of an array have parts, or a schema each: objects, lists, one of several kinds.
// All others are texts, numbers and the like, one a line.
func (b *builder) compound(s *node) bool {
	its := s.Get("items")
	if isList(its) {
		return len(its.Items) > 0
	}
	if !isMap(its) {
		return false
	}
	item := b.retrieve(its, nil)
	return b.nested(item) || schemaType(item) == "array" || b.alternating(item)
}

// alternating reports whether a schema is one of several that are no constants.
func (b *builder) alternating(s *node) bool {
	return choices(s) == nil && (len(items(s.Get("oneOf"))) > 0 || len(items(s.Get("anyOf"))) > 0)
}

// rows prepares the elements of a list for being asked one by one; nil where the list is asked in one piece.
func (b *builder) rows(s *node, f *Field, at scope) *Rows {
	if !f.Compound || at.out == nil || at.sample || at.fixed || fixed(s) {
		return nil
	}
	switch {
	case len(items(at.data)) > maxRows:
		f.Whole = TooMany
		return nil
	case firsts(s) > 0 && !isList(at.data):
		f.Whole = Misfit
		return nil
	}
	for i, item := range items(at.data) {
		if schema := itemSchema(s, i); isMap(schema) && !b.askable(b.retrieve(schema, item), item) {
			f.Whole = Misfit
			return nil
		}
	}
	can := func(key string) bool { return !isFalse(ui(s, key)) }
	r := &Rows{Max: maxRows, Add: can("addable"), Remove: can("removable"), Move: can("orderable"), Fixed: firsts(s)}
	if r.Fixed > 0 {
		for _, own := range s.Get("items").Items {
			r.Titles = append(r.Titles, label(b.retrieve(own, nil), ""))
		}
		r.Add = r.Add && isMap(s.Get("additionalItems"))
	}
	if next := itemSchema(s, max(r.Fixed, len(items(at.data)))); isMap(next) {
		r.Title, r.New = label(b.retrieve(next, nil), ""), b.added(next)
	}
	if least, ok := number(s.Get("minItems")); ok && least > 0 {
		r.Min = int(min(least, maxRows))
	}
	if most, ok := number(s.Get("maxItems")); ok && most >= 0 {
		r.Max = int(min(most, maxRows))
	}
	return r
}

// firsts is how many elements of an array have schemas of their own.
func firsts(s *node) int { return min(len(items(s.Get("items"))), maxRows) }

// askable reports whether a value can be asked with the fields of a schema.
func (b *builder) askable(s, v *node) bool {
	switch {
	case isNull(v), b.alternating(s):
		return true
	case b.nested(s):
		return isMap(v)
	case schemaType(s) == "array":
		return isList(v)
	}
	return !isMap(v) && !isList(v) || schemaType(s) == "object" && isMap(v)
}

// added is what an element starts with that is added to a list.
func (b *builder) added(s *node) *node {
	if v := b.fill(b.retrieve(s, nil), nil); v != nil {
		return v
	}
	return blank(schemaType(b.retrieve(s, nil)))
}

// blank is nothing, as a type has it.
func blank(t string) *node {
	switch t {
	case "object":
		return &node{Kind: yamldoc.Map}
	case "array":
		return &node{Kind: yamldoc.List}
	}
	return &node{Kind: yamldoc.Null}
}

// Rearranged are values with the elements of the list at a path in another order: each by the number it had, or -1 for
// a new one, which is what fresh says. Numbers that the list does not have are passed over.
func Rearranged(values *yamldoc.Node, path []string, order []int, fresh *yamldoc.Node) *yamldoc.Node {
	list := ValueAt(values, path)
	out := listOf(list, nil)
	for _, i := range order[:min(len(order), maxRows)] {
		switch {
		case i < 0 && fresh == nil:
			out.Items = append(out.Items, blank("object"))
		case i < 0:
			out.Items = append(out.Items, fresh)
		case i < len(items(list)):
			out.Items = append(out.Items, list.Items[i])
		}
	}
	return set(values, path, out)
}

// index matches the number of an element in the name of a field.
var index = regexp.MustCompile(`\[\d+\]`)

// ofAny is the name of a field as it is for every element of the lists around it.
func ofAny(name string) string { return index.ReplaceAllString(name, "[]") }

// answering is what becomes of a form's state while answers are put into it.
type answering struct {
	answers  map[string][]string
	done     map[string]bool
	hidden   map[string][]string // paths of what was typed unseen into elements, by name of the field
	state    *node
	problems []Problem
}

// take puts the answers to a form's fields into the state, and reports whether there were any that were not there before.
func (a *answering) take(f *Form) bool {
	fresh := false
	for q := range f.All() {
		inside := index.MatchString(q.Name)
		if inside && q.Unseen() {
			a.hidden[q.Name] = q.Path
		}
		answer, ok := a.answers[q.Name]
		if !ok || a.done[q.Name] || q.Fixed || q.Kind == Secret && q.Picker != nil && !inside {
			continue
		}
		if inside && q.Unseen() && emptied(answer) { // it stays as it is
			continue
		}
		a.done[q.Name], fresh = true, true
		v, problem := q.typed(answer)
		if problem != nil {
			a.problems = append(a.problems, *problem)
			continue
		}
		a.state = set(a.state, q.Path, v)
	}
	return fresh
}

// forget takes away what was typed unseen into elements where nothing unseen is asked any more, and reports whether
// there was any.
func (a *answering) forget(f *Form) bool {
	for q := range f.All() {
		if q.Unseen() {
			delete(a.hidden, q.Name)
		}
	}
	gone := false
	for _, path := range a.hidden {
		if ValueAt(a.state, path) != nil {
			a.state, gone = set(a.state, path, nil), true
		}
	}
	return gone
}

// setElement is set for a list, which grows where it has no such element yet.
func setElement(n *node, path []string, v *node) *node {
	i, err := strconv.Atoi(path[0])
	if err != nil || i < 0 || i >= maxRows && i >= len(n.Items) || v == nil && i >= len(n.Items) {
		return n
	}
	list := slices.Clone(n.Items)
	for len(list) <= i {
		list = append(list, blank(""))
	}
	item := set(list[i], path[1:], v)
	if item == nil && len(path) == 1 {
		item = blank("")
	} else if item == nil {
		item = blank("object")
	}
	list[i] = item
	return listOf(n, list)
}
