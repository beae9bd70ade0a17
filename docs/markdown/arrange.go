package markdown

import (
	"bytes"
	"strings"

	"github.com/yuin/goldmark/ast"
	extast "github.com/yuin/goldmark/extension/ast"
)

// arrange gives what was parsed its final shape: attribute lists go where they belong, quotes that are GitHub's alerts
// become boxes, tabs that follow each other become sets, and headings get their ids.
func (p *page) arrange(root ast.Node) {
	p.ids = newSlugs(p.engine.options)
	var headings []*ast.Heading
	p.visit(root, 0, &headings)
	for _, h := range headings {
		if a := attributesOf(h); a != nil && a.id != "" {
			p.ids.take(a.id)
		}
	}
	for _, h := range headings {
		a := attributesOf(h)
		if a == nil {
			a = &attributes{}
			h.SetAttributeString(attrsName, a)
		}
		if a.id == "" {
			a.id = p.ids.make(p.plain(h))
		}
	}
}

func (p *page) visit(n ast.Node, depth int, headings *[]*ast.Heading) {
	if depth > maxDepth {
		return
	}
	for c := n.FirstChild(); c != nil; {
		next := c.NextSibling()
		switch c := c.(type) {
		case *ast.Heading:
			*headings = append(*headings, c)
		case *ast.Blockquote:
			if b := p.alert(c); b != nil {
				n.ReplaceChild(n, c, b)
				p.visit(b, depth+1, headings)
				c.RemoveChildren(c)
				goto on
			}
		case *tab:
			next = p.set(n, c)
			for t := c.Parent().FirstChild(); t != nil; t = t.NextSibling() {
				p.visit(t, depth+1, headings)
			}
			goto on
		case *attrs:
			p.settle(c)
			goto on
		}
		if c.HasChildren() {
			p.visit(c, depth+1, headings)
		}
	on:
		c = next
	}
}

// set puts a tab and those that follow it into a set and returns what comes after.
func (p *page) set(parent ast.Node, first *tab) ast.Node {
	s := &tabSet{}
	s.SetPos(first.Pos())
	parent.InsertBefore(parent, first, s)
	var n ast.Node = first
	for n != nil {
		t, ok := n.(*tab)
		if !ok || t != first && t.first {
			break
		}
		next := n.NextSibling()
		s.AppendChild(s, n)
		n = next
	}
	return n
}

// alert is the box for a quote that begins with [!NOTE] or another of GitHub's types.
func (p *page) alert(q *ast.Blockquote) *box {
	para, ok := q.FirstChild().(*ast.Paragraph)
	if !ok || para.Lines().Len() == 0 {
		return nil
	}
	first := para.Lines().At(0)
	line := bytes.TrimSpace(first.Value(p.source))
	if !bytes.HasPrefix(line, []byte("[!")) {
		return nil
	}
	end := bytes.IndexByte(line, ']')
	if end < 3 || !isWord(string(line[2:end])) {
		return nil
	}
	kind := strings.ToLower(string(line[2:end]))
	b := &box{classes: []string{alertClass(kind)}, title: strings.TrimSpace(string(line[end+1:]))}
	b.SetPos(q.Pos())
	switch {
	case strings.HasPrefix(b.title, "-"):
		b.folds, b.title = true, strings.TrimSpace(b.title[1:])
	case strings.HasPrefix(b.title, "+"):
		b.folds, b.open, b.title = true, true, strings.TrimSpace(b.title[1:])
	}
	if b.title == "" {
		b.title = capital(kind)
	}
	dropFirstLine(para, p.source)
	if para.FirstChild() == nil {
		q.RemoveChild(q, para)
	}
	for c := q.FirstChild(); c != nil; c = q.FirstChild() {
		b.AppendChild(b, c)
	}
	return b
}

// alertClass is the admonition that looks like an alert.
func alertClass(kind string) string {
	switch kind {
	case "important":
		return "info"
	case "caution":
		return "danger"
	}
	return kind
}

// dropFirstLine removes the inlines of a paragraph up to the end of its first line.
func dropFirstLine(para ast.Node, source []byte) {
	stop := para.(*ast.Paragraph).Lines().At(0).Stop
	for c := para.FirstChild(); c != nil; {
		next := c.NextSibling()
		at := pos(c)
		if t, ok := c.(*ast.Text); ok {
			at = t.Segment.Start
		}
		if at >= stop {
			return
		}
		para.RemoveChild(para, c)
		c = next
	}
}

// settle finds what an attribute list in text belongs to: the inline before it, or the block whose last line it is.
// One that belongs nowhere is text.
func (p *page) settle(a *attrs) {
	before, parent := a.PreviousSibling(), a.Parent()
	text, isText := before.(*ast.Text)
	if before != nil && !isText {
		setAttributes(before, a.list)
		parent.RemoveChild(parent, a)
		return
	}
	last := a.NextSibling() == nil
	switch parent.(type) {
	case *ast.Paragraph, *ast.TextBlock:
		target := parent
		if item, ok := parent.Parent().(*ast.ListItem); ok {
			target = item
		}
		if last && isText && (text.SoftLineBreak() || text.HardLineBreak() || target != parent) {
			text.SetSoftLineBreak(false)
			setAttributes(target, a.list)
			parent.RemoveChild(parent, a)
			return
		}
	case *extast.TableCell:
		if last {
			setAttributes(parent, a.list)
			parent.RemoveChild(parent, a)
			return
		}
	}
	parent.ReplaceChild(parent, a, ast.NewString([]byte(a.raw)))
}
