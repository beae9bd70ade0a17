package card

import (
	"net/url"
	"strings"
	"unicode/utf8"
)

// Len returns the length of s as the limits count it, escaping included.
func (l Limits) Len(s string) int {
	n := 0
	for _, r := range s {
		n += l.rune(r)
	}
	return n
}

func (l Limits) rune(r rune) int {
	if l.Escapes != nil {
		if n, ok := l.Escapes[r]; ok {
			return n
		}
	}
	if l.Unit == UTF16 && r > 0xFFFF {
		return 2
	}
	return 1
}

// SpansLen returns the length of spans as the limits count them.
func (l Limits) SpansLen(spans []Span) int {
	n := 0
	for i := range spans {
		n += l.Len(spans[i].Text) + l.overhead(&spans[i])
	}
	return n
}

// overhead is what a span costs beside its text.
func (l Limits) overhead(s *Span) int {
	n := 0
	if l.Marks != nil {
		n = l.Marks[s.Kind]
	}
	if l.URLs && s.URL != "" {
		n += l.Len(s.URL)
	}
	return n
}

// WebURL reports whether u is an address that renderers may link to: http or https with a host, or mailto, without
// spaces, control characters or anything that ends a link in some markup.
func WebURL(u string) bool {
	if simpleURL(u) {
		return true
	}
	if u == "" || len(u) > 8192 || !utf8.ValidString(u) || strings.ContainsAny(u, " \"<>\\^`{|}") || !clean(u, false) {
		return false
	}
	scheme, rest, _ := strings.Cut(u, ":")
	switch {
	case strings.EqualFold(scheme, "http"), strings.EqualFold(scheme, "https"):
		p, err := url.Parse(u)
		return err == nil && p.Host != ""
	case strings.EqualFold(scheme, "mailto"):
		return strings.Contains(rest, "@")
	default:
		return false
	}
}
