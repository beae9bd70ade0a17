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
		left, right := &spans[i-1], &spans[i]
		before, after := last(left.Text), first(right.Text)
		switch {
		case before == 0 || after == 0:
		case isWide(before) && right.Kind == card.Words:
			right.Text = strings.TrimLeft(right.Text, " ")
		case isWide(after) && left.Kind == card.Words:
			left.Text = strings.TrimRight(left.Text, " ")
		case after == ' ' && right.Kind == card.Words && left.Kind == card.Words && unicode.Is(unicode.Han, before) && hanNext(right.Text):
			right.Text = strings.TrimLeft(right.Text, " ")
		case before == ' ' && left.Kind == card.Words && right.Kind == card.Words && unicode.Is(unicode.Han, after) && hanBefore(left.Text):
			left.Text = strings.TrimRight(left.Text, " ")
		case unicode.Is(unicode.Han, before) && isLatin(after) && right.Kind == card.Words:
			right.Text = " " + right.Text
		case isLatin(before) && unicode.Is(unicode.Han, after) && right.Kind == card.Words:
			right.Text = " " + right.Text
		}
	}
	return spans
}

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

func hanNext(s string) bool   { return unicode.Is(unicode.Han, first(strings.TrimLeft(s, " "))) }
func hanBefore(s string) bool { return unicode.Is(unicode.Han, last(strings.TrimRight(s, " "))) }

// isWide reports whether r is full-width punctuation.
func isWide(r rune) bool { return strings.ContainsRune("，。：；？！、（）“”", r) }

func isLatin(r rune) bool { return r < 0x250 && (unicode.IsLetter(r) || unicode.IsDigit(r)) }
