// Package mathml turns the TeX that people write between dollars into MathML, which browsers show without any script:
// letters, numbers, operators, fractions, roots, sub- and superscripts, accents, fonts, fences, text, matrices and cases.
// What it does not know is shown as it was typed.
package mathml

import "strings"

// Bounds of a formula. A longer or deeper one is shown as it was typed.
const (
	maxTeX   = 8 << 10 // bytes
	maxDepth = 40
)

// Append writes a formula as a math element behind dst; block says that it stands in lines of its own. The TeX is kept
// as an annotation, for those who copy it. It never fails.
func Append(dst []byte, tex string, block bool) []byte {
	tex = strings.TrimSpace(tex)
	p := &parser{tex: tex}
	ok := len(tex) <= maxTeX
	if ok {
		p.row(&p.out, "")
		ok = !p.failed && p.at == len(p.tex)
	}
	if !ok {
		dst = append(dst, `<code class="math">`...)
		return append(escape(dst, tex), "</code>"...)
	}
	dst = append(dst, `<math`...)
	if block {
		dst = append(dst, ` display="block"`...)
	}
	dst = append(dst, `><semantics><mrow>`...)
	dst = append(dst, p.out...)
	dst = append(dst, `</mrow><annotation encoding="application/x-tex">`...)
	return append(escape(dst, tex), `</annotation></semantics></math>`...)
}

func escape(dst []byte, s string) []byte {
	for i := range len(s) {
		switch s[i] {
		case '&':
			dst = append(dst, "&amp;"...)
		case '<':
			dst = append(dst, "&lt;"...)
		case '>':
			dst = append(dst, "&gt;"...)
		case '"':
			dst = append(dst, "&quot;"...)
		case 0:
			dst = append(dst, "\uFFFD"...)
		default:
			dst = append(dst, s[i])
		}
	}
	return dst
}

// element is a piece of MathML.
func element(name, content string) string { return "<" + name + ">" + content + "</" + name + ">" }

func text(s string) string { return string(escape(nil, s)) }
