package markdown

import (
	"bytes"
	"strings"
)

// tag is a start or an end tag in the source.
type tag struct {
	name       string
	start, end int // of the tag itself
	closes     bool
	alone      bool // <br/>, or an element that has no content
}

// maxTag is the length in bytes up to which a tag is looked for its end.
const maxTag = 4000

// readTag reads the tag at s[at].
func readTag(s []byte, at int) (tag, bool) {
	t := tag{start: at}
	i := at + 1
	if i < len(s) && s[i] == '/' {
		t.closes = true
		i++
	}
	from := i
	for i < len(s) && isNameByte(s[i]) {
		i++
	}
	if i == from || !isLetter(s[from]) {
		return t, false
	}
	t.name = strings.ToLower(string(s[from:i]))
	quote := byte(0)
	for ; i < len(s) && i-at < maxTag; i++ {
		switch c := s[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '<':
			return t, false
		case c == '>':
			t.end = i + 1
			t.alone = s[i-1] == '/' || isVoid(t.name)
			return t, true
		}
	}
	return t, false
}

func isLetter(c byte) bool   { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }
func isDigit(c byte) bool    { return c >= '0' && c <= '9' }
func isNameByte(c byte) bool { return isLetter(c) || isDigit(c) || c == '-' }

// isVoid reports an element that has no content and no end tag.
func isVoid(name string) bool {
	switch name {
	case "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr":
		return true
	}
	return false
}

// isBlock reports an element that Python-Markdown takes for a block (markdown.core, block_level_elements).
func isBlock(name string) bool {
	switch name {
	case "address", "article", "aside", "blockquote", "details", "div", "dl", "fieldset", "figcaption", "figure", "footer", "form",
		"h1", "h2", "h3", "h4", "h5", "h6", "header", "hgroup", "main", "menu", "nav", "ol", "p", "section", "table", "ul",
		"canvas", "colgroup", "dd", "body", "dt", "group", "html", "iframe", "li", "legend", "math", "map", "noscript", "output",
		"object", "option", "progress", "summary", "tbody", "td", "tfoot", "th", "thead", "tr", "video", "center", "svg", "picture":
		return true
	}
	return false
}

// pairs finds where each element ends: the offset of its start tag to that of its end tag. It looks past code.
func pairs(source []byte) map[int]tag {
	out := map[int]tag{}
	open := map[string][]int{}
	fence := fenceState{}
	for at := 0; at < len(source); {
		end := bytes.IndexByte(source[at:], '\n')
		if end < 0 {
			end = len(source)
		} else {
			end += at + 1
		}
		line := source[at:end]
		if fence.step(line) || bytes.IndexByte(line, '<') < 0 {
			at = end
			continue
		}
		at = linePairs(source, at, end, open, out)
	}
	return out
}

// linePairs looks at the tags of one line and returns where the next one begins; tags may go over lines.
func linePairs(source []byte, at, end int, open map[string][]int, out map[int]tag) int {
	for i := at; i < end; i++ {
		switch source[i] {
		case '`':
			i = afterCode(source, i, end)
		case '<':
			t, ok := readTag(source, i)
			if !ok {
				continue
			}
			i = t.end - 1
			end = max(end, t.end)
			stack := open[t.name]
			switch {
			case t.alone:
			case !t.closes:
				open[t.name] = append(stack, t.start)
			case len(stack) > 0:
				out[stack[len(stack)-1]] = t
				open[t.name] = stack[:len(stack)-1]
			}
		}
	}
	return end
}

// afterCode is the last byte of the code span that begins at i, or of its marks when it does not end on the line.
func afterCode(source []byte, i, end int) int {
	n := i
	for n < end && source[n] == '`' {
		n++
	}
	if j := bytes.Index(source[n:end], source[i:n]); j >= 0 {
		return n + j + n - i - 1
	}
	return n - 1
}

// fenceState follows blocks of fenced code from line to line.
type fenceState struct {
	sign  byte
	count int
}

// step takes the next line and reports whether it is a fence or inside one.
func (f *fenceState) step(line []byte) bool {
	i := 0
	for i < len(line) && (line[i] == ' ' || line[i] == '\t' || line[i] == '>') {
		i++
	}
	n := i
	for n < len(line) && (line[n] == '`' || line[n] == '~') && line[n] == line[i] {
		n++
	}
	switch {
	case f.sign != 0:
		if n-i >= f.count && line[i] == f.sign && len(bytes.TrimSpace(line[n:])) == 0 {
			f.sign = 0
		}
		return true
	case n-i >= 3 && (line[i] == '~' || bytes.IndexByte(line[n:], '`') < 0):
		f.sign, f.count = line[i], n-i
		return true
	}
	return false
}
