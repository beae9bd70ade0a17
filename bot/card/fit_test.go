package card

import (
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"unicode"

	"github.com/backchannel-portal/backchannel/internal/lang"
)

func fitHolds(t *testing.T, m Message, l Limits) {
	t.Helper()
	out := Fit(m, l)
	if len(out) == 0 {
		t.Fatal("no message")
	}
	if l.Messages > 0 && len(out) > l.Messages {
		t.Errorf("%d messages of at most %d", len(out), l.Messages)
	}
	for i, p := range out {
		for _, err := range Check(p, l) {
			t.Errorf("message %d of %d: %v", i+1, len(out), err)
		}
		if len(p.Summary) == 0 && len(p.Headline()) > 0 {
			t.Errorf("message %d has no summary", i+1)
		}
	}
	if t.Failed() {
		t.Fatalf("limits %+v", l)
	}
}

func TestFitHoldsForRandomMessages(t *testing.T) {
	for seed := range uint64(250) {
		g := generator{rand.New(rand.NewPCG(seed, 1))}
		m, l := g.message(), g.limits()
		if fitHolds(t, m, l); t.Failed() {
			t.Fatalf("seed %d", seed)
		}
		Plain(m)
	}
}

func FuzzFit(f *testing.F) {
	f.Add(uint64(1), uint64(2), "who owns <!channel>?")
	f.Add(uint64(7), uint64(7), strings.Repeat("支付 ", 4000))
	f.Fuzz(func(t *testing.T, a, b uint64, text string) {
		g := generator{rand.New(rand.NewPCG(a, b))}
		m := g.message()
		m.Blocks = append(m.Blocks, Text{[]Span{T(text), S(text)}}, List{Items: [][]Span{{L(text, text)}}}, Code{text, text})
		fitHolds(t, m, g.limits())
	})
}

// squeeze drops white space, which breaks may lose.
func squeeze(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, s)
}

func TestSplitLosesNothing(t *testing.T) {
	for seed := range uint64(200) {
		g := generator{rand.New(rand.NewPCG(seed, 2))}
		spans := Safe(Message{Blocks: []Block{Text{append(g.spans(), g.spans()...)}}}).Blocks[0].(Text).Spans
		l := Limits{Unit: Unit(seed % 2), Text: 120}.normal()
		var got, want strings.Builder
		for _, s := range spans {
			want.WriteString(s.Text)
		}
		for _, p := range l.splitSpans(spans, l.Text) {
			for _, s := range p {
				got.WriteString(s.Text)
			}
		}
		if squeeze(got.String()) != squeeze(want.String()) {
			t.Fatalf("seed %d: %q became %q", seed, want.String(), got.String())
		}
	}
}

func TestBreakAt(t *testing.T) {
	l := Limits{}
	for _, tt := range []struct {
		in   string
		room int
		want string
	}{
		{"One sentence. Another sentence here", 20, "One sentence."},
		{"words without any full stop in them", 20, "words without any"},
		{"supercalifragilistic", 10, "supercalif"},
		{"这是一句话。这是另一句话没有结束", 8, "这是一句话。"},
		{"这是一句很长很长的话没有结束", 7, "这是一句很长很"},
		{"family 👩‍👩‍👧‍👦 here", 9, "family"},
		{"short", 9, "short"},
		{"👩‍👩‍👧‍👦", 3, ""},
	} {
		if got := strings.TrimSpace(tt.in[:breakBefore(tt.in, l.prefix(tt.in, tt.room))]); got != tt.want {
			t.Errorf("breakBefore(%q, %d) = %q, want %q", tt.in, tt.room, got, tt.want)
		}
	}
}

