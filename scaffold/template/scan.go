package template

import "strings"

// tokenKind tells the parts of a template apart.
type tokenKind uint8

const (
	textToken tokenKind = iota
	outputToken
	tagToken
)

// token is a part of a template: text as it will be written, or the code of an output or a tag.
type token struct {
	kind tokenKind
	text string // text; or code without its delimiters and the white space around it
	at   int    // offset of the token
	code int    // offset of text, for code
}

// scanner cuts a source into tokens.
type scanner struct {
	src     string
	opts    Options
	at      int
	pending []string // text not yet written, in pieces
	start   int      // offset of the first of them
	tokens  []token
	err     *failure
}

func (s *scanner) fail(at int, format string, args ...any) {
	if s.err == nil {
		s.err = failf(format, args...).in(at)
	}
}

func scan(src string, opts Options) ([]token, *failure) {
	s := scanner{src: src, opts: opts}
	for s.at < len(src) && s.err == nil {
		open, kind := s.opening(s.at)
		if s.err != nil {
			break
		}
		s.text(s.at, open)
		s.at = open
		if open < len(src) {
			s.tag(open, kind)
		}
	}
	s.flush()
	return s.tokens, s.err
}

// opening finds the next delimiter: the bytes that follow its brace decide.
func (s *scanner) opening(from int) (int, byte) {
	for i := from; i+1 < len(s.src); i++ {
		next := s.src[i+1]
		switch s.src[i] {
		case '{':
			if next == '%' || next == '#' || next == '{' && s.opts.CookiecutterCompat {
				return i, next
			}
		case '$':
			if next == '{' && !s.opts.CookiecutterCompat && strings.HasPrefix(s.src[i:], "${{") {
				return i, '{'
			}
		case '#':
			if next == '}' {
				s.fail(i, "a comment ends here that did not begin")
				return i, 0
			}
		}
	}
	return len(s.src), 0
}

func (s *scanner) text(from, to int) {
	if from >= to {
		return
	}
	if len(s.pending) == 0 {
		s.start = from
	}
	s.pending = append(s.pending, s.src[from:to])
}

// cut shortens the text not yet written.
func (s *scanner) cut(shorten func(string) string) {
	all := strings.Join(s.pending, "")
	s.pending = append(s.pending[:0], shorten(all))
}

func (s *scanner) flush() {
	text := strings.Join(s.pending, "")
	if text != "" {
		s.tokens = append(s.tokens, token{kind: textToken, text: text, at: s.start})
	}
	s.pending = s.pending[:0]
}

var closings = map[byte]string{'%': "%}", '#': "#}", '{': "}}"}

// tag reads what opens at the given offset, up to and with its end.
func (s *scanner) tag(open int, kind byte) {
	s.at += 2
	if s.src[open] == '$' {
		s.at++
	}
	if kind == '%' && s.opts.LstripBlocks && s.indented(open) {
		s.cut(func(text string) string { return text[:strings.LastIndexByte(text, '\n')+1] })
	}
	if s.at < len(s.src) && s.src[s.at] == '-' {
		s.at++
		s.cut(trimEnd)
	}
	s.flush()
	closing := closings[kind]
	end := -1
	if kind == '#' {
		if i := strings.Index(s.src[s.at:], closing); i >= 0 {
			end = s.at + i
		}
	} else {
		end = findTerminator(s.src, s.at, closing)
	}
	if end < 0 {
		s.fail(open, "this %s does not end", map[byte]string{'%': "tag", '#': "comment", '{': "output"}[kind])
		return
	}
	from, to := s.at, end
	dash := s.src[end-1] == '-'
	if dash {
		to = max(from, end-1)
	}
	s.at = end + len(closing)
	if kind == '%' && s.raw(open, s.src[from:to], dash) {
		return
	}
	if kind != '#' {
		s.emit(kind, open, from, to)
	}
	s.after(kind, dash)
}

func (s *scanner) emit(kind byte, open, from, to int) {
	code := trimCodeStart(s.src[from:to])
	t := token{kind: outputToken, at: open, code: to - len(code), text: code}
	if kind == '%' {
		t.kind, t.text = tagToken, trimCodeEnd(code)
	}
	s.tokens = append(s.tokens, t)
}

// after drops the white space that a dash, or trimBlocks, takes away behind a tag.
func (s *scanner) after(kind byte, dash bool) {
	switch {
	case dash:
		s.at = len(s.src) - len(trimStart(s.src[s.at:]))
	case kind == '%' && s.opts.TrimBlocks:
		s.newline()
	}
}

func (s *scanner) newline() {
	switch {
	case strings.HasPrefix(s.src[s.at:], "\n"):
		s.at++
	case strings.HasPrefix(s.src[s.at:], "\r\n"):
		s.at += 2
	}
}

// indented reports whether only white space stands before the offset on its line.
func (s *scanner) indented(open int) bool {
	return trim(s.src[strings.LastIndexByte(s.src[:open], '\n')+1:open]) == ""
}

// raw reads a raw or verbatim block, if the tag begins one: its content is text.
func (s *scanner) raw(open int, code string, dash bool) bool {
	name, rest := tagName(code)
	if name != "raw" && name != "verbatim" {
		return false
	}
	if rest != "" {
		s.fail(open, "%s takes nothing behind its name", name)
		return true
	}
	if s.opts.TrimBlocks {
		s.newline()
	}
	from, to := findRawEnd(s.src, s.at, name)
	if from < 0 {
		s.fail(open, "end%s is missing", name)
		return true
	}
	if strings.Contains(s.src[from:to], "\n") {
		s.fail(from, "the tag end%s must be on one line", name)
		return true
	}
	s.text(s.at, from)
	s.at = to
	if dash {
		s.at = len(s.src) - len(trimStart(s.src[to:]))
	}
	return true
}

// findRawEnd finds the tag that ends a raw block; blocks of the same name nest.
func findRawEnd(src string, from int, name string) (start, end int) {
	depth := 1
	for {
		i := strings.Index(src[from:], "{%")
		if i < 0 {
			return -1, -1
		}
		start = from + i
		rest := trimStart(src[start+2:])
		closing := strings.HasPrefix(rest, "end"+name)
		if closing {
			rest = rest[len("end"):]
		}
		body, named := strings.CutPrefix(rest, name)
		body = trimStart(body)
		if !named || !strings.HasPrefix(body, "%}") {
			from = start + 2
			continue
		}
		end = len(src) - len(body) + 2
		if closing {
			depth--
		} else {
			depth++
		}
		if depth == 0 {
			return start, end
		}
		from = end
	}
}

// tagName cuts the name off a tag's code.
func tagName(code string) (name, rest string) {
	code = trimCode(code)
	n := identifier(code, 0, false)
	return code[:n], trimCode(code[n:])
}
