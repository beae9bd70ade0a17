package markdown

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/util"
)

// inlines writes what is inside a block or an inline. Raw tags that are opened in it are closed in it.
func (p *page) inlines(n ast.Node) {
	if p.depth++; p.depth <= maxDepth {
		outer := p.scope
		p.scope = len(p.open)
		labelled := false
		for c := n.FirstChild(); c != nil; c = c.NextSibling() {
			if box, ok := c.(*extast.TaskCheckBox); ok {
				labelled = true
				p.checkbox(box)
				continue
			}
			if next := p.inline(c); next != nil {
				c = next
			}
		}
		p.closeTo(p.scope)
		if labelled {
			p.put("</label>")
		}
		p.scope = outer
	}
	p.depth--
}

func (p *page) checkbox(box *extast.TaskCheckBox) {
	p.put(`<label><input type="checkbox" disabled`)
	if box.IsChecked {
		p.put(" checked")
	}
	p.put("> ")
}

// inline writes one inline. It returns the last node it has dealt with, when that is a later one.
func (p *page) inline(n ast.Node) ast.Node {
	switch n := n.(type) {
	case *ast.Text:
		p.textNode(n)
	case *ast.String:
		p.say(n.Value)
	case *ast.CodeSpan:
		p.codeSpan(n)
	case *ast.Emphasis:
		if n.Level == 2 {
			p.span(n, "strong")
		} else {
			p.span(n, "em")
		}
	case *stroke:
		p.span(n, n.tag)
	case *extast.Strikethrough:
		p.span(n, "del")
	case *ast.Link:
		p.link(n, destination(n.Destination), n.Title)
	case *ast.AutoLink:
		p.autoLink(n)
	case *ast.Image:
		p.image(n)
	case *ast.RawHTML:
		return p.rawInline(n)
	case *critic:
		p.critic(n)
	case *emoji:
		p.emoji(n)
	case *math:
		p.formula(n.tex, n.block)
	case *attrs:
		p.say([]byte(n.raw))
	case *extast.FootnoteLink:
		p.footnoteLink(n)
	case *extast.FootnoteBacklink:
		p.put(` <a class="footnote-backref" href="#fnref:`)
		p.html = appendEscaped(p.html, []byte(p.footnotes[n.Index]))
		p.put(`">↩</a>`)
	default:
		p.inlines(n)
	}
	return nil
}

func (p *page) span(n ast.Node, element string) {
	p.put("<", element)
	p.attributes(attributesOf(n))
	p.put(">")
	p.inlines(n)
	p.put("</", element, ">")
}

// textNode writes a run of text with its escapes and entities resolved. A soft line break is a space, but
// not between Chinese characters.
func (p *page) textNode(t *ast.Text) {
	v := t.Segment.Value(p.source)
	if !t.IsRaw() {
		v = resolved(v)
	}
	p.words(v)
	switch {
	case t.HardLineBreak():
		p.put("<br>\n")
		p.newline()
	case t.SoftLineBreak() && !endsChinese(v):
		p.put("\n")
		p.text = append(p.text, ' ')
	}
}

func endsChinese(s []byte) bool {
	last, _ := utf8.DecodeLastRune(s)
	return unicode.Is(unicode.Han, last) || strings.ContainsRune("，。、；：！？", last)
}

// resolved is source text without its escapes and with its entities as characters.
func resolved(v []byte) []byte {
	if bytes.IndexByte(v, '\\') >= 0 {
		v = util.UnescapePunctuations(v)
	}
	if bytes.IndexByte(v, '&') >= 0 {
		v = util.ResolveEntityNames(util.ResolveNumericReferences(v))
	}
	if bytes.IndexByte(v, 0) >= 0 {
		v = bytes.ReplaceAll(v, []byte{0}, []byte("\uFFFD"))
	}
	if !utf8.Valid(v) {
		v = bytes.ToValidUTF8(v, []byte("\uFFFD"))
	}
	return v
}

