package slack

import (
	"bytes"
	"strings"
)

// formValue finds the first value of a key in an application/x-www-form-urlencoded body, decoded. Slack sends about a
// dozen keys of which few are needed, so nothing is built for the others. A broken escape stays as it is.
func formValue(body []byte, key string) (string, bool) {
	for len(body) > 0 {
		pair := body
		if i := bytes.IndexByte(body, '&'); i >= 0 {
			pair, body = body[:i], body[i+1:]
		} else {
			body = nil
		}
		if len(pair) >= len(key) && string(pair[:len(key)]) == key {
			if len(pair) == len(key) {
				return "", true
			}
			if pair[len(key)] == '=' {
				return unescape(pair[len(key)+1:]), true
			}
		}
	}
	return "", false
}

// unescape decodes a form value. Bytes that are not UTF-8 become U+FFFD.
func unescape(raw []byte) string {
	if bytes.IndexByte(raw, '%') < 0 && bytes.IndexByte(raw, '+') < 0 {
		return strings.ToValidUTF8(string(raw), "\uFFFD")
	}
	var room [256]byte // on the stack; most values are shorter
	out := room[:0]
	for i := 0; i < len(raw); i++ {
		switch c := raw[i]; {
		case c == '+':
			out = append(out, ' ')
		case c == '%' && i+2 < len(raw) && isHex(raw[i+1]) && isHex(raw[i+2]):
			out = append(out, unhex(raw[i+1])<<4|unhex(raw[i+2]))
			i += 2
		default:
			out = append(out, c)
		}
	}
	return strings.ToValidUTF8(string(out), "\uFFFD")
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}

func unhex(c byte) byte {
	switch {
	case c <= '9':
		return c - '0'
	case c <= 'F':
		return c - 'A' + 10
	default:
		return c - 'a' + 10
	}
}
