package commands

import (
	"context"
	"slices"
	"strconv"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/internal/yamldoc"
	"github.com/backchannel-portal/backchannel/scaffold"
)

// withRows adds the elements of a list to the field that asks for it, for pages that show them one by one.
func (m *making) withRows(q *scaffold.FormField, f card.FormField, form *scaffold.Form, wrong map[string]string) card.FormField {
	if q == nil || q.Rows == nil {
		return f
	}
	return m.rows(q, f, &listing{form: form, wrong: wrong, list: q, kept: m.secretsIn(q)})
}

// listing is a list of a form whose elements are asked one by one, with the lists in them.
type listing struct {
	form  *scaffold.Form
	wrong map[string]string
	list  *scaffold.FormField // the outermost
	kept  *yamldoc.Node       // what it holds with what was typed unseen
}

func (m *making) rows(q *scaffold.FormField, f card.FormField, in *listing) card.FormField {
	r := &card.FormRows{
		Noun: q.Rows.Title, Help: orText(q.Help, q.Description), Min: max(q.Rows.Min, q.Rows.Fixed), Max: min(q.Rows.Max, card.MaxRows), Fixed: q.Rows.Fixed,
		Add: q.Rows.Add, Remove: q.Rows.Remove, Move: q.Rows.Move, Stamp: m.stamp(),
	}
	for n, fields := range q.Rows.Fields {
		var row card.FormRow
		if n < len(q.Rows.Titles) {
			row.Title = q.Rows.Titles[n]
		}
		for i := range fields {
			row.Fields = append(row.Fields, m.part(&fields[i], in)...)
		}
		r.Rows = append(r.Rows, row)
	}
	f.Rows = r
	return f
}

// part is how a field of an element is asked.
func (m *making) part(q *scaffold.FormField, in *listing) []card.FormField {
	if q.Fixed {
		return nil
	}
	if q.Title == "" { // an element that is no object
		named := *q
		named.Title = m.text(lang.ValuesElement, nil)
		q = &named
	}
	asked := m.asked(q, templateField(q, m.l, in.wrong[q.Name]), in.form)
	for k := range asked {
		switch {
		case q.Rows != nil:
			asked[k] = m.rows(q, asked[k], in)
		case asked[k].Kind == card.FieldSecret && holds(in.kept, in.list.Path, q.Path):
			asked[k] = m.asGiven(asked[k])
		}
	}
	return asked
}

// stamp changes whenever elements of lists come, go or move.
func (m *making) stamp() string { return strconv.Itoa(m.of.Arranged) }

// late shows a form as it is now to somebody who filled in an older one, whose elements stood for others.
func (m *making) late() (bot.Reply, error) {
	f, err := m.form()
	if err != nil {
		return nil, err
	}
	page := min(m.of.Page, len(f.Pages)-1)
	return bot.Open{Form: m.page(f, page, nil).Mark(map[string]string{"": m.text(lang.RowsLate, nil)})}, nil
}

// demanding reports whether a list has elements that are still to be filled in.
func demanding(q *scaffold.FormField) bool {
	if q.Rows == nil || q.Rows.Min == 0 {
		return false
	}
	for _, row := range q.Rows.Fields {
		if slices.ContainsFunc(row, func(part scaffold.FormField) bool { return part.Required && part.Value == nil || demanding(&part) }) {
			return true
		}
	}
	return false
}

// secretsIn is a list with everything that was typed unseen into its elements; nil where nothing was.
func (m *making) secretsIn(q *scaffold.FormField) *yamldoc.Node {
	text, ok := m.secrets[q.Name]
	if !ok || !q.Sealed {
		return nil
	}
	n, err := yamldoc.Parse([]byte(text), yamldoc.Limits{})
	if err != nil {
		return nil
	}
	return n
}

// holds reports whether a list has a value at a path, where the list itself is at a path that this begins with.
func holds(list *yamldoc.Node, of, path []string) bool {
	return scaffold.ValueAt(list, path[len(of):]) != nil
}

// arranged is the form after the elements of its lists were put into the order that values say.
func (m *making) arranged(f *scaffold.Form, v card.Values) (*scaffold.Form, error) {
	state, changed := f.State, false
	for q := range f.All() {
		if order, ok := card.ReadOrder(v, q.Name); ok && q.Rows != nil {
			state, changed = scaffold.Rearranged(state, q.Path, order, q.Rows.New), true
		}
	}
	if !changed {
		return f, nil
	}
	m.of.Arranged++
	return m.source.Form(state, scaffold.FormOptions{})
}

// moved are values of a form after the elements of its lists were put into the order that they say.
func moved(f *scaffold.Form, v card.Values) card.Values {
	for q := range f.All() {
		if order, ok := card.ReadOrder(v, q.Name); ok && q.Rows != nil {
			v = card.Moved(v, q.Name, order)
		}
	}
	return v
}

// wholes are the lists of a form into whose elements something was typed unseen, each in one piece as it is kept.
func (m *making) wholes(f *scaffold.Form) map[string]string {
	out := map[string]string{}
	open := f.Apart(f.State).Open
	for _, p := range f.Pages {
		for _, q := range p.Fields {
			if q.Rows == nil || !q.Sealed {
				continue
			}
			value := scaffold.ValueAt(f.State, q.Path)
			text := string(yamldoc.AppendJSON(nil, value))
			_, before := m.secrets[q.Name]
			if value != nil && (before || text != string(yamldoc.AppendJSON(nil, scaffold.ValueAt(open, q.Path)))) {
				out[q.Name] = text
			}
		}
	}
	return out
}

// unaskedRow reports whether a list has elements with fields that whoever answered could not see. Where none of its
// elements was answered, they are not asked one by one.
func unaskedRow(q card.FormField, v card.Values) bool {
	if q.Rows == nil || !answeredRows(q, v) {
		return false
	}
	for _, r := range q.Rows.Rows {
		if slices.ContainsFunc(r.Fields, func(part card.FormField) bool {
			_, answered := v[part.Name]
			return !answered && len(part.Value) == 0 && part.Rows == nil || unaskedRow(part, v)
		}) {
			return true
		}
	}
	return false
}

func answeredRows(q card.FormField, v card.Values) bool {
	for name := range v {
		if card.InRow(name, q.Name) {
			return true
		}
	}
	return false
}

// fresh are the names of the fields of a page that answers have brought up.
func (m *making) fresh(before, now *scaffold.Form, page int, v card.Values) []string {
	had := map[string]bool{}
	for q := range before.All() {
		had[q.Name] = true
	}
	var out []string
	for _, q := range m.page(now, page, nil).Fields {
		parts := []card.FormField{q}
		if q.Rows != nil && answeredRows(q, v) {
			parts = slices.Collect(card.Form{Fields: parts}.All())
		}
		for _, part := range parts {
			if _, answered := v[part.Name]; !answered && !had[part.Name] {
				out = append(out, part.Name)
			}
		}
	}
	return out
}

// grown shows a page again that answers have brought more fields up on, with what is to be mended in the others.
func (m *making) grown(ctx context.Context, f *scaffold.Form, page int, wrong map[string]string, fresh []string) (bot.Reply, error) {
	if err := m.save(ctx); err != nil {
		return nil, err
	}
	for _, name := range fresh {
		delete(wrong, name)
	}
	return bot.Open{Form: m.page(f, page, nil).Mark(wrong)}, nil
}
