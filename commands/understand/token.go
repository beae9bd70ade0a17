package understand

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// class says what a token is made of.
type class uint8

const (
	word  class = iota // letters, or letters and digits
	num                // a number or version: "14", "2.17", "1.x"
	han                // one Chinese character
	punct              // a punctuation mark or a line break
)

// token is the smallest piece of a message that is looked at.
type token struct {
	text   string // as written
	norm   string // lower case, without accents
	fixed  string // norm with a typing error in a word of the phrase lexicon put right; norm when there is none
	class  class
	glue   byte // how it hangs on the token before: '-', '_', '.', '/', ':', '+' or 'c' (camel case); 0 when it stands apart
	quoted bool // inside code ticks or quotation marks
	code   bool // came from a code block
}

// tokenise splits cleaned text. Compounds (kebab, snake, dotted and camel case) become tokens glued together.
func tokenise(s string) []token {
	var ts []token
	rs := []rune(s)
	quote := rune(0)
	for i := 0; i < len(rs); {
		r := rs[i]
		switch {
		case isHan(r):
			ts = append(ts, token{text: string(r), norm: string(r), class: han, quoted: quote != 0})
			i++
		case adds(rs, i):
			ts = append(ts, token{text: "+", norm: "+", class: punct, quoted: quote != 0})
			i++
		case wordRune(r):
			j := i + 1
			for j < len(rs) && (wordRune(rs[j]) || unicode.Is(unicode.Mn, rs[j])) && !isHan(rs[j]) && !adds(rs, j) {
				j++
			}
			j = wholeNumber(rs, i, j)
			glue := byte(0)
			if i > 0 && len(ts) > 0 && i >= 2 && (wordRune(rs[i-2]) && !isHan(rs[i-2])) {
				glue = joiner(rs[i-1])
			}
			ts = appendWord(ts, string(rs[i:j]), glue, quote != 0)
			i = j
		default:
			quote = toggle(quote, r, rs, i)
			if p := mark(r); p != "" && !(i+1 < len(rs) && i > 0 && wordRune(rs[i-1]) && wordRune(rs[i+1]) && !isHan(rs[i+1]) && joiner(r) != 0) {
				ts = append(ts, token{text: p, norm: p, class: punct, quoted: quote != 0})
			}
			i++
		}
	}
	for i := range ts {
		ts[i].fixed = ts[i].norm
	}
	return contract(ts)
}

// adds reports whether a plus sign stands between two things, as in "a + b" and "a+b", and is no part of a name.
func adds(rs []rune, i int) bool {
	if rs[i] != '+' {
		return false
	}
	if i+1 < len(rs) && (unicode.IsLetter(rs[i+1]) || unicode.IsDigit(rs[i+1])) {
		return i > 0 && rs[i-1] != '+'
	}
	return i > 0 && rs[i-1] == ' ' && i+1 < len(rs) && rs[i+1] == ' '
}

func wordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || r == '#' || r == '+' }
func isHan(r rune) bool    { return unicode.Is(unicode.Han, r) }

func joiner(r rune) byte {
	switch r {
	case '-', '_', '.', '/', ':', '\'':
		return byte(r)
	case '\u2019':
		return '\''
	case '\u2010', '\u2011':
		return '-'
	}
	return 0
}

// mark names the punctuation that matters for reading: ends of clauses, brackets, and comparison signs.
func mark(r rune) string {
	switch r {
	case ',', '.', '!', '?', ';', ':', '(', ')', '\n', '<', '>', '=', '&', '[', ']', '{', '}':
		return string(r)
	case '、', '，':
		return ","
	case '。':
		return "."
	case '\u2014', '\u2013':
		return ","
	}
	return ""
}

func toggle(quote, r rune, rs []rune, i int) rune {
	switch r {
	case '`', '"':
		if quote == r {
			return 0
		}
		if quote == 0 {
			return r
		}
	case '“', '「', '『', '《':
		return r
	case '”', '」', '』', '》', '\n':
		return 0
	}
	return quote
}

// wholeNumber extends a run that starts with a digit over a version: 2.17.1, 1.x. It returns the new end.
func wholeNumber(rs []rune, i, j int) int {
	if !unicode.IsDigit(rs[i]) && !(rs[i] == 'v' && i+1 < j && unicode.IsDigit(rs[i+1])) {
		return j
	}
	for k := i + 1; k < j; k++ {
		if !unicode.IsDigit(rs[k]) {
			return j
		}
	}
	for j+1 < len(rs) && rs[j] == '.' && (unicode.IsDigit(rs[j+1]) || rs[j+1] == 'x' || rs[j+1] == 'X') {
		j += 2
		for j < len(rs) && unicode.IsDigit(rs[j]) {
			j++
		}
	}
	return j
}

