package commands

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/backchannel-portal/backchannel/bot/card"
)

// spaced sets the spaces of a Chinese sentence where its parts meet: none beside full-width punctuation and between
// Chinese words, one between Chinese and Latin words. Names keep a space around them in the catalogue's templates,
// because one cannot know their script beforehand; strong ones keep it, as they stand out anyway.
func spaced(spans []card.Span) []card.Span {
	for i := 1; i < len(spans); i++ {
		meet(&spans[i-1], &spans[i])
	}
	return spans
}

// meet sets the space between two neighbours.
func meet(left, right *card.Span) {
	before, after := last(left.Text), first(right.Text)
	plain := isPlain(left) && isPlain(right)
	switch {
	case before == 0 || after == 0:
	case isWide(before) && isPlain(right):
		right.Text = strings.TrimLeft(right.Text, " ")
	case isWide(after) && isPlain(left):
		left.Text = strings.TrimRight(left.Text, " ")
	case plain && after == ' ' && isHan(before) && isHan(first(strings.TrimLeft(right.Text, " "))):
		right.Text = strings.TrimLeft(right.Text, " ")
	case plain && before == ' ' && isHan(after) && isHan(last(strings.TrimRight(left.Text, " "))):
		left.Text = strings.TrimRight(left.Text, " ")
	case isPlain(right) && (isHan(before) && isLatin(after) || isLatin(before) && isHan(after)):
		right.Text = " " + right.Text
	}
}

// isPlain reports whether a span looks like the words around it.
func isPlain(s *card.Span) bool { return s.Kind == card.Words || s.Kind == card.Time }

func isHan(r rune) bool { return unicode.Is(unicode.Han, r) }

func first(s string) rune {
	if s == "" {
		return 0
	}
	r, _ := utf8.DecodeRuneInString(s)
	return r
}

func last(s string) rune {
	if s == "" {
		return 0
	}
	r, _ := utf8.DecodeLastRuneInString(s)
	return r
}

// isWide reports whether r is full-width punctuation.
func isWide(r rune) bool { return strings.ContainsRune("，。：；？！、（）“”", r) }

func isLatin(r rune) bool { return r < 0x250 && (unicode.IsLetter(r) || unicode.IsDigit(r)) }
