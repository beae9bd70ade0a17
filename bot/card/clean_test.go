package card

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestClean(t *testing.T) {
	for _, tt := range []struct{ name, in, lines, line string }{
		{"plain", "payments-api · 支付", "payments-api · 支付", "payments-api · 支付"},
		{"breaks", "a\r\nb\rc\u2028d\u0085e", "a\nb\nc\nd\ne", "a b c d e"},
		{"ends", " \n a \n", " \n a \n", "a"},
		{"escape sequence", "\x1b[31mred\x07", "[31mred", "[31mred"},
		{"C1 control", "a\u009b31mb", "a31mb", "a31mb"},
		{"tab", "a\tb", "a b", "a b"},
		{"not UTF-8", "a\xffb\xc3", "a\uFFFDb\uFFFD", "a\uFFFDb\uFFFD"},
		{"direction", "a\u202Eb\u202Cc\u2066d\u2069", "abcd", "abcd"},
		{"zero width", "pay\u200Bments\uFEFF\u00AD\u2060", "payments", "payments"},
		{"joiner between letters", "a\u200Db", "ab", "ab"},
		{"fillers", "a\u3164b\u115Fc\u034Fd", "abcd", "abcd"},
		{"tags", "a\U000E0041\U000E007F", "a", "a"},
		{"noncharacters", "a\uFFFEb\uFDD0", "ab", "ab"},
		{"marks", "z" + strings.Repeat("\u0300", 40), "z" + strings.Repeat("\u0300", maxMarks), "z" + strings.Repeat("\u0300", maxMarks)},
		{"joined emoji", "👩\u200d👩\u200d👧\u200d👦 🏳\ufe0f\u200d🌈", "👩\u200d👩\u200d👧\u200d👦 🏳\ufe0f\u200d🌈", "👩\u200d👩\u200d👧\u200d👦 🏳\ufe0f\u200d🌈"},
		{"region flag", "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"},
		{"Indic and Persian joiners", "क्\u200dष می\u200cخواهم", "क्\u200dष می\u200cخواهم", "क्\u200dष می\u200cخواهم"},
	} {
		if got := Clean(tt.in); got != tt.lines {
			t.Errorf("%s: Clean = %+q, want %+q", tt.name, got, tt.lines)
		}
		if got := CleanLine(tt.in); got != tt.line {
			t.Errorf("%s: CleanLine = %+q, want %+q", tt.name, got, tt.line)
		}
	}
	if got := CleanCode("a\tb\x00\r\nc"); got != "a\tb\nc" {
		t.Errorf("CleanCode = %q", got)
	}
}

func FuzzClean(f *testing.F) {
	for _, s := range fragments {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		c := Clean(s)
		if !utf8.ValidString(c) || Clean(c) != c {
			t.Errorf("%+q became %+q, then %+q", s, c, Clean(c))
		}
		if l := CleanLine(s); strings.ContainsAny(l, "\n\r\x1b") || CleanLine(l) != l {
			t.Errorf("%+q became %+q", s, l)
		}
		total := 0
		for rest := c; rest != ""; {
			n := nextGrapheme(rest)
			if n <= 0 || n > len(rest) || !utf8.ValidString(rest[:n]) {
				t.Fatalf("grapheme of %d bytes in %+q", n, rest)
			}
			total += n
			rest = rest[n:]
		}
		if head, tail := SplitWidth(c, 7); head+tail != c || Width(head) > 7 {
			t.Errorf("%+q split into %+q and %+q", c, head, tail)
		}
	})
}

func TestGraphemesAndWidth(t *testing.T) {
	for _, tt := range []struct {
		in           string
		count, width int
	}{
		{"abc", 3, 3}, {"é", 1, 1}, {"e\u0301", 1, 1}, {"支付", 2, 4}, {"ｗｉｄｅ", 4, 8}, {"🟢", 1, 2}, {"👩‍👩‍👧‍👦", 1, 2}, {"🇩🇪🇨🇳", 2, 4}, {"👍🏽", 1, 2}, {"☁️", 1, 2}, {"☁", 1, 1},
		{"한국", 2, 4}, {"\u1112\u1161\u11ab", 1, 2}, {"हिन्दी", 3, 3}, {"", 0, 0}, {"a\u0301\u0302b", 2, 2},
	} {
		n := 0
		for s := tt.in; s != ""; n++ {
			s = s[nextGrapheme(s):]
		}
		if n != tt.count {
			t.Errorf("%q has %d graphemes, want %d", tt.in, n, tt.count)
		}
		if w := Width(tt.in); w != tt.width {
			t.Errorf("%q is %d wide, want %d", tt.in, w, tt.width)
		}
	}
}

func TestCut(t *testing.T) {
	for _, tt := range []struct {
		l    Limits
		in   string
		max  int
		want string
	}{
		{Limits{}, "payments", 8, "payments"}, {Limits{}, "payments", 5, "paym…"}, {Limits{}, "pay ments", 5, "pay…"}, {Limits{}, "支付服务", 3, "支付…"},
		{Limits{}, "anything", 0, "anything"}, {Limits{Unit: UTF16}, "🟢🟢🟢", 5, "🟢🟢…"}, {Limits{}, "👩‍👩‍👧‍👦x", 6, "…"},
		{Limits{Escapes: map[rune]int{'<': 4}}, "<<<", 9, "<<…"},
	} {
		if got := tt.l.Cut(tt.in, tt.max); got != tt.want {
			t.Errorf("Cut(%q, %d) = %q, want %q", tt.in, tt.max, got, tt.want)
		}
	}
}

func TestWebURL(t *testing.T) {
	for u, want := range map[string]bool{
		"https://a.dev": true, "http://a.dev:80/x?y#z": true, "HTTPS://a.dev": true, "mailto:a@b.c": true, "https://用户.cn/支付": true,
		"": false, "javascript:alert(1)": false, "data:text/html,x": false, "//a.dev": false, "https://": false, "https:///x": false, "https://a.dev/a b": false,
		"https://a.dev/\"": false, "https://a.dev/<": false, "https://a.dev/|x": false, "mailto:": false, "ftp://a.dev": false, "https://a.dev/\x00": false, "https://a.dev/\u202e": false,
	} {
		if WebURL(u) != want {
			t.Errorf("WebURL(%q) = %v", u, !want)
		}
	}
}

func TestSafeEncodesWhatMarkupCannotHold(t *testing.T) {
	m := Safe(Message{Blocks: []Block{Text{[]Span{L("board", "https://grafana.example/d?q={a|b}")}}}})
	if got := m.Blocks[0].(Text).Spans[0].URL; got != "https://grafana.example/d?q=%7Ba%7Cb%7D" || len(m.Blocks) != 1 {
		t.Errorf("got %q", got)
	}
}

func TestTablesAndBars(t *testing.T) {
	got := Tabulate([]Column{{Title: "服务"}, {Title: "n", Right: true}}, [][]string{{"支付", "12"}, {"search", "3"}})
	if want := "服务     n\n──────  ──\n支付    12\nsearch   3"; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if got, want := Bars([]Point{{"a", 1000}, {"b", 1}, {"c", 0}}, 30), "a  1,000  ████████████████████\nb      1  ▏\nc      0"; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
