package search

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// foldLimit bounds, in bytes, what is looked at of a name or a question that is resolved as a name.
const foldLimit = 512

// fold reduces a name to what is left when spelling habits are taken away: compatibility forms and full width
// (NFKC), case, accents and every separator. "Payment-Ledger API", "paymentLedgerApi" and "ｐayment_ledger.api" are
// the same. It keeps letters and digits only.
func fold(s string) string {
	s = clip(s)
	if isPlain(s) {
		return foldPlain(s)
	}
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range norm.NFKD.String(s) {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.Nd, r) {
			b.WriteRune(unicode.ToLower(r))
		}
	}
	return norm.NFC.String(b.String())
}

// clip bounds foreign input at a rune's start.
func clip(s string) string {
	if len(s) <= foldLimit {
		return s
	}
	n := foldLimit
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

func isPlain(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

func foldPlain(s string) string {
	clean := true
	for i := range len(s) {
		if c := s[i]; !(c >= 'a' && c <= 'z' || c >= '0' && c <= '9') {
			clean = false
			break
		}
	}
	if clean {
		return s
	}
	b := make([]byte, 0, len(s))
	for i := range len(s) {
		switch c := s[i]; {
		case c >= 'a' && c <= 'z' || c >= '0' && c <= '9':
			b = append(b, c)
		case c >= 'A' && c <= 'Z':
			b = append(b, c|0x20)
		}
	}
	return string(b)
}

// words splits a name into its folded words: at separators and at the humps of camel case ("cartEngineWorker",
// "HTTPServer"). A run of Chinese or Japanese is one word, and so is a run of letters and digits such as "log4j".
func words(s string) []string {
	s = clip(s)
	if isPlain(s) {
		return plainWords(s)
	}
	s = norm.NFKC.String(s)
	var out []string
	runes := []rune(s)
	start := -1
	flush := func(end int) {
		if start >= 0 {
			if w := fold(string(runes[start:end])); w != "" {
				out = append(out, w)
			}
		}
		start = -1
	}
	for i, r := range runes {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) {
			flush(i)
			continue
		}
		if start >= 0 && wordBreak(runes, i) {
			flush(i)
		}
		if start < 0 {
			start = i
		}
	}
	flush(len(runes))
	return out
}

// plainWords is words of a text in ASCII. The words share its memory.
func plainWords(s string) []string {
	var out []string
	lower, start := strings.ToLower(s), -1
	for i := range len(s) {
		upper := s[i] >= 'A' && s[i] <= 'Z'
		if !upper && !small(s[i]) && (s[i] < '0' || s[i] > '9') {
			if start >= 0 {
				out = append(out, lower[start:i])
			}
			start = -1
			continue
		}
		if start >= 0 && upper && (small(s[i-1]) || s[i-1] >= 'A' && i+1 < len(s) && small(s[i+1])) {
			out = append(out, lower[start:i])
			start = i
		}
		if start < 0 {
			start = i
		}
	}
	if start >= 0 {
		out = append(out, lower[start:])
	}
	return out
}

func small(c byte) bool { return c >= 'a' && c <= 'z' }

// wordBreak reports whether a word starts at i inside a run of letters and digits.
func wordBreak(rs []rune, i int) bool {
	prev, r := rs[i-1], rs[i]
	if isHan(prev) != isHan(r) {
		return true
	}
	if !unicode.IsUpper(r) {
		return false
	}
	if unicode.IsLower(prev) {
		return true
	}
	return unicode.IsUpper(prev) && i+1 < len(rs) && unicode.IsLower(rs[i+1])
}

// isHan reports whether r belongs to a script that is written without spaces between words.
func isHan(r rune) bool {
	return r >= 0x2E80 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana)
}

func hasHan(s string) bool { return !isPlain(s) && strings.IndexFunc(s, isHan) >= 0 }

// scripts returns the Latin and the Chinese part of a mixed name such as "Mei Lin 林梅" or "周健 (Zhou Jian)", or
// nothing when the name is of one script.
func scripts(s string) (latin, han string) {
	if !hasHan(s) {
		return "", ""
	}
	var l, h strings.Builder
	for _, r := range s {
		switch {
		case isHan(r):
			h.WriteRune(r)
		case unicode.IsLetter(r):
			l.WriteRune(r)
		default:
			l.WriteRune(r)
		}
	}
	latin, han = strings.TrimSpace(l.String()), h.String()
	if strings.IndexFunc(latin, unicode.IsLetter) < 0 {
		return "", ""
	}
	return strings.Trim(latin, "()（）[] -/·,，"), han
}

// stem takes a plural ending away, so that "payment" finds "payments-api" and the other way round. The result is a
// key, not a word: "cache" and "caches" give "cach".
func stem(w string) string {
	if len(w) < 4 || !isPlain(w) {
		return w
	}
	switch {
	case strings.HasSuffix(w, "ss"):
	case strings.HasSuffix(w, "ies") && len(w) > 4:
		w = w[:len(w)-3] + "y"
	case strings.HasSuffix(w, "s"):
		w = w[:len(w)-1]
	}
	for _, end := range [...]string{"che", "she", "xe", "sse"} {
		if strings.HasSuffix(w, end) {
			return w[:len(w)-1]
		}
	}
	return w
}
