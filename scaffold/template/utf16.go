package template

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Strings are held as UTF-8 in which a half surrogate pair takes three bytes (WTF-8). Two halves that meet are always
// joined, so equal strings have equal bytes. Positions are counted in UTF-16 code units; a string of ASCII has them
// where its bytes are.

func ascii(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// length16 is the number of UTF-16 code units.
func length16(s string) int {
	n := 0
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c < 0x80 || c >= 0xC0 && c < 0xF0:
			n++
		case c >= 0xF0:
			n += 2
		}
	}
	return n
}

// decode returns the code point at the start of s, a half surrogate too, and its length in bytes.
func decode(s string) (rune, int) {
	if len(s) >= 3 && s[0] == 0xED && s[1]&0xE0 == 0xA0 && s[2]&0xC0 == 0x80 {
		return rune(s[0]&0x0F)<<12 | rune(s[1]&0x3F)<<6 | rune(s[2]&0x3F), 3
	}
	return utf8.DecodeRuneInString(s)
}

// appendUnit appends one code point or half surrogate.
func appendUnit(dst []byte, r rune) []byte {
	if utf16.IsSurrogate(r) {
		return join(dst, string([]byte{0xE0 | byte(r>>12), 0x80 | byte(r>>6)&0x3F, 0x80 | byte(r)&0x3F}))
	}
	return utf8.AppendRune(dst, r)
}

// join appends s to dst, and makes one character of two halves that meet.
func join(dst []byte, s string) []byte {
	n := len(dst)
	if len(s) >= 3 && n >= 3 && s[0] == 0xED && s[1] >= 0xB0 && dst[n-3] == 0xED && dst[n-2]&0xF0 == 0xA0 {
		hi, _ := decode(string(dst[n-3:]))
		lo, _ := decode(s)
		return append(utf8.AppendRune(dst[:n-3], utf16.DecodeRune(hi, lo)), s[3:]...)
	}
	return append(dst, s...)
}

// concat is a followed by b.
func concat(a, b string) string {
	if len(b) < 3 || b[0] != 0xED || len(a) < 3 {
		return a + b
	}
	return string(join([]byte(a), b))
}

// units are the UTF-16 code units of s.
func units(s string) []uint16 {
	out := make([]uint16, 0, len(s))
	for i := 0; i < len(s); {
		if c := s[i]; c < utf8.RuneSelf {
			out = append(out, uint16(c))
			i++
			continue
		}
		r, n := decode(s[i:])
		if r >= 0x10000 {
			hi, lo := utf16.EncodeRune(r)
			out = append(out, uint16(hi), uint16(lo))
		} else {
			out = append(out, uint16(r))
		}
		i += n
	}
	return out
}

// fromUnits is the string of the given code units.
func fromUnits(u []uint16) string {
	out := make([]byte, 0, len(u)+len(u)/2)
	for i := 0; i < len(u); i++ {
		r := rune(u[i])
		if r < utf8.RuneSelf {
			out = append(out, byte(r))
			continue
		}
		if r >= 0xD800 && r < 0xDC00 && i+1 < len(u) && u[i+1] >= 0xDC00 && u[i+1] < 0xE000 {
			out = utf8.AppendRune(out, utf16.DecodeRune(r, rune(u[i+1])))
			i++
			continue
		}
		out = appendUnit(out, r)
	}
	return string(out)
}

// offset returns the byte offset of a code unit, and whether it falls between two halves of one character.
func offset(s string, unit int) (at int, inside bool) {
	for unit > 0 && at < len(s) {
		switch c := s[at]; {
		case c < 0x80:
			at++
			unit--
		case c < 0xE0:
			at += 2
			unit--
		case c < 0xF0:
			at += 3
			unit--
		case unit == 1:
			return at, true
		default:
			at += 4
			unit -= 2
		}
	}
	return at, false
}

// substring are the code units from i up to j, which must lie in the string.
func substring(s string, i, j int) string {
	if i >= j {
		return ""
	}
	from, cutFrom := offset(s, i)
	to, cutTo := offset(s[from:], j-i)
	if cutFrom || cutTo {
		return fromUnits(units(s)[i:j])
	}
	return s[from : from+to]
}

// unitAt is the code unit at i, which must lie in the string.
func unitAt(s string, i int) uint16 {
	at, inside := offset(s, i)
	r, _ := decode(s[at:])
	if r < 0x10000 {
		return uint16(r)
	}
	hi, lo := utf16.EncodeRune(r)
	if inside {
		return uint16(lo)
	}
	return uint16(hi)
}

