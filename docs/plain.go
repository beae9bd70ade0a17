package docs

import (
	"html"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/util"
)

const maxDepth = 200 // of blocks and of inlines that are followed for their text

// plain writes the text of a block, a line each for paragraphs, items, rows and lines of code.
func (d *document) plain(b *strings.Builder, n ast.Node, depth int) {
	if depth > maxDepth {
		return
	}
	switch n := n.(type) {
	case *ast.FencedCodeBlock, *ast.CodeBlock:
		b.Write(n.Lines().Value(d.source))
		newline(b)
		return
	case *ast.HTMLBlock:
		raw := string(n.Lines().Value(d.source))
		if n.HasClosure() {
			raw += string(n.ClosureLine.Value(d.source))
		}
		line(b, stripTags(raw))
		return
	case *extast.TableHeader, *extast.TableRow:
		var cells []string
		for c := n.FirstChild(); c != nil; c = c.NextSibling() {
			cells = append(cells, d.inline(c))
		}
		line(b, strings.Join(cells, " | "))
		return
	}
	first := n.FirstChild()
	if first != nil && first.Type() == ast.TypeInline {
		line(b, d.inline(n))
		return
	}
	for c := first; c != nil; c = c.NextSibling() {
		d.plain(b, c, depth+1)
	}
}

func line(b *strings.Builder, s string) {
	if s = strings.TrimSpace(s); s != "" {
		b.WriteString(s)
		b.WriteByte('\n')
	}
}

func newline(b *strings.Builder) {
	if s := b.String(); s != "" && s[len(s)-1] != '\n' {
		b.WriteByte('\n')
	}
}

// inline returns the text of a block's inlines.
func (d *document) inline(n ast.Node) string {
	var b strings.Builder
	d.inlines(&b, n, 0)
	return b.String()
}

func (d *document) inlines(b *strings.Builder, n ast.Node, depth int) {
	if depth > maxDepth {
		return
	}
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		switch c := c.(type) {
		case *ast.Text:
			d.text(b, c)
		case *ast.String:
			b.Write(c.Value)
		case *ast.CodeSpan:
			for t := c.FirstChild(); t != nil; t = t.NextSibling() {
				if t, ok := t.(*ast.Text); ok {
					b.WriteString(strings.ReplaceAll(string(t.Segment.Value(d.source)), "\n", " "))
				}
			}
		case *ast.AutoLink:
			b.Write(c.Label(d.source))
		case *ast.RawHTML, *extast.FootnoteLink, *extast.FootnoteBacklink, *extast.TaskCheckBox:
		default:
			d.inlines(b, c, depth+1)
		}
	}
}

// text writes a run of text with its escapes and entities resolved. A soft line break is a space, but not between
// Chinese characters.
func (d *document) text(b *strings.Builder, t *ast.Text) {
	v := t.Segment.Value(d.source)
	if !t.IsRaw() {
		v = util.ResolveEntityNames(util.ResolveNumericReferences(util.UnescapePunctuations(v)))
	}
	b.Write(v)
	switch {
	case t.HardLineBreak():
		b.WriteByte('\n')
	case t.SoftLineBreak():
		last, _ := utf8.DecodeLastRune(v)
		if !unicode.Is(unicode.Han, last) && !strings.ContainsRune("，。、；：！？", last) {
			b.WriteByte(' ')
		}
	}
}

var (
	invisible = regexp.MustCompile(`(?is)<!--.*?-->|<(script|style|template)\b.*?</(script|style|template)\s*>`)
	tag       = regexp.MustCompile(`(?s)</?[A-Za-z!?][^<>]*>`)
)

// stripTags returns the text of a piece of HTML. It is for reading, not for safety: what it returns is shown as text.
func stripTags(s string) string {
	s = invisible.ReplaceAllString(s, " ")
	s = html.UnescapeString(tag.ReplaceAllString(s, " "))
	return strings.Join(strings.Fields(s), " ")
}
