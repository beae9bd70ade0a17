package yamldoc

import (
	"bytes"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// repairs are what the library refuses and Backstage's parser reads. Each is tried on a document that failed, in turn.
var repairs = [...]struct {
	cause  func(err error, text []byte) bool
	mend   func(text []byte) []byte
	partly bool // keep the result although something else is wrong too
}{
	{says("Unicode character escape"), surrogates, true},
	{says(badChar), controls, true},
	{holds('\t'), tabs, false},
	{holds('?'), questions, false},
}

func says(message string) func(error, []byte) bool {
	return func(err error, _ []byte) bool { return strings.Contains(err.Error(), message) }
}

func holds(c byte) func(error, []byte) bool {
	return func(_ error, text []byte) bool { return bytes.IndexByte(text, c) >= 0 }
}

// The library follows YAML 1.1 where lines end: it also breaks them at U+0085, U+2028 and U+2029. Those characters
// are replaced by noncharacters before parsing and put back in every scalar; and so, when a document fails, are
// question marks inside words.
var stands = [...]struct{ real, stand string }{
	{"\u0085", "\ufdd0"}, {"\u2028", "\ufdd1"}, {"\u2029", "\ufdd2"}, {"?", questionStand},
}

const questionStand = "\ufdd3"

// repair hides the characters that end lines in YAML 1.1 only.
func repair(data []byte) []byte {
	for _, b := range stands[:3] {
		if bytes.Contains(data, []byte(b.real)) {
			data = bytes.ReplaceAll(data, []byte(b.real), []byte(b.stand))
		}
	}
	return data
}

// restore undoes repair and controls in a scalar.
func restore(s string) string {
	if strings.Contains(s, controlStand) {
		s = uncontrol(s)
	}
	for i := 0; i+2 < len(s); i++ {
		if s[i] == 0xEF && s[i+1] == 0xB7 && s[i+2] >= 0x90 && s[i+2] <= 0x93 {
			b := []byte(s)
			for _, l := range stands {
				b = bytes.ReplaceAll(b, []byte(l.stand), []byte(l.real))
			}
			return string(b)
		}
	}
	return s
}

// questions hides the question marks inside words: the library ends a plain scalar in a flow collection at one, so
// that it cannot read {url: https://example.com/?page=1}.
func questions(data []byte) []byte {
	out := make([]byte, 0, len(data)+16)
	for i, c := range data {
		if c == '?' && i > 0 && data[i-1] > ' ' && bytes.IndexByte([]byte(",[{"), data[i-1]) < 0 {
			out = append(out, questionStand...)
		} else {
			out = append(out, c)
		}
	}
	return out
}

// surrogates replaces \uD83D\uDE00, the way JSON writes characters beyond the first plane, by \U0001F600, and a lone
// surrogate by \uFFFD. The library refuses both in double quotes, where Backstage's parser reads them; elsewhere they
// are plain text, so this is for documents that failed because of them only.
func surrogates(data []byte) []byte {
	out := make([]byte, 0, len(data))
	for i := 0; i < len(data); {
		hi, ok := surrogate(data[i:])
		if !ok || i > 0 && data[i-1] == '\\' {
			out = append(out, data[i])
			i++
			continue
		}
		i += 6
		if lo, ok := surrogate(data[i:]); ok && utf16.DecodeRune(hi, lo) != '\ufffd' {
			out = fmt.Appendf(out, `\U%08X`, utf16.DecodeRune(hi, lo))
			i += 6
			continue
		}
		out = append(out, `\uFFFD`...)
	}
	return out
}

// surrogate reads a \uXXXX escape at the start of data that is half of a pair.
func surrogate(data []byte) (rune, bool) {
	if len(data) < 6 || data[0] != '\\' || data[1] != 'u' {
		return 0, false
	}
	v, err := strconv.ParseUint(string(data[2:6]), 16, 16)
	if err != nil || !utf16.IsSurrogate(rune(v)) {
		return 0, false
	}
	return rune(v), true
}

// controlBase and the 255 code points after it, private ones that no text uses, stand for control characters; the
// bytes of each begin with controlStand.
const (
	controlBase  = 0x10FE00
	controlStand = "\xf4\x8f"
)

// controls hides the control characters, which the library refuses wherever they stand: text copied from a terminal or
// a PDF has them.
func controls(data []byte) []byte {
	out := make([]byte, 0, len(data)+16)
	for len(data) > 0 {
		r, size := utf8.DecodeRune(data)
		switch {
		case r == '\t' || r == '\n' || r == '\r':
			out = append(out, byte(r))
		case r < ' ' || r >= 0x7f && r < 0xa0 || r == 0xfffe || r == 0xffff:
			out = utf8.AppendRune(out, controlBase+r&0xff)
		default:
			out = append(out, data[:size]...)
		}
		data = data[size:]
	}
	return out
}

// uncontrol undoes controls.
func uncontrol(s string) string {
	return strings.Map(func(r rune) rune {
		switch code := r - controlBase; {
		case code < 0 || code > 0xff:
			return r
		case code >= 0xfe:
			return 0xff00 + code
		default:
			return code
		}
	}, s)
}

// tabs removes the tabs of lines that hold nothing else, or nothing but a comment, and those between a dash and the
// text after it. The library takes them for indentation. Lines of block scalars stay as they are.
func tabs(data []byte) []byte {
	out := make([]byte, 0, len(data))
	block := -1 // indentation of the line that opened the block scalar
	for line := range bytes.Lines(data) {
		rest := bytes.TrimLeft(line, " \t")
		empty := len(bytes.TrimRight(rest, "\r\n")) == 0
		spaces := len(line) - len(bytes.TrimLeft(line, " "))
		if block >= 0 && (empty || spaces > block) {
			out = append(out, line...)
			continue
		}
		block = -1
		switch m := dashed.FindIndex(line); {
		case blockHeader.Match(line):
			block = spaces
			out = append(out, line...)
		case empty:
			out = append(out, rest...)
		case rest[0] == '#':
			out = append(append(out, line[:spaces]...), rest...)
		case m != nil && !compact.Match(line[m[1]:]):
			out = append(append(out, bytes.ReplaceAll(line[:m[1]], []byte{'\t'}, []byte{' '})...), line[m[1]:]...)
		default:
			out = append(out, line...)
		}
	}
	return out
}

var (
	// blockHeader matches a line that ends with the mark of a block scalar.
	blockHeader = regexp.MustCompile(`(?:^|[ \t])[|>][-+1-9]*[ \t]*(?:[ \t]#.*)?\r?\n?$`)
	// dashed matches the dash of a list's item, and blanks after it among which is a tab.
	dashed = regexp.MustCompile(`^ *- *\t[ \t]*`)
	// compact matches an item that is a list or a map itself: a tab cannot say where its other lines are to begin.
	compact = regexp.MustCompile(`^(?:[-?][ \t]|[^"'\[{#]*:(?:[ \t\r\n]|$)|"[^"]*"[ \t]*:|'[^']*'[ \t]*:)`)
)
