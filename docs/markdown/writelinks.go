package markdown

import (
	"slices"
	"strconv"
	"strings"

	"github.com/yuin/goldmark/ast"
)

func appendInt(b []byte, n int) []byte { return strconv.AppendInt(b, int64(n), 10) }

// destination is an address as the author means it.
func destination(raw []byte) string { return strings.TrimSpace(string(resolved(raw))) }

// gap leaves a place for the address of a link.
func (p *page) gap(ref string, asset bool, at int) {
	file, line := p.lines.at(p.source, at)
	if file == "" {
		file = p.file
	}
	p.doc.Body.gaps = append(p.doc.Body.gaps, gap{at: len(p.html), index: int32(len(p.doc.Links))})
	p.doc.Links = append(p.doc.Links, Link{Ref: ref, Asset: asset, File: file, Line: line})
}

// code leaves a place for highlighted code.
func (p *page) code(c Code) {
	p.doc.Body.gaps = append(p.doc.Body.gaps, gap{at: len(p.html), index: int32(len(p.doc.Body.code)), code: true})
	p.doc.Body.code = append(p.doc.Body.code, c)
}

func (p *page) link(n ast.Node, ref string, title []byte) {
	p.put("<a")
	p.gap(ref, false, pos(n))
	p.outside(ref)
	if len(title) > 0 {
		p.put(` title="`)
		p.html = appendEscaped(p.html, resolved(title))
		p.put(`"`)
	}
	p.attributes(attributesOf(n))
	p.put(">")
	p.inlines(n)
	p.put("</a>")
}

// outside marks a link to another site.
func (p *page) outside(ref string) {
	if s := Scheme(ref); s == "http" || s == "https" || strings.HasPrefix(ref, "//") {
		p.put(` rel="nofollow noreferrer"`)
	}
}

func (p *page) autoLink(n *ast.AutoLink) {
	ref := string(n.URL(p.source))
	if n.AutoLinkType == ast.AutoLinkEmail && Scheme(ref) != "mailto" {
		ref = "mailto:" + ref
	}
	p.put("<a")
	p.gap(ref, false, pos(n))
	p.outside(ref)
	p.attributes(attributesOf(n))
	p.put(">")
	p.say(n.Label(p.source))
	p.put("</a>")
}

func (p *page) image(n *ast.Image) {
	p.put("<img")
	p.gap(destination(n.Destination), true, pos(n))
	p.put(` alt="`)
	alt := p.plain(n)
	p.html = appendEscaped(p.html, []byte(alt))
	p.text = append(p.text, alt...)
	p.put(`"`)
	if len(n.Title) > 0 {
		p.put(` title="`)
		p.html = appendEscaped(p.html, resolved(n.Title))
		p.put(`"`)
	}
	a := attributesOf(n)
	if a == nil || !slices.ContainsFunc(a.pairs, func(kv [2]string) bool { return kv[0] == "loading" }) {
		p.put(` loading="lazy"`)
	}
	p.attributes(a)
	p.put(">")
}

// attributes writes what an attribute list may set: the id under a name of its own, classes that are known, and a few
// harmless others.
func (p *page) attributes(a *attributes) {
	if a == nil {
		return
	}
	if a.id != "" {
		p.anchor(a.id)
	}
	var classes []string
	for _, c := range a.classes {
		if c == "task-list-item" || isKnownClass(c) {
			classes = append(classes, c)
		}
	}
	if len(classes) > 0 {
		p.put(` class="`, strings.Join(classes, " "), `"`)
	}
	for i, kv := range a.pairs {
		first := !slices.ContainsFunc(a.pairs[:i], func(o [2]string) bool { return o[0] == kv[0] })
		if first && harmless(kv[0], kv[1]) {
			p.put(" ", kv[0], `="`)
			p.html = appendEscaped(p.html, []byte(kv[1]))
			p.put(`"`)
		}
	}
}

// harmless reports attributes that authors may set with an attribute list.
func harmless(key, value string) bool {
	switch key {
	case "width", "height", "colspan", "rowspan":
		n := strings.TrimSuffix(strings.TrimSuffix(value, "%"), "px")
		return n != "" && len(n) < 5 && strings.Trim(n, "0123456789") == ""
	case "align":
		return value == "left" || value == "right" || value == "center"
	case "loading":
		return value == "lazy" || value == "eager"
	case "lang", "dir":
		return len(value) < 20 && isWord(value)
	}
	return false
}

// anchor writes an id that an author gave to something other than a heading.
func (p *page) anchor(id string) {
	own := "doc-" + id
	if _, taken := p.doc.anchors[id]; !taken {
		p.doc.anchors[id] = own
	}
	p.put(` id="`)
	p.html = appendEscaped(p.html, []byte(own))
	p.put(`"`)
}

// plain is the text of inlines, without that of raw HTML and pictures, as Python-Markdown takes it for slugs; a
// picture's own text is its alternative.
func (p *page) plain(n ast.Node) string {
	var b []byte
	p.plainTo(&b, n, 0)
	return string(b)
}

func (p *page) plainTo(b *[]byte, n ast.Node, depth int) {
	if depth > maxDepth {
		return
	}
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		switch c := c.(type) {
		case *ast.Text:
			v := c.Segment.Value(p.source)
			if _, code := n.(*ast.CodeSpan); !code {
				v = resolved(v)
			}
			*b = append(*b, v...)
			if c.SoftLineBreak() || c.HardLineBreak() {
				*b = append(*b, ' ')
			}
		case *ast.String:
			*b = append(*b, c.Value...)
		case *ast.AutoLink:
			*b = append(*b, c.Label(p.source)...)
		case *math:
			*b = append(*b, c.tex...)
		case *critic:
			*b = append(*b, c.old...)
			*b = append(*b, c.new...)
		case *ast.Image, *ast.RawHTML, *emoji:
		default:
			p.plainTo(b, c, depth+1)
		}
	}
}

// Scheme is the scheme of an address as a browser sees it, in lower case; "" when it has none.
func Scheme(ref string) string {
	var b []byte
	for i := range len(ref) {
		switch c := ref[i]; {
		case c <= ' ' || c == 0x7F: // browsers leave these out
		case c == ':':
			return strings.ToLower(string(b))
		case isLetter(c) || len(b) > 0 && (isDigit(c) || c == '+' || c == '-' || c == '.'):
			b = append(b, c)
		default:
			return ""
		}
	}
	return ""
}

// Allowed reports whether an address may stand on a page: within the site, on the web, or a mailbox or telephone.
func Allowed(ref string, asset bool) bool {
	switch Scheme(ref) {
	case "":
		return true
	case "https":
		return true
	case "http", "mailto", "tel", "ftp", "irc", "ircs", "xmpp", "sms":
		return !asset
	}
	return false
}
