package docs

import (
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// slugs hands out heading ids as Python-Markdown's toc extension does, so that links made for mkdocs keep working:
// accents are dropped, then everything that is not ASCII; a name that is empty or taken gets a number.
type slugs struct {
	used map[string]bool
	last map[string]string // by text's slug: the id given out last, all before it are taken
}

func newSlugs() *slugs { return &slugs{map[string]bool{}, map[string]string{}} }

// take reserves an id that the author gave.
func (s *slugs) take(id string) { s.used[id] = true }

// make returns the id of a heading's plain text.
func (s *slugs) make(text string) string {
	slug := slugify(text)
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
	var b strings.Builder
	for _, r := range norm.NFKD.String(text) {
		if r < unicode.MaxASCII && (r == '_' || r == '-' || r == ' ' || r == '\t' || r == '\n' || isAlnum(r)) {
			b.WriteRune(r)
		}
	}
	var out strings.Builder
	gap := false
	for _, r := range strings.ToLower(strings.TrimSpace(b.String())) {
		if r == '-' || r == ' ' || r == '\t' || r == '\n' {
			gap = true
			continue
		}
		if gap {
			out.WriteByte('-')
			gap = false
		}
		out.WriteRune(r)
	}
	if gap {
		out.WriteByte('-')
	}
	return out.String()
}

func isAlnum(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
}
