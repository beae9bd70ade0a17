package markdown

import (
	"strconv"
	"strings"

	"github.com/yuin/goldmark/ast"
	extast "github.com/yuin/goldmark/extension/ast"
)

// write turns the tree into the body, the sections and the links.
func (p *page) write(root ast.Node) {
	p.html = make([]byte, 0, len(p.source)*5/2+256)
	p.current = Section{Level: 1, Text: p.doc.Meta.Text}
	p.footnotes = footnoteLabels(root)
	p.blocks(root)
	p.endSection()
	p.doc.Body.html = p.html
}

func (p *page) put(parts ...string) {
	for _, s := range parts {
		p.html = append(p.html, s...)
	}
}

// say writes text, for the eye and for search.
func (p *page) say(s []byte) {
	p.html = appendEscaped(p.html, s)
	p.text = append(p.text, s...)
}

// newline ends a line of a section's text.
func (p *page) newline() {
	for n := len(p.text); n > 0 && p.text[n-1] == ' '; n-- {
		p.text = p.text[:n-1]
	}
	if n := len(p.text); n > 0 && p.text[n-1] != '\n' {
		p.text = append(p.text, '\n')
	}
}

func (p *page) blocks(n ast.Node) {
	if p.depth++; p.depth <= maxDepth {
		for c := n.FirstChild(); c != nil; c = c.NextSibling() {
			p.block(c)
		}
	} else if n.HasChildren() {
		p.warn(pos(n), "the page is nested deeper than %d levels; what is deeper is left out", maxDepth)
	}
	p.depth--
}

func (p *page) block(n ast.Node) {
	switch n := n.(type) {
	case *ast.Paragraph:
		p.paragraph(n)
	case *ast.TextBlock:
		p.inlines(n)
		p.newline()
		if n.NextSibling() != nil {
			p.put("\n")
		}
	case *ast.Heading:
		p.heading(n)
	case *ast.List:
		p.list(n)
	case *ast.Blockquote:
		p.wrap(n, "blockquote")
	case *ast.ThematicBreak:
		p.put("<hr>\n")
	case *ast.CodeBlock:
		p.codeBlock(n, fenceInfo{})
	case *ast.FencedCodeBlock:
		p.fenced(n)
	case *ast.HTMLBlock:
		raw := n.Lines().Value(p.source)
		if n.HasClosure() {
			raw = append(append([]byte(nil), raw...), n.ClosureLine.Value(p.source)...)
		}
		p.raw(raw, pos(n))
	case *rawBlock:
		p.raw(n.Lines().Value(p.source), pos(n))
	default:
		p.extended(n)
	}
}

// extended writes the blocks that CommonMark does not have.
func (p *page) extended(n ast.Node) {
	switch n := n.(type) {
	case *container:
		p.container(n)
	case *box:
		p.box(n)
	case *tabSet:
		p.tabSet(n)
	case *mathBlock:
		p.formula(string(n.Lines().Value(p.source)), true)
		p.newline()
	case *extast.Table:
		p.table(n)
	case *extast.DefinitionList:
		p.wrap(n, "dl")
	case *extast.DefinitionTerm:
		p.put("<dt>")
		p.inlines(n)
		p.put("</dt>\n")
		p.newline()
	case *extast.DefinitionDescription:
		p.wrap(n, "dd")
	case *extast.FootnoteList:
		p.put(`<div class="footnote"><hr><ol>`, "\n")
		p.blocks(n)
		p.put("</ol></div>\n")
	case *extast.Footnote:
		p.put(`<li id="`)
		p.html = appendEscaped(p.html, []byte("fn:"+string(n.Ref)))
		p.put(`">`)
		p.blocks(n)
		p.put("</li>\n")
	}
}

// wrap writes a block of blocks.
func (p *page) wrap(n ast.Node, element string) {
	p.put("<", element)
	p.attributes(attributesOf(n))
	p.put(">\n")
	p.blocks(n)
	p.put("</", element, ">\n")
}

func (p *page) paragraph(n *ast.Paragraph) {
	p.put("<p")
	p.attributes(attributesOf(n))
	p.put(">")
	p.inlines(n)
	p.put("</p>\n")
	p.newline()
}

func (p *page) list(n *ast.List) {
	element := "ul"
	if n.IsOrdered() {
		element = "ol"
	}
	p.put("<", element)
	if n.IsOrdered() && n.Start != 1 {
		p.put(` start="`, strconv.Itoa(n.Start), `"`)
	}
	p.attributes(attributesOf(n))
	p.put(">\n")
	if p.depth++; p.depth <= maxDepth {
		for item := n.FirstChild(); item != nil; item = item.NextSibling() {
			p.put("<li")
			a := attributesOf(item)
			if isTask(item) {
				a = withClass(a, "task-list-item")
			}
			p.attributes(a)
			p.put(">")
			p.blocks(item)
			p.put("</li>\n")
		}
	}
	p.depth--
	p.put("</", element, ">\n")
}

