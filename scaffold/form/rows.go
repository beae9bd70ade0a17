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

// Rows are the elements of a list of objects, asked field by field: each has the fields that its own values bring up.
type Rows struct {
	Title  string    // of one element, as its schema says; "" where it does not
	Fields [][]Field // of each element; their names are like logins[0].password
	Min    int       // how many there must be at least, 0 for none
	Max    int       // how many there may be, at most maxRows
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

// rows prepares the elements of a list for being asked one by one; nil where the list is asked in one piece.
func (b *builder) rows(s *node, f *Field, at scope) *Rows {
	if f.Kind != List || len(f.Items) == 0 || at.row || at.fixed || fixed(s) || len(items(at.data)) > maxRows {
		return nil
	}
	for _, item := range items(at.data) {
		if !isMap(item) && !isNull(item) {
			return nil
		}
	}
	can := func(key string) bool { return !isFalse(ui(s, key)) }
	r := &Rows{Title: label(b.retrieve(s.Get("items"), nil), ""), Max: maxRows, Add: can("addable"), Remove: can("removable"), Move: can("orderable")}
	if least, ok := number(s.Get("minItems")); ok && least > 0 {
		r.Min = int(min(least, maxRows))
	}
	if most, ok := number(s.Get("maxItems")); ok && most >= 0 {
		r.Max = int(min(most, maxRows))
	}
	return r
}

// Rearranged are values with the elements of the list at a path in another order: each by the number it had, or -1 for
// a new one. Numbers that the list does not have are passed over.
func Rearranged(values *yamldoc.Node, path []string, order []int) *yamldoc.Node {
	list := at(values, path)
	out := listOf(list, nil)
	for _, i := range order[:min(len(order), maxRows)] {
		switch {
		case i < 0:
			out.Items = append(out.Items, &node{Kind: yamldoc.Map})
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
		if at(a.state, path) != nil {
			a.state, gone = set(a.state, path, nil), true
		}
	}
	return gone
}

// setElement is set for a list: an element that it does not have is passed over.
func setElement(n *node, path []string, v *node) *node {
	i, err := strconv.Atoi(path[0])
	if err != nil || i < 0 || i >= len(n.Items) {
		return n
	}
	item := set(n.Items[i], path[1:], v)
	if item == nil {
		item = &node{Kind: yamldoc.Map}
	}
	out := listOf(n, slices.Clone(n.Items))
	out.Items[i] = item
	return out
}
