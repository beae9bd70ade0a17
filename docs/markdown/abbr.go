package markdown

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"
)

const maxAbbreviations = 500

// abbreviations are the words that a page explains: *[HTML]: Hyper Text Markup Language.
type abbreviations struct {
	meaning map[string]string
	first   [256]bool // bytes that one of them begins with
}

// define takes in a definition, given without its indent, and reports whether the line is one.
func (a *abbreviations) define(line []byte) bool {
	if !bytes.HasPrefix(line, []byte("*[")) {
		return false
	}
	i := bytes.Index(line, []byte("]:"))
	if i < 3 || len(a.meaning) >= maxAbbreviations {
		return false
	}
	word := strings.TrimSpace(string(line[2:i]))
	if word == "" {
		return false
	}
	if a.meaning == nil {
		a.meaning = map[string]string{}
	}
	a.meaning[word] = strings.Trim(strings.TrimSpace(string(line[i+2:])), `"'`)
	a.first[word[0]] = true
	return true
}

// find returns where the next abbreviation in s begins and ends; start is -1 when there is none.
func (a *abbreviations) find(s []byte) (start, end int) {
	inWord := false
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRune(s[i:])
		letter := unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_'
		if !inWord && a.first[s[i]] {
			if n := a.longest(s[i:]); n > 0 {
				return i, i + n
			}
		}
		inWord = letter
		i += size
	}
	return -1, -1
}

// longest is the length of the longest abbreviation that s begins with as a word of its own.
func (a *abbreviations) longest(s []byte) int {
	best := 0
	for word := range a.meaning {
		if len(word) <= best || len(word) > len(s) || string(s[:len(word)]) != word {
			continue
		}
		next, _ := utf8.DecodeRune(s[len(word):])
		last, _ := utf8.DecodeLastRuneInString(word)
		wordly := unicode.IsLetter(last) || unicode.IsDigit(last)
		if len(s) == len(word) || !wordly || !unicode.IsLetter(next) && !unicode.IsDigit(next) && next != '_' {
			best = len(word)
		}
	}
	return best
}
