package template

import (
	"fmt"
	"strings"
)

// translate checks a pattern against JavaScript's syntax where the library is more generous, and writes it for the
// library: characters beyond 16 bits as the two code units that JavaScript sees, classes and word boundaries of ASCII.
func translate(pattern string) (string, *failure) {
	t := translator{src: pattern}
	for t.at < len(pattern) {
		if err := t.step(); err != nil {
			return "", err
		}
	}
	return string(t.out), nil
}

type translator struct {
	src    string
	at     int
	out    []byte
	class  bool   // inside [ ]
	assert bool   // an assertion stands before, which cannot be repeated
	groups []bool // for each open bracket, whether it is a look-behind
}

const word = "[A-Za-z0-9_]"

// classes are written out, as JavaScript has them without the flag u.
var classes = map[byte]string{
	'd': "[0-9]", 'D': "[^0-9]", 'w': word, 'W': "[^A-Za-z0-9_]",
	'b': "(?:(?<=" + word + ")(?!" + word + ")|(?<!" + word + ")(?=" + word + "))",
	'B': "(?:(?<=" + word + ")(?=" + word + ")|(?<!" + word + ")(?!" + word + "))",
}

func (t *translator) step() *failure {
	c, rest := t.src[t.at], t.src[t.at:]
	asserted := t.assert
	t.assert = false
	switch {
	case c == '\\' && len(rest) > 1:
		if s, ok := classes[rest[1]]; ok && !t.class {
			t.assert = rest[1] == 'b' || rest[1] == 'B'
			t.out = append(t.out, s...)
			t.at += 2
			return nil
		}
		t.out = append(t.out, c)
		t.at++
	case t.class:
		t.class = c != ']'
	case c == '[':
		t.class = true
	case c == '(':
		return t.open(rest)
	case c == ')' && len(t.groups) > 0:
		t.assert = t.groups[len(t.groups)-1]
		t.groups = t.groups[:len(t.groups)-1]
	case c == '^' || c == '$':
		t.assert = true
	case asserted && (c == '*' || c == '+' || c == '?' || c == '{' && quantifier(rest)):
		return failf("the regular expression is not valid: an assertion cannot be repeated")
	}
	t.char()
	return nil
}

// char copies one character.
func (t *translator) char() {
	r, n := decode(t.src[t.at:])
	if r < 0x10000 && (r < 0xD800 || r > 0xDFFF) {
		t.out = append(t.out, t.src[t.at:t.at+n]...)
	} else {
		for _, u := range units(t.src[t.at : t.at+n]) {
			t.out = fmt.Appendf(t.out, "\\u%04x", u)
		}
	}
	t.at += n
}

// open copies the beginning of a group.
func (t *translator) open(rest string) *failure {
	for _, start := range []string{"(?:", "(?=", "(?!", "(?<=", "(?<!"} {
		if strings.HasPrefix(rest, start) {
			t.groups = append(t.groups, len(start) == 4)
			t.out = append(t.out, start...)
			t.at += len(start)
			return nil
		}
	}
	if strings.HasPrefix(rest, "(?") && (len(rest) < 4 || rest[2] != '<' || !isNameStart(rest[3]) && rest[3] < 0x80 && rest[3] != '$') {
		return failf("the regular expression is not valid: unknown group")
	}
	t.groups = append(t.groups, false)
	t.char()
	return nil
}

// quantifier reports whether s begins with {n}, {n,} or {n,m}; any other brace is a character.
func quantifier(s string) bool {
	n := digitsIn(s[1:], 10)
	rest := s[1+n:]
	if n > 0 && strings.HasPrefix(rest, ",") {
		rest = rest[1+digitsIn(rest[1:], 10):]
	}
	return n > 0 && strings.HasPrefix(rest, "}")
}
