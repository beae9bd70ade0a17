package highlight

import "github.com/alecthomas/chroma/v2"

// Coloured reports whether a class has a colour in the style sheet of documentation. Code is most of what many pages
// have, and what has no colour (names, brackets, space) is about half of its tokens: without elements of their own, a
// browser lays such a page out in less time.
func Coloured(class string) bool {
	switch class {
	case "k", "kc", "kd", "kn", "kp", "kr", "kt", "ow",
		"s", "sa", "sb", "sc", "dl", "sd", "s2", "se", "sh", "si", "sx", "sr", "s1", "ss",
		"c", "ch", "cm", "cp", "cpf", "c1", "cs",
		"nc", "nf", "fm", "nd", "ne", "nn", "nl",
		"m", "mb", "mf", "mh", "mi", "il", "mo", "nb", "bp", "no", "nv", "vc", "vg", "vi", "vm", "na",
		"nt", "gi", "err", "gd", "gr", "gp":
		return true
	}
	return false
}

// class is the short name of a kind of token; "" for one without a colour.
func class(t chroma.TokenType) string {
	for ; t != 0; t = t.Parent() {
		if c, ok := chroma.StandardTypes[t]; ok {
			if Coloured(c) {
				return c
			}
			return ""
		}
		if t == t.Parent() {
			break
		}
	}
	return ""
}
