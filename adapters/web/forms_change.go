package web

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// doName is the name of the buttons that change a form rather than end it. Their values are doUpdate, or the name of a
// list in the page, what to do, and the number of an element: "f3 up 2".
const (
	doName   = "do"
	doUpdate = "update"
	doAdd    = "add"
	doRemove = "remove"
	doUp     = "up"
	doDown   = "down"
)

// formPlace is where in a form whoever fills it in goes on after a change.
type formPlace struct {
	list string // its name in the page, "" for nowhere
	row  int    // the element, -1 for the list itself
	note string // what has just happened there
}

// mark notes the place in the field that has it.
func (at formPlace) mark(in *formInput) {
	if in.Rows == nil {
		return
	}
	if in.ID != at.list {
		for i := range in.Rows.Rows {
			for k := range in.Rows.Rows[i].Fields {
				at.mark(&in.Rows.Rows[i].Fields[k])
			}
		}
		return
	}
	in.Rows.Note = at.note
	if at.row >= 0 && at.row < len(in.Rows.Rows) {
		in.Rows.Rows[at.row].Focus = true
		return
	}
	in.Rows.Focus = true
}

// stale reports whether what was handed in was filled into an older page, whose elements stood for others.
func stale(r *http.Request, form card.Form) bool {
	for i, q := range form.Fields {
		if given := r.PostForm[inputID(i)+"-stamp"]; q.Rows != nil && len(given) > 0 && given[0] != q.Rows.Stamp {
			return true
		}
	}
	return false
}

// late shows the form as it is now to somebody who handed in an older page of it.
func (f *Forms) late(rw http.ResponseWriter, r *http.Request, o bot.OpenForm) {
	f.pageAt(rw, r, http.StatusConflict, o, formPage{Note: translate(tongue(r), string(lang.RowsLate))}, formPlace{})
}

// change keeps what was filled in, changes the elements of a list as a button says, and shows what is asked then.
func (f *Forms) change(rw http.ResponseWriter, r *http.Request, o bot.OpenForm) {
	values, _ := f.values(r, o.Form.Fill(o.Values))
	o.Merge(values)
	field, at, ok := f.arrange(r, &o)
	if !ok {
		f.cfg.Web().refuse(rw, r, http.StatusBadRequest, lang.SiteBadForm)
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), formStoreTime)
	defer cancel()
	reply, err := f.handled(ctx, f.event(r, o, bot.Changed{Form: o.Form.ID, Draft: o.Form.Draft, Field: field, Values: o.Values}))
	if err != nil {
		f.broken(rw, r, err)
		return
	}
	forgetSecrets(&o)
	if open, is := reply.(bot.Open); is {
		forgetRows(&o)
		o.Form = open.Form
	}
	if err := f.desk.Save(ctx, o); err != nil {
		f.broken(rw, r, err)
		return
	}
	f.pageAt(rw, r, http.StatusOK, o, formPage{}, at)
}

// arrange puts the order of elements that a button asks for among the values. It returns the field it is about, none
// where only the form is to be looked at again, and where the page goes on.
func (f *Forms) arrange(r *http.Request, o *bot.OpenForm) (field string, at formPlace, ok bool) {
	do := strings.Fields(r.PostForm.Get(doName))
	if len(do) == 1 && do[0] == doUpdate {
		return "", formPlace{}, true
	}
	if len(do) < 2 {
		return "", formPlace{}, false
	}
	q, found := listIn(o.Form, do[0])
	if !found {
		return "", formPlace{}, false
	}
	n := -1
	if len(do) > 2 {
		var err error
		if n, err = strconv.Atoi(do[2]); err != nil {
			return "", formPlace{}, false
		}
	}
	order, at, ok := rearranged(tongue(r), q.Rows, do[1], n)
	at.list = do[0]
	o.Merge(card.Values{card.Order(q.Name): order})
	return q.Name, at, ok
}

// listIn is the list that has a name in the page of a form: the number of the field, and for one in an element the
// numbers of that and of its field, f3-0-1.
func listIn(form card.Form, id string) (q card.FormField, ok bool) {
	parts := strings.Split(strings.TrimPrefix(id, "f"), "-")
	fields := form.Fields
	for k := 0; k < len(parts); k++ {
		i, err := strconv.Atoi(parts[k])
		switch {
		case err != nil || i < 0:
			return q, false
		case k%2 == 1: // an element
			if i >= len(q.Rows.Rows) {
				return q, false
			}
			fields = q.Rows.Rows[i].Fields
			continue
		case i >= len(fields) || fields[i].Rows == nil:
			return q, false
		}
		q = fields[i]
	}
	return q, len(parts)%2 == 1
}

// rearranged is the order of elements after a button was pressed, and where that leaves whoever pressed it.
func rearranged(l lang.Lang, rows *card.FormRows, do string, n int) (order []string, at formPlace, ok bool) {
	for i := range rows.Rows {
		order = append(order, strconv.Itoa(i))
	}
	swap := func(to int) ([]string, formPlace, bool) {
		if !rows.Move || n < rows.Fixed || n >= len(order) || to < rows.Fixed || to >= len(order) {
			return nil, formPlace{}, false
		}
		order[n], order[to] = order[to], order[n]
		return order, formPlace{row: to, note: translate(l, string(lang.RowsMoved), "what", legend(l, rows, n), "n", to+1)}, true
	}
	switch do {
	case doAdd:
		if !rows.Add || len(order) >= rows.Max {
			return nil, formPlace{}, false
		}
		return append(order, card.NewRow), formPlace{row: len(order), note: translate(l, string(lang.RowsAdded), "what", legend(l, rows, len(order)))}, true
	case doRemove:
		if !rows.Remove || n < rows.Fixed || n >= len(order) || len(order) <= rows.Min {
			return nil, formPlace{}, false
		}
		note := translate(l, string(lang.RowsRemoved), "what", legend(l, rows, n), "n", len(order)-1)
		return slices.Delete(order, n, n+1), formPlace{row: -1, note: note}, true
	case doUp:
		return swap(n - 1)
	case doDown:
		return swap(n + 1)
	}
	return nil, formPlace{}, false
}

// restamped reports whether elements of a list have come, gone or moved between two forms.
func restamped(was, now card.Form) bool {
	for _, q := range was.Fields {
		if q.Rows != nil && slices.ContainsFunc(now.Fields, func(o card.FormField) bool { return o.Name == q.Name && o.Rows != nil && o.Rows.Stamp != q.Rows.Stamp }) {
			return true
		}
	}
	return false
}

// forgetRows takes away what was filled into elements: the form has it, under the numbers they have now.
func forgetRows(o *bot.OpenForm) {
	o.Values = maps.Clone(o.Values)
	for _, q := range o.Form.Fields {
		maps.DeleteFunc(o.Values, func(name string, _ []string) bool { return q.Rows != nil && card.InRow(name, q.Name) })
	}
}

// forgetSecrets takes away what was typed unseen: another form may ask for something else under the same name.
func forgetSecrets(o *bot.OpenForm) {
	o.Values = maps.Clone(o.Values)
	for q := range o.Form.All() {
		if q.Kind == card.FieldSecret {
			delete(o.Values, q.Name)
		}
	}
}
