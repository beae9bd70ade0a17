package yamldoc

import (
	"bytes"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// lineIndex finds offsets of positions in a document; it is built when first asked.
type lineIndex []int

func (l *lineIndex) offset(text []byte, line, column int) int {
	if *l == nil {
		*l = lineIndex{0}
		for i, at := 0, 0; ; at = (*l)[len(*l)-1] {
			if i = bytes.IndexByte(text[at:], '\n'); i < 0 {
				break
			}
			*l = append(*l, at+i+1)
		}
	}
	if line < 1 || line > len(*l) {
		return len(text)
	}
	at := (*l)[line-1]
	for ; column > 1 && at < len(text); column-- {
		_, size := utf8.DecodeRune(text[at:])
		at += size
	}
	return at
}

// layout checks what the library lets pass and YAML does not: that the lines of a quoted scalar or flow collection
// are indented more than the block collection around it (a closing bracket may stand as far left as that), and that
// white space comes before a comment behind a closing quote.
func (c *converter) layout(n *yaml.Node, indent int) error {
	if n.Style&yaml.FlowStyle == 0 && len(n.Value) == 0 {
		return nil
	}
	at := c.lines.offset(c.text, n.Line, n.Column)
	at = skipProperties(c.text, at)
	if at >= len(c.text) {
		return nil
	}
	first := c.text[at]
	if first != '"' && first != '\'' && first != '[' && first != '{' {
		return nil
	}
	end := spanEnd(c.text, at)
	if first == '"' || first == '\'' {
		if end < len(c.text) && c.text[end] == '#' {
			return c.fail(n.Line, "not valid YAML: a comment must be separated from what stands before it by a space")
		}
	}
	span := c.text[at:min(end, len(c.text))]
	for line := n.Line; ; line++ {
		i := bytes.IndexByte(span, '\n')
		if i < 0 {
			return nil
		}
		span = span[i+1:]
		text := bytes.TrimLeft(span, " ")
		have := len(span) - len(text)
		if len(text) == 0 || text[0] == '\n' || text[0] == '\r' || have > indent {
			continue
		}
		if first == '[' || first == '{' {
			if text[0] == '#' || have == indent && len(text) == 1 {
				continue
			}
		}
		return c.fail(line+1, "not valid YAML: this line continues what starts on line %d and must be indented more than %d spaces", c.line+n.Line-1, max(indent, 0))
	}
}

// skipProperties steps over the anchor and the tag in front of a value.
func skipProperties(text []byte, at int) int {
	for at < len(text) && (text[at] == '&' || text[at] == '!') {
		for at < len(text) && text[at] > ' ' {
			at++
		}
		for at < len(text) && text[at] <= ' ' {
			at++
		}
	}
	return at
}

// spanEnd returns the offset behind the quoted scalar or flow collection that starts at the given offset.
func spanEnd(text []byte, at int) int {
	depth := 0
	for at < len(text) {
		switch c := text[at]; c {
		case '"', '\'':
			if depth == 0 || bytes.IndexByte([]byte(" \t\n,[{:"), text[at-1]) >= 0 {
				at = quoteEnd(text, at, c)
				if depth == 0 {
					return at
				}
				continue
			}
		case '[', '{':
			depth++
		case ']', '}':
			if depth--; depth <= 0 {
				return at + 1
			}
		case '#':
			if text[at-1] <= ' ' {
				i := bytes.IndexByte(text[at:], '\n')
				if i < 0 {
					return len(text)
				}
				at += i
			}
		}
		at++
	}
	return at
}

// quoteEnd returns the offset behind a quoted scalar.
func quoteEnd(text []byte, at int, quote byte) int {
	for at++; at < len(text); at++ {
		switch {
		case text[at] == '\\' && quote == '"':
			at++
		case text[at] == quote && quote == '\'' && at+1 < len(text) && text[at+1] == '\'':
			at++
		case text[at] == quote:
			return at + 1
		}
	}
	return at
}
