package docs

import (
	"regexp"
	"strings"
)

// The block syntax of Python-Markdown's admonition and of pymdownx.details and pymdownx.tabbed, which CommonMark does
// not have.
var (
	admonition  = regexp.MustCompile(`^( *)(?:!!!|\?\?\?\+?)[ \t]*([\w -]*?)(?:[ \t]+"([^"]*)")?[ \t]*$`)
	tab         = regexp.MustCompile(`^( *)===[!+]*[ \t]+"([^"]*)"[ \t]*$`)
	headingAttr = regexp.MustCompile(`^( {0,3}#{1,6}[ \t].*)\{:[ \t]*([^{}]*)\}[ \t]*$`)
	fence       = regexp.MustCompile("^( *)(`{3,}|~{3,})")
)

const maxBlocks = 8 // admonitions and tabs inside each other

// portable rewrites block syntax of Python-Markdown into CommonMark that keeps its text: an admonition becomes a quote
// under its title, a tab a strong line with its content.
func portable(lines []string, depth int) []string {
	var out []string
	closing := "" // of the fence we are in
	for i := 0; i < len(lines); i++ {
		line := lines[i]
		if closing != "" {
			if t := strings.TrimSpace(line); strings.HasPrefix(t, closing) && strings.Trim(t, closing[:1]) == "" {
				closing = ""
			}
			out = append(out, line)
			continue
		}
		if m := fence.FindStringSubmatch(line); m != nil {
			closing = m[2]
			out = append(out, line)
			continue
		}
		m, quoted := admonition.FindStringSubmatch(line), true
		if m == nil {
			m, quoted = tab.FindStringSubmatch(line), false
		}
		if m == nil || depth >= maxBlocks {
			out = append(out, headingAttr.ReplaceAllString(line, "$1{$2}"))
			continue
		}
		body, used := indented(lines[i+1:], len(m[1])+4)
		i += used
		out = append(out, block(m, quoted, portable(body, depth+1))...)
	}
	return out
}

// block writes an admonition (quoted) or a tab with its body.
func block(m []string, quoted bool, body []string) []string {
	indent, title, prefix := m[1], m[2], m[1]
	if quoted {
		prefix += "> "
		if title = m[3]; title == "" {
			title = firstWord(m[2])
		}
	}
	out := []string{"", prefix + "**" + title + "**", strings.TrimRight(prefix, " ")}
	for _, l := range body {
		out = append(out, strings.TrimRight(prefix+l, " "))
	}
	return append(out, indent, "")
}

func firstWord(s string) string {
	w, _, _ := strings.Cut(strings.TrimSpace(s), " ")
	if w == "" {
		return "Note"
	}
	return strings.ToUpper(w[:1]) + w[1:]
}

// indented returns the leading lines that are blank or indented by at least n, without that indent, and how many
// lines they were.
func indented(lines []string, n int) ([]string, int) {
	var out []string
	last := 0
	for i, l := range lines {
		l = strings.ReplaceAll(l, "\t", "    ")
		blank := strings.TrimSpace(l) == ""
		if !blank && len(l)-len(strings.TrimLeft(l, " ")) < n {
			break
		}
		if blank {
			out = append(out, "")
			continue
		}
		out = append(out, l[n:])
		last = i + 1
	}
	return out[:last], last
}