// words writes text with its symbols and abbreviations.
func (p *page) words(v []byte) {
	v = symbols(v)
	if p.abbrs.meaning == nil {
		p.say(v)
		return
	}
	for {
		start, end := p.abbrs.find(v)
		if start < 0 {
			p.say(v)
			return
		}
		p.say(v[:start])
		p.put(`<abbr title="`)
		p.html = appendEscaped(p.html, []byte(p.abbrs.meaning[string(v[start:end])]))
		p.put(`">`)
		p.say(v[start:end])
		p.put("</abbr>")
		v = v[end:]
	}
}

func (p *page) codeSpan(n *ast.CodeSpan) {
	var code []byte
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		if t, ok := c.(*ast.Text); ok {
			code = append(code, t.Segment.Value(p.source)...)
		}
	}
	code = bytes.ReplaceAll(code, []byte("\n"), []byte(" "))
	if !utf8.Valid(code) {
		code = bytes.ToValidUTF8(code, []byte("\uFFFD"))
	}
	lang, rest, ok := inlineLanguage(code)
	if !ok {
		p.put("<code")
		p.attributes(attributesOf(n))
		p.put(">")
		p.say(code)
		p.put("</code>")
		return
	}
	p.put(`<code class="highlight">`)
	p.code(Code{Lang: lang, Text: string(rest), Inline: true})
	p.text = append(p.text, rest...)
	p.put("</code>")
}

// inlineLanguage reads the mark of pymdownx.inlinehilite: "#!go code" or ":::go code".
func inlineLanguage(code []byte) (lang string, rest []byte, ok bool) {
	switch {
	case bytes.HasPrefix(code, []byte("#!")):
		code = code[2:]
	case bytes.HasPrefix(code, []byte(":::")):
		code = code[3:]
	default:
		return "", nil, false
	}
	name, rest, ok := bytes.Cut(code, []byte(" "))
	if !ok || !isLanguage(string(name)) {
		return "", nil, false
	}
	return string(name), rest, true
}

func (p *page) critic(c *critic) {
	write := func(element, s string) {
		if s == "" {
			return
		}
		p.put("<", element, ">")
		p.say([]byte(s))
		p.put("</", element, ">")
	}
	switch c.kind {
	case '=':
		write("mark", c.new)
	case '>':
		p.put(`<span class="critic comment">`)
		p.html = appendEscaped(p.html, []byte(c.new))
		p.put("</span>")
	default:
		before := len(p.text)
		write("del", c.old)
		p.text = p.text[:before]
		write("ins", c.new)
	}
}

func (p *page) emoji(e *emoji) {
	if e.text == "" {
		p.put(`<span class="icon" title="`, e.name, `"></span>`)
		return
	}
	p.put(`<span class="emoji" title="`)
	p.html = appendEscaped(p.html, []byte(e.name))
	p.put(`">`)
	p.say([]byte(e.text))
	p.put("</span>")
}

func (p *page) footnoteLink(n *extast.FootnoteLink) {
	label := p.footnotes[n.Index]
	p.put(`<sup id="`)
	ref := "fnref"
	if n.RefIndex > 0 {
		ref += string(rune('1' + min(n.RefIndex, 8)))
	}
	p.html = appendEscaped(p.html, []byte(ref+":"+label))
	p.put(`"><a class="footnote-ref" href="#fn:`)
	p.html = appendEscaped(p.html, []byte(label))
	p.put(`">`)
	p.html = appendInt(p.html, n.Index)
	p.put("</a></sup>")
}

// footnoteLabels are the names that authors gave their footnotes, by number.
func footnoteLabels(root ast.Node) map[int]string {
	list, ok := root.LastChild().(*extast.FootnoteList)
	if !ok {
		return nil
	}
	out := map[int]string{}
	for c := list.FirstChild(); c != nil; c = c.NextSibling() {
		if f, ok := c.(*extast.Footnote); ok {
			out[f.Index] = string(f.Ref)
		}
	}
	return out
}
