package terminal

import (
	"strings"

	"github.com/backchannel-portal/backchannel/bot/card"
)

const (
	gap     = 2 // columns between two columns of a table
	minCell = 8 // narrower cells are unreadable; such a table becomes a block a row
)

// table aligns cells; what is wider than the terminal wraps inside its column, and a table with too many columns is
// written as a block of fields a row, so that nothing is cut.
func (r *renderer) table(t card.Table) []string {
	out := r.title(t.Caption, "")
	if len(t.Columns) == 0 {
		return append(out, r.more(t.More, t.MoreURL)...)
	}
	cells := make([][][]run, len(t.Rows))
	widths := make([]int, len(t.Columns))
	titled := false
	for j, c := range t.Columns {
		widths[j] = card.Width(c.Title)
		titled = titled || c.Title != ""
	}
	for i, row := range t.Rows {
		cells[i] = make([][]run, len(row))
		for j, cell := range row {
			cells[i][j] = r.o.runs(cell)
			widths[j] = max(widths[j], width(cells[i][j]))
		}
	}
	if !r.shrink(widths) {
		return append(append(out, r.records(t)...), r.more(t.More, t.MoreURL)...)
	}
	if titled {
		head, rule := make([][]run, len(widths)), make([][]run, len(widths))
		for j, c := range t.Columns {
			head[j] = []run{{text: c.Title, style: bold}}
			rule[j] = []run{{text: strings.Repeat("─", widths[j]), style: dim}}
		}
		out = append(append(out, r.row(t.Columns, widths, head)...), r.row(t.Columns, widths, rule)...)
	}
	for _, row := range cells {
		out = append(out, r.row(t.Columns, widths, row)...)
	}
	return append(out, r.more(t.More, t.MoreURL)...)
}

// shrink takes columns from the widest until the table fits. It fails when cells would become unreadable.
func (r *renderer) shrink(widths []int) bool {
	if r.o.Width <= 0 {
		return true
	}
	over := gap*(len(widths)-1) - r.o.Width
	for _, w := range widths {
		over += w
	}
	for ; over > 0; over-- {
		widest := 0
		for j, w := range widths {
			if w > widths[widest] {
				widest = j
			}
		}
		if widths[widest] <= minCell {
			return false
		}
		widths[widest]--
	}
	return true
}

// row writes one row, which takes as many lines as its longest cell.
func (r *renderer) row(cols []card.Column, widths []int, cells [][]run) []string {
	wrapped := make([][][]run, len(cells))
	height := 1
	for j, c := range cells {
		if len(c) > 0 {
			wrapped[j] = wrap(c, widths[j])
		}
		height = max(height, len(wrapped[j]))
	}
	out := make([]string, height)
	for i := range out {
		var b strings.Builder
		for j := range cells {
			var line []run
			if i < len(wrapped[j]) {
				line = wrapped[j][i]
			}
			pad := strings.Repeat(" ", max(widths[j]-width(line), 0))
			if cols[j].Right {
				b.WriteString(pad + r.o.line(line))
			} else {
				b.WriteString(r.o.line(line) + pad)
			}
			if j < len(cells)-1 {
				b.WriteString(strings.Repeat(" ", gap))
			}
		}
		out[i] = b.String()
	}
	return out
}

// records writes a row as fields under each other.
func (r *renderer) records(t card.Table) []string {
	var out []string
	for i, row := range t.Rows {
		if i > 0 {
			out = append(out, "")
		}
		var f card.Fields
		for j, cell := range row {
			if len(cell) > 0 {
				f.Items = append(f.Items, card.Field{Label: t.Columns[j].Title, Value: cell})
			}
		}
		out = append(out, r.fields(f)...)
	}
	return out
}
