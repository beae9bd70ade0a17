package mathml

import "strings"

// command reads what follows a command and gives its MathML.
func (p *parser) command(name string) string {
	if s, ok := symbol(name); ok {
		return s
	}
	switch name {
	case `\frac`, `\dfrac`, `\tfrac`, `\cfrac`:
		return element("mfrac", element("mrow", p.argument())+element("mrow", p.argument()))
	case `\binom`:
		return `<mo>(</mo><mfrac linethickness="0">` + element("mrow", p.argument()) + element("mrow", p.argument()) + `</mfrac><mo>)</mo>`
	case `\sqrt`:
		return p.root()
	case `\text`, `\textrm`, `\mbox`, `\textit`, `\textbf`, `\texttt`, `\textsf`:
		return element("mtext", text(p.raw()))
	case `\operatorname`, `\mathrm`:
		return `<mi mathvariant="normal">` + text(strings.Join(strings.Fields(p.raw()), " ")) + "</mi>"
	case `\mathbf`, `\boldsymbol`, `\bm`, `\mathit`, `\mathcal`, `\mathscr`, `\mathbb`, `\mathfrak`, `\mathsf`, `\mathtt`:
		return p.font(name)
	case `\left`:
		return p.fenced()
	case `\begin`:
		return p.environment()
	case `\overset`, `\stackrel`:
		over := p.argument()
		return element("mover", element("mrow", p.argument())+element("mrow", over))
	case `\underset`:
		under := p.argument()
		return element("munder", element("mrow", p.argument())+element("mrow", under))
	case `\big`, `\Big`, `\bigg`, `\Bigg`, `\bigl`, `\bigr`, `\Bigl`, `\Bigr`, `\displaystyle`, `\textstyle`, `\middle`:
		return ""
	case `\label`, `\tag`:
		p.raw()
		return ""
	}
	if mark, ok := accents()[name]; ok {
		tag := "mover"
		if name == `\underline` || name == `\underbrace` {
			tag = "munder"
		}
		return "<" + tag + ` accent="true">` + element("mrow", p.argument()) + element("mo", mark) + "</" + tag + ">"
	}
	return p.fail()
}

func accents() map[string]string {
	return map[string]string{
		`\hat`: "^", `\widehat`: "^", `\bar`: "¯", `\overline`: "¯", `\vec`: "→", `\dot`: "˙", `\ddot`: "¨", `\tilde`: "~", `\widetilde`: "~",
		`\underline`: "_", `\overbrace`: "⏞", `\underbrace`: "⏟", `\overrightarrow`: "→", `\check`: "ˇ", `\acute`: "´", `\grave`: "`",
	}
}

func (p *parser) root() string {
	if p.token() != "[" {
		return element("msqrt", p.argument())
	}
	p.take()
	var index []byte
	p.row(&index, "]")
	if p.take() != "]" {
		return p.fail()
	}
	return element("mroot", element("mrow", p.argument())+element("mrow", string(index)))
}

// font writes letters in another alphabet of Unicode, which is what browsers show.
func (p *parser) font(name string) string {
	var out strings.Builder
	for _, r := range p.raw() {
		if r == ' ' {
			continue
		}
		out.WriteString(element("mi", text(string(letter(name, r)))))
	}
	return element("mrow", out.String())
}

// letter is a letter in the alphabet of a command (Unicode, "Mathematical Alphanumeric Symbols").
func letter(name string, r rune) rune {
	var upper, lower, digit rune
	switch name {
	case `\mathbf`, `\boldsymbol`, `\bm`:
		upper, lower, digit = 0x1D400, 0x1D41A, 0x1D7CE
	case `\mathcal`, `\mathscr`:
		upper, lower = 0x1D4D0, 0x1D4EA
	case `\mathbb`:
		if special := map[rune]rune{'C': 'ℂ', 'H': 'ℍ', 'N': 'ℕ', 'P': 'ℙ', 'Q': 'ℚ', 'R': 'ℝ', 'Z': 'ℤ'}[r]; special != 0 {
			return special
		}
		upper, lower, digit = 0x1D538, 0x1D552, 0x1D7D8
	case `\mathfrak`:
		upper, lower = 0x1D56C, 0x1D586
	case `\mathsf`:
		upper, lower, digit = 0x1D5A0, 0x1D5BA, 0x1D7E2
	case `\mathtt`:
		upper, lower, digit = 0x1D670, 0x1D68A, 0x1D7F6
	}
	switch {
	case r >= 'A' && r <= 'Z' && upper != 0:
		return upper + r - 'A'
	case r >= 'a' && r <= 'z' && lower != 0:
		return lower + r - 'a'
	case r >= '0' && r <= '9' && digit != 0:
		return digit + r - '0'
	}
	return r
}

// fence is a bracket as \left and \right name it.
func (p *parser) fence() string {
	t := p.take()
	switch t {
	case ".":
		return ""
	case `\{`, `\lbrace`:
		return "{"
	case `\}`, `\rbrace`:
		return "}"
	case `\|`, `\Vert`:
		return "‖"
	case `\vert`:
		return "|"
	case `\langle`:
		return "⟨"
	case `\rangle`:
		return "⟩"
	case `\lfloor`:
		return "⌊"
	case `\rfloor`:
		return "⌋"
	case `\lceil`:
		return "⌈"
	case `\rceil`:
		return "⌉"
	case "(", ")", "[", "]", "|", "/":
		return t
	}
	return p.fail()
}

func (p *parser) fenced() string {
	open := p.fence()
	var inner []byte
	p.row(&inner, `\right`)
	if p.take() != `\right` {
		return p.fail()
	}
	return bracket(open) + string(inner) + bracket(p.fence())
}

func bracket(s string) string {
	if s == "" {
		return ""
	}
	return `<mo stretchy="true">` + text(s) + "</mo>"
}

// environment is a matrix, cases or aligned lines.
func (p *parser) environment() string {
	name := strings.TrimSuffix(p.raw(), "*")
	open, closer, align := "", "", "center"
	switch name {
	case "matrix", "smallmatrix", "array":
	case "pmatrix":
		open, closer = "(", ")"
	case "bmatrix":
		open, closer = "[", "]"
	case "Bmatrix":
		open, closer = "{", "}"
	case "vmatrix":
		open, closer = "|", "|"
	case "Vmatrix":
		open, closer = "‖", "‖"
	case "cases":
		open, align = "{", "left"
	case "aligned", "align", "split", "gather", "gathered", "equation", "alignedat", "eqnarray":
		align = "right left"
	default:
		return p.fail()
	}
	if name == "array" || name == "alignedat" {
		p.raw()
	}
	table := p.table()
	if p.take() != `\end` || strings.TrimSuffix(p.raw(), "*") != name {
		return p.fail()
	}
	return bracket(open) + `<mtable columnalign="` + align + `">` + table + "</mtable>" + bracket(closer)
}

func (p *parser) table() string {
	var rows, cells strings.Builder
	for !p.failed {
		var cell []byte
		p.row(&cell, "")
		cells.WriteString(element("mtd", string(cell)))
		switch p.token() {
		case "&":
			p.take()
			continue
		case `\\`:
			p.take()
			rows.WriteString(element("mtr", cells.String()))
			cells.Reset()
			continue
		}
		break
	}
	if cells.Len() > len("<mtd></mtd>") {
		rows.WriteString(element("mtr", cells.String()))
	}
	return rows.String()
}
