package web

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// piece is a part of a text, marked where it is what was searched for.
type piece struct {
	Text string
	Mark bool
}

// maxWords bounds how many words of a search are marked.
const maxWords = 20

// words are the words of a search in lower case, without endings that English puts on them.
func words(q string) []string {
	var out []string
	for _, f := range strings.FieldsFunc(strings.ToLower(q), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) }) {
		if f = stem(f); f != "" && !filler(f) && len(out) < maxWords {
			out = append(out, f)
		}
	}
	return out
}

// filler reports words that stand in nearly every question and would mark half of a text.
func filler(w string) bool {
	switch w {
	case "a", "an", "the", "of", "to", "in", "on", "is", "are", "i", "do", "does", "how", "what", "where", "and", "or", "for", "的", "了", "吗":
		return true
	}
	return false
}

// stem takes off what English puts at the end of words, roughly: a mark that begins a little early is no harm.
func stem(w string) string {
	for _, end := range []string{"ing", "ed", "es", "s"} {
		if rest, ok := strings.CutSuffix(w, end); ok && len(rest) >= 4 {
			return rest
		}
	}
	return w
}

// highlight marks the words of a text that begin with one of the words searched for; Chinese ones wherever they stand.
func highlight(text string, words []string) []piece {
	var out []piece
	plain := 0 // where what is not marked begins
	for i := 0; i < len(text); {
		n := 0
		if starts(text, i) {
			n = matching(text[i:], words)
		}
		if n == 0 {
			_, size := utf8.DecodeRuneInString(text[i:])
			i += size
			continue
		}
		if plain < i {
			out = append(out, piece{Text: text[plain:i]})
		}
		out = append(out, piece{Text: text[i : i+n], Mark: true})
		i += n
		plain = i
	}
	if plain < len(text) {
		out = append(out, piece{Text: text[plain:]})
	}
	return out
}

// starts reports whether a word may begin at i.
func starts(text string, i int) bool {
	here, _ := utf8.DecodeRuneInString(text[i:])
	if unicode.Is(unicode.Han, here) {
		return true
	}
	before, _ := utf8.DecodeLastRuneInString(text[:i])
	return i == 0 || !unicode.IsLetter(before) && !unicode.IsNumber(before) || unicode.Is(unicode.Han, before)
}

// matching is how long the word is that begins a text, when it is one of those searched for; else 0.
func matching(text string, words []string) int {
	for _, w := range words {
		n := prefixFold(text, w)
		if n == 0 {
			continue
		}
		if first, _ := utf8.DecodeRuneInString(w); unicode.Is(unicode.Han, first) {
			return n
		}
		for n < len(text) {
			r, size := utf8.DecodeRuneInString(text[n:])
			if !unicode.IsLetter(r) && !unicode.IsNumber(r) || unicode.Is(unicode.Han, r) {
				break
			}
			n += size
		}
		return n
	}
	return 0
}

// prefixFold is how many bytes of text the lower-case word covers at its beginning, without regard to case.
func prefixFold(text, word string) int {
	n := 0
	for _, want := range word {
		r, size := utf8.DecodeRuneInString(text[n:])
		if size == 0 || unicode.ToLower(r) != want {
			return 0
		}
		n += size
	}
	return n
}
