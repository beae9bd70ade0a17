package card

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/width"
)

// maxCluster bounds one grapheme, in code points: what is joined longer than this is hostile and may be torn.
const maxCluster = 64

// nextGrapheme returns the length in bytes of the first user-perceived character of s, after the rules of Unicode
// Annex 29 as far as clean text needs them: marks, joiners, modifiers, flags, tags and Hangul syllables stay
// together.
func nextGrapheme(s string) int {
	if len(s) == 0 {
		return 0
	}
	prev, n := utf8.DecodeRuneInString(s)
	if s[0] < utf8.RuneSelf && (len(s) == 1 || s[1] < utf8.RuneSelf) {
		return 1
	}
	flags := 0
	if regional(prev) {
		flags = 1
	}
	for count := 1; n < len(s) && (count < maxCluster || joiner(prev)); count++ {
		r, size := utf8.DecodeRuneInString(s[n:])
		switch {
		case extends(r):
		case joiner(prev): // clean text has joiners only where they join
		case flags == 1 && regional(r):
			flags = 2
		case hangul(prev, r):
		default:
			return n
		}
		prev = r
		n += size
	}
	return n
}

// extends reports whether r belongs to the character before it.
func extends(r rune) bool {
	if r < 0x300 {
		return false
	}
	return r == 0x200C || r == 0x200D || 0x1F3FB <= r && r <= 0x1F3FF || 0xE0020 <= r && r <= 0xE007F ||
		unicode.In(r, unicode.Mn, unicode.Me, unicode.Mc)
}

func regional(r rune) bool { return 0x1F1E6 <= r && r <= 0x1F1FF }

func joiner(r rune) bool { return r == 0x200C || r == 0x200D }

// hangul reports whether two conjoining jamo stand in one syllable.
func hangul(a, b rune) bool {
	lead := 0x1100 <= a && a <= 0x115F
	vowel := 0x1160 <= a && a <= 0x11A7
	trail := 0x11A8 <= a && a <= 0x11FF
	open := 0xAC00 <= a && a <= 0xD7A3
	v := 0x1160 <= b && b <= 0x11A7
	t := 0x11A8 <= b && b <= 0x11FF
	return lead && (v || 0x1100 <= b && b <= 0x115F || 0xAC00 <= b && b <= 0xD7A3) || (vowel || open) && (v || t) || trail && t
}

// Width returns the columns s takes on a terminal: East Asian wide characters and emoji take two, marks none. Line
// breaks and control characters take none.
func Width(s string) int {
	w := 0
	for i := 0; i < len(s); {
		if c := s[i]; c < utf8.RuneSelf && (i+1 == len(s) || s[i+1] < utf8.RuneSelf) {
			if c >= ' ' && c != 0x7F {
				w++
			}
			i++
			continue
		}
		n := nextGrapheme(s[i:])
		w += clusterWidth(s[i : i+n])
		i += n
	}
	return w
}

func clusterWidth(c string) int {
	w := 0
	for i, r := range c {
		switch {
		case r == 0xFE0F: // emoji presentation of what is a text symbol by default
			if i > 0 {
				w = 2
			}
		case regional(r):
			w = max(w, 2)
		default:
			w = max(w, runeWidth(r))
		}
	}
	return w
}

func runeWidth(r rune) int {
	switch {
	case r < ' ' || r == 0x7F:
		return 0
	case r < 0x300:
		return 1
	case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		return 0
	case r < 0x1100:
		return 1
	}
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	}
	return 1
}
