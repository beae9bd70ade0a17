package markdown

import (
	"bytes"
	"sort"
	"unicode/utf8"
)

// lineMap knows where the lines of the prepared Markdown come from.
type lineMap struct {
	spans []span // ordered by at
}

// span says that the bytes from at on come from a file, beginning with a line of it, until the next span.
type span struct {
	at   int
	file string // "" for the page itself
	line int    // 1-based
}

// at returns the file, "" for the page, and the line of an offset.
func (m *lineMap) at(source []byte, offset int) (string, int) {
	offset = max(0, min(offset, len(source)))
	i := sort.Search(len(m.spans), func(i int) bool { return m.spans[i].at > offset }) - 1
	if i < 0 {
		return "", 1 + bytes.Count(source[:offset], []byte{'\n'})
	}
	s := m.spans[i]
	return s.file, s.line + bytes.Count(source[s.at:offset], []byte{'\n'})
}

// preparer turns what authors type into what the parser reads, line by line: snippets are taken in, abbreviations
// taken out, and lines are tamed that would make the parser work out of proportion.
type preparer struct {
	page    *page
	include Includer
	out     []byte
	spans   []span
	fence   fenceState
	bounds  bounds
	stack   []string // files that are being taken in
	full    bool     // MaxExpanded is reached
	diagram string   // what ends the diagram that is being read
}

// prepare reads the front matter and makes p.source of the rest.
func (p *page) prepare(data []byte, include Includer) {
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	if len(data) > MaxPage {
		cut := bytes.LastIndexByte(data[:MaxPage], '\n') + 1
		if cut == 0 {
			cut = MaxPage
		}
		data = data[:cut]
		p.warnAt("", 1+bytes.Count(data, []byte{'\n'}), "the page is larger than %d bytes; the rest is left out", MaxPage)
	}
	data = p.decode(data)
	body, line := p.frontMatter(data)
	r := &preparer{page: p, include: include, out: make([]byte, 0, len(body)+64)}
	r.lines("", line, body, nil)
	p.source, p.lines = r.out, lineMap{r.spans}
}

// decode makes text of bytes: UTF-16 with its mark, else UTF-8 with what is not replaced; line ends become "\n".
func (p *page) decode(data []byte) []byte {
	if text, ok := fromUTF16(data); ok {
		p.warnAt("", 0, "the file is UTF-16, not UTF-8")
		data = text
	}
	if bytes.IndexByte(data, '\r') >= 0 {
		data = bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n"))
		data = bytes.ReplaceAll(data, []byte("\r"), []byte("\n"))
	}
	if !utf8.Valid(data) {
		for i, line := range bytes.Split(data, []byte("\n")) {
			if !utf8.Valid(line) {
				p.warnAt("", i+1, "the file is not UTF-8; what cannot be read is shown as \uFFFD")
				break
			}
		}
		data = bytes.ToValidUTF8(data, []byte("\uFFFD"))
	}
	return data
}

// fromUTF16 decodes UTF-16 that begins with a byte order mark.
func fromUTF16(data []byte) ([]byte, bool) {
	if len(data) < 2 || !(data[0] == 0xFE && data[1] == 0xFF || data[0] == 0xFF && data[1] == 0xFE) {
		return nil, false
	}
	hi, lo := 0, 1
	if data[0] == 0xFF {
		hi, lo = 1, 0
	}
	var out []byte
	for i := 2; i+1 < len(data); i += 2 {
		r := rune(data[i+hi])<<8 | rune(data[i+lo])
		if r >= 0xD800 && r < 0xDC00 && i+3 < len(data) {
			second := rune(data[i+2+hi])<<8 | rune(data[i+2+lo])
			r = (r-0xD800)<<10 + (second - 0xDC00) + 0x10000
			i += 2
		}
		out = utf8.AppendRune(out, r)
	}
	return out, true
}

// mark notes that what is written next comes from a line of a file.
func (r *preparer) mark(file string, line int) {
	if n := len(r.spans); n > 0 && r.spans[n-1].at == len(r.out) {
		r.spans[n-1] = span{len(r.out), file, line}
		return
	}
	r.spans = append(r.spans, span{len(r.out), file, line})
}

// lines prepares the lines of a file; indent is put before each.
func (r *preparer) lines(file string, line int, data, indent []byte) {
	r.mark(file, line)
	for len(data) > 0 && !r.full {
		end := bytes.IndexByte(data, '\n')
		l, rest := data, []byte(nil)
		if end >= 0 {
			l, rest = data[:end], data[end+1:]
		}
		if r.snippets(file, line, l, &rest, indent) {
			line += bytes.Count(data[:len(data)-len(rest)], []byte{'\n'})
			data = rest
			r.mark(file, line)
			continue
		}
		r.line(l, indent)
		data, line = rest, line+1
	}
}

