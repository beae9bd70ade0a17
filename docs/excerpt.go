package docs

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// MaxExcerpt is the length of an excerpt in characters.
const MaxExcerpt = 280

// Excerpt returns the one or two sentences of a section's text that fit the words of a question best; the first ones
// when no word occurs. It is on one line and at most MaxExcerpt characters long.
func Excerpt(text string, words []string) string {
	const most = 400 // sentences looked at
	all := sentences(text, most)
	if len(all) == 0 {
		return ""
	}
	var folded []string
	for _, w := range words {
		if w = strings.ToLower(strings.TrimSpace(w)); w != "" {
			folded = append(folded, w)
		}
	}
	best, most1 := 0, 0
	for i, s := range all {
		if n := hits(s, folded); n > most1 {
			best, most1 = i, n
		}
	}
	out := all[best]
	if best+1 < len(all) && isSentence(all[best+1]) && utf8.RuneCountInString(out)+1+utf8.RuneCountInString(all[best+1]) <= MaxExcerpt {
		out = glue(out, all[best+1])
	}
	return cut(out, MaxExcerpt)
}

// isSentence reports text of more than a word, such as a label would be.
func isSentence(s string) bool {
	return strings.Contains(s, " ") || utf8.RuneCountInString(s) < len(s)
}

// hits counts the words that occur in a sentence. An English word must begin where a word of the sentence begins.
func hits(sentence string, words []string) int {
	n := 0
	s := strings.ToLower(sentence)
	for _, w := range words {
		if begins(s, w) {
			n++
		}
	}
	return n
}

func begins(s, word string) bool {
	for from := 0; ; {
		i := strings.Index(s[from:], word)
		if i < 0 {
			return false
		}
		i += from
		before, _ := utf8.DecodeLastRuneInString(s[:i])
		first, size := utf8.DecodeRuneInString(word)
		if i == 0 || unicode.Is(unicode.Han, first) || !unicode.IsLetter(before) && !unicode.IsDigit(before) {
			return true
		}
		from = i + size
	}
}

// sentences splits a text at full stops that end a word, at their Chinese forms, and at lines.
func sentences(text string, most int) []string {
	var out []string
	for line := range strings.Lines(text) {
		line = strings.Join(strings.Fields(line), " ")
		for line != "" && len(out) < most {
			end := sentenceEnd(line)
			out = append(out, strings.TrimSpace(line[:end]))
			line = strings.TrimSpace(line[end:])
		}
	}
	return out
}

func sentenceEnd(s string) int {
	for i, r := range s {
		end := i + utf8.RuneLen(r)
		switch r {
		case '。', '！', '？':
			return end
		case '.', '!', '?':
			if end < len(s) && s[end] == ' ' {
				return end
			}
		}
	}
	return len(s)
}

// glue joins two sentences, with a space where the script has them.
func glue(a, b string) string {
	last, _ := utf8.DecodeLastRuneInString(a)
	if unicode.Is(unicode.Han, last) || strings.ContainsRune("。！？", last) {
		return a + b
	}
	return a + " " + b
}

// cut shortens s to most characters, at a space if there is one near the end.
func cut(s string, most int) string {
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	rs := []rune(s)[:most-1]
	for i := len(rs) - 1; i > len(rs)-30; i-- {
		if rs[i] == ' ' {
			rs = rs[:i]
			break
		}
	}
	return string(rs) + "…"
}