func TestDegrading(t *testing.T) {
	table := Table{Caption: "Versions", Columns: []Column{{Title: "Version"}, {Title: "Services", Right: true}}, Rows: [][][]Span{
		{{M("3.2.5")}, {T("9")}}, {{M("2.7.18")}, {T("6")}},
	}}
	linked := Table{Columns: []Column{{Title: "Name"}, {Title: "Owner"}}, Rows: [][][]Span{{{L("Cart", "https://x.dev/c")}, {S("Crew")}}}}
	pairs := Table{Columns: []Column{{}, {}}, Rows: [][][]Span{{{T("Owner")}, {S("Crew")}}}}
	chart := Chart{ChartBar, "Share", "services", []Point{{"3.2", 9}, {"2.7", 3}}}
	button := Action{Label: "Share", Intent: Intent{Name: "share"}}
	for _, tt := range []struct {
		name string
		in   Block
		l    Limits
		want []Block
	}{
		{"table to code", table, Limits{Width: 40}, []Block{Text{[]Span{S("Versions")}}, Code{"", "Version  Services\n───────  ────────\n3.2.5           9\n2.7.18          6"}}},
		{"table with links to list", linked, Limits{}, []Block{List{Items: [][]Span{{L("Cart", "https://x.dev/c"), T(" · "), T("Owner"), T(": "), S("Crew")}}}}},
		{"pairs to fields", pairs, Limits{Fields: FieldLimits{Items: 5}}, []Block{Fields{[]Field{{"Owner", []Span{S("Crew")}}}}}},
		{"table kept, rows counted", table, Limits{Table: TableLimits{PerMessage: 1, Rows: 1}}, []Block{Table{Caption: "Versions", Columns: table.Columns, Rows: table.Rows[:1], More: 1}}},
		{"chart to table", chart, Limits{Table: TableLimits{PerMessage: 1}}, []Block{Table{Caption: "Share", Columns: []Column{{}, {"services", true}}, Rows: [][][]Span{{{T("3.2")}, {T("9")}}, {{T("2.7")}, {T("3")}}}}}},
		{"chart to bars", chart, Limits{Width: 24}, []Block{Text{[]Span{S("Share")}}, Code{"", "3.2  9  ████████████████\n2.7  3  █████▍"}}},
		{"list cut", List{Items: [][]Span{{T("a")}, {T("b")}, {T("c")}}, More: 4}, Limits{List: ListLimits{Items: 1}}, []Block{List{Items: [][]Span{{T("a")}}, More: 6}}},
		{"progress", Progress{"Creating refund-worker", 3, 7, StateRunning}, Limits{}, []Block{Text{[]Span{S("Creating refund-worker"), T(": "), T("3"), T(" of "), T("7")}}}},
		{"image", Image{"https://x.dev/p.png", "A chart", ""}, Limits{}, []Block{Text{[]Span{L("A chart", "https://x.dev/p.png")}}}},
		{"no buttons", Actions{[]Action{button, {Label: "Open", URL: "https://x.dev"}, {Label: "cart", Choice: true, Intent: Intent{Name: "pick"}}}}, Limits{}, []Block{List{Ordered: true, Items: [][]Span{{T("cart")}}}, Text{[]Span{L("Open", "https://x.dev")}}}},
		{"rows", Actions{[]Action{button, button, button}}, Limits{Actions: ActionLimits{PerMessage: 9, PerRow: 2}}, []Block{Actions{[]Action{button, button}}, Actions{[]Action{button}}}},
		{"bad link", Text{[]Span{L("click", "javascript:alert(1)")}}, Limits{}, []Block{Text{[]Span{T("click")}}, Note{Say(lang.English, lang.CardLinkLeft, nil)}}},
	} {
		out := Fit(Message{Lang: lang.English, Blocks: []Block{tt.in}}, tt.l)
		if len(out) != 1 || !reflect.DeepEqual(out[0].Blocks, tt.want) {
			t.Errorf("%s:\n got %#v\nwant %#v", tt.name, out[0].Blocks, tt.want)
		}
	}
}

func TestFitOpensMessagesAndSaysWhatIsCut(t *testing.T) {
	m := Message{Lang: lang.English, Summary: []Span{T("fact")}}
	for range 10 {
		m.Blocks = append(m.Blocks, Text{[]Span{T("line")}})
	}
	out := Fit(m, Limits{Blocks: 4})
	if len(out) != 3 || len(out[0].Blocks) != 4 || len(out[2].Blocks) != 2 || out[1].Summary[0].Text != "line" {
		t.Errorf("got %+v", out)
	}
	out = Fit(m, Limits{Blocks: 4, Messages: 2})
	last := out[len(out)-1].Blocks
	if got := PlainText(last[len(last)-1].(Note).Spans); len(out) != 2 || got != "3 more parts are left out here." {
		t.Errorf("%d messages ending in %q", len(out), got)
	}
}

func TestLongTextStaysWhole(t *testing.T) {
	long := strings.Repeat("Every sentence counts. ", 1800)
	var got strings.Builder
	out := Fit(Message{Blocks: []Block{Text{[]Span{T(long)}}}}, Limits{Text: 3000, Total: 13000, Blocks: 50})
	for _, m := range out {
		for _, b := range m.Blocks {
			s := PlainText(b.(Text).Spans)
			if !strings.HasSuffix(strings.TrimSpace(s), ".") {
				t.Fatalf("broken inside a sentence: …%q", s[len(s)-20:])
			}
			got.WriteString(s)
		}
	}
	if squeeze(got.String()) != squeeze(long) || len(out) != 4 {
		t.Errorf("%d messages, %d of %d characters", len(out), got.Len(), len(long))
	}
}