// line writes one line of Markdown.
func (r *preparer) line(l, indent []byte) {
	if len(r.out)+len(l) > MaxExpanded {
		r.full = true
		file, line := (&lineMap{r.spans}).at(r.out, len(r.out))
		r.page.warnAt(file, line, "the page is larger than %d bytes with its snippets; the rest is left out", MaxExpanded)
		return
	}
	if r.fence.sign == 0 || r.diagram != "" {
		l = r.diagramLine(l)
	}
	if r.fence.step(l) {
		r.put(l, indent)
		return
	}
	t := bytes.TrimLeft(l, " \t")
	if len(t) == 0 {
		r.bounds.blank()
		r.put(nil, nil)
		return
	}
	switch t[0] {
	case '*':
		if r.page.abbrs.define(t) {
			r.put(nil, nil)
			return
		}
	case '#':
		if len(t) == len(l) { // Python-Markdown wants no space after the signs of a heading
			if n := len(l) - len(bytes.TrimLeft(l, "#")); n < 7 && n < len(l) && l[n] != ' ' && l[n] != '\t' {
				r.put(append(append(append([]byte(nil), l[:n]...), ' '), l[n:]...), indent)
				return
			}
		}
	case '<':
		if bytes.Contains(t, []byte("markdown")) {
			for _, part := range ownLines(l) {
				r.put(part, indent)
			}
			return
		}
	}
	if r.bounds.breaks(t) || t[0] == '[' && r.definition(t) {
		r.put(nil, nil)
	}
	l = r.bounds.plainer(l)
	if bytes.Contains(l, []byte("](")) {
		l = spacedLinks(l)
	}
	r.put(l, indent)
}

// diagramLine turns the lines around a diagram as markdown_inline_graphviz and plantuml_markdown have them, "{% dot a.svg"
// to "%}" and "::uml::" to "::end-uml::", into fences.
func (r *preparer) diagramLine(l []byte) []byte {
	const fence = "~~~~~~~~~"
	t := bytes.TrimSpace(l)
	at := l[:len(l)-len(bytes.TrimLeft(l, " \t"))]
	switch {
	case r.diagram != "":
		if string(t) == r.diagram {
			r.diagram = ""
			return append(at[:len(at):len(at)], fence...)
		}
	case bytes.HasPrefix(t, []byte("::uml::")):
		r.diagram = "::end-uml::"
		return append(at[:len(at):len(at)], fence+" plantuml"...)
	case bytes.HasPrefix(t, []byte("{% ")) && !bytes.Contains(t, []byte("%}")):
		for _, program := range []string{"dot", "neato", "fdp", "sfdp", "twopi", "circo", "graphviz"} {
			if bytes.HasPrefix(t[3:], []byte(program+" ")) || string(t[3:]) == program {
				r.diagram = "%}"
				return append(at[:len(at):len(at)], fence+" dot"...)
			}
		}
	}
	return l
}

// definition reports a link definition below a line of text, where Python-Markdown takes it for one as well.
func (r *preparer) definition(t []byte) bool {
	i := bytes.Index(t, []byte("]: "))
	if i < 2 || t[1] == '^' || bytes.IndexByte(t[1:i], '[') >= 0 || len(bytes.TrimSpace(t[i+3:])) == 0 {
		return false
	}
	n := len(r.out)
	return n > 1 && r.out[n-2] != '\n'
}

// spacedLinks puts addresses with spaces into angle brackets, as CommonMark wants them: [a](b c.md).
func spacedLinks(l []byte) []byte {
	var out []byte
	last := 0
	for i := 0; i+2 < len(l); i++ {
		switch {
		case l[i] == '`':
			i = afterCode(l, i, len(l))
		case l[i] == ']' && l[i+1] == '(':
			end := closingParenthesis(l, i+2)
			if end < 0 {
				continue
			}
			if inner := l[i+2 : end]; needsBrackets(inner) {
				out = append(append(append(append(out, l[last:i+2]...), '<'), bytes.TrimSpace(inner)...), '>')
				last = end
			}
			i = end
		}
	}
	if last == 0 {
		return l
	}
	return append(out, l[last:]...)
}

// closingParenthesis finds the end of what is in parentheses.
func closingParenthesis(l []byte, from int) int {
	depth := 1
	for i := from; i < len(l); i++ {
		switch l[i] {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return i
			}
		case '\\':
			i++
		}
	}
	return -1
}

// needsBrackets reports an address with spaces that is not an address and a title.
func needsBrackets(inner []byte) bool {
	inner = bytes.TrimSpace(inner)
	i := bytes.IndexByte(inner, ' ')
	if i < 0 || bytes.ContainsAny(inner, "<>\\") {
		return false
	}
	rest := bytes.TrimLeft(inner[i:], " ")
	last := inner[len(inner)-1]
	return !bytes.ContainsAny(rest[:1], `"'(`) && last != '"' && last != '\''
}

func (r *preparer) put(l, indent []byte) {
	r.out = append(r.out, indent...)
	r.out = append(r.out, l...)
	r.out = append(r.out, '\n')
}

// ownLines puts the tags of an element with the attribute markdown on lines of their own.
func ownLines(l []byte) [][]byte {
	at := bytes.IndexByte(l, '<')
	t, ok := readTag(l, at)
	if !ok || t.closes || t.alone || !isBlock(t.name) || !hasMarkdown(l[t.start:t.end]) || endsLine(l, t.end) {
		return [][]byte{l}
	}
	indent := l[:at]
	out := [][]byte{l[:t.end]}
	rest := l[t.end:]
	closer := []byte("</" + t.name + ">")
	if i := bytes.LastIndex(rest, closer); i >= 0 {
		if body := bytes.TrimSpace(rest[:i]); len(body) > 0 {
			out = append(out, append(append([]byte(nil), indent...), body...))
		}
		return append(out, append(append([]byte(nil), indent...), rest[i:]...))
	}
	return append(out, append(append([]byte(nil), indent...), bytes.TrimLeft(rest, " ")...))
}
