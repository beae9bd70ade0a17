package template

func (p *parser) peek(ahead int) lexeme {
	if len(p.words) == 0 {
		return lexeme{}
	}
	return p.words[min(p.word+ahead, len(p.words)-1)]
}

// take consumes the word of that kind and spelling, if it is next.
func (p *parser) take(kind lexKind, text string) bool {
	if w := p.peek(0); w.kind != kind || w.text != text {
		return false
	}
	p.word++
	return true
}

func (p *parser) op(text string) bool   { return p.take(opLex, text) }
func (p *parser) name(text string) bool { return p.take(nameLex, text) }

func (p *parser) expect(kind lexKind, what string) lexeme {
	w := p.peek(0)
	if w.kind != kind {
		p.unexpected(what)
	}
	p.word++
	return w
}

func (p *parser) expectOp(text string) {
	if !p.op(text) {
		p.unexpected(text)
	}
}

func (p *parser) unexpected(what string) {
	switch w := p.peek(0); {
	case w.kind == endLex:
		p.fail(w.at, "the code ends where %s is expected", what)
	default:
		p.fail(w.at, "expected %s, found %s", what, quoted(w.text))
	}
}

func (p *parser) end() {
	if p.peek(0).kind != endLex {
		p.unexpected("the end of the code")
	}
}

func (p *parser) symbol(w lexeme) *symbol {
	p.allowed(w.text, w.at)
	return &symbol{at: p.count(w.at), name: w.text, slot: noSlot}
}

func (p *parser) allowed(name string, at int) {
	if reserved(name) {
		p.fail(at, "the name %s is reserved", name)
	}
}

// link charges an operator, filter or lookup: they make trees that are deep without brackets.
func (p *parser) link(pos int) at {
	p.chain++
	if p.chain > maxChain {
		p.stopWith(limitf("an expression has more than %d operators", maxChain).in(pos))
	}
	return p.count(pos)
}
