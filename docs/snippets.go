package docs

import (
	"regexp"
	"strings"
)

// The markers of pymdownx.snippets (facelessuser.github.io/pymdown-extensions, "Snippets"): one file, a lone marker
// that opens and closes a list of files, the ends of a named section, and a marker that is meant as text.
var (
	snippetFile    = regexp.MustCompile(`^-+8<-+[ \t]+(?:"[^"]*"|'[^']*')$`)
	snippetBlock   = regexp.MustCompile(`^-+8<-+$`)
	snippetSection = regexp.MustCompile(`-+8<-+[ \t]*\[[ \t]*(?:start|end)[ \t]*:[^\]]*\]`)
	snippetEscaped = regexp.MustCompile(`^([ \t]*);(;*-+8<-+)`)
)

// maxSnippets is how many files one block names at most.
const maxSnippets = 100

// withoutSnippets drops the lines that only tell mkdocs to take in another file, in code as well, where mkdocs does
// the same: they mean nothing to a reader. What they would take in is left out.
func withoutSnippets(lines []string) []string {
	out := lines[:0:0]
	for i := 0; i < len(lines); i++ {
		l := lines[i]
		if !strings.Contains(l, "8<") {
			out = append(out, l)
			continue
		}
		t := strings.TrimSpace(l)
		switch {
		case snippetEscaped.MatchString(l):
			out = append(out, snippetEscaped.ReplaceAllString(l, "$1$2"))
		case snippetBlock.MatchString(t):
			i += listed(lines[i+1:])
		case snippetFile.MatchString(t), snippetSection.MatchString(t):
		default:
			out = append(out, l)
		}
	}
	return out
}

// listed is how many lines a block has after the marker that opens it, the one that closes it included; none when
// nothing closes it.
func listed(lines []string) int {
	for i, l := range lines[:min(len(lines), maxSnippets)] {
		if snippetBlock.MatchString(strings.TrimSpace(l)) {
			return i + 1
		}
	}
	return 0
}
