package template

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf16"
)

// AppendJSON appends v as JSON.stringify writes it: NaN and the infinities are null, properties that are undefined
// are left out, half surrogate pairs are \uXXXX. A value that is undefined appends nothing.
func AppendJSON(dst []byte, v Value) []byte {
	w := jsonWriter{out: dst}
	w.value(v, 0)
	return w.out
}

// MarshalJSON implements json.Marshaler; undefined is null.
func (v Value) MarshalJSON() ([]byte, error) {
	if v.kind == Undefined {
		return []byte("null"), nil
	}
	return AppendJSON(nil, v), nil
}

type jsonWriter struct {
	out    []byte
	indent string
}

func (w *jsonWriter) value(v Value, depth int) {
	switch v.kind {
	case Undefined:
	case Bool:
		w.out = strconv.AppendBool(w.out, v.bool())
	case Number:
		if f := v.num(); math.IsNaN(f) || math.IsInf(f, 0) {
			w.out = append(w.out, "null"...)
		} else {
			w.out = append(w.out, formatNumber(f)...)
		}
	case String, safeKind:
		w.out = appendQuoted(w.out, v.text())
	case Array:
		w.list(v.array().items, depth+1)
	case Object:
		w.object(v.record(), depth+1)
	case regexKind:
		w.out = append(w.out, "{}"...)
	default:
		w.out = append(w.out, "null"...)
	}
}

func (w *jsonWriter) line(depth int) {
	if w.indent == "" {
		return
	}
	w.out = append(w.out, '\n')
	for range depth {
		w.out = append(w.out, w.indent...)
	}
}

func (w *jsonWriter) list(items []Value, depth int) {
	if len(items) == 0 {
		w.out = append(w.out, "[]"...)
		return
	}
	w.out = append(w.out, '[')
	for i, v := range items {
		if i > 0 {
			w.out = append(w.out, ',')
		}
		w.line(depth)
		if v.kind == Undefined {
			v = NullValue()
		}
		w.value(v, depth)
	}
	w.line(depth - 1)
	w.out = append(w.out, ']')
}

func (w *jsonWriter) object(r *record, depth int) {
	w.out = append(w.out, '{')
	empty := true
	for i, k := range r.keys {
		if r.vals[i].kind == Undefined {
			continue
		}
		if !empty {
			w.out = append(w.out, ',')
		}
		empty = false
		w.line(depth)
		w.out = append(appendQuoted(w.out, k), ':')
		if w.indent != "" {
			w.out = append(w.out, ' ')
		}
		w.value(r.vals[i], depth)
	}
	if !empty {
		w.line(depth - 1)
	}
	w.out = append(w.out, '}')
}

// appendQuoted appends a string as JSON.stringify quotes it.
func appendQuoted(dst []byte, s string) []byte {
	dst = append(dst, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' && c != 0xED {
			i++
			continue
		}
		r, n := decode(s[i:])
		if c == 0xED && !utf16.IsSurrogate(r) {
			i += n
			continue
		}
		dst = append(dst, s[start:i]...)
		if k := strings.IndexByte("\"\\\b\f\n\r\t", c); k >= 0 {
			dst = append(dst, '\\', `"\bfnrt`[k])
		} else {
			dst = fmt.Appendf(dst, "\\u%04x", r)
		}
		i += n
		start = i
	}
	return append(append(dst, s[start:]...), '"')
}
