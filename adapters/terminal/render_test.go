package terminal

import (
	"regexp"
	"strings"
	"testing"
	"unicode"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/bot/card/cardtest"
)

func TestGoldens(t *testing.T) {
	for dir, o := range map[string]Options{"testdata/plain": {Width: 80}, "testdata/ansi": {Width: 60, Color: true}} {
		cardtest.Golden(t, dir, func(m card.Message) []byte { return Render(m, o) })
	}
}

// ours are the control sequences that this package writes: SGR and OSC 8.
var ours = regexp.MustCompile("\x1b\\[[0-9;]*m|\x1b\\]8;;[!-~]*\x1b\\\\")

func TestNothingHostileReachesTheTerminal(t *testing.T) {
	for _, s := range cardtest.Samples() {
		for _, o := range []Options{{}, {Width: 40}, {Color: true, Width: 72}} {
			out := string(Render(s.Message, o))
			if !o.Color && strings.Contains(out, "\x1b") {
				t.Errorf("%s: an escape in plain text", s.Name)
			}
			for _, r := range ours.ReplaceAllString(out, "") {
				if r != '\n' && unicode.Is(unicode.Cc, r) || r == 0x202E {
					t.Errorf("%s %+v: %U reaches the terminal", s.Name, o, r)
				}
			}
		}
	}
}

func TestLinesStayWithinTheWidth(t *testing.T) {
	for _, s := range cardtest.Samples() {
		for _, w := range []int{30, 60, 100} {
			for _, b := range card.Safe(s.Message).Blocks {
				if _, ok := b.(card.Code); ok {
					continue // code is not wrapped
				}
				for l := range strings.SplitSeq(string(Render(card.Message{Blocks: []card.Block{b}}, Options{Width: w})), "\n") {
					if card.Width(l) > w {
						t.Errorf("%s at %d: %d columns: %s", s.Name, w, card.Width(l), l)
					}
				}
			}
		}
	}
}

func TestWrap(t *testing.T) {
	for _, tt := range []struct {
		in    string
		width int
		want  string
	}{
		{"one two three", 7, "one two|three"},
		{"one two three", 0, "one two three"},
		{"a  b", 3, "a|b"},
		{"unbreakable", 4, "unbr|eaka|ble"},
		{"支付服务由团队负责。", 8, "支付服务|由团队负|责。"},
		{"line\nbreak", 20, "line|break"},
		{"", 5, ""},
	} {
		var got []string
		for _, l := range wrap([]run{{text: tt.in}}, tt.width) {
			got = append(got, Options{}.line(l))
		}
		if s := strings.Join(got, "|"); s != tt.want {
			t.Errorf("wrap(%q, %d) = %q, want %q", tt.in, tt.width, s, tt.want)
		}
	}
}

func TestWidePlainTablesWrapInsideTheirColumns(t *testing.T) {
	m := card.Message{Blocks: []card.Block{card.Table{
		Columns: []card.Column{{Title: "Name"}, {Title: "What it does"}},
		Rows:    [][][]card.Span{{{card.T("cart")}, {card.T("keeps what people mean to buy until they do")}}},
	}}}
	want := "Name  What it does\n────  ────────────────────────\ncart  keeps what people mean\n      to buy until they do\n"
	if got := string(Render(m, Options{Width: 30})); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
