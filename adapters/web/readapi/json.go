package readapi

import (
	"bytes"
	"encoding/json"
	"strings"
)

// The functions of this file walk JSON text without decoding it. Entities are kept as canonical JSON, and a page of
// them is found, cut and written by moving bytes; text that is not valid JSON ends a walk early and does no harm.

// blank skips white space.
func blank(b []byte, i int) int {
	for i < len(b) && (b[i] == ' ' || b[i] == '\n' || b[i] == '\t' || b[i] == '\r') {
		i++
	}
	return i
}

// stringEnd returns the index behind the string that starts at i.
func stringEnd(b []byte, i int) int {
	for i++; i < len(b); i++ {
		j := bytes.IndexByte(b[i:], '"')
		if j < 0 {
			return len(b)
		}
		i += j
		back := i - 1
		for b[back] == '\\' {
			back--
		}
		if (i-back)%2 == 1 {
			return i + 1
		}
	}
	return len(b)
}

// valueEnd returns the index behind the value that starts at i.
func valueEnd(b []byte, i int) int {
	depth := 0
	for i < len(b) {
		switch b[i] {
		case '"':
			i = stringEnd(b, i)
			if depth == 0 {
				return i
			}
			continue
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth <= 0 {
				return i + min(1, 1+depth)
			}
		case ',', ' ', '\n', '\t', '\r':
			if depth == 0 {
				return i
			}
		}
		i++
	}
	return len(b)
}

// members calls f with every key of the object that starts at i, still quoted, and its value, until f returns false.
func members(b []byte, i int, f func(key, value []byte) bool) {
	if i >= len(b) || b[i] != '{' {
		return
	}
	for i = blank(b, i+1); i < len(b) && b[i] == '"'; {
		end := stringEnd(b, i)
		key := b[i:end]
		i = blank(b, end)
		if i >= len(b) || b[i] != ':' {
			return
		}
		i = blank(b, i+1)
		end = valueEnd(b, i)
		if !f(key, b[i:end]) {
			return
		}
		if i = blank(b, end); i >= len(b) || b[i] != ',' {
			return
		}
		i = blank(b, i+1)
	}
}

// items calls f with every element of the array that starts at i, until f returns false.
func items(b []byte, i int, f func(value []byte) bool) {
	if i >= len(b) || b[i] != '[' {
		return
	}
	for i = blank(b, i+1); i < len(b) && b[i] != ']'; {
		end := valueEnd(b, i)
		if end == i || !f(b[i:end]) {
			return
		}
		if i = blank(b, end); i >= len(b) || b[i] != ',' {
			return
		}
		i = blank(b, i+1)
	}
}

// member returns the value of a key of an object, nil when it has none.
func member(object []byte, key string) []byte {
	var out []byte
	members(object, 0, func(k, value []byte) bool {
		if name(k) == key {
			out = value
		}
		return out == nil
	})
	return out
}

// name is the text of a quoted string.
func name(quoted []byte) string {
	if len(quoted) < 2 || quoted[0] != '"' {
		return ""
	}
	if bytes.IndexByte(quoted, '\\') < 0 {
		return string(quoted[1 : len(quoted)-1])
	}
	var s string
	if json.Unmarshal(quoted, &s) != nil {
		return ""
	}
	return s
}

// appendString appends a JSON string.
func appendString(b []byte, s string) []byte {
	const hex = "0123456789abcdef"
	b = append(b, '"')
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c < 0x20:
			b = append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		default:
			b = append(b, c)
		}
	}
	return append(b, '"')
}

// found is a value at the end of a path: the row that Backstage's search table would hold.
type found struct {
	text string // String(value) of JavaScript
	null bool   // null, or longer than a row may be: it exists and equals nothing
}

// at calls f with every value of a document whose path, lower case, is the given one: as traverse in
// @backstage/plugin-catalog-backend (buildEntitySearch) reads it. Keys of objects make the path, arrays are passed
// through, and a string in an array is also the key of a value true.
func at(value []byte, path string, f func(found)) {
	if len(value) == 0 {
		return
	}
	switch value[0] {
	case '{':
		if path == "" {
			return
		}
		members(value, 0, func(key, v []byte) bool {
			k := strings.ToLower(name(key))
			switch {
			case k == path:
				at(v, "", f)
			case len(path) > len(k) && path[len(k)] == '.' && path[:len(k)] == k:
				at(v, path[len(k)+1:], f)
			}
			return true
		})
	case '[':
		items(value, 0, func(v []byte) bool {
			at(v, path, f)
			if path != "" && len(v) > 0 && v[0] == '"' && strings.ToLower(name(v)) == path {
				f(found{text: "true"})
			}
			return true
		})
	default:
		if path == "" {
			f(scalar(value))
		}
	}
}

// scalar reads a value that is neither an object nor an array.
func scalar(value []byte) found {
	switch value[0] {
	case 'n':
		return found{null: true}
	case '"':
		return row(name(value))
	default:
		return row(string(value))
	}
}

// mostText is the longest value that can be asked for, in UTF-16 units (MAX_VALUE_LENGTH in buildEntitySearch).
const mostText = 200

func row(s string) found {
	if len(s) > mostText {
		units := 0
		for _, r := range s {
			if units++; r > 0xffff {
				units++
			}
		}
		if units > mostText {
			return found{null: true}
		}
	}
	return found{text: s}
}
