package markdown

import (
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// slugs hands out heading ids as Python-Markdown's toc extension does, so that links made for mkdocs keep working:
// accents are dropped, then everything that is not ASCII; a name that is empty or taken gets a number.
type slugs struct {
	unicode, keepCase bool
	used              map[string]bool
	last              map[string]string // by text's slug: the id given out last, all before it are taken
}

func newSlugs(o Options) *slugs {
	return &slugs{o.UnicodeSlug, o.SlugCase, map[string]bool{}, map[string]string{}}
}

// take reserves an id that the author gave.
func (s *slugs) take(id string) { s.used[id] = true }

// make returns the id of a heading's plain text.
func (s *slugs) make(text string) string {
	slug := ""
	if s.unicode {
		slug = unicodeSlug(text, s.keepCase)
	} else {
		slug = slugify(text)
	}
	id := slug
	if last, ok := s.last[slug]; ok {
		id = last
	}
	for id == "" || s.used[id] {
		id = nextID(id)
	}
	s.used[id], s.last[slug] = true, id
	return id
}

// nextID is the step of markdown.extensions.toc.unique: "a" becomes "a_1", "a_1" becomes "a_2".
func nextID(id string) string {
	if i := strings.LastIndexByte(id, '_'); i >= 0 {
		if n, err := strconv.ParseUint(id[i+1:], 10, 31); err == nil {
			return id[:i+1] + strconv.FormatUint(n+1, 10)
		}
	}
	return id + "_1"
}

// slugify is markdown.extensions.toc.slugify with its defaults.
func slugify(text string) string {
	for i := range len(text) {
		if text[i] >= 0x80 {
			text = norm.NFKD.String(text)
			break
		}
	}
	var b []byte
	for i := range len(text) {
		c := text[i]
		if isLetter(c) || isDigit(c) || c == '_' || c == '-' || c == ' ' || c >= '\t' && c <= '\r' {
			b = append(b, c)
		}
	}
	return hyphenated(strings.ToLower(strings.TrimSpace(string(b))))
}

// unicodeSlug is pymdownx.slugs.slugify: letters of all scripts stay.
func unicodeSlug(text string, keepCase bool) string {
	var b strings.Builder
	for _, r := range norm.NFC.String(text) {
		if unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r) || r == '_' || r == '-' || unicode.IsSpace(r) {
			b.WriteRune(r)
		}
	}
	s := strings.TrimSpace(b.String())
	if !keepCase {
		s = strings.ToLower(s)
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return '-'
		}
		return r
	}, s)
}

// hyphenated makes one hyphen of each run of spaces and hyphens.
func hyphenated(s string) string {
	out := make([]byte, 0, len(s))
	for i := range len(s) {
		c := s[i]
		if c == ' ' || c >= '\t' && c <= '\r' {
			c = '-'
		}
		if c == '-' && len(out) > 0 && out[len(out)-1] == '-' {
			continue
		}
		out = append(out, c)
	}
	return string(out)
}
