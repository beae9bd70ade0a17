package card

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// ellipsis marks a cut.
const ellipsis = "…"

// Cut returns s, or as much of its beginning as fits into max with an ellipsis behind it. Graphemes stay whole. Zero
// is no limit.
func (l Limits) Cut(s string, max int) string {
	if max <= 0 || l.worst(s) <= max || l.Len(s) <= max {
		return s
	}
	n := l.prefix(s, max-l.Len(ellipsis))
	return strings.TrimRightFunc(s[:n], unicode.IsSpace) + ellipsis
}

// worst is an upper bound of Len that needs no look at the text.
func (l Limits) worst(s string) int {
	w := 1
	for _, n := range l.Escapes {
		w = max(w, n)
	}
	return len(s) * w
}

// prefix returns how many bytes of s, in whole graphemes, fit into max.
func (l Limits) prefix(s string, max int) int {
	n, used := 0, 0
	for n < len(s) {
		size := nextGrapheme(s[n:])
		used += l.Len(s[n : n+size])
		if used > max {
			break
		}
		n += size
	}
	return n
}

// cutSpans returns spans cut to max like Cut; what a cut reaches keeps its meaning.
func (l Limits) cutSpans(spans []Span, max int) []Span {
	if max <= 0 || l.SpansLen(spans) <= max {
		return spans
	}
	room := max - l.Len(ellipsis)
	var out []Span
	for _, s := range spans {
		over := l.overhead(&s)
		n := l.prefix(s.Text, room-over)
		if n == 0 && over > 0 { // the words matter more than where they lead
			s = T(s.Text)
			over, n = l.overhead(&s), l.prefix(s.Text, room-l.overhead(&s))
		}
		if n < len(s.Text) {
			if s.Text = strings.TrimRightFunc(s.Text[:n], unicode.IsSpace); s.Text != "" {
				out = append(out, s)
			}
			break
		}
		room -= over + l.Len(s.Text)
		out = append(out, s)
	}
	return append(out, T(ellipsis))
}

// splitSpans returns the spans in pieces that fit into max each, broken between sentences where that is possible,
// else between words, else between graphemes. Only white space around a break is lost.
func (l Limits) splitSpans(spans []Span, max int) [][]Span {
	if max <= 0 || l.SpansLen(spans) <= max {
		return [][]Span{spans}
	}
	p := &splitter{l: l, max: max}
	for _, s := range spans {
		p.add(s)
	}
	p.flush()
	return p.out
}

type splitter struct {
	l      Limits
	max    int
	cur    []Span
	used   int
	out    [][]Span
	looked int // bytes measured so far, which must not grow faster than the text
}

// add puts one span behind what there is, breaking it as often as needed.
func (p *splitter) add(s Span) {
	for s.Text != "" {
		over := p.l.overhead(&s)
		room := p.max - p.used - over
		n := p.l.prefix(s.Text, room) // never all of a long rest, which would be measured again for every piece
		p.looked += n
		if n == len(s.Text) {
			p.cur, p.used = append(p.cur, s), p.used+over+p.l.Len(s.Text)
			return
		}
		n = breakBefore(s.Text, n)
		if n == 0 && p.used > 0 {
			p.flush()
			continue
		}
		if n == 0 { // one grapheme wider than a whole block: tear it rather than lose it
			_, n = utf8.DecodeRuneInString(s.Text)
		}
		head := s
		head.Text = strings.TrimRightFunc(s.Text[:n], unicode.IsSpace)
		s.Text = strings.TrimLeftFunc(s.Text[n:], unicode.IsSpace)
		if head.Text != "" {
			p.cur = append(p.cur, head)
		}
		p.flush()
	}
}

func (p *splitter) flush() {
	if len(p.cur) > 0 {
		p.out = append(p.out, p.cur)
	}
	p.cur, p.used = nil, 0
}

// breakBefore returns where to break s within its first limit bytes: behind the last sentence or line that ends in
// their second half, else behind the last word, else at the limit.
func breakBefore(s string, limit int) int {
	if limit == 0 || limit == len(s) {
		return limit
	}
	word := 0
	sentence := 0
	for i, r := range s[:limit] {
		end := i + utf8.RuneLen(r)
		next, _ := utf8.DecodeRuneInString(s[end:])
		switch {
		case r == '\n', strings.ContainsRune("。！？", r), strings.ContainsRune(".!?", r) && unicode.IsSpace(next):
			sentence, word = end, end
		case unicode.IsSpace(r), unicode.IsSpace(next), unicode.Is(unicode.Han, r) && unicode.Is(unicode.Han, next):
			word = end
		}
	}
	switch {
	case sentence > limit/2:
		return sentence
	case word > limit/2:
		return word
	default:
		return limit
	}
}
