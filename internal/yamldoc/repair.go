package yamldoc

import (
	"bytes"
	"fmt"
	"strconv"
	"unicode/utf16"
)

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

// restore undoes repair in a scalar.
func restore(s string) string {
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
