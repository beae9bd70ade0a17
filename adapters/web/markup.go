package web

import (
	"html"
	"strings"
)

// markup is HTML that is written by hand where a template would be clumsy.
type markup struct{ strings.Builder }

func esc(s string) string { return html.EscapeString(s) }

// put writes markup as it is and the parts marked by ? escaped.
func (m *markup) put(pattern string, args ...string) {
	for {
		before, after, found := strings.Cut(pattern, "?")
		m.WriteString(before)
		if !found {
			return
		}
		m.WriteString(esc(args[0]))
		pattern, args = after, args[1:]
	}
}
