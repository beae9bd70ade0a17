package yamltext

import (
	"regexp"
	"strings"

	"github.com/backchannel-portal/backchannel/internal/yamldoc"
)

var (
	control = regexp.MustCompile(`[\x00-\x08\x0b-\x1f\x7f-\x{9f}]`)
	// notPlain finds what a plain string must not have: an indicator at its start, a mark of a map or a comment in it.
	notPlain = regexp.MustCompile("^[\n\t ,\\[\\]{}#&*!|>'\"%@`]|^[?-]$|^[?-][ \t]|[\n:][ \t]|[ \t]\n|[\n\t ]#|[\n\t :]$")
	// otherType finds strings that would be read as null, a boolean or a number (YAML 1.2, 10.3.2).
	otherType = regexp.MustCompile(`^(?:~|[Nn]ull|NULL)?$|^(?:[Tt]rue|TRUE|[Ff]alse|FALSE)$|^0o[0-7]+$|^[-+]?[0-9]+$|^0x[0-9a-fA-F]+$` +
		`|^(?:[-+]?\.(?:inf|Inf|INF)|\.nan|\.NaN|\.NAN)$|^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$`)
	document    = regexp.MustCompile(`(?m)^(?:%|---|\.\.\.)`)
	breaks      = regexp.MustCompile(`\n+`)
	blankEnd    = regexp.MustCompile(`\n[\t ]+$`)
	besideBreak = regexp.MustCompile(`[ \t]\n|\n[ \t]`)
)

// text writes a string in the form that fits it.
func (w writer) text(s string, p place) string {
	if control.MatchString(s) {
		return w.double(s, p)
	}
	if p.key && strings.Contains(s, "\n") {
		return w.quoted(s, p)
	}
	if notPlain.MatchString(s) {
		if p.key || !strings.Contains(s, "\n") {
			return w.quoted(s, p)
		}
		return w.block(s, p)
	}
	if !p.key && strings.Contains(s, "\n") {
		return w.block(s, p)
	}
	if document.MatchString(s) {
		if p.indent == "" {
			return w.block(s, p)
		}
		if p.key && p.indent == w.step {
			return w.quoted(s, p)
		}
	}
	if otherType.MatchString(s) {
		return w.quoted(s, p)
	}
	if p.key {
		return s
	}
	return w.fold(s, p.indent, flow, p.start, nil)
}

func (w writer) quoted(s string, p place) string {
	if strings.Contains(s, `"`) && !strings.Contains(s, "'") {
		return w.single(s, p)
	}
	return w.double(s, p)
}

func (w writer) single(s string, p place) string {
	if p.key && strings.Contains(s, "\n") || besideBreak.MatchString(s) {
		return w.double(s, p)
	}
	indent := p.indent
	if indent == "" && document.MatchString(s) {
		indent = "  "
	}
	s = "'" + breaks.ReplaceAllString(strings.ReplaceAll(s, "'", "''"), "${0}\n"+indent) + "'"
	if p.key {
		return s
	}
	return w.fold(s, indent, flow, p.start, nil)
}

// escapes are those of YAML for what JSON writes as \u00XX and the like (YAML 1.2, 5.7).
func escape(code string) string {
	switch code {
	case "0000":
		return `\0`
	case "0007":
		return `\a`
	case "000b":
		return `\v`
	case "001b":
		return `\e`
	case "0085":
		return `\N`
	case "00a0":
		return `\_`
	case "2028":
		return `\L`
	case "2029":
		return `\P`
	}
	if rest, ok := strings.CutPrefix(code, "00"); ok {
		return `\x` + rest
	}
	return `\u` + code
}

// double writes a string in double quotes; a long one has its line ends as line ends.
func (w writer) double(s string, p place) string {
	json := string(yamldoc.AppendString(nil, s))
	indent := p.indent
	if indent == "" && document.MatchString(s) {
		indent = "  "
	}
	at := func(i int) byte {
		if i < len(json) {
			return json[i]
		}
		return 0
	}
	var b strings.Builder
	long := len16(json) >= minQuoted
	start := 0
	for i := 0; i < len(json); i++ {
		if json[i] == ' ' && at(i+1) == '\\' && at(i+2) == 'n' { // would be folded away
			b.WriteString(json[start:i] + `\ `)
			i++
			start = i
		}
		if json[i] != '\\' {
			continue
		}
		switch {
		case at(i+1) == 'u':
			b.WriteString(json[start:i] + escape(json[i+2:i+6]))
			i += 5
			start = i + 1
		case at(i+1) == 'n' && !p.key && at(i+2) != '"' && long:
			b.WriteString(json[start:i] + "\n\n")
			for at(i+2) == '\\' && at(i+3) == 'n' && at(i+4) != '"' {
				b.WriteByte('\n')
				i += 2
			}
			b.WriteString(indent)
			if at(i+2) == ' ' {
				b.WriteByte('\\')
			}
			i++
			start = i + 1
		default:
			i++
		}
	}
	b.WriteString(json[start:])
	if p.key {
		return b.String()
	}
	return w.fold(b.String(), indent, doubleQuoted, p.start, nil)
}
