package template

import (
	"strings"
	"unicode/utf8"
)

// codeSpace is the length of the white space of code at i: blank, tab, line ends and the no-break space.
func codeSpace(s string, i int) int {
	switch s[i] {
	case ' ', '\t', '\n', '\r':
		return 1
	case 0xC2:
		if i+1 < len(s) && s[i+1] == 0xA0 {
			return 2
		}
	}
	return 0
}

func isCodeSpace(r rune) bool {
	return r == ' ' || r == '\t' || r == '\n' || r == '\r' || r == 0xA0
}

func trimCode(s string) string      { return strings.TrimFunc(s, isCodeSpace) }
func trimCodeStart(s string) string { return strings.TrimLeftFunc(s, isCodeSpace) }
func trimCodeEnd(s string) string   { return strings.TrimRightFunc(s, isCodeSpace) }

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isNameStart(c byte) bool { return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }

// identifier returns the end of the name that begins at i, or i. A property's name may begin with digits.
func identifier(s string, i int, digits bool) int {
	start := i
	if digits {
		for i < len(s) && isDigit(s[i]) {
			i++
		}
	}
	if i >= len(s) || !isNameStart(s[i]) {
		return start
	}
	for i < len(s) && (isNameStart(s[i]) || isDigit(s[i])) {
		i++
	}
	return i
}

// skipCode returns the end of the string, name, number or regular expression at i, or i when there is none.
func skipCode(s string, i int) int {
	if c := s[i]; c == '"' || c == '\'' {
		for j := i + 1; j < len(s); j++ {
			switch s[j] {
			case '\\':
				j++
			case c:
				return j + 1
			}
		}
		return len(s)
	}
	end := identifier(s, i, true)
	if end == i {
		for end < len(s) && isDigit(s[end]) {
			end++
		}
		return end
	}
	if s[i:end] == "r" && end < len(s) && s[end] == '/' {
		if _, _, stop, err := regexLiteral(s, i); err == nil {
			return stop
		}
		return len(s)
	}
	return end
}

// findTerminator finds the end of an output or tag, outside strings and regular expressions.
func findTerminator(s string, i int, end string) int {
	for i+len(end) <= len(s) {
		if j := skipCode(s, i); j > i {
			i = j
			continue
		}
		if strings.HasPrefix(s[i:], end) {
			return i
		}
		i++
	}
	return -1
}

// topLevel calls visit for each byte of code outside brackets and literals until it returns false; names are visited
// as a whole.
func topLevel(s string, visit func(from, to int) bool) {
	depth := 0
	for i := 0; i < len(s); {
		j := max(skipCode(s, i), i+1)
		switch s[i] {
		case '(', '[', '{':
			depth++
		case ')', ']', '}':
			depth--
		default:
			if depth == 0 && !visit(i, j) {
				return
			}
		}
		i = j
	}
}

// findAssign finds the = of a set tag.
func findAssign(s string) int {
	at := -1
	topLevel(s, func(from, to int) bool {
		if s[from:to] == "=" {
			at = from
		}
		return at < 0
	})
	return at
}

// splitIn cuts the code of a for tag at its keyword in.
func splitIn(s string) (left, right string, rightAt int, ok bool) {
	topLevel(s, func(from, to int) bool {
		before, _ := utf8.DecodeLastRuneInString(s[:from])
		if s[from:to] != "in" || from > 0 && !isCodeSpace(before) || to < len(s) && codeSpace(s, to) == 0 {
			return true
		}
		left, right, rightAt, ok = s[:from], s[to:], to, true
		return false
	})
	return left, right, rightAt, ok
}

// matching finds the bracket that closes the one at the start of s, or returns -1.
func matching(s string) int {
	pairs := map[byte]byte{'(': ')', '[': ']', '{': '}'}
	var open []byte
	for i := 0; i < len(s); {
		if j := skipCode(s, i); j > i {
			i = j
			continue
		}
		switch c := s[i]; c {
		case '(', '[', '{':
			open = append(open, pairs[c])
		case ')', ']', '}':
			if len(open) > 0 && open[len(open)-1] == c {
				open = open[:len(open)-1]
				if len(open) == 0 {
					return i
				}
			}
		}
		i++
	}
	return -1
}
