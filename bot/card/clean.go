package card

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// How many combining marks, joined characters and region tags in a row are kept. Written languages and emoji need at
// most four, four and six; more only serves to flood a screen.
const (
	maxMarks = 6
	maxJoins = 6
	maxTags  = 6
)

// Clean returns text that is safe to show on several lines: valid UTF-8, without control characters (line feeds
// stay, tabs become spaces), bidirectional overrides, invisible characters that only serve to deceive, or piles of
// combining marks. Joiners stay where scripts and emoji need them.
func Clean(s string) string {
	if clean(s, true) {
		return s
	}
	return scrub(s, true, false)
}

// CleanLine is Clean for text that must stay on one line: line breaks become spaces, and the ends are trimmed.
func CleanLine(s string) string {
	if !clean(s, false) {
		s = scrub(s, false, false)
	}
	return strings.TrimSpace(s)
}

// cleanSpan is CleanLine that keeps spaces at the ends, for text in the middle of a sentence.
func cleanSpan(s string) string {
	if clean(s, false) {
		return s
	}
	return scrub(s, false, false)
}

// CleanCode is Clean that keeps tabs, for preformatted text.
func CleanCode(s string) string {
	if clean(s, true) {
		return s
	}
	return scrub(s, true, true)
}

// clean reports whether scrubbing would change nothing. Plain text, the usual case, is settled byte by byte.
func clean(s string, lines bool) bool {
	for i := 0; i < len(s); {
		c := s[i]
		if c >= utf8.RuneSelf {
			r, n := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError && n == 1 || suspect(r) {
				return false
			}
			i += n
			continue
		}
		if c < ' ' && !(lines && c == '\n') || c == 0x7F {
			return false
		}
		i++
	}
	return true
}

// suspect reports whether a character beyond ASCII needs a closer look: it is invisible, joins, or combines.
func suspect(r rune) bool {
	if r < 0x300 {
		return r < 0xA0 || r == 0xAD
	}
	if r == 0x3164 || r == 0x115F || r == 0x1160 {
		return true // fillers: letters that are not there
	}
	if 0x3040 <= r && r <= 0xD7FF || 0x3001 <= r && r <= 0x3029 || 0xFF01 <= r && r <= 0xFF5E || 0x2010 <= r && r <= 0x2027 {
		return false // kana, Han and Hangul; punctuation
	}
	return unicode.In(r, unicode.Mn, unicode.Me, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Cs) || noncharacter(r)
}

func noncharacter(r rune) bool { return r&0xFFFE == 0xFFFE || 0xFDD0 <= r && r <= 0xFDEF }

// scrub does the work of Clean rune by rune.
func scrub(s string, lines, tabs bool) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\r\n", "\n")
	var b strings.Builder
	b.Grow(len(s))
	prev, marks, joined, tags := rune(0), 0, 0, 0
	for i, r := range s {
		switch {
		case r == '\n' || r == '\r' || r == '\v' || r == '\f' || r == 0x85 || r == 0x2028 || r == 0x2029:
			r = ' '
			if lines {
				r = '\n'
			}
		case r == '\t':
			if !tabs {
				r = ' '
			}
		case unicode.Is(unicode.Cc, r) || noncharacter(r):
			continue
		case r == 0x200C || r == 0x200D:
			next, _ := utf8.DecodeRuneInString(s[i+utf8.RuneLen(r):])
			if joined++; !joins(prev) || !joins(next) || joined > maxJoins {
				continue
			}
		case 0xE0020 <= r && r <= 0xE007F:
			if tags == 0 {
				continue
			}
			tags--
		case invisible(r):
			continue
		case unicode.In(r, unicode.Mn, unicode.Me):
			if marks++; marks > maxMarks {
				continue
			}
			b.WriteRune(r)
			continue
		}
		switch {
		case r == 0x1F3F4: // a black flag may carry the tags of a region
			tags = maxTags
		case r < 0xE0020 || r >= 0xE007F:
			tags = 0
		}
		if r != 0x200C && r != 0x200D && prev != 0x200C && prev != 0x200D {
			joined = 0
		}
		marks = 0
		b.WriteRune(r)
		prev = r
	}
	return b.String()
}

// joins reports whether a zero-width joiner beside r means something: in emoji and in the scripts of the Near East
// and of India, not beside Latin letters or spaces.
func joins(r rune) bool {
	return r >= 0x600 && r != utf8.RuneError && !unicode.IsSpace(r) && !unicode.In(r, unicode.Cf, unicode.Cs) && !invisible(r) && !noncharacter(r)
}

// invisible reports format characters without any honest use in a catalog: overrides and isolates of direction, zero
// width spaces, soft hyphens, tags, annotation anchors.
func invisible(r rune) bool {
	return r != 0x200C && r != 0x200D && unicode.In(r, unicode.Cf, unicode.Cs) || r == 0x115F || r == 0x1160 || r == 0x3164 || r == 0x034F
}
