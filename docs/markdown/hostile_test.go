package markdown

import (
	"strings"
	"testing"
	"time"
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
	e := New(Options{Math: true})
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
		doc := e.Parse("page.md", []byte(in), nil)
		if len(doc.Sections) == 0 {
			t.Errorf("%s: no section", name)
		}
		t.Logf("%s takes %v", name, time.Since(begin).Round(time.Millisecond))
	}
}
