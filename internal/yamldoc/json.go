package yamldoc

import "unicode/utf8"

// AppendJSON appends the JSON form of a tree: fields in the order written, numbers as JavaScript prints them (null
// for NaN and the infinities), text unescaped beyond what JSON needs.
func AppendJSON(dst []byte, n *Node) []byte {
	switch {
	case n == nil || n.Kind == Null:
		return append(dst, "null"...)
	case n.Kind == Bool:
		return append(dst, n.Text...)
	case n.Kind == Number:
		if c := n.Text[len(n.Text)-1]; c == 'N' || c == 'y' { // NaN, Infinity
			return append(dst, "null"...)
		}
		return append(dst, n.Text...)
	case n.Kind == String:
		return AppendString(dst, n.Text)
	case n.Kind == List:
		dst = append(dst, '[')
		for i, item := range n.Items {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = AppendJSON(dst, item)
		}
		return append(dst, ']')
	}
	dst = append(dst, '{')
	for i := range n.Fields {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = AppendString(dst, n.Fields[i].Key)
		dst = append(dst, ':')
		dst = AppendJSON(dst, n.Fields[i].Value)
	}
	return append(dst, '}')
}

const hex = "0123456789abcdef"

// AppendString appends s as a JSON string with the escapes JSON.stringify uses. Bytes that are not UTF-8 become the
// replacement character.
func AppendString(dst []byte, s string) []byte {
	dst = append(dst, '"')
	from := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' && c < utf8.RuneSelf {
			i++
			continue
		}
		if c >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError && size == 1 {
				dst = append(append(dst, s[from:i]...), "\ufffd"...)
				from = i + 1
			}
			i += size
			continue
		}
		dst = append(dst, s[from:i]...)
		switch c {
		case '"', '\\':
			dst = append(dst, '\\', c)
		case '\n':
			dst = append(dst, '\\', 'n')
		case '\r':
			dst = append(dst, '\\', 'r')
		case '\t':
			dst = append(dst, '\\', 't')
		case '\b':
			dst = append(dst, '\\', 'b')
		case '\f':
			dst = append(dst, '\\', 'f')
		default:
			dst = append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		}
		i++
		from = i
	}
	return append(append(dst, s[from:]...), '"')
}
