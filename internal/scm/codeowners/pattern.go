package codeowners

import (
	"regexp"
	"strings"
)

// compile turns a pattern into an expression over whole paths. A pattern that names a folder, with or without a slash
// at its end, covers everything below it; one that ends in "/*" only what lies right in it.
func compile(pattern string, f Flavor) (*regexp.Regexp, error) {
	anchored := strings.HasPrefix(pattern, "/")
	body := strings.TrimPrefix(pattern, "/")
	folder := strings.HasSuffix(body, "/")
	body = strings.TrimSuffix(body, "/")
	if f == GitHub && strings.Contains(body, "/") {
		anchored = true // as in .gitignore: a slash in the middle ties a pattern to the top
	}
	var b strings.Builder
	b.WriteString(`^`)
	if !anchored {
		b.WriteString(`(?:.*/)?`)
	}
	translate(&b, body)
	switch last := body[strings.LastIndexByte(body, '/')+1:]; {
	case body == "":
		b.WriteString(`.*`)
	case folder:
		b.WriteString(`/.*`)
	case last == "*" && strings.Contains(body, "/"):
	default:
		b.WriteString(`(?:/.*)?`)
	}
	b.WriteString(`$`)
	return regexp.Compile(b.String())
}

// translate writes the wildcards of a pattern: "*" and "?" stay within a folder's name, "**" does not.
func translate(b *strings.Builder, body string) {
	for i := 0; i < len(body); i++ {
		rest := body[i:]
		switch {
		case strings.HasPrefix(rest, "**/"):
			b.WriteString(`(?:.*/)?`)
			i += 2
		case strings.HasPrefix(rest, "**"):
			b.WriteString(`.*`)
			i++
		case body[i] == '*':
			b.WriteString(`[^/]*`)
		case body[i] == '?':
			b.WriteString(`[^/]`)
		case body[i] == '\\' && i+1 < len(body):
			i++
			b.WriteString(regexp.QuoteMeta(body[i : i+1]))
		case body[i] >= 0x80:
			b.WriteByte(body[i])
		default:
			b.WriteString(regexp.QuoteMeta(body[i : i+1]))
		}
	}
}
