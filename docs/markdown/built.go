package markdown

import (
	"bytes"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// maxBuilt is the size in bytes up to which a page of a built site is read.
const maxBuilt = 4 << 20

// FromHTML reads a page that mkdocs has built: what its article holds goes through the sanitiser like raw HTML on a page
// of Markdown, but headings keep their ids and code its colours. It never fails.
func (e *Engine) FromHTML(file string, data []byte) (d *Document) {
	p := &page{engine: e, doc: &Document{anchors: map[string]string{}}, file: file, built: true}
	defer func() {
		if r := recover(); r != nil {
			d = p.broken("the page cannot be shown")
		}
	}()
	if len(data) > maxBuilt {
		return p.broken("the page is too large")
	}
	root, err := html.Parse(bytes.NewReader(data))
	if err != nil {
		return p.broken("the page is nested too deep")
	}
	if title := find(root, func(n *html.Node) bool { return n.DataAtom == atom.Title }); title != nil {
		p.doc.Meta.Title, _, _ = strings.Cut(strings.TrimSpace(allText(title)), " - ")
	}
	p.current = Section{Level: 1}
	if article := article(root); article != nil {
		dropExtras(article)
		var raw bytes.Buffer
		for c := range article.ChildNodes() {
			if html.Render(&raw, c) != nil {
				return p.broken("the page is nested too deep")
			}
		}
		p.html = make([]byte, 0, raw.Len())
		for _, n := range p.engine.raw.clean(raw.Bytes()) {
			p.node(n, 0, 0)
		}
	}
	p.endSection()
	p.doc.Body.html = p.html
	return p.doc
}

// article is the part of a page that holds its text.
func article(root *html.Node) *html.Node {
	for _, fits := range []func(*html.Node) bool{
		func(n *html.Node) bool { return hasClass(n, "md-content__inner") },
		func(n *html.Node) bool { return n.DataAtom == atom.Article },
		func(n *html.Node) bool { return n.DataAtom == atom.Main || attr(n, "role") == "main" },
		func(n *html.Node) bool { return n.DataAtom == atom.Body },
	} {
		if n := find(root, fits); n != nil {
			return n
		}
	}
	return nil
}

func find(root *html.Node, fits func(*html.Node) bool) *html.Node {
	for n := range root.Descendants() {
		if n.Type == html.ElementNode && fits(n) {
			return n
		}
	}
	return nil
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func hasClass(n *html.Node, class string) bool {
	return slices.Contains(strings.Fields(attr(n, "class")), class)
}

func allText(n *html.Node) string {
	var b strings.Builder
	for c := range n.Descendants() {
		if c.Type == html.TextNode {
			b.WriteString(c.Data)
		}
	}
	return b.String()
}

// dropExtras takes out what the theme adds: links of headings to themselves, buttons, line numbers, scripts.
func dropExtras(root *html.Node) {
	var extra []*html.Node
	for n := range root.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		if hasClass(n, "headerlink") || hasClass(n, "md-content__button") || hasClass(n, "linenos") || hasClass(n, "md-source-file") ||
			n.DataAtom == atom.Script || n.DataAtom == atom.Style || n.DataAtom == atom.Svg {
			extra = append(extra, n)
		}
	}
	for _, n := range extra {
		if n.Parent != nil {
			n.Parent.RemoveChild(n)
		}
	}
}

// builtHeading starts a section at a heading of a built page and writes its start tag.
func (p *page) builtHeading(n *html.Node) {
	id := attr(n, "id")
	heading := strings.Join(strings.Fields(allText(n)), " ")
	level := int(n.Data[1] - '0')
	switch {
	case len(p.doc.Sections) == 0 && p.current.Heading == "" && len(p.text) == 0 && level == 1:
		p.current.Heading = heading
	case len(p.doc.Sections) < MaxSections && id != "":
		p.endSection()
		p.current = Section{Anchor: headingID(id), Level: level, Heading: heading}
	}
	p.put("<", n.Data)
	if id != "" {
		p.doc.anchors[id] = headingID(id)
		p.put(` id="`)
		p.html = appendEscaped(p.html, []byte(headingID(id)))
		p.put(`"`)
	}
	p.put(">")
	before := len(p.text)
	for c := range n.ChildNodes() {
		p.node(c, 0, maxDepth-10)
	}
	p.text = p.text[:before]
	p.put("</", n.Data, ">\n")
}

func isHeading(name string) bool {
	return len(name) == 2 && name[0] == 'h' && name[1] >= '1' && name[1] <= '6'
}

// isToken reports the class of a piece of code as Pygments names them.
func isToken(class string) bool {
	return len(class) > 0 && len(class) < 4 && isLetter(class[0]) && strings.ToLower(class) == class
}

// NavLink is a line of the navigation on a built page.
type NavLink struct {
	Title string
	Ref   string // as on the page; "" for a section
	Items []NavLink
}

// Navigation reads the navigation of mkdocs-material from a built page; empty when there is none.
func Navigation(data []byte) []NavLink {
	if len(data) > maxBuilt {
		return nil
	}
	root, err := html.Parse(bytes.NewReader(data))
	if err != nil {
		return nil
	}
	nav := find(root, func(n *html.Node) bool { return hasClass(n, "md-nav--primary") })
	if nav == nil {
		return nil
	}
	return navLinks(nav, 0)
}

func navLinks(nav *html.Node, depth int) []NavLink {
	list := find(nav, func(n *html.Node) bool { return n.DataAtom == atom.Ul && hasClass(n, "md-nav__list") })
	if list == nil || depth > 10 {
		return nil
	}
	var out []NavLink
	for item := range list.ChildNodes() {
		if item.DataAtom != atom.Li {
			continue
		}
		var l NavLink
		for c := range item.Descendants() {
			if c.DataAtom == atom.Nav {
				l.Items = navLinks(c, depth+1)
				break
			}
			if hasClass(c, "md-nav__link") && (l.Title == "" || c.DataAtom == atom.A && l.Ref == "") {
				l.Title = strings.Join(strings.Fields(allText(c)), " ")
				l.Ref = attr(c, "href")
			}
		}
		if find(item, func(n *html.Node) bool { return hasClass(n, "md-nav--secondary") }) != nil { // the contents of the page itself
			l.Items = nil
		}
		out = append(out, l)
	}
	return out
}
