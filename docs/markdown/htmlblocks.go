package markdown

import (
	"bytes"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

var pairsKey = parser.NewContextKey()

// elementAt is the element whose start tag the current line begins with, and its end tag.
func elementAt(reader text.Reader, pc parser.Context) (start, end tag, ok bool) {
	line, segment := reader.PeekLine()
	at := pc.BlockOffset()
	if at < 0 || at >= len(line) || line[at] != '<' {
		return start, end, false
	}
	source := reader.Source()
	start, ok = readTag(source, segment.Start-segment.Padding+at)
	if !ok || start.closes || start.alone || !isBlock(start.name) {
		return start, end, false
	}
	all := pc.ComputeIfAbsent(pairsKey, func() any { return pairs(source) }).(map[int]tag)
	end, ok = all[start.start]
	return start, end, ok
}

// rawParser reads an element of raw HTML up to its end tag, as Python-Markdown does: blank lines do not end it, and
// nothing in it is Markdown.
type rawParser struct{}

func (rawParser) Trigger() []byte             { return []byte{'<'} }
func (rawParser) CanInterruptParagraph() bool { return true }
func (rawParser) CanAcceptIndentedLine() bool { return false }

func (rawParser) Open(_ ast.Node, reader text.Reader, pc parser.Context) (ast.Node, parser.State) {
	_, end, ok := elementAt(reader, pc)
	if !ok {
		return nil, parser.NoChildren
	}
	n := &rawBlock{end: end.end}
	appendLine(n, reader)
	return n, parser.NoChildren
}

func (rawParser) Continue(node ast.Node, reader text.Reader, _ parser.Context) parser.State {
	n := node.(*rawBlock)
	if _, segment := reader.PeekLine(); segment.Start >= n.end {
		return parser.Close
	}
	appendLine(n, reader)
	return parser.Continue | parser.NoChildren
}

func (rawParser) Close(ast.Node, text.Reader, parser.Context) {}

func appendLine(n ast.Node, reader text.Reader) {
	_, segment := reader.PeekLine()
	n.Lines().Append(segment)
	reader.AdvanceToEOL()
}

// containerParser reads raw HTML around Markdown: elements with the attribute markdown (md_in_html), and, as GitHub has
// it, elements whose start tag is followed by a blank line and Markdown.
type containerParser struct{}

func (containerParser) Trigger() []byte             { return []byte{'<'} }
func (containerParser) CanInterruptParagraph() bool { return true }
func (containerParser) CanAcceptIndentedLine() bool { return false }

func (containerParser) Open(_ ast.Node, reader text.Reader, pc parser.Context) (ast.Node, parser.State) {
	start, end, ok := elementAt(reader, pc)
	if !ok {
		return nil, parser.NoChildren
	}
	source := reader.Source()
	raw := source[start.start:start.end]
	if !endsLine(source, start.end) || !startsLine(source, end.start) || !hasMarkdown(raw) && !likeGitHub(source[start.end:end.start]) {
		return nil, parser.NoChildren
	}
	_, segment := reader.PeekLine()
	if start.end > segment.Stop { // a tag over several lines
		return nil, parser.NoChildren
	}
	reader.AdvanceToEOL()
	return &container{open: string(raw), tag: start.name, end: end.start}, parser.HasChildren
}

func (containerParser) Continue(node ast.Node, reader text.Reader, _ parser.Context) parser.State {
	_, segment := reader.PeekLine()
	if end := node.(*container).end; segment.Stop > end {
		reader.AdvanceToEOL()
		return parser.Close
	}
	return parser.Continue | parser.HasChildren
}

func (containerParser) Close(ast.Node, text.Reader, parser.Context) {}

// endsLine reports whether nothing but spaces follows on the line.
func endsLine(s []byte, at int) bool {
	for ; at < len(s) && s[at] != '\n'; at++ {
		if s[at] != ' ' && s[at] != '\t' && s[at] != '\r' {
			return false
		}
	}
	return true
}

// startsLine reports whether nothing but spaces, and marks of quotes, comes before on the line.
func startsLine(s []byte, at int) bool {
	for at--; at >= 0 && s[at] != '\n'; at-- {
		if s[at] != ' ' && s[at] != '\t' && s[at] != '>' {
			return false
		}
	}
	return true
}

// hasMarkdown reports whether a start tag has the attribute markdown, other than "0".
func hasMarkdown(raw []byte) bool {
	rest := raw
	for {
		i := bytes.Index(rest, []byte("markdown"))
		if i < 0 {
			return false
		}
		before, after := rest[i-1], rest[i+len("markdown"):]
		if before == ' ' || before == '\t' || before == '\n' {
			switch {
			case len(after) == 0 || strings.IndexByte(" \t\r\n/>", after[0]) >= 0:
				return true
			case after[0] == '=':
				value := strings.Trim(string(after[1:min(len(after), 10)]), `"'`)
				return !strings.HasPrefix(value, "0")
			}
		}
		rest = after
	}
}

// likeGitHub reports whether what follows a start tag, perhaps with a summary, is a blank line and then Markdown.
func likeGitHub(inner []byte) bool {
	rest := bytes.TrimLeft(inner, " \t")
	if bytes.HasPrefix(bytes.TrimSpace(rest), []byte("<summary")) {
		i := bytes.Index(rest, []byte("</summary>"))
		if i < 0 {
			return false
		}
		rest = bytes.TrimLeft(rest[i+len("</summary>"):], " \t")
	}
	rest = bytes.TrimPrefix(rest, []byte("\r"))
	if len(rest) < 2 || rest[0] != '\n' {
		return false
	}
	line, after, _ := bytes.Cut(rest[1:], []byte("\n"))
	if len(bytes.TrimSpace(line)) > 0 {
		return false
	}
	for len(after) > 0 && len(bytes.TrimSpace(line)) == 0 {
		line, after, _ = bytes.Cut(after, []byte("\n"))
	}
	t := bytes.TrimLeft(line, " ")
	return len(t) > 0 && t[0] != '<' && len(line)-len(t) < 4
}
