package slack

import (
	"strings"
	"unicode/utf8"

	"github.com/backchannel-portal/backchannel/bot/card"
)

// table appends a native table, of which a message may have one; another becomes lines of preformatted text.
func (r *renderer) table(t card.Table) {
	if len(t.Columns) == 0 {
		return
	}
	if t.Caption != "" {
		r.text([]card.Span{card.S(t.Caption)})
	}
	more := max(t.More, 0)
	if r.tables > 0 {
		r.code(tableText(t))
	} else if r.open() {
		r.tables++
		more += r.nativeTable(t)
		r.close()
	}
	if more > 0 {
		r.note(r.more(more, t.MoreURL))
	}
}

// nativeTable appends the table block and returns how many rows had no room.
func (r *renderer) nativeTable(t card.Table) (left int) {
	columns := min(len(t.Columns), maxColumns)
	r.dst = append(r.dst, `{"type":"table","column_settings":[`...)
	for i, c := range t.Columns[:columns] {
		if i > 0 {
			r.dst = append(r.dst, ',')
		}
		align := "left"
		if c.Right {
			align = "right"
		}
		r.dst = append(r.dst, `{"align":"`...)
		r.dst = append(r.dst, align...)
		r.dst = append(r.dst, `","is_wrapped":true}`...)
	}
	r.dst = append(r.dst, `],"rows":[[`...)
	room := min(maxCells, max(r.left, 0))
	for i, c := range t.Columns[:columns] {
		if i > 0 {
			r.dst = append(r.dst, ',')
		}
		room -= r.cell([]card.Span{card.S(c.Title)}, maxCells/maxColumns/2)
	}
	r.dst = append(r.dst, ']')
	for n, row := range t.Rows {
		if n == maxRows-1 || rowLength(row, columns) > room {
			left = len(t.Rows) - n
			break
		}
		r.dst = append(r.dst, `,[`...)
		for i := range columns {
			if i > 0 {
				r.dst = append(r.dst, ',')
			}
			var cell []card.Span
			if i < len(row) {
				cell = row[i]
			}
			room -= r.cell(cell, maxCells)
		}
		r.dst = append(r.dst, ']')
	}
	r.dst = append(r.dst, `]}`...)
	return left
}

// rowLength is what a row needs of the table's room. An empty cell needs one character for its dash.
func rowLength(row [][]card.Span, columns int) int {
	n := 0
	for i := range columns {
		if i < len(row) {
			for _, s := range row[i] {
				n += utf8.RuneCountInString(s.Text) + len(s.User)
			}
		}
		n++
	}
	return n
}

// cell appends one cell and returns its length. Slack takes no empty cells.
func (r *renderer) cell(spans []card.Span, limit int) int {
	before := r.left
	switch {
	case !visible(spans):
		r.dst = append(r.dst, `{"type":"raw_text","text":"–"}`...)
		r.left--
	case len(spans) == 1 && spans[0].Kind == card.Words:
		r.dst = append(r.dst, `{"type":"raw_text","text":`...)
		r.str(spans[0].Text, limit)
		r.dst = append(r.dst, '}')
	default:
		if len(spans) == 1 {
			spans = []card.Span{spans[0]}
			spans[0].Text = clip(spans[0].Text, limit)
		}
		r.dst = append(r.dst, `{"type":"rich_text","elements":[`...)
		r.section(spans)
		r.dst = append(r.dst, `]}`...)
	}
	return before - r.left
}

// tableText lays a table out in columns of plain text.
func tableText(t card.Table) string {
	rows := make([][]string, 0, len(t.Rows)+1)
	head := make([]string, len(t.Columns))
	width := make([]int, len(t.Columns))
	for i, c := range t.Columns {
		head[i] = c.Title
	}
	rows = append(rows, head)
	for _, row := range t.Rows {
		cells := make([]string, len(t.Columns))
		for i := range cells {
			if i < len(row) {
				cells[i] = plainSpans(row[i])
			}
		}
		rows = append(rows, cells)
	}
	for _, row := range rows {
		for i, c := range row {
			width[i] = max(width[i], utf8.RuneCountInString(c))
		}
	}
	var b strings.Builder
	for n, row := range rows {
		if n > 0 {
			b.WriteByte('\n')
		}
		var line strings.Builder
		for i, c := range row {
			pad := strings.Repeat(" ", width[i]-utf8.RuneCountInString(c))
			if t.Columns[i].Right {
				line.WriteString(pad + c + "  ")
			} else {
				line.WriteString(c + pad + "  ")
			}
		}
		b.WriteString(strings.TrimRight(line.String(), " "))
	}
	return b.String()
}

// plainSpans is what a plain reader sees, on one line.
func plainSpans(spans []card.Span) string {
	var b strings.Builder
	for _, s := range spans {
		b.WriteString(s.Text)
	}
	return oneLine(b.String())
}
