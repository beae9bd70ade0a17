package template

import (
	"strings"
)

// lexKind is the kind of a word of code.
type lexKind uint8

const (
	endLex lexKind = iota
	nameLex
	numberLex
	stringLex
	regexLex
	opLex
)

// lexeme is a word of code.
type lexeme struct {
	kind  lexKind
	text  string // of strings their value, of operators their spelling
	flags string // of regular expressions
	at    int
}

// operators of more than one character, longest first.
var operators = []string{"===", "!==", "**", "//", "==", "!=", "<=", ">="}

// lex cuts code into words. base is the code's offset in the source.
func lex(code string, base int, out []lexeme) ([]lexeme, *failure) {
	for i := 0; i < len(code); {
		if n := codeSpace(code, i); n > 0 {
			i += n
			continue
		}
		l, end, err := lexOne(code, i, out)
		if err != nil {
			return out, err.in(base + i)
		}
		l.at = base + i
		out = append(out, l)
		i = end
	}
	return append(out, lexeme{at: base + len(code)}), nil
}

func lexOne(code string, i int, before []lexeme) (lexeme, int, *failure) {
	var last lexeme
	if len(before) > 0 {
		last = before[len(before)-1]
	}
	if end := identifier(code, i, last.kind == opLex && last.text == "."); end > i {
		if code[i:end] == "r" && end < len(code) && code[end] == '/' {
			source, flags, stop, err := regexLiteral(code, i)
			return lexeme{kind: regexLex, text: source, flags: flags}, stop, err
		}
		return lexeme{kind: nameLex, text: code[i:end]}, end, nil
	}
	switch c := code[i]; {
	case c == '.' && i+1 < len(code) && isDigit(code[i+1]) && !operand(last):
		return lexeme{}, 0, failf("a number cannot begin with a point")
	case isDigit(c):
		return lexNumber(code, i)
	case c == '"' || c == '\'':
		return lexString(code, i)
	}
	for _, op := range operators {
		if strings.HasPrefix(code[i:], op) {
			return lexeme{kind: opLex, text: op}, i + len(op), nil
		}
	}
	if !strings.Contains("()[]{}.,:|~+-*/%<>=", code[i:i+1]) {
		r, _ := decode(code[i:])
		return lexeme{}, 0, failf("unexpected character %s", quoted(string(r)))
	}
	return lexeme{kind: opLex, text: code[i : i+1]}, i + 1, nil
}

// operand reports whether an operator may follow.
func operand(l lexeme) bool {
	return l.kind != endLex && l.kind != opLex || l.kind == opLex && strings.Contains(")]}", l.text)
}

func lexNumber(code string, i int) (lexeme, int, *failure) {
	end := i + digitsIn(code[i:], 10)
	if end < len(code) && code[end] == '.' {
		end++
		end += digitsIn(code[end:], 10)
	}
	if end < len(code) && isNameStart(code[end]) {
		return lexeme{}, 0, failf("this is no number: digits with a decimal point are")
	}
	return lexeme{kind: numberLex, text: code[i:end]}, end, nil
}

func lexString(code string, i int) (lexeme, int, *failure) {
	quote := code[i]
	if j := strings.IndexAny(code[i+1:], string([]byte{quote, '\\'})); j >= 0 && code[i+1+j] == quote {
		return lexeme{kind: stringLex, text: code[i+1 : i+1+j]}, i + j + 2, nil
	}
	var out []byte
	for j := i + 1; j < len(code); j++ {
		c := code[j]
		if c == quote {
			return lexeme{kind: stringLex, text: valid(string(out))}, j + 1, nil
		}
		if c == '\\' && j+1 < len(code) {
			j++
			switch c = code[j]; c {
			case 'n':
				c = '\n'
			case 'r':
				c = '\r'
			case 't':
				c = '\t'
			}
		}
		out = append(out, c)
	}
	return lexeme{}, 0, failf("the string does not end")
}
