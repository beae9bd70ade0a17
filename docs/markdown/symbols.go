package markdown

import (
	"bytes"
)

// symbols replaces what pymdownx.smartsymbols does: (c) (r) (tm) c/o +/- =/= arrows and fractions.
// Ordinal numbers stay as typed, so that they are found.
// Text without any is returned as it is.
func symbols(s []byte) []byte {
	if !mayHaveSymbols(s) {
		return s
	}
	out := make([]byte, 0, len(s)+8)
	for i := 0; i < len(s); {
		if text, n := symbolAt(s, i); n > 0 {
			out = append(out, text...)
			i += n
			continue
		}
		out = append(out, s[i])
		i++
	}
	return out
}

func mayHaveSymbols(s []byte) bool {
	for i := range len(s) - 1 {
		switch s[i] {
		case '(':
			if s[i+1]|0x20 == 'c' || s[i+1]|0x20 == 'r' || s[i+1]|0x20 == 't' {
				return true
			}
		case '/', '-', '=', '<':
			if i > 0 && (s[i-1] == 'c' || s[i-1] == '+' || s[i-1] == '=' || s[i-1] == '-' || s[i-1] == '<' || isDigit(s[i-1])) || s[i+1] == '-' {
				return true
			}
		}
	}
	return false
}

// symbolAt is the symbol that s[i:] begins with and how many bytes of s it takes.
func symbolAt(s []byte, i int) (string, int) {
	rest := s[i:]
	switch rest[0] {
	case '(':
		for _, x := range [][2]string{{"(tm)", "™"}, {"(c)", "©"}, {"(r)", "®"}} {
			if len(rest) >= len(x[0]) && bytes.EqualFold(rest[:len(x[0])], []byte(x[0])) {
				return x[1], len(x[0])
			}
		}
	case 'c':
		if bytes.HasPrefix(rest, []byte("c/o")) && !wordAt(s, i-1) && !wordAt(s, i+3) {
			return "℅", 3
		}
	case '+', '=', '-', '<':
		return signAt(s, i)
	}
	if isDigit(rest[0]) && !wordAt(s, i-1) && (i == 0 || s[i-1] != '/' && s[i-1] != '.') {
		return numberAt(s, i)
	}
	return "", 0
}

func signAt(s []byte, i int) (string, int) {
	rest := s[i:]
	for _, x := range [][2]string{{"<-->", "↔"}, {"-->", "→"}, {"<--", "←"}, {"+/-", "±"}, {"=/=", "≠"}} {
		if !bytes.HasPrefix(rest, []byte(x[0])) {
			continue
		}
		after, before := byteAt(s, i+len(x[0])), byteAt(s, i-1)
		if x[0][0] == '-' && before == '-' || x[0] == "<--" && after == '-' || x[0] == "-->" && before == '<' {
			continue
		}
		return x[1], len(x[0])
	}
	return "", 0
}

// numberAt reads fractions.
func numberAt(s []byte, i int) (string, int) {
	for _, x := range [][2]string{{"1/4", "¼"}, {"1/2", "½"}, {"3/4", "¾"}, {"1/3", "⅓"}, {"2/3", "⅔"}, {"1/5", "⅕"}, {"2/5", "⅖"}, {"3/5", "⅗"},
		{"4/5", "⅘"}, {"1/6", "⅙"}, {"5/6", "⅚"}, {"1/8", "⅛"}, {"3/8", "⅜"}, {"5/8", "⅝"}, {"7/8", "⅞"}} {
		if bytes.HasPrefix(s[i:], []byte(x[0])) && !wordAt(s, i+3) && byteAt(s, i+3) != '/' {
			return x[1], 3
		}
	}
	return "", 0
}

func byteAt(s []byte, i int) byte {
	if i < 0 || i >= len(s) {
		return 0
	}
	return s[i]
}

func wordAt(s []byte, i int) bool {
	c := byteAt(s, i)
	return isLetter(c) || isDigit(c) || c == '_' || c >= 0x80
}
