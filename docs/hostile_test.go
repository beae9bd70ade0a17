package docs

import (
	"bytes"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// hostilePage is the size of the pages below. What takes time out of proportion shows at this size as a test that
// does not end.
const hostilePage = MaxPage / 32

// growing repeats a piece with its growing number until a page is full.
func growing(f func(i int) string) string {
	var b strings.Builder
	for i := 1; b.Len() < hostilePage; i++ {
		b.WriteString(f(i))
	}
	return b.String()[:hostilePage]
}

func full(piece string) string { return strings.Repeat(piece, hostilePage/len(piece)) }

// TestHostilePages parses and renders pages that nest or repeat what a parser could trip over.
func TestHostilePages(t *testing.T) {
	t.Parallel()
	l := NewLibrary(nil, time.Now)
	for name, in := range map[string]string{
		"quotes": full(">"), "quote marks": full("> ") + "x", "lists": full("- ") + "x", "numbers": full("1. ") + "x", "brackets": full("["),
		"links": full("[a]("), "pictures": full("!["), "emphasis": full("*a **b "), "mixed emphasis": full("*a_ "), "html": full("<a "),
		"comments": full("<!--"), "columns": strings.Repeat("|a", 2000) + "\n" + strings.Repeat("|-", 2000) + "\n" + full("x\n"),
		"footnotes": full("[^a]: [^a]\n"), "addresses": full("http://a"), "entities": full("&amp"), "references": full("[a]: b\n"),
		"definitions": full("a\n: "), "attributes": full("# a {#"), "headings": full("# a\n"), "less": full("<"), "bracket lines": full("[a\n"),
		"emphasis lines": full("*a\n"), "picture lines": full("![a\n"), "tags": full("<div>\n\n"), "details": full("<details>"),
		"backticks":   growing(func(i int) string { return strings.Repeat("`", i%500) + " " }),
		"indentation": growing(func(i int) string { return strings.Repeat("  ", i) + "- a\n" }),
		"admonitions": growing(func(i int) string { return strings.Repeat("    ", i) + "!!! note\n" }),
		"tabs":        growing(func(i int) string { return strings.Repeat("    ", i) + "=== \"a\"\n" }),
	} {
		begin := time.Now()
		p := &Page{Source: name, markdown: []byte(in)}
		doc := parse(l.md, p.markdown)
		p.Sections = doc.sections()
		if _, err := l.render(&Site{}, p, "/"); err != nil {
			t.Logf("%s: %v", name, err)
		}
		t.Logf("%s takes %v", name, time.Since(begin).Round(time.Millisecond))
	}
}

func FuzzMarkdown(f *testing.F) {
	for _, s := range []string{
		"# a\n\n!!! note \"x\"\n    y\n", "=== \"a\"\n\n    b", "---\na: b\n---\n", "| a |\n|---|\n| b |", "a[^1]\n\n[^1]: b", "- [x] a\n  > b", "# a {#b .c}\n# a {: #b }",
		"<div>\n<script>x</script>", "&#0;&#x110000;", "```\n!!! a", "~~~~\n```\n~~~~", "\x00", "[a](b \"c\")", "a\n: b", "\t=== \"a\"\n\t\tb",
	} {
		f.Add([]byte(s))
	}
	l := NewLibrary(nil, time.Now)
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 4<<10 {
			return
		}
		p := &Page{markdown: data, Sections: nil}
		d := parse(l.md, data)
		secs := d.sections()
		seen := map[string]bool{}
		for _, s := range secs {
			if !utf8.ValidString(s.Text) || !utf8.ValidString(s.Heading) {
				t.Errorf("not UTF-8: %q %q", s.Heading, s.Text)
			}
			if e := Excerpt(s.Text, []string{s.Heading}); utf8.RuneCountInString(e) > MaxExcerpt || strings.Contains(e, "\n") {
				t.Errorf("excerpt %q", e)
			}
			seen[s.Anchor] = true
		}
		out, err := l.render(&Site{}, p, "/")
		if err != nil {
			return
		}
		if low := bytes.ToLower(out); bytes.Contains(low, []byte("<script")) || bytes.Contains(low, []byte("<iframe")) {
			t.Errorf("%q gives %q", data, out)
		}
	})
}

func FuzzConfig(f *testing.F) {
	for _, s := range []string{"site_name: a\nnav: [a.md, {b: c.md}]", "docs_dir: ../x", "nav: &a [*a]", "nav: {a: {b: {c: d.md}}}", "- a", "a: !!python/name:x.y ''", "\xff"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := parseConfig("mkdocs.yml", data)
		if err != nil {
			return
		}
		if strings.HasPrefix(c.docsDir, "..") || strings.HasPrefix(c.docsDir, "/") {
			t.Errorf("docs_dir %q", c.docsDir)
		}
		for _, n := range c.nav {
			if strings.HasPrefix(n.file, "../") || strings.HasPrefix(n.file, "/") {
				t.Errorf("file %q", n.file)
			}
		}
	})
}
