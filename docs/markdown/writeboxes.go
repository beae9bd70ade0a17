package markdown

import (
	"strconv"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// box writes an admonition or details as mkdocs does.
func (p *page) box(b *box) {
	classes := strings.Join(b.classes, " ")
	if b.folds {
		p.put(`<details class="`)
		p.html = appendEscaped(p.html, []byte(classes))
		p.put(`"`)
		if b.open {
			p.put(" open")
		}
		title := b.title
		if title == "" {
			title = capital(b.classes[0])
		}
		p.put("><summary>")
		p.titled(title)
		p.put("</summary>\n")
		p.blocks(b)
		p.put("</details>\n")
		return
	}
	p.put(`<div class="admonition `)
	p.html = appendEscaped(p.html, []byte(classes))
	p.put(`">`, "\n")
	if !b.untitled {
		p.put(`<p class="admonition-title">`)
		p.titled(b.title)
		p.put("</p>\n")
	}
	p.blocks(b)
	p.put("</div>\n")
}

// titled writes the title of a box or a tab, which is Markdown of one line.
func (p *page) titled(s string) {
	if !strings.ContainsAny(s, "*_`[]<>&:\\^~=!{$") {
		p.say([]byte(s))
		p.newline()
		return
	}
	source, lines := p.source, p.lines
	file, line := lines.at(source, len(source))
	p.source, p.lines = []byte(s+"\n"), lineMap{[]span{{0, file, line}}}
	root := p.engine.parser.Parse(text.NewReader(p.source), parser.WithContext(within{parser.NewContext(), p.context}))
	if first := root.FirstChild(); first != nil && first.NextSibling() == nil && ast.IsParagraph(first) {
		p.inlines(first)
	} else {
		p.say([]byte(s))
	}
	p.source, p.lines = source, lines
	p.newline()
}

// within is the context of text that is read apart from its page, whose link references it takes.
type within struct {
	parser.Context
	page parser.Context
}

// Reference implements parser.Context.
func (w within) Reference(label string) (parser.Reference, bool) {
	if w.page == nil { // a page that was built by others
		return w.Context.Reference(label)
	}
	return w.page.Reference(label)
}

// tabSet writes tabs that need no JavaScript: a radio button each, which the style sheet follows.
func (p *page) tabSet(s *tabSet) {
	p.tabs++
	name := "bc-tabs-" + strconv.Itoa(p.tabs)
	p.put(`<div class="tabbed-set">`, "\n")
	chosen := 1
	for i, n := 1, s.FirstChild(); n != nil; i, n = i+1, n.NextSibling() {
		if n.(*tab).checked {
			chosen = i
		}
	}
	for i, n := 1, s.FirstChild(); n != nil; i, n = i+1, n.NextSibling() {
		p.put(`<input type="radio" name="`, name, `" id="`, name, "-", strconv.Itoa(i), `"`)
		if i == chosen {
			p.put(" checked")
		}
		p.put(">")
	}
	p.put("\n", `<div class="tabbed-labels">`)
	before := len(p.text)
	for i, n := 1, s.FirstChild(); n != nil; i, n = i+1, n.NextSibling() {
		p.put(`<label for="`, name, "-", strconv.Itoa(i), `">`)
		p.titled(n.(*tab).title)
		p.put("</label>")
	}
	p.text = p.text[:before]
	p.put("</div>\n", `<div class="tabbed-content">`, "\n")
	for n := s.FirstChild(); n != nil; n = n.NextSibling() {
		p.put(`<div class="tabbed-block">`, "\n")
		p.text = append(p.text, n.(*tab).title...)
		p.newline()
		p.blocks(n)
		p.put("</div>\n")
	}
	p.put("</div>\n</div>\n")
}
