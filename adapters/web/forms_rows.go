package web

import (
	"net/http"
	"net/url"
	"regexp"
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
	Stamp string
	Depth int    // how many lists it is within
	About string // how many there may be
	Full  string // why no more can be added, "" where they can
	Note  string // what has just become of one of them
	Focus bool   // whoever fills the form in goes on here
	Add   string // what the button that adds one says; "" for none
	Rows  []formRow
}

// formRow is an element.
type formRow struct {
	ID     string
	Number int
	Legend string
	Whole  string // Legend with those of the elements around it, for who cannot see these
	Fields []formInput
	Up     bool
	Down   bool
	Remove bool
	Single bool // it is one value, which is called what the element is
	Focus  bool
}

// within is the element that a list is in: what it is called, and how many are around it.
type within struct {
	whole string
	depth int
}

// rows are the elements of a list as the page shows them.
func (f *Forms) rows(r *http.Request, o bot.OpenForm, q card.FormField, id string, in within, offered map[string][]formOption) *formRows {
	l, rows := tongue(r), q.Rows
	out := &formRows{Stamp: rows.Stamp, Depth: in.depth, About: limits(l, rows)}
	switch {
	case rows.Add && len(rows.Rows) < rows.Max && rows.Noun == "":
		out.Add = translate(l, string(lang.RowsAdd))
	case rows.Add && len(rows.Rows) < rows.Max:
		out.Add = translate(l, string(lang.RowsAddNoun), "noun", rows.Noun)
	case rows.Add:
		out.Full = translate(l, string(lang.RowsFull), "max", rows.Max)
	}
	for n, each := range rows.Rows {
		row := formRow{
			ID: id + "-" + strconv.Itoa(n), Number: n, Legend: legend(l, rows, n), Up: rows.Move && n > rows.Fixed,
			Down: rows.Move && n >= rows.Fixed && n < len(rows.Rows)-1, Remove: rows.Remove && n >= rows.Fixed && len(rows.Rows) > rows.Min,
		}
		row.Single = len(each.Fields) == 1 && each.Fields[0].Name == q.Name+"["+strconv.Itoa(n)+"]" && each.Fields[0].Rows == nil
		row.Whole = row.Legend
		if in.whole != "" {
			row.Whole = in.whole + ", " + row.Legend
		}
		for k, part := range each.Fields {
			row.Fields = append(row.Fields, f.part(r, o, part, partID(id, n, k), within{row.Whole, in.depth + 1}, offered))
		}
		out.Rows = append(out.Rows, row)
	}
	return out
}

// part is a field of an element. What is suggested for it is the same for every element, and found once.
func (f *Forms) part(r *http.Request, o bot.OpenForm, q card.FormField, id string, in within, offered map[string][]formOption) formInput {
	switch {
	case q.Rows != nil:
		return f.list(r, o, q, id, in, offered)
	case q.Kind == card.FieldEntity, q.Kind == card.FieldOwner, q.Kind == card.FieldRepo:
	default:
		return f.input(r, o, q, id)
	}
	of := numbers.ReplaceAllString(q.Name, "[]")
	options, known := offered[of]
	if !known {
		options = f.suggestions(r, o, q)
		offered[of] = options
	}
	out := f.input(r, o, card.FormField{
		Name: q.Name, Label: q.Label, Help: q.Help, Kind: card.FieldLine, Required: q.Required, Value: q.Value, Placeholder: q.Placeholder, Changes: q.Changes, Error: q.Error,
	}, id)
	out.Options = options
	return out
}

// numbers matches those of elements in the name of a field.
var numbers = regexp.MustCompile(`\[\d+\]`)

// list is a list that is asked element by element.
func (f *Forms) list(r *http.Request, o bot.OpenForm, q card.FormField, id string, in within, offered map[string][]formOption) formInput {
	out := formInput{ID: id, Control: "rows", Label: q.Label, Help: q.Rows.Help, Required: q.Required, Error: q.Error, Changes: q.Changes}
	out.Rows = f.rows(r, o, q, id, in, offered)
	out.Hint = out.Rows.About
	return out
}

// partID is the name in the page of a field of an element of a list.
func partID(list string, n, k int) string {
	return list + "-" + strconv.Itoa(n) + "-" + strconv.Itoa(k)
}

// legend is what an element is called.
func legend(l lang.Lang, rows *card.FormRows, n int) string {
	switch {
	case n < len(rows.Rows) && rows.Rows[n].Title != "":
		return rows.Rows[n].Title
	case rows.Noun == "" || n < rows.Fixed:
		return translate(l, string(lang.RowsEntry), "n", n+1)
	}
	return translate(l, string(lang.RowsNoun), "noun", rows.Noun, "n", n+1)
}

// limits says how many elements there may be; "" where there is nothing to say.
func limits(l lang.Lang, rows *card.FormRows) string {
	least, most := rows.Min > rows.Fixed, rows.Max < card.MaxRows && (rows.Add || rows.Fixed == 0)
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
