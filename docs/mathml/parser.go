package mathml

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// parser reads TeX from left to right.
type parser struct {
	tex    string
	at     int
	depth  int
	out    []byte
	failed bool
}

func (p *parser) fail() string {
	p.failed = true
	p.at = len(p.tex)
	return ""
}

func (p *parser) spaces() {
	for p.at < len(p.tex) && strings.IndexByte(" \t\n\r", p.tex[p.at]) >= 0 {
		p.at++
	}
}

// token is the next command with its backslash, or the next character; "" at the end.
func (p *parser) token() string {
	p.spaces()
	if p.at >= len(p.tex) {
		return ""
	}
	rest := p.tex[p.at:]
	if rest[0] != '\\' {
		_, size := utf8.DecodeRuneInString(rest)
		return rest[:size]
	}
	n := 1
	for n < len(rest) && (rest[n] >= 'a' && rest[n] <= 'z' || rest[n] >= 'A' && rest[n] <= 'Z') {
		n++
	}
	if n == 1 && len(rest) > 1 {
		_, size := utf8.DecodeRuneInString(rest[1:])
		n += size
	}
	return rest[:n]
}

func (p *parser) take() string {
	t := p.token()
	p.at += len(t)
	return t
}

// row reads up to a closing token, which it leaves, and writes what it read.
func (p *parser) row(out *[]byte, until string) {
	if p.depth++; p.depth > maxDepth {
		p.fail()
	}
	for !p.failed {
		t := p.token()
		if t == "" || t == until || t == "}" || t == "&" || t == `\\` || t == `\right` || t == `\end` {
			break
		}
		*out = append(*out, p.scripted()...)
	}
	p.depth--
}

// scripted is one atom with what is below and above it.
func (p *parser) scripted() string {
	first := p.token()
	base := ""
	if first != "^" && first != "_" {
		base = p.atom()
	}
	sub, sup := "", ""
	for !p.failed {
		switch p.token() {
		case "_":
			p.take()
			sub += p.argument()
			continue
		case "^":
			p.take()
			sup += p.argument()
			continue
		case "'":
			p.take()
			sup += "<mo>′</mo>"
			continue
		case `\limits`, `\nolimits`:
			p.take()
			continue
		}
		break
	}
	return scripts(base, sub, sup, stacks(first))
}

// stacks reports operators whose limits stand below and above them.
func stacks(t string) bool {
	switch t {
	case `\sum`, `\prod`, `\lim`, `\max`, `\min`, `\sup`, `\inf`, `\bigcup`, `\bigcap`, `\limsup`, `\liminf`, `\argmax`, `\argmin`, `\coprod`,
		`\underbrace`, `\overbrace`:
		return true
	}
	return false
}

func scripts(base, sub, sup string, stacked bool) string {
	names := [3]string{"msub", "msup", "msubsup"}
	if stacked {
		names = [3]string{"munder", "mover", "munderover"}
	}
	base = element("mrow", base)
	switch {
	case sub == "" && sup == "":
		return strings.TrimSuffix(strings.TrimPrefix(base, "<mrow>"), "</mrow>")
	case sup == "":
		return element(names[0], base+element("mrow", sub))
	case sub == "":
		return element(names[1], base+element("mrow", sup))
	}
	return element(names[2], base+element("mrow", sub)+element("mrow", sup))
}

// argument is a group in braces, or one token.
func (p *parser) argument() string {
	if p.token() != "{" {
		if p.token() == "" {
			return p.fail()
		}
		return p.atom()
	}
	p.take()
	var out []byte
	p.row(&out, "}")
	if p.take() != "}" {
		return p.fail()
	}
	return string(out)
}

// raw is the text of a group in braces, as typed.
func (p *parser) raw() string {
	if p.token() != "{" {
		return p.take()
	}
	p.take()
	depth, from := 1, p.at
	for ; p.at < len(p.tex); p.at++ {
		switch p.tex[p.at] {
		case '{':
			depth++
		case '}':
			if depth--; depth == 0 {
				s := p.tex[from:p.at]
				p.at++
				return s
			}
		}
	}
	return p.fail()
}

// atom is a letter, a number, an operator, a group or a command.
func (p *parser) atom() string {
	t := p.take()
	switch {
	case t == "{":
		p.at--
		return element("mrow", p.argument())
	case t == "" || t == "}" || t == "&":
		return p.fail()
	case t[0] == '\\':
		return p.command(t)
	case t >= "0" && t <= "9":
		from := p.at - 1
		for p.at < len(p.tex) && (p.tex[p.at] >= '0' && p.tex[p.at] <= '9' || p.tex[p.at] == '.' && p.at+1 < len(p.tex) && p.tex[p.at+1] >= '0' && p.tex[p.at+1] <= '9') {
			p.at++
		}
		return element("mn", p.tex[from:p.at])
	case t == "-":
		return "<mo>−</mo>"
	case t == "~":
		return `<mspace width="0.3em"/>`
	case t == "'":
		return "<mo>′</mo>"
	}
	if r, _ := utf8.DecodeRuneInString(t); unicode.IsLetter(r) {
		return element("mi", text(t))
	}
	return element("mo", text(t))
}