// letters are the code units of s, each as a string.
func letters(s string) []Value {
	out := make([]Value, 0, len(s))
	for i := 0; i < len(s); {
		if s[i] < utf8.RuneSelf {
			out = append(out, StringValue(s[i:i+1]))
			i++
			continue
		}
		r, n := decode(s[i:])
		if r < 0x10000 {
			out = append(out, StringValue(s[i:i+n]))
		} else {
			hi, lo := utf16.EncodeRune(r)
			out = append(out, StringValue(string(appendUnit(nil, hi))), StringValue(string(appendUnit(nil, lo))))
		}
		i += n
	}
	return out
}

// halves reports whether s begins with a low or ends with a high half, which could match inside a character.
func halves(s string) bool {
	if len(s) < 3 {
		return false
	}
	end := s[len(s)-3:]
	return s[0] == 0xED && s[1] >= 0xB0 || end[0] == 0xED && end[1]&0xF0 == 0xA0
}

// indexFrom is the unit at which sub is found in s from unit start on, or -1.
func indexFrom(s, sub string, start int) int {
	if halves(sub) && !ascii(s) {
		return indexUnits(units(s), units(sub), start)
	}
	at, inside := offset(s, start)
	skipped := start
	if inside {
		at, skipped = at+4, start+1
	}
	i := strings.Index(s[at:], sub)
	if i < 0 {
		return -1
	}
	return skipped + length16(s[at:at+i])
}

func indexUnits(s, sub []uint16, start int) int {
	for i := start; i+len(sub) <= len(s); i++ {
		if equalUnits(s[i:i+len(sub)], sub) {
			return i
		}
	}
	return -1
}

func equalUnits(a, b []uint16) bool {
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// lastIndexFrom is the last unit not after start at which sub is found in s, or -1.
func lastIndexFrom(s, sub string, start int) int {
	u, want := units(s), units(sub)
	for i := min(start, len(u)-len(want)); i >= 0; i-- {
		if equalUnits(u[i:i+len(want)], want) {
			return i
		}
	}
	return -1
}

// split cuts s at each sep; an empty one cuts between code units.
func split(s, sep string) []string {
	if sep == "" {
		out := make([]string, 0, len(s))
		for _, v := range letters(s) {
			out = append(out, v.text())
		}
		return out
	}
	if !halves(sep) || ascii(s) {
		return strings.Split(s, sep)
	}
	u, cut := units(s), units(sep)
	var out []string
	for from := 0; ; {
		i := indexUnits(u, cut, from)
		if i < 0 {
			return append(out, fromUnits(u[from:]))
		}
		out = append(out, fromUnits(u[from:i]))
		from = i + len(cut)
	}
}

// joinAll joins parts with sep between them.
func joinAll(parts []string, sep string) string {
	var out []byte
	for i, p := range parts {
		if i > 0 {
			out = join(out, sep)
		}
		out = join(out, p)
	}
	return string(out)
}

// compare16 orders strings by their code units.
func compare16(a, b string) int {
	n := min(len(a), len(b))
	i := 0
	for i < n && a[i] == b[i] {
		i++
	}
	if i == n || a[i] < 0xED || b[i] < 0xED {
		return strings.Compare(a[i:], b[i:])
	}
	ua, ub := units(a), units(b)
	for i := range min(len(ua), len(ub)) {
		if ua[i] != ub[i] {
			return int(ua[i]) - int(ub[i])
		}
	}
	return len(ua) - len(ub)
}

// UTF8 is s with each half surrogate pair replaced by U+FFFD, as JavaScript writes strings into files.
func UTF8(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); {
		r, n := decode(s[i:])
		out = utf8.AppendRune(out, r) // writes U+FFFD for halves
		i += n
	}
	return string(out)
}

// valid makes a string that this package can hold of any bytes: what is no UTF-8 becomes U+FFFD.
func valid(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); {
		r, n := decode(s[i:])
		out = appendUnit(out, r)
		i += n
	}
	return string(out)
}

// whitespace reports what JavaScript's trim and \s take for white space.
func whitespace(r rune) bool {
	switch r {
	case ' ', '\t', '\n', '\v', '\f', '\r', 0xA0, 0x1680, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000, 0xFEFF:
		return true
	}
	return r >= 0x2000 && r <= 0x200A
}

func trim(s string) string      { return strings.TrimFunc(s, whitespace) }
func trimStart(s string) string { return strings.TrimLeftFunc(s, whitespace) }
func trimEnd(s string) string   { return strings.TrimRightFunc(s, whitespace) }
