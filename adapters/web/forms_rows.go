package web

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// Lists of objects are shown element by element. Their buttons hand the page in without ending the form: what is filled
// in is kept, the elements change, and whoever reads the page goes on at the one they are about. It needs no script.

// formRows are the elements of a list as the page shows them.
type formRows struct {
	Stamp  string
	About  string // how many there may be
	Full   string // why no more can be added, "" where they can
	Note   string // what has just become of one of them
	Focus  bool   // whoever fills the form in goes on here
	Add    string // what the button that adds one says; "" for none
	Rows   []formRow
	Remove bool
}

// formRow is an element.
type formRow struct {
	ID     string
	Number int
	Legend string
	Fields []formInput
	Up     bool
	Down   bool
	Focus  bool
}

// rows are the elements of a list as the page shows them.
func (f *Forms) rows(r *http.Request, o bot.OpenForm, q card.FormField, id string) *formRows {
	l, rows := tongue(r), q.Rows
	out := &formRows{Stamp: rows.Stamp, About: limits(l, rows), Remove: rows.Remove && len(rows.Rows) > rows.Min}
	switch {
	case rows.Add && len(rows.Rows) < rows.Max && rows.Noun == "":
		out.Add = translate(l, string(lang.RowsAdd))
	case rows.Add && len(rows.Rows) < rows.Max:
		out.Add = translate(l, string(lang.RowsAddNoun), "noun", rows.Noun)
	case rows.Add:
		out.Full = translate(l, string(lang.RowsFull), "max", rows.Max)
	}
	offered := map[string][]formOption{}
	for n, each := range rows.Rows {
		row := formRow{
			ID: id + "-" + strconv.Itoa(n), Number: n, Legend: legend(l, rows, n), Up: rows.Move && n > 0, Down: rows.Move && n < len(rows.Rows)-1,
		}
		for k, part := range each.Fields {
			row.Fields = append(row.Fields, f.part(r, o, part, partID(id, n, k), offered))
		}
		out.Rows = append(out.Rows, row)
	}
	return out
}

// part is a field of an element. What is suggested for it is the same for every element, and found once.
func (f *Forms) part(r *http.Request, o bot.OpenForm, q card.FormField, id string, offered map[string][]formOption) formInput {
	switch q.Kind {
	case card.FieldEntity, card.FieldOwner, card.FieldRepo:
	default:
		return f.input(r, o, q, id)
	}
	_, of, _ := strings.Cut(q.Name, "]")
	options, known := offered[of]
	if !known {
		options = f.suggestions(r, o, q)
		offered[of] = options
	}
	in := f.input(r, o, card.FormField{
		Name: q.Name, Label: q.Label, Help: q.Help, Kind: card.FieldLine, Required: q.Required, Value: q.Value, Placeholder: q.Placeholder, Changes: q.Changes, Error: q.Error,
	}, id)
	in.Options = options
	return in
}

// partID is the name in the page of a field of an element of a list.
func partID(list string, n, k int) string {
	return list + "-" + strconv.Itoa(n) + "-" + strconv.Itoa(k)
}

// legend is what an element is called.
func legend(l lang.Lang, rows *card.FormRows, n int) string {
	if rows.Noun == "" {
		return translate(l, string(lang.RowsEntry), "n", n+1)
	}
	return translate(l, string(lang.RowsNoun), "noun", rows.Noun, "n", n+1)
}

// limits says how many elements there may be; "" where there is nothing to say.
func limits(l lang.Lang, rows *card.FormRows) string {
	least, most := rows.Min > 0, rows.Max < mostRows
	switch {
	case least && most && rows.Min == rows.Max:
		return translate(l, string(lang.RowsExactly), "n", rows.Min)
	case least && most:
		return translate(l, string(lang.RowsBetween), "min", rows.Min, "max", rows.Max)
	case least:
		return translate(l, string(lang.RowsAtLeast), "n", rows.Min)
	case most:
		return translate(l, string(lang.RowsAtMost), "n", rows.Max)
	}
	return ""
}

// mostRows is from where on a limit is the page's own and not worth a word.
const mostRows = 100

// fileName is the name of a file that was chosen before; "" for none.
func fileName(value []string) string {
	if len(value) == 0 {
		return ""
	}
	head, _, _ := strings.Cut(value[0], ",")
	_, after, ok := strings.Cut(head, ";name=")
	if !ok {
		return ""
	}
	name, _, _ := strings.Cut(after, ";")
	if plain, err := url.PathUnescape(name); err == nil {
		return plain
	}
	return name
}
