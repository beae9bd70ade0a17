package markdown

import (
	"cmp"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// mermaid is the class of diagrams in Mermaid.
const mermaid = "mermaid"

// isMermaid reports whether an element holds the source of a diagram in Mermaid: as superfences, mermaid2 and authors of
// HTML mark it (class "mermaid"), as highlighters do (class "language-mermaid"), and as this package writes it.
func isMermaid(n *html.Node) bool {
	switch n.DataAtom {
	case atom.Pre, atom.Div, atom.Figure:
		if hasClass(n, mermaid) || hasClass(n, "language-mermaid") {
			return true
		}
	default:
		return false
	}
	code := n.FirstChild
	return n.DataAtom == atom.Pre && code != nil && code.NextSibling == nil && code.DataAtom == atom.Code && hasClass(code, "language-mermaid")
}

// drawing writes a diagram of raw HTML as that of a fence is written, so that a page around draws both.
func (p *page) drawing(n *html.Node) {
	title := ""
	if caption := find(n, func(c *html.Node) bool { return c.DataAtom == atom.Figcaption || hasClass(c, "filename") }); caption != nil {
		title = strings.Join(strings.Fields(allText(caption)), " ")
		caption.Parent.RemoveChild(caption)
	}
	source := n
	if code := find(n, func(c *html.Node) bool { return c.DataAtom == atom.Pre }); code != nil {
		source = code
	}
	var b strings.Builder
	drawn(&b, source)
	p.figure(mermaid, cmp.Or(title, "Mermaid"), []byte(strings.Trim(b.String(), "\n")+"\n"))
}

// drawn writes the source of a diagram. A line break in a label is a part of the source that a browser reads as a tag.
func drawn(b *strings.Builder, n *html.Node) {
	for c := range n.Descendants() {
		switch {
		case c.Type == html.TextNode:
			b.WriteString(c.Data)
		case c.DataAtom == atom.Br:
			b.WriteString("<br/>")
		}
	}
}
