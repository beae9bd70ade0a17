package highlight

import (
	"fmt"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/backchannel-portal/backchannel/docs/markdown"
)

func TestHighlight(t *testing.T) {
	t.Parallel()
	h := New(1 << 20)
	for _, c := range []struct {
		code markdown.Code
		want string
	}{
		{markdown.Code{Lang: "go", Text: "func f() {} // a < b\n"}, `<span class="kd">func</span> <span class="nf">f</span>`},
		{markdown.Code{Lang: "go", Text: "a < b"}, `&lt;`},
		{markdown.Code{Lang: "nonsense", Text: "<b>&"}, `&lt;b&gt;&amp;`},
		{markdown.Code{Lang: "text", Text: "x"}, `x`},
		{markdown.Code{Lang: "golang", Text: "var x"}, `<span class="kd">var</span>`},
		{markdown.Code{Text: "a\nb\nc\n", First: 9, Marked: []markdown.Range{{From: 2, To: 3}}}, "<span class=\"line\" data-line=\"9\">a</span>\n<span class=\"line hll\" data-line=\"10\">b</span>\n<span class=\"line hll\" data-line=\"11\">c</span>\n"},
		{markdown.Code{Lang: "python", Text: "'''a\nb'''\n", First: 1}, `data-line="2"`},
		{markdown.Code{Lang: "go", Text: strings.Repeat("x", maxLine+1)}, strings.Repeat("x", 100)},
	} {
		if got := string(h.Highlight(&c.code)); !strings.Contains(got, c.want) {
			t.Errorf("%q gives %s without %s", c.code.Text[:min(len(c.code.Text), 50)], got[:min(len(got), 500)], c.want)
		}
	}
}

// TestFlow has the colours that keys and values have elsewhere where maps and lists stand in brackets.
func TestFlow(t *testing.T) {
	t.Parallel()
	key := func(s string) string { return `<span class="nt">` + s + `</span>` }
	for text, want := range map[string]string{
		`a: {b: c, d: [e], f: "g"}`:                 key("a") + `: {` + key("b") + `: c, ` + key("d") + `: [e], ` + key("f") + `: <span class="s2">"g"</span>}`,
		`- {to: [x:y, 1], "q": true}` + "\nnext: 2": `- {` + key("to") + `: [x:y, <span class="m">1</span>], ` + key(`"q"`) + `: <span class="kc">true</span>}` + "\n" + key("next") + `: <span class="m">2</span>`,
		"a: {\n  b: 1, # why\n  c: ./d\n}\ne: f":    key("a") + ": {\n  " + key("b") + `: <span class="m">1</span>, <span class="c"># why</span>` + "\n  " + key("c") + ": ./d\n}\n" + key("e") + ": f",
		"if: ${{ x.y }}\n{{- if .V }}\nk: v\n":      key("if") + ": ${{ x.y }}\n{{- if .V }}\n" + key("k") + ": v\n",
	} {
		if got := string(New(1 << 20).Highlight(&markdown.Code{Lang: "yaml", Text: text})); got != want {
			t.Errorf("%q gives\n%s, want\n%s", text, got, want)
		}
	}
}

// TestLimit keeps no more than it may, and the block used last.
func TestLimit(t *testing.T) {
	t.Parallel()
	h := New(1000)
	keep := &markdown.Code{Lang: "go", Text: "package keep"}
	first := h.Highlight(keep)
	for i := range 200 {
		h.Highlight(&markdown.Code{Lang: "go", Text: fmt.Sprintf("package p%d", i)})
		h.Highlight(keep)
	}
	if h.size > 1000 || h.order.Len() != len(h.known) {
		t.Errorf("%d bytes in %d blocks", h.size, len(h.known))
	}
	if again := h.Highlight(keep); &again[0] != &first[0] {
		t.Error("the block used last was made again")
	}
}

func FuzzHighlight(f *testing.F) {
	f.Add("go", "func f() { `x` }\n\n", 3, 1, 2)
	f.Add("html", "<b onclick=x>&amp;</b>", 0, 0, 0)
	f.Add("yaml", "a: [b\n\x00", 1, 1, 1)
	h := New(1 << 20)
	f.Fuzz(func(t *testing.T, lang, text string, first, from, to int) {
		if len(text) > 2000 {
			return
		}
		c := &markdown.Code{Lang: lang, Text: strings.ToValidUTF8(text, ""), First: max(first, 0), Marked: []markdown.Range{{From: from, To: to}}}
		out := string(h.Highlight(c))
		depth := 0
		for z := html.NewTokenizer(strings.NewReader(out)); ; {
			switch z.Next() {
			case html.ErrorToken:
				if depth != 0 {
					t.Errorf("%q gives %q", text, out)
				}
				return
			case html.StartTagToken:
				if depth++; z.Token().Data != "span" {
					t.Errorf("%q gives %q", text, out)
				}
			case html.EndTagToken:
				depth--
			}
		}
	})
}
