package markdown

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/net/html"
)

// plainCode shows code without colours.
type plainCode struct{}

func (plainCode) Highlight(c *Code) []byte { return appendEscaped(nil, []byte(c.Text)) }

// rendered is the body of a document whose links lead where they say, if they may.
func rendered(d *Document) string {
	var out bytes.Buffer
	_ = d.WriteTo(&out, func(i int) (string, bool) {
		l := d.Links[i]
		return l.Ref, Allowed(l.Ref, l.Asset)
	}, plainCode{}) // a buffer takes everything
	return out.String()
}

// unsafe says what is wrong with a body: elements and attributes that no page may have, or tags that do not pair.
func unsafe(body string) string {
	var open []string
	for z := html.NewTokenizer(strings.NewReader(body)); ; {
		switch z.Next() {
		case html.ErrorToken:
			if len(open) > 0 {
				return "left open: " + strings.Join(open, " ")
			}
			return ""
		case html.StartTagToken, html.SelfClosingTagToken:
			t := z.Token()
			if slices.Contains([]string{"script", "style", "iframe", "object", "embed", "form", "svg", "link", "meta", "base", "template", "textarea", "button"}, t.Data) {
				return "element " + t.Data
			}
			for _, a := range t.Attr {
				if why := unsafeAttribute(a); why != "" {
					return t.Data + ": " + why
				}
			}
			if !isVoid(t.Data) && t.Data != "mspace" {
				open = append(open, t.Data)
			}
		case html.EndTagToken:
			name := z.Token().Data
			if len(open) == 0 || open[len(open)-1] != name {
				return "closed out of turn: " + name + " in " + strings.Join(open, " ")
			}
			open = open[:len(open)-1]
		}
	}
}

func unsafeAttribute(a html.Attribute) string {
	switch {
	case strings.HasPrefix(a.Key, "on"), a.Key == "style", a.Key == "srcdoc", a.Key == "formaction", a.Key == "srcset", a.Key == "background":
		return "attribute " + a.Key
	case (a.Key == "href" || a.Key == "src") && !Allowed(a.Val, a.Key == "src"):
		return "address " + a.Val
	case a.Key == "id" && strings.HasPrefix(a.Val, "bc-") && !strings.HasPrefix(a.Val, "bc-tabs-"):
		return "id " + a.Val
	}
	return ""
}

func FuzzMarkdown(f *testing.F) {
	for _, s := range []string{
		"# a\n\n!!! note \"x\"\n    y\n", "=== \"a\"\n\n    b", "---\na: b\n---\n", "| a |\n|---|\n| b |", "a[^1]\n\n[^1]: b", "- [x] a\n  > b", "# a {#b .c}\n# a {: #b }",
		"<div>\n<script>x</script>", "&#0;&#x110000;", "```\n!!! a", "~~~~\n```\n~~~~", "\x00", "[a](b \"c\")", "a\n: b", "\t=== \"a\"\n\t\tb",
		"<b>*a</b> c*", "<a href=java&#115;cript:x>y</a>", "[x](javascript:a)", "{++a++}{--b--}{~~a~>b~~}{>>c<<}", "==a== ^^b^^ ~c~", "$x^2$ $$\n\\frac{a}{b}\n$$",
		"<div markdown>\n**a**\n</div>", "<details>\n<summary>a</summary>\n\nb\n\n</details>", "*[a]: b\n\na", "> [!NOTE]\n> a", "![a](b){ width=3 onclick=x }", ":smile: :material-check:",
		"`#!go x`", "```go title=\"a\" hl_lines=\"1\"\nx\n```", "--8<-- \"a\"", "1. a\n  - b\n\n        c", "<img src=x onerror=y>", "<table><tr><td>a", "<svg><p>x", "</div></main>x",
		"??? note\n    <p>", "# <a id=bc-x>y</a> {#bc-z}",
	} {
		f.Add([]byte(s))
	}
	e := New(Options{Math: true})
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 4<<10 {
			return
		}
		d := e.Parse("page.md", data, nil)
		for _, s := range d.Sections {
			if !utf8.ValidString(s.Text) || !utf8.ValidString(s.Heading) {
				t.Errorf("not UTF-8: %q %q", s.Heading, s.Text)
			}
		}
		body := rendered(d)
		if !utf8.ValidString(body) {
			t.Errorf("not UTF-8: %q", body)
		}
		if why := unsafe(body); why != "" {
			t.Errorf("%s: %q gives %s", why, data, body)
		}
	})
}
