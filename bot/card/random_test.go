package card

import (
	"math"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/backchannel-portal/backchannel/internal/lang"
)

// fragments are what random texts are made of: ordinary words and what has broken chat programs before.
var fragments = []string{
	"payments-api", "who owns it", "。", "支付服务", "🟢", "👩‍👩‍👧‍👦", "🇩🇪", "é", "e\u0301", " ", "\n", "\t", "a",
	"<!channel>", "@everyone", "`", "*", "_", "|", "&", "[x](javascript:alert(1))", "\u202Eevil\u202C", "\x1b[31m", "\x00",
	strings.Repeat("z\u0300", 9), "\u200b", "\u200d", "\ufeff", "\xff\xfe", "𝔘𝔫𝔦", "한국어", "سلام", "हिन्दी", strings.Repeat("long ", 90),
	strings.Repeat("x", 400), "https://example.com/a?b=c", "end. Next", "1,000", strings.Repeat("👨‍", 30), "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "\U000E0041",
}

type generator struct{ *rand.Rand }

func (g generator) text() string {
	var b strings.Builder
	for range g.IntN(6) {
		b.WriteString(fragments[g.IntN(len(fragments))])
	}
	return b.String()
}

func (g generator) url() string {
	return []string{
		"", "https://example.com/x", "javascript:alert(1)", "http://a/" + strings.Repeat("p", g.IntN(4000)), "mailto:a@b.c",
		"https://grafana.example/d?x={a|b}", "ftp://x/y", "//evil", "https://", "https://exa mple.com/\x00",
	}[g.IntN(10)]
}

func (g generator) spans() []Span {
	out := make([]Span, g.IntN(5))
	for i := range out {
		out[i] = Span{Kind: SpanKind(g.IntN(9)), Text: g.text(), URL: g.url(), At: time.Unix(int64(g.IntN(1e9)), 0)}
		if g.IntN(4) == 0 {
			out[i].Ref, out[i].User = "user:default/mei", []string{"U1", "U1> <!channel>"}[g.IntN(2)]
		}
	}
	return out
}

func (g generator) many() int {
	if g.IntN(12) == 0 {
		return g.IntN(140)
	}
	return g.IntN(6)
}

func (g generator) message() Message {
	m := Message{Lang: []lang.Lang{lang.English, lang.Chinese, "", "fr"}[g.IntN(4)]}
	if g.IntN(2) == 0 {
		m.Summary = g.spans()
	}
	for range g.many() {
		m.Blocks = append(m.Blocks, g.block())
	}
	return m
}

func (g generator) block() Block {
	switch g.IntN(12) {
	case 0:
		return Text{g.spans()}
	case 1:
		f := Fields{}
		for range g.many() {
			f.Items = append(f.Items, Field{g.text(), g.spans()})
		}
		return f
	case 2:
		l := List{Ordered: g.IntN(2) == 0, More: g.IntN(30) - 5, MoreURL: g.url(), Start: g.IntN(3) - 1}
		for range g.many() {
			l.Items = append(l.Items, g.spans())
		}
		return l
	case 3:
		return g.table()
	case 4:
		c := Chart{[]ChartKind{ChartBar, ChartPie, "cube"}[g.IntN(3)], g.text(), g.text(), nil}
		for range g.many() {
			c.Points = append(c.Points, Point{g.text(), []float64{0, 1, 2.5, -3, math.NaN(), math.Inf(1), math.Inf(-1), 1e300, 12000}[g.IntN(9)]})
		}
		return c
	case 5:
		return Progress{g.text(), g.IntN(9) - 2, g.IntN(9) - 2, []State{StateDone, StateFailed, StatePending, StateRunning, "odd"}[g.IntN(5)]}
	case 6:
		return Code{g.text(), strings.Repeat(g.text(), g.many())}
	case 7:
		return Image{g.url(), g.text(), g.text()}
	case 8:
		return Rule{}
	case 9:
		return Note{g.spans()}
	case 10:
		return nil
	default:
		return g.actions()
	}
}

func (g generator) table() Table {
	t := Table{Caption: g.text(), More: g.IntN(9) - 2, MoreURL: g.url()}
	for range g.many() {
		t.Columns = append(t.Columns, Column{g.text(), g.IntN(2) == 0})
	}
	for range g.many() {
		row := make([][]Span, g.IntN(4))
		for i := range row {
			row[i] = g.spans()
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func (g generator) actions() Actions {
	var a Actions
	for range g.many() {
		it := Action{Label: g.text(), URL: g.url(), Confirm: g.text(), Choice: g.IntN(2) == 0, Style: Danger}
		if g.IntN(3) > 0 {
			it.URL, it.Intent = "", Intent{"do", []string{g.text()}}
		}
		if g.IntN(3) == 0 {
			for range g.many() {
				it.Options = append(it.Options, Option{g.text(), g.text(), Intent{Name: "pick"}})
			}
		}
		if g.IntN(6) == 0 {
			it.Search = FieldEntity
		}
		a.Items = append(a.Items, it)
	}
	return a
}

// upTo returns a limit: often none, sometimes tiny.
func (g generator) upTo(n int) int {
	if g.IntN(3) == 0 {
		return 0
	}
	return g.IntN(n)
}

func (g generator) limits() Limits {
	l := Limits{
		Unit: Unit(g.IntN(2)), URLs: g.IntN(2) == 0, Messages: g.upTo(5), Blocks: g.upTo(60), Total: g.upTo(14000), Summary: g.upTo(400),
		Text: g.upTo(3000), Note: g.upTo(3000), Code: g.upTo(3000), Width: g.upTo(90), URL: g.upTo(3000), Progress: g.IntN(2) == 0,
		Fields:  FieldLimits{g.upTo(12), g.upTo(100), g.upTo(2000)},
		List:    ListLimits{g.upTo(20), g.upTo(500), g.upTo(3000)},
		Table:   TableLimits{g.upTo(3), g.upTo(100), g.upTo(20), g.upTo(200), g.upTo(200), g.upTo(10000)},
		Chart:   ChartLimits{g.upTo(3), g.upTo(20), g.upTo(7), g.upTo(60), g.upTo(30)},
		Image:   ImageLimits{g.upTo(3), g.upTo(200), g.upTo(200)},
		Actions: ActionLimits{g.upTo(26), g.upTo(6), g.upTo(6), g.IntN(2) == 0, g.upTo(80), g.upTo(101), g.upTo(80), g.upTo(80), g.upTo(300), g.IntN(2) == 0},
	}
	if g.IntN(2) == 0 {
		l.Escapes = map[rune]int{'&': 5, '<': 4, '>': 4}
		l.Marks = map[SpanKind]int{Strong: 2, Mono: 2, Link: 4}
	}
	return l
}
