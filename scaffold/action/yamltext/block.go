package yamltext

import (
	"regexp"
	"strings"
)

// more finds lines that are indented further, which are not folded.
var more = regexp.MustCompile(`(^|\n)([\t ][^\n]*)`)

// block writes text of several lines: as it is, or folded where lines are too long for the width.
func (w writer) block(s string, p place) string {
	if blankEnd.MatchString(s) {
		return w.quoted(s, p)
	}
	indent := p.indent
	if indent == "" && document.MatchString(s) {
		indent = "  "
	}
	literal := !w.tooLong(s, len(indent))
	bare := strings.TrimRight(s, "\n\t ")
	end := s[len(bare):]
	chomp := ""
	switch at := strings.IndexByte(end, '\n'); {
	case at < 0:
		chomp = "-"
	case bare == "" || at != len(end)-1:
		chomp = "+"
	}
	end = indented(strings.TrimSuffix(end, "\n"), indent, true)
	spaced, after := leading(bare)
	start := indented(bare[:after], indent, false)
	bare = bare[after:]
	header := chomp
	if spaced {
		header = map[bool]string{true: "1", false: "2"}[indent == ""] + chomp
	}
	if !literal {
		overflow := false
		body := w.fold(start+breaks.ReplaceAllString(foldable(bare), "${0}"+indent)+end, indent, folded, len(p.indent), &overflow)
		if !overflow {
			return ">" + header + "\n" + indent + body
		}
	}
	return "|" + header + "\n" + indent + start + breaks.ReplaceAllString(bare, "${0}"+indent) + end
}

// leading finds the blank lines at the start of a text, and whether blanks start it, which need an indicator.
func leading(s string) (spaced bool, after int) {
	line := -1
	i := 0
	for ; i < len(s) && (s[i] == ' ' || s[i] == '\n'); i++ {
		if s[i] == ' ' {
			spaced = true
		} else {
			line = i
		}
	}
	if line < i {
		return spaced, line + 1
	}
	return spaced, i
}

// indented puts the indentation behind line ends; with inner not behind those at the end.
func indented(s, indent string, inner bool) string {
	if !inner {
		return breaks.ReplaceAllString(s, "${0}"+indent)
	}
	bare := strings.TrimRight(s, "\n")
	return breaks.ReplaceAllString(bare, "${0}"+indent) + s[len(bare):]
}

// foldable doubles the line ends that are to stay when a text is folded.
func foldable(s string) string {
	s = breaks.ReplaceAllString(s, "\n${0}")
	var b strings.Builder
	for {
		at := more.FindStringSubmatchIndex(s)
		if at == nil {
			b.WriteString(s)
			return b.String()
		}
		b.WriteString(s[:at[0]] + s[at[4]:at[5]])
		s = s[at[5]:]
		// The line end behind the line goes too, with the blanks before it kept, unless further indented lines follow.
		if blank := len(s) - len(strings.TrimLeft(s, "\n\t ")); blank > 0 && s[blank-1] == '\n' {
			b.WriteString(s[:blank-1])
			s = s[blank:]
		}
	}
}

// tooLong reports whether a line of a text does not fit.
func (w writer) tooLong(s string, indent int) bool {
	if w.width < 0 {
		return false
	}
	for line := range strings.SplitSeq(s, "\n") {
		if len16(line) > w.width-indent {
			return true
		}
	}
	return false
}
