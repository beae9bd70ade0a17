package card

import (
	"iter"
	"slices"
	"strconv"
	"strings"
)

// FormRows are the elements of a list that a page asks one by one. A chat passes them over: it asks for the list in one
// piece, or on a page.
type FormRows struct {
	Noun   string    // what one element is called, "" where nothing says
	Help   string    // in place of that of the field, which says how a list is written
	Rows   []FormRow // as they are now
	Min    int       // how many there must be at least
	Max    int       // how many there may be, at most MaxRows
	Fixed  int       // so many at the beginning stay where they are: they are neither taken away nor moved
	Add    bool      // one may be added
	Remove bool      // one may be taken away
	Move   bool      // one may be put before another
	Stamp  string    // changes whenever elements come, go or move: what was filled in under another is of other elements
}

// MaxRows is how many elements a page asks one by one: a Max that says no more is the page's own, and not worth a word.
const MaxRows = 100

// FormRow is an element of a list: fields whose names begin with that of the list and the element's number in brackets,
// such as services[0].name. One that is no object is a field with the name of the element.
type FormRow struct {
	Title  string // what this one is called, "" where they are all called the same
	Fields []FormField
}

// NewRow stands among the values of Order for an element that is to be added.
const NewRow = "new"

// Order is the name under which Values say in which order the elements of a list of that name are to be: by the numbers
// they had, or NewRow.
func Order(list string) string { return list + "[]" }

// Stamp is the name under which Values say for which Stamp of a list's rows its elements were filled in.
func Stamp(list string) string { return list + stamped }

const stamped = "[#]"

// Stamped reports whether all values that say so were filled in for a stamp.
func Stamped(v Values, stamp string) bool {
	for name, value := range v {
		if strings.HasSuffix(name, stamped) && !slices.Equal(value, []string{stamp}) {
			return false
		}
	}
	return true
}

// ReadOrder is the order under which values put the elements of a list, -1 for a new one; false where they put them in
// none.
func ReadOrder(v Values, list string) ([]int, bool) {
	given, ok := v[Order(list)]
	if !ok {
		return nil, false
	}
	out := make([]int, 0, len(given))
	for _, s := range given {
		i := -1
		if n, err := strconv.Atoi(s); err == nil && n >= 0 {
			i = n
		} else if s != NewRow {
			continue
		}
		out = append(out, i)
	}
	return out, true
}

// InRow reports whether a name is that of something in an element of a list.
func InRow(name, list string) bool { return strings.HasPrefix(name, list+"[") }

// Moved are the values of a form after the elements of a list were put in another order. What says so is not among them.
func Moved(v Values, list string, order []int) Values {
	out := Values{}
	for name, value := range v {
		if !InRow(name, list) {
			out[name] = value
		}
	}
	for to, from := range order {
		was, is := row(list, from), row(list, to)
		for name, value := range v {
			if rest, ok := strings.CutPrefix(name, was); ok && from >= 0 {
				out[is+rest] = value
			}
		}
	}
	return out
}

func row(list string, i int) string { return list + "[" + strconv.Itoa(i) + "]" }

// All are the fields of a form. Those of the elements of a list come behind the list.
func (f Form) All() iter.Seq[FormField] {
	return func(yield func(FormField) bool) { each(f.Fields, yield) }
}

func each(fields []FormField, yield func(FormField) bool) bool {
	for _, q := range fields {
		if !yield(q) {
			return false
		}
		if q.Rows == nil {
			continue
		}
		for _, r := range q.Rows.Rows {
			if !each(r.Fields, yield) {
				return false
			}
		}
	}
	return true
}

// changed is a copy of fields, those of elements too, with each as by makes it.
func changed(fields []FormField, by func(*FormField)) []FormField {
	fields = slices.Clone(fields)
	for i := range fields {
		by(&fields[i])
		if fields[i].Rows == nil {
			continue
		}
		rows := *fields[i].Rows
		rows.Rows = slices.Clone(rows.Rows)
		for n := range rows.Rows {
			rows.Rows[n].Fields = changed(rows.Rows[n].Fields, by)
		}
		fields[i].Rows = &rows
	}
	return fields
}
