package card

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/backchannel-portal/backchannel/internal/lang"
)

// fitter turns the blocks of one message into blocks that the limits allow.
type fitter struct {
	l                      Limits
	lang                   lang.Lang
	tables, charts, images int // native ones so far
}

// block returns what a block becomes: usually itself.
func (f *fitter) block(b Block) []Block {
	switch b := b.(type) {
	case Text:
		return split(f.l, b.Spans, f.l.Text, func(s []Span) Block { return Text{s} })
	case Note:
		return split(f.l, b.Spans, f.l.Note, func(s []Span) Block { return Note{s} })
	case Fields:
		return f.fields(b)
	case List:
		return f.list(b)
	case Table:
		return f.table(b)
	case Chart:
		return f.chart(b)
	case Progress:
		if f.l.Progress && f.l.Len(b.Label) <= f.headroom() {
			return []Block{b}
		}
		return f.block(Text{ProgressText(f.lang, b)})
	case Code:
		return f.code(b)
	case Image:
		return f.image(b)
	case Actions:
		return f.actions(b)
	default:
		return []Block{b}
	}
}

// headroom is what a single label may take of a message.
func (f *fitter) headroom() int {
	if f.l.Total == 0 {
		return Many
	}
	return f.l.Total / 4
}

func split(l Limits, spans []Span, max int, wrap func([]Span) Block) []Block {
	if len(spans) == 0 {
		return nil
	}
	pieces := l.splitSpans(spans, max)
	out := make([]Block, len(pieces))
	for i, p := range pieces {
		out[i] = wrap(p)
	}
	return out
}

// ProgressText says how far a piece of work is, for platforms that draw no bar.
func ProgressText(l lang.Lang, p Progress) []Span {
	key := lang.CardProgress
	switch p.State {
	case StatePending:
		key = lang.CardPending
	case StateDone:
		key = lang.CardDone
	case StateFailed:
		key = lang.CardFailed
	}
	return Say(l, key, lang.Args{"label": S(p.Label), "done": p.Done, "total": p.Total})
}

// MoreText says how many items or rows were left out, as a link where there is one.
func MoreText(l lang.Lang, n int, url string) []Span {
	spans := Say(l, lang.CardMore, lang.Args{"n": n})
	if url == "" {
		return spans
	}
	var b strings.Builder
	for _, s := range spans {
		b.WriteString(s.Text)
	}
	return []Span{L(b.String(), url)}
}

// fieldLine is a field as a line of text.
func fieldLine(l lang.Lang, f Field) []Span {
	if f.Label == "" {
		return f.Value
	}
	return append(Say(l, lang.CardFieldLabels, lang.Args{"label": f.Label}), f.Value...)
}

// fields splits a long block of fields; a label or value that is too long makes the field a paragraph.
func (f *fitter) fields(b Fields) []Block {
	var out []Block
	var cur []Field
	used := 0
	flush := func() {
		if len(cur) > 0 {
			out = append(out, Fields{cur})
		}
		cur, used = nil, 0
	}
	for _, it := range b.Items {
		n := f.l.Len(it.Label) + f.l.SpansLen(it.Value)
		long := f.l.Fields.Label > 0 && f.l.Len(it.Label) > f.l.Fields.Label ||
			f.l.Fields.Value > 0 && f.l.SpansLen(it.Value) > f.l.Fields.Value
		if f.l.Fields.Items == 0 || long {
			flush()
			out = append(out, f.block(Text{fieldLine(f.lang, it)})...)
			continue
		}
		if len(cur) == f.l.Fields.Items || f.l.Total > 0 && used+n > f.l.Total/2 {
			flush()
		}
		cur, used = append(cur, it), used+n
	}
	flush()
	return out
}

// list cuts a list to the items shown and splits what is still too long for one block.
func (f *fitter) list(b List) []Block {
	if n := f.l.List.Items; n > 0 && len(b.Items) > n {
		b.More += len(b.Items) - n
		b.Items = b.Items[:n]
	}
	more := 0
	if b.More > 0 {
		more = f.l.SpansLen(MoreText(f.lang, b.More, b.MoreURL))
	}
	start := max(b.Start, 1)
	var out []Block
	cur := List{Ordered: b.Ordered, Start: b.Start}
	used := 0
	for i, it := range b.Items {
		it = f.l.cutSpans(it, f.l.List.Item)
		n := f.l.SpansLen(it)
		room := f.l.List.Total
		if i == len(b.Items)-1 {
			room -= more
		}
		if f.l.List.Total > 0 && len(cur.Items) > 0 && used+n > room {
			out = append(out, cur)
			cur = List{Ordered: b.Ordered, Start: cur.Start}
			if b.Ordered {
				cur.Start = start + i
			}
			used = 0
		}
		cur.Items, used = append(cur.Items, it), used+n
	}
	cur.More, cur.MoreURL = b.More, b.MoreURL
	if len(cur.Items) == 0 && cur.More == 0 {
		return out
	}
	return append(out, cur)
}

