package card

import (
	"strings"
)

// tableRule is the gap between the columns of a table of text.
const tableGap = "  "

// Tabulate writes a header and rows as aligned plain text, a line a row, without trailing spaces. Columns are as
// wide as their widest cell; right-aligned columns are padded on the left. A table without any title has no header.
func Tabulate(cols []Column, rows [][]string) string {
	widths := make([]int, len(cols))
	head := make([]string, len(cols))
	titled := false
	for i, c := range cols {
		head[i] = c.Title
		titled = titled || c.Title != ""
		widths[i] = Width(c.Title)
	}
	for _, r := range rows {
		for i, cell := range r {
			widths[i] = max(widths[i], Width(cell))
		}
	}
	var b strings.Builder
	if titled {
		tabRow(&b, cols, widths, head)
		under := make([]string, len(cols))
		for i, w := range widths {
			under[i] = strings.Repeat("─", w)
		}
		tabRow(&b, cols, widths, under)
	}
	for _, r := range rows {
		tabRow(&b, cols, widths, r)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func tabRow(b *strings.Builder, cols []Column, widths []int, cells []string) {
	var line strings.Builder
	for i, cell := range cells {
		if i > 0 {
			line.WriteString(tableGap)
		}
		pad := strings.Repeat(" ", max(widths[i]-Width(cell), 0))
		if cols[i].Right {
			line.WriteString(pad + cell)
		} else {
			line.WriteString(cell + pad)
		}
	}
	b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
}

// Bars draws points as lines of text: label, bar, value. Width is the columns to stay within, as far as labels and
// values leave room; zero is 60.
func Bars(points []Point, width int) string {
	if width <= 0 {
		width = 60
	}
	top, labels, values := 0.0, 0, 0
	for _, p := range points {
		top = max(top, p.Value)
		labels = max(labels, Width(p.Label))
		values = max(values, Width(Value(p.Value)))
	}
	labels = min(labels, max(width/2, 8))
	room := min(max(width-labels-values-2*len(tableGap), 4), 40)
	var b strings.Builder
	for _, p := range points {
		label := CutWidth(p.Label, labels)
		b.WriteString(label + strings.Repeat(" ", labels-Width(label)) + tableGap)
		v := Value(p.Value)
		b.WriteString(strings.Repeat(" ", values-Width(v)) + v)
		if bar := Bar(p.Value, top, room); bar != "" {
			b.WriteString(tableGap + bar)
		}
		b.WriteByte('\n')
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// Bar draws v out of top as a bar of at most room columns, to an eighth of a column; a value above zero is never
// invisible.
func Bar(v, top float64, room int) string {
	if v <= 0 || top <= 0 || room <= 0 {
		return ""
	}
	eighths := max(int(v/top*float64(room)*8+0.5), 1)
	s := strings.Repeat("█", eighths/8)
	if rest := eighths % 8; rest > 0 {
		s += string(rune('█' + 8 - rest))
	}
	return s
}

// CutWidth returns s, or as much of its beginning as fits into width columns with an ellipsis behind it.
func CutWidth(s string, width int) string {
	if Width(s) <= width {
		return s
	}
	head, _ := SplitWidth(s, width-1)
	return strings.TrimRight(head, " ") + ellipsis
}

// SplitWidth splits s so that the first part takes at most width columns, in whole graphemes.
func SplitWidth(s string, width int) (head, rest string) {
	n, used := 0, 0
	for n < len(s) {
		size := nextGrapheme(s[n:])
		if used += Width(s[n : n+size]); used > width {
			break
		}
		n += size
	}
	return s[:n], s[n:]
}

// PlainText returns the text of spans, links with their address behind them.
func PlainText(spans []Span) string {
	var b strings.Builder
	for i := range spans {
		s := &spans[i]
		b.WriteString(s.Text)
		if s.Kind == Link && s.URL != "" && s.URL != s.Text && s.URL != "mailto:"+s.Text {
			b.WriteString(" (" + s.URL + ")")
		}
	}
	return b.String()
}