func isNumber(s string) bool {
	s = strings.TrimPrefix(s, "v")
	if s == "" || s[0] < '0' || s[0] > '9' {
		return false
	}
	for i := range len(s) {
		if c := s[i]; !(c >= '0' && c <= '9' || c == '.' || c == 'x' && i > 0 && s[i-1] == '.') {
			return false
		}
	}
	return true
}

// appendWord splits a run of letters at the humps of camel case.
func appendWord(ts []token, s string, glue byte, quoted bool) []token {
	trimmed := strings.TrimRight(s, "+#")
	if trimmed == "" {
		return ts
	}
	if low := strings.ToLower(s); low != "c#" && low != "f#" && low != "c++" {
		s = strings.TrimLeft(trimmed, "+#")
	}
	if s == "" {
		return ts
	}
	for _, part := range humps(s) {
		n := lower(part)
		c := word
		if isNumber(n) {
			c = num
		}
		ts = append(ts, token{text: part, norm: n, class: c, glue: glue, quoted: quoted})
		glue = 'c'
	}
	return ts
}

// humps splits fooBarBaz and HTTPServer; a word in one case stays whole.
func humps(s string) []string {
	if strings.ToLower(s) == s {
		return []string{s}
	}
	rs := []rune(s)
	var out []string
	start := 0
	for i := 1; i < len(rs); i++ {
		up, prevUp := unicode.IsUpper(rs[i]), unicode.IsUpper(rs[i-1])
		next := i+2 < len(rs) && unicode.IsLower(rs[i+1]) && unicode.IsLower(rs[i+2])
		if up && (!prevUp && unicode.IsLower(rs[i-1]) && i-start >= 2 || prevUp && next && i-start >= 2) {
			out = append(out, string(rs[start:i]))
			start = i
		}
	}
	return append(out, string(rs[start:]))
}

// lower folds case and accents.
func lower(s string) string {
	ascii := true
	for i := range len(s) {
		if s[i] >= 0x80 {
			ascii = false
			break
		}
	}
	if ascii {
		return strings.ToLower(s)
	}
	var b strings.Builder
	for _, r := range norm.NFKD.String(s) {
		switch {
		case unicode.Is(unicode.Mn, r):
		case r == 'ı':
			b.WriteByte('i')
		case r == 'ł' || r == 'Ł':
			b.WriteByte('l')
		case r == 'ø' || r == 'Ø':
			b.WriteByte('o')
		default:
			b.WriteRune(unicode.ToLower(r))
		}
	}
	return norm.NFC.String(b.String())
}

// squash joins the letters and digits of s, folded: the form under which names are looked up.
func squash(s string) string { return string(appendSquashed(nil, s)) }

func appendSquashed(b []byte, s string) []byte {
	if isASCII(s) {
		for i := range len(s) {
			switch c := s[i]; {
			case 'A' <= c && c <= 'Z':
				b = append(b, c|0x20)
			case wordByte(c):
				b = append(b, c)
			}
		}
		return b
	}
	for _, r := range lower(norm.NFKC.String(s)) {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			b = utf8.AppendRune(b, r)
		}
	}
	return b
}

// contract puts English contractions into one form: "who's" is "who is", a possessive is the token "'s".
func contract(ts []token) []token {
	out := make([]token, 0, len(ts)+4)
	for i, t := range ts {
		if t.glue == '\'' && len(out) > 0 {
			p := &out[len(out)-1]
			switch {
			case t.norm == "s" && questionWord(p.norm):
				out = append(out, token{text: "is", norm: "is", fixed: "is", class: word})
			case t.norm == "s":
				out = append(out, token{text: "'s", norm: "'s", fixed: "'s", class: word})
			case len(t.norm) <= 2:
				p.norm += t.norm
				p.fixed = p.norm
			default:
				t.glue = 'c'
				out = append(out, t)
			}
			continue
		}
		if w, ok := strings.CutSuffix(t.norm, "s"); ok && t.class == word && t.glue == 0 && (i+1 >= len(ts) || ts[i+1].glue == 0) &&
			(w == "who" || w == "what" || w == "where") {
			out = append(out, token{text: w, norm: w, fixed: w, class: word}, token{text: "is", norm: "is", fixed: "is", class: word})
			continue
		}
		out = append(out, t)
	}
	return out
}

func questionWord(s string) bool {
	switch s {
	case "who", "what", "where", "when", "how", "that", "it", "there", "here", "he", "she", "which":
		return true
	}
	return false
}