// code splits preformatted text between lines, and a line that is too long between graphemes.
func (f *fitter) code(b Code) []Block {
	b.Text = strings.Trim(b.Text, "\n")
	limit := f.l.Code
	if limit == 0 || f.l.Len(b.Text) <= limit {
		if b.Text == "" {
			return nil
		}
		return []Block{b}
	}
	var out []Block
	var cur strings.Builder
	used := 0
	flush := func() {
		if s := strings.Trim(cur.String(), "\n"); s != "" {
			out = append(out, Code{b.Language, s})
		}
		cur.Reset()
		used = 0
	}
	for line := range strings.SplitSeq(b.Text, "\n") {
		for {
			at := f.l.prefix(line, limit) // not all of a long line, for every piece of it
			if at == 0 {
				_, at = utf8.DecodeRuneInString(line)
			}
			n := f.l.Len(line[:at]) + 1
			if (at < len(line) || used+n > limit+1) && used > 0 {
				flush()
			}
			if at == len(line) {
				cur.WriteString(line + "\n")
				used += n
				break
			}
			cur.WriteString(line[:at])
			line = line[at:]
			flush()
		}
	}
	flush()
	return out
}

func (f *fitter) image(b Image) []Block {
	if f.images >= f.l.Image.PerMessage {
		return f.block(Text{[]Span{L(b.Alt, b.URL)}})
	}
	f.images++
	b.Alt, b.Title = f.l.Cut(b.Alt, f.l.Image.Alt), f.l.Cut(b.Title, f.l.Image.Title)
	return []Block{b}
}

// chart keeps a chart that the platform draws; else it is a table where there are tables, or bars of text.
func (f *fitter) chart(b Chart) []Block {
	if len(b.Points) == 0 {
		return f.caption(b.Title)
	}
	cl := f.l.Chart
	most := cl.Bars
	if b.Kind == ChartPie {
		most = cl.Slices
	}
	if f.charts < cl.PerMessage && (most == 0 || len(b.Points) <= most) {
		cut := Chart{b.Kind, f.l.Cut(b.Title, cl.Title), f.l.Cut(b.Unit, cl.Label), make([]Point, len(b.Points))}
		n := f.l.Len(cut.Title) + f.l.Len(cut.Unit)
		for i, p := range b.Points {
			cut.Points[i] = Point{f.l.Cut(p.Label, cl.Label), p.Value}
			n += f.l.Len(cut.Points[i].Label)
		}
		if f.l.Total == 0 || n <= f.l.Total/2 {
			f.charts++
			return []Block{cut}
		}
	}
	if f.l.Table.PerMessage > f.tables {
		return f.table(chartTable(b))
	}
	out := f.caption(b.Title)
	return append(out, f.code(Code{Text: Bars(b.Points, f.l.Width)})...)
}

// caption is a title as a line above what became of its block.
func (f *fitter) caption(title string) []Block {
	if title == "" {
		return nil
	}
	return f.block(Text{[]Span{S(title)}})
}

// chartTable is a chart's data as a table.
func chartTable(b Chart) Table {
	t := Table{Caption: b.Title, Columns: []Column{{}, {Title: b.Unit, Right: true}}}
	for _, p := range b.Points {
		t.Rows = append(t.Rows, [][]Span{words(p.Label), {T(Value(p.Value))}})
	}
	return t
}

// words is a plain span of s, or nothing for nothing.
func words(s string) []Span {
	if s == "" {
		return nil
	}
	return []Span{T(s)}
}

// Value writes a chart's value: whole numbers exactly, with a comma between thousands, others with two digits.
func Value(v float64) string {
	if v == float64(int(v)) {
		return lang.Number(int(v))
	}
	return strconv.FormatFloat(v, 'f', 2, 64)
}
