package inventory

import "strings"

// stripComments blanks // and /* */ comments of Groovy, Kotlin, Swift or Scala source outside of string literals;
// lines keep their number.
func stripComments(src string) string {
	out := []byte(src)
	var quote string
	for i := 0; i < len(src); {
		switch {
		case quote != "":
			switch {
			case src[i] == '\\' && len(quote) == 1:
				i++
			case strings.HasPrefix(src[i:], quote):
				i += len(quote) - 1
				quote = ""
			case src[i] == '\n' && len(quote) == 1:
				quote = ""
			}
			i++
		case strings.HasPrefix(src[i:], `"""`), strings.HasPrefix(src[i:], "'''"):
			quote = src[i : i+3]
			i += 3
		case src[i] == '"' || src[i] == '\'':
			quote = src[i : i+1]
			i++
		case strings.HasPrefix(src[i:], "//"):
			for ; i < len(src) && src[i] != '\n'; i++ {
				out[i] = ' '
			}
		case strings.HasPrefix(src[i:], "/*"):
			end := strings.Index(src[i+2:], "*/")
			stop := len(src)
			if end >= 0 {
				stop = i + 2 + end + 2
			}
			for ; i < stop; i++ {
				if out[i] != '\n' {
					out[i] = ' '
				}
			}
		default:
			i++
		}
	}
	return string(out)
}
