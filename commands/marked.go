package commands

import (
	"regexp"
	"strings"

	"github.com/backchannel-portal/backchannel/bot/card"
)

// markup is what of Markdown is read within a text that a template shows at its end: strong words, code and links.
var markup = regexp.MustCompile("\\*\\*([^*\\n]+)\\*\\*|`([^`\\n]+)`|\\[([^\\]\\n]+)\\]\\((https?://[^)\\s]+)\\)")

// marked is a text in Markdown as spans. Headings lose their marks, and what is not known stays as it is written.
func marked(text string) []card.Span {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if rest := strings.TrimLeft(line, "#"); rest != line && strings.HasPrefix(rest, " ") && len(line)-len(rest) <= 6 {
			lines[i] = "**" + strings.ReplaceAll(strings.TrimSpace(rest), "**", "") + "**"
		}
	}
	text = strings.Join(lines, "\n")
	var out []card.Span
	at := 0
	for _, m := range markup.FindAllStringSubmatchIndex(text, -1) {
		if m[0] > at {
			out = append(out, card.T(text[at:m[0]]))
		}
		switch {
		case m[2] >= 0:
			out = append(out, card.S(text[m[2]:m[3]]))
		case m[4] >= 0:
			out = append(out, card.M(text[m[4]:m[5]]))
		default:
			out = append(out, card.L(text[m[6]:m[7]], text[m[8]:m[9]]))
		}
		at = m[1]
	}
	if at < len(text) {
		out = append(out, card.T(text[at:]))
	}
	return out
}
