package lang

import (
	"fmt"
	"strconv"
	"strings"
)

// message is a parsed template.
type message []part

// part is literal text, an argument, or a plural choice.
type part struct {
	text  string
	arg   string
	cases map[string]message // plural: "=0", "one", "other", ...
}

const maxDepth = 4

func parse(s string) (message, error) {
	p := &scanner{in: s}
	m, err := p.message(0)
	if err != nil {
		return nil, err
	}
	if p.pos < len(p.in) {
		return nil, fmt.Errorf("unmatched } at byte %d of %q", p.pos, s)
	}
	return m, nil
}

type scanner struct {
	in  string
	pos int
}

// message reads parts until the end or a closing brace, which it leaves.
func (p *scanner) message(depth int) (message, error) {
	if depth > maxDepth {
		return nil, fmt.Errorf("nested deeper than %d: %q", maxDepth, p.in)
	}
	var m message
	var text strings.Builder
	flush := func() {
		if text.Len() > 0 {
			m = append(m, part{text: text.String()})
			text.Reset()
		}
	}
	for p.pos < len(p.in) {
		switch c := p.in[p.pos]; {
		case strings.HasPrefix(p.in[p.pos:], "''"):
			text.WriteByte('\'')
			p.pos += 2
		case strings.HasPrefix(p.in[p.pos:], "'{'"), strings.HasPrefix(p.in[p.pos:], "'}'"):
			text.WriteByte(p.in[p.pos+1])
			p.pos += 3
		case c == '}':
			flush()
			return m, nil
		case c == '#' && depth > 0:
			flush()
			m = append(m, part{arg: "#"})
			p.pos++
		case c == '{':
			flush()
			pt, err := p.placeholder(depth)
			if err != nil {
				return nil, err
			}
			m = append(m, pt)
		default:
			text.WriteByte(c)
			p.pos++
		}
	}
	flush()
	return m, nil
}

// placeholder reads {name} or {name, plural, selector {message} ...}.
func (p *scanner) placeholder(depth int) (part, error) {
	p.pos++
	end := strings.IndexAny(p.in[p.pos:], ",}")
	if end < 0 {
		return part{}, fmt.Errorf("unclosed { in %q", p.in)
	}
	name := strings.TrimSpace(p.in[p.pos : p.pos+end])
	if name == "" {
		return part{}, fmt.Errorf("empty argument in %q", p.in)
	}
	p.pos += end
	if p.in[p.pos] == '}' {
		p.pos++
		return part{arg: name}, nil
	}
	rest, ok := strings.CutPrefix(strings.TrimLeft(p.in[p.pos+1:], " "), "plural,")
	if !ok {
		return part{}, fmt.Errorf("only plural is supported, in %q", p.in)
	}
	p.pos = len(p.in) - len(rest)
	cases := map[string]message{}
	for {
		p.pos += len(p.in[p.pos:]) - len(strings.TrimLeft(p.in[p.pos:], " "))
		if p.pos >= len(p.in) {
			return part{}, fmt.Errorf("unclosed plural in %q", p.in)
		}
		if p.in[p.pos] == '}' {
			p.pos++
			break
		}
		open := strings.IndexByte(p.in[p.pos:], '{')
		if open < 0 {
			return part{}, fmt.Errorf("plural case without message in %q", p.in)
		}
		selector := strings.TrimSpace(p.in[p.pos : p.pos+open])
		p.pos += open + 1
		m, err := p.message(depth + 1)
		if err != nil {
			return part{}, err
		}
		if p.pos >= len(p.in) {
			return part{}, fmt.Errorf("unclosed plural case %q in %q", selector, p.in)
		}
		p.pos++
		cases[selector] = m
	}
	if _, ok := cases["other"]; !ok {
		return part{}, fmt.Errorf("plural without other in %q", p.in)
	}
	return part{arg: name, cases: cases}, nil
}

// segments appends the message's pieces; number is the "#" of the enclosing plural.
func (m message) segments(l Lang, args Args, number *int) []Segment {
	var out []Segment
	for _, pt := range m {
		switch {
		case pt.cases != nil:
			n, _ := args[pt.arg].(int)
			out = append(out, pt.choose(l, n).segments(l, args, &n)...)
		case pt.arg == "#" && number != nil:
			out = append(out, Segment{Text: Number(*number)})
		case pt.arg != "":
			out = append(out, Segment{Arg: pt.arg})
		default:
			out = append(out, Segment{Text: pt.text})
		}
	}
	return out
}

// choose applies the CLDR plural rules of English (one: exactly 1) and Chinese (no distinction).
func (pt part) choose(l Lang, n int) message {
	if m, ok := pt.cases["="+strconv.Itoa(n)]; ok {
		return m
	}
	if l == English && n == 1 {
		if m, ok := pt.cases["one"]; ok {
			return m
		}
	}
	return pt.cases["other"]
}

// arguments collects the names of the arguments a message uses.
func (m message) arguments(into map[string]bool) {
	for _, pt := range m {
		if pt.arg != "" && pt.arg != "#" {
			into[pt.arg] = true
		}
		for _, c := range pt.cases {
			c.arguments(into)
		}
	}
}

// Number writes n exactly, with a comma between thousands.
func Number(n int) string {
	s := strconv.Itoa(n)
	start := 0
	if n < 0 {
		start = 1
	}
	for i := len(s) - 3; i > start; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
