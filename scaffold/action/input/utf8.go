package input

import "unicode/utf8"

// UTF8 is what Node.js reads from bytes as UTF-8 (WHATWG, Encoding): every longest part of a character that is broken
// off is one U+FFFD.
func UTF8(data []byte) string {
	if utf8.Valid(data) {
		return string(data)
	}
	out := make([]byte, 0, len(data)+len(data)/8)
	for len(data) > 0 {
		r, n := utf8.DecodeRune(data)
		if r == utf8.RuneError && n == 1 {
			n = broken(data)
		}
		out = utf8.AppendRune(out, r)
		data = data[n:]
	}
	return string(out)
}

// broken is how many bytes at the start of data could begin a character and do not go on as one.
func broken(data []byte) int {
	lo, hi, need := byte(0x80), byte(0xBF), 0
	switch b := data[0]; {
	case b >= 0xC2 && b <= 0xDF:
		need = 1
	case b == 0xE0:
		lo, need = 0xA0, 2
	case b == 0xED:
		hi, need = 0x9F, 2
	case b >= 0xE1 && b <= 0xEF:
		need = 2
	case b == 0xF0:
		lo, need = 0x90, 3
	case b == 0xF4:
		hi, need = 0x8F, 3
	case b >= 0xF1 && b <= 0xF3:
		need = 3
	}
	n := 1
	for n <= need && n < len(data) && data[n] >= lo && data[n] <= hi {
		lo, hi = 0x80, 0xBF
		n++
	}
	return n
}
