package markdown

import (
	"bytes"
	"slices"
	"strings"

	"github.com/yuin/goldmark/ast"
	"golang.org/x/net/html"
)

// raw writes an author's HTML block, sanitised and balanced.
func (p *page) raw(raw []byte, at int) {
	for _, n := range p.engine.raw.clean(raw) {
		p.node(n, at, 0)
	}
	p.put("\n")
	p.newline()
}

// node writes a sanitised node of raw HTML.
func (p *page) node(n *html.Node, at, depth int) {
	switch n.Type {
	case html.TextNode:
		p.html = appendEscaped(p.html, []byte(n.Data))
		p.rawText(n)
		return
	case html.ElementNode:
	default:
		return
	}
	if depth > maxDepth {
		return
	}
	if n.Data == "picture" { // the picture itself does, without its variants
		for c := range n.ChildNodes() {
			if c.Data == "img" {
				p.node(c, at, depth+1)
			}
		}
		return
	}
	if isMermaid(n) {
		p.drawing(n)
		return
	}
	if p.built && isHeading(n.Data) && depth < maxDepth-10 {
		p.builtHeading(n)
		return
	}
	if !p.start(n, at) {
		return
	}
	if n.Data == "br" {
		p.newline()
	}
	if isVoid(n.Data) {
		return
	}
	for c := range n.ChildNodes() {
		p.node(c, at, depth+1)
	}
	p.put("</", n.Data, ">")
	if isBlock(n.Data) {
		p.newline()
	}
}

// rawText adds the text of raw HTML to the section, with runs of spaces as one, but for code.
func (p *page) rawText(n *html.Node) {
	for a := n.Parent; a != nil; a = a.Parent {
		if a.Data == "pre" {
			p.text = append(p.text, n.Data...)
			return
		}
	}
	if n.Data == "" {
		return
	}
	if strings.IndexByte(" \n\t", n.Data[0]) >= 0 {
		p.space()
	}
	p.text = append(p.text, strings.Join(strings.Fields(n.Data), " ")...)
	if strings.IndexByte(" \n\t", n.Data[len(n.Data)-1]) >= 0 {
		p.space()
	}
}

// space ends a word of a section's text.
func (p *page) space() {
	if n := len(p.text); n > 0 && p.text[n-1] != '\n' && p.text[n-1] != ' ' {
		p.text = append(p.text, ' ')
	}
}

// start writes a start tag of raw HTML and reports whether the element is kept.
func (p *page) start(n *html.Node, at int) bool {
	if n.Data == "iframe" && !slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == "src" && p.engine.raw.frame(a.Val) }) {
		return false
	}
	p.put("<", n.Data)
	for _, a := range n.Attr {
		p.attribute(n, a, at)
	}
	switch n.Data {
	case "img":
		if !slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == "loading" }) {
			p.put(` loading="lazy"`)
		}
	case "input":
		p.put(" disabled")
	case "iframe":
		p.put(` sandbox="allow-scripts allow-same-origin allow-popups" referrerpolicy="no-referrer" loading="lazy"`)
	}
	p.put(">")
	return true
}

func (p *page) attribute(n *html.Node, a html.Attribute, at int) {
	switch a.Key {
	case "id":
		p.anchor(a.Val)
		return
	case "name":
		if !slices.ContainsFunc(n.Attr, func(o html.Attribute) bool { return o.Key == "id" }) {
			p.anchor(a.Val)
		}
		return
	case "class":
		classes := strings.Fields(a.Val)
		if p.built && n.Data == "span" && len(classes) == 1 && isToken(classes[0]) {
			p.put(` class="`, classes[0], `"`)
			return
		}
		p.attributes(&attributes{classes: classes})
		return
	case "href":
		p.gap(a.Val, false, at)
		p.outside(a.Val)
		return
	case "src":
		if n.Data != "iframe" {
			p.gap(a.Val, true, at)
			return
		}
	}
	p.put(" ", a.Key, `="`)
	p.html = appendEscaped(p.html, []byte(a.Val))
	p.put(`"`)
}

// rawInline writes a tag of raw HTML in a line. It returns the last node it has dealt with, when the content of the
// element is no text.
func (p *page) rawInline(n *ast.RawHTML) ast.Node {
	raw := n.Segments.Value(p.source)
	t, ok := readTag(raw, 0)
	if !ok {
		return nil // a comment, a declaration
	}
	if t.closes {
		for i := len(p.open) - 1; i >= p.scope; i-- {
			if p.open[i] == t.name {
				p.closeTo(i)
				break
			}
		}
		return nil
	}
	if hidesContent(t.name) && !t.alone && (t.name != "iframe" || len(p.engine.raw.frames) == 0) {
		return p.endOf(n, t.name)
	}
	start, ok := p.engine.raw.start(raw)
	if !ok || isBlock(start.Data) && start.Data != "summary" || !p.start(start, pos(n)) {
		return nil
	}
	if start.Data == "br" {
		p.newline()
	}
	if !isVoid(start.Data) {
		p.open = append(p.open, start.Data)
	}
	return nil
}

// endOf is the end tag of an element among the siblings of its start tag, nil when there is none.
func (p *page) endOf(n ast.Node, name string) ast.Node {
	for c := n.NextSibling(); c != nil; c = c.NextSibling() {
		if raw, ok := c.(*ast.RawHTML); ok {
			if t, ok := readTag(raw.Segments.Value(p.source), 0); ok && t.closes && t.name == name {
				return c
			}
		}
	}
	return nil
}

// closeTo closes raw elements down to a depth.
func (p *page) closeTo(depth int) {
	for i := len(p.open) - 1; i >= depth; i-- {
		p.put("</", p.open[i], ">")
	}
	p.open = p.open[:min(depth, len(p.open))]
}

// container writes raw HTML around Markdown.
func (p *page) container(c *container) {
	start, ok := p.engine.raw.start(bytes.Replace([]byte(c.open), []byte("markdown"), []byte("data-m"), 1))
	if !ok || isVoid(start.Data) || !p.start(start, pos(c)) {
		p.blocks(c)
		return
	}
	p.put("\n")
	p.blocks(c)
	p.put("</", start.Data, ">\n")
	p.newline()
}
