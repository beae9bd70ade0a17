package card

import "strings"

// table keeps a table that the platform draws. Else two columns become fields, what aligns within the width becomes
// preformatted text, and everything else a list of rows.
func (f *fitter) table(t Table) []Block {
	if len(t.Columns) == 0 || len(t.Rows) == 0 {
		out := f.caption(t.Caption)
		if t.More > 0 {
			out = append(out, f.block(Text{MoreText(f.lang, t.More, t.MoreURL)})...)
		}
		return out
	}
	if f.tables < f.l.Table.PerMessage && (f.l.Table.Columns == 0 || len(t.Columns) <= f.l.Table.Columns) {
		if cut, ok := f.native(t); ok {
			f.tables++
			return []Block{cut}
		}
	}
	if n := f.l.Table.Rows; n > 0 && len(t.Rows) > n {
		t.More += len(t.Rows) - n
		t.Rows = t.Rows[:n]
	}
	out := f.caption(t.Caption)
	if len(t.Columns) == 2 && t.Columns[0].Title == "" && len(t.Rows) <= f.l.Fields.Items && f.bare(t, 0) {
		return append(append(out, f.fields(tableFields(t))...), f.more(t)...)
	}
	if f.bare(t, -1) {
		if text, ok := tableText(t, f.l.Width); ok {
			return append(append(out, f.code(Code{Text: text})...), f.more(t)...)
		}
	}
	return append(out, f.list(tableList(f, t))...)
}

// native cuts cells and rows to the limits. It fails when not even one row fits.
func (f *fitter) native(t Table) (Table, bool) {
	tl := f.l.Table
	out := Table{Caption: f.l.Cut(t.Caption, tl.Caption), More: t.More, MoreURL: t.MoreURL}
	used := f.l.Len(out.Caption)
	for _, c := range t.Columns {
		c.Title = f.l.Cut(c.Title, tl.Cell)
		used += f.l.Len(c.Title)
		out.Columns = append(out.Columns, c)
	}
	used += f.l.SpansLen(MoreText(f.lang, t.More+len(t.Rows), t.MoreURL))
	for _, r := range t.Rows {
		row := make([][]Span, len(r))
		n := 0
		for j, cell := range r {
			row[j] = f.l.cutSpans(cell, tl.Cell)
			n += f.l.SpansLen(row[j])
		}
		if tl.Rows > 0 && len(out.Rows) == tl.Rows || tl.Total > 0 && used+n > tl.Total {
			break
		}
		out.Rows, used = append(out.Rows, row), used+n
	}
	out.More += len(t.Rows) - len(out.Rows)
	return out, len(out.Rows) > 0
}

// more is the line about rows that were left out.
func (f *fitter) more(t Table) []Block {
	if t.More == 0 {
		return nil
	}
	return f.block(Text{MoreText(f.lang, t.More, t.MoreURL)})
}

// bare reports whether a column's cells (every column's for -1) hold neither links nor mentions, which preformatted
// text would lose. The pages of entities do not count: the name is what is read there.
func (f *fitter) bare(t Table, column int) bool {
	for _, r := range t.Rows {
		for j, cell := range r {
			if column >= 0 && j != column {
				continue
			}
			for i := range cell {
				if cell[i].Kind == Link || cell[i].User != "" {
					return false
				}
			}
		}
	}
	return true
}

func tableFields(t Table) Fields {
	out := Fields{Items: make([]Field, len(t.Rows))}
	for i, r := range t.Rows {
		out.Items[i] = Field{strings.TrimSpace(PlainText(r[0])), r[1]}
	}
	return out
}

// tableText is a table's header and rows as aligned text, unless it is wider than width; zero is no limit. A cell that
// is too wide is found before the others are padded to it.
func tableText(t Table, width int) (text string, ok bool) {
	rows := make([][]string, len(t.Rows))
	for i, r := range t.Rows {
		rows[i] = make([]string, len(r))
		for j, cell := range r {
			rows[i][j] = PlainText(cell)
			if width > 0 && Width(rows[i][j]) > width {
				return "", false
			}
		}
	}
	text = Tabulate(t.Columns, rows)
	return text, width == 0 || widest(text) <= width
}

// widest returns the columns of the widest line.
func widest(text string) int {
	w, from := 0, 0
	for i := 0; i <= len(text); i++ {
		if i == len(text) || text[i] == '\n' {
			w = max(w, Width(text[from:i]))
			from = i + 1
		}
	}
	return w
}

// tableList is a table as a list of rows: the first cell, then the others with their column's title.
func tableList(f *fitter, t Table) List {
	out := List{More: t.More, MoreURL: t.MoreURL}
	for _, r := range t.Rows {
		var item []Span
		for j, cell := range r {
			if len(cell) == 0 {
				continue
			}
			if len(item) > 0 {
				item = append(item, T(" · "))
			}
			if j > 0 && t.Columns[j].Title != "" {
				item = append(item, fieldLine(f.lang, Field{t.Columns[j].Title, cell})...)
				continue
			}
			item = append(item, cell...)
		}
		out.Items = append(out.Items, item)
	}
	return out
}