func isTask(item ast.Node) bool {
	if first := item.FirstChild(); first != nil {
		_, ok := first.FirstChild().(*extast.TaskCheckBox)
		return ok
	}
	return false
}

func withClass(a *attributes, class string) *attributes {
	out := attributes{classes: []string{class}}
	if a != nil {
		out.id, out.pairs = a.id, a.pairs
		out.classes = append(out.classes, a.classes...)
	}
	return &out
}

func (p *page) heading(h *ast.Heading) {
	a := attributesOf(h)
	id := headingID(a.id)
	p.startSection(h, id)
	level := strconv.Itoa(h.Level)
	p.put("<h", level, ` id="`)
	p.html = appendEscaped(p.html, []byte(id))
	p.put(`"`)
	p.attributes(&attributes{classes: a.classes, pairs: a.pairs})
	p.put(">")
	before := len(p.text)
	p.inlines(h)
	p.text = p.text[:before]
	if !p.engine.options.NoPermalink {
		p.put(`<a class="headerlink" href="#`)
		p.html = appendEscaped(p.html, []byte(id))
		p.put(`" tabindex="-1" aria-hidden="true">¶</a>`)
	}
	p.put("</h", level, ">\n")
}

// headingID is the id of a heading on the page: what mkdocs writes, unless it could be one of the page around.
func headingID(id string) string {
	if strings.HasPrefix(id, "bc-") {
		return "doc-" + id
	}
	return id
}

// startSection ends the section before a heading. A heading that opens the page is the page's top.
func (p *page) startSection(h *ast.Heading, id string) {
	written := attributesOf(h).id
	p.doc.anchors[written] = id
	if len(p.doc.Sections) >= MaxSections {
		if len(p.doc.Sections) == MaxSections && !p.crowded {
			p.crowded = true
			p.warn(pos(h), "the page has more than %d sections; what follows belongs to the last", MaxSections)
		}
		p.text = append(p.text, p.plain(h)...)
		p.newline()
		return
	}
	heading := strings.TrimSpace(strings.Join(strings.Fields(p.plain(h)), " "))
	unfound := attributesOf(h).has("data-search-exclude")
	if len(p.doc.Sections) == 0 && p.current.Heading == "" && len(p.text) == 0 && h.Level == 1 {
		p.current.Heading, p.unfound = heading, unfound
		return
	}
	p.endSection()
	p.current, p.unfound = Section{Anchor: id, Level: h.Level, Heading: heading}, unfound
}

// endSection keeps the section that is over. Of one that its author keeps out of search, as Material for MkDocs lets
// them, the heading alone is left.
func (p *page) endSection() {
	if p.current.Text = joinLines(p.current.Text, strings.TrimSpace(string(p.text))); p.unfound || p.doc.Meta.Unfound {
		p.current.Text = ""
	}
	p.text = p.text[:0]
	p.doc.Sections = append(p.doc.Sections, p.current)
}

func (p *page) table(n *extast.Table) {
	p.put(`<div class="table-scroll"><table`)
	p.attributes(attributesOf(n))
	p.put(">\n")
	body := false
	for row := n.FirstChild(); row != nil; row = row.NextSibling() {
		cell := "td"
		if _, head := row.(*extast.TableHeader); head {
			cell = "th"
			p.put("<thead>\n")
		} else if !body {
			body = true
			p.put("<tbody>\n")
		}
		p.put("<tr>\n")
		for c := row.FirstChild(); c != nil; c = c.NextSibling() {
			p.cell(c, cell)
		}
		p.put("</tr>\n")
		if cell == "th" {
			p.put("</thead>\n")
		}
		p.newline()
	}
	if body {
		p.put("</tbody>\n")
	}
	p.put("</table></div>\n")
}

func (p *page) cell(c ast.Node, element string) {
	p.put("<", element)
	if cell, ok := c.(*extast.TableCell); ok {
		switch cell.Alignment {
		case extast.AlignLeft:
			p.put(` align="left"`)
		case extast.AlignRight:
			p.put(` align="right"`)
		case extast.AlignCenter:
			p.put(` align="center"`)
		}
	}
	p.attributes(attributesOf(c))
	p.put(">")
	if c.PreviousSibling() != nil && len(p.text) > 0 {
		p.text = append(p.text, " | "...)
	}
	p.inlines(c)
	p.put("</", element, ">\n")
}
