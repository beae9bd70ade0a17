package template

import "strconv"

func (p *parser) filtered() expr {
	e := p.unary()
	for p.op("|") {
		e = p.filter(e)
	}
	return e
}

// filter reads a filter's name and arguments.
func (p *parser) filter(input expr) expr {
	w := p.expect(nameLex, "the name of a filter")
	p.allowed(w.text, w.at)
	name := w.text
	for p.op(".") {
		part := p.expect(nameLex, "a name")
		p.allowed(part.text, part.at)
		name += "." + part.text
	}
	n := &filterNode{at: p.link(w.at), name: name}
	if p.op("(") {
		n.args = nested(p, p.arguments)
	}
	n.args.list = append([]expr{input}, n.args.list...)
	return n
}

func (p *parser) unary() expr {
	w := p.peek(0)
	for _, op := range []string{"-", "+"} {
		if !p.op(op) {
			continue
		}
		of := nested(p, p.unary)
		if s, ok := of.(*signNode); ok && s.op == op[0] {
			p.fail(of.pos(), "%s%s needs brackets", op, op)
		}
		return &signNode{at: p.count(w.at), of: of, op: op[0]}
	}
	return p.postfix()
}

func (p *parser) postfix() expr {
	e := p.primary()
	for {
		switch w := p.peek(0); {
		case p.op("."):
			key := p.expect(nameLex, "the name of a property")
			p.allowed(key.text, key.at)
			e = p.property(e, &literal{at: p.count(key.at), v: StringValue(key.text)})
		case p.op("["):
			e = nested(p, func() expr { return p.subscript(e) })
			p.expectOp("]")
		case p.op("("):
			p.calls = true
			args := nested(p, p.arguments)
			e = &callNode{at: p.link(w.at), target: e, args: args}
			e.(*callNode).at = at(e.(*callNode).target.pos())
		default:
			return e
		}
	}
}

// property looks a key up, and notes what may change the context.
func (p *parser) property(target, key expr) expr {
	if l, ok := key.(*literal); !ok {
		p.dynamic = true
	} else if l.v.kind == String {
		p.mutates = p.mutates || mutating[l.v.text()]
	}
	return &lookup{at: p.link(key.pos()), target: target, key: key}
}

func (p *parser) subscript(target expr) expr {
	w := p.peek(0)
	part := func() expr {
		if t := p.peek(0); t.kind == opLex && (t.text == ":" || t.text == "]") {
			return nil
		}
		return p.condition()
	}
	start := part()
	if !p.op(":") {
		if start == nil {
			p.fail(w.at, "the key in the brackets is missing")
			start = &literal{}
		}
		if l, ok := start.(*literal); ok && l.v.kind == String {
			p.allowed(l.v.text(), l.pos())
		}
		return p.property(target, start)
	}
	s := &sliceNode{start: start, stop: part()}
	if p.op(":") {
		s.step = part()
	}
	return &lookup{at: p.link(w.at), target: target, slice: s}
}

func (p *parser) primary() expr {
	w := p.peek(0)
	switch {
	case w.kind == numberLex:
		p.word++
		f, _ := strconv.ParseFloat(w.text, 64)
		return &literal{at: p.count(w.at), v: NumberValue(f)}
	case w.kind == stringLex:
		p.word++
		return &literal{at: p.count(w.at), v: StringValue(w.text)}
	case w.kind == regexLex:
		p.word++
		re, err := compileRegex(w.text, w.flags)
		if err != nil {
			p.stopWith(err.in(w.at))
		}
		return &regexNode{at: p.count(w.at), x: &regex{source: w.text, flags: w.flags, re: re}}
	case w.kind == nameLex:
		p.word++
		return p.word1(w)
	case p.op("("):
		items := nested(p, func() []expr { return p.list(")") })
		if len(items) == 0 {
			p.fail(w.at, "the brackets are empty")
			return &literal{}
		}
		return &groupNode{at: p.count(w.at), items: items}
	case p.op("["):
		return &listNode{at: p.count(w.at), items: nested(p, func() []expr { return p.list("]") })}
	case p.op("{"):
		return nested(p, func() expr { return p.dict(w.at) })
	}
	p.unexpected("a value")
	return &literal{}
}

// word1 reads a name that is a value.
func (p *parser) word1(w lexeme) expr {
	switch w.text {
	case "true", "false":
		return &literal{at: p.count(w.at), v: BoolValue(w.text == "true")}
	case "none", "null":
		return &literal{at: p.count(w.at), v: NullValue()}
	}
	return p.symbol(w)
}

func (p *parser) list(end string) []expr {
	if p.op(end) {
		return nil
	}
	var out []expr
	for {
		out = append(out, p.condition())
		if !p.op(",") {
			break
		}
	}
	p.expectOp(end)
	return out
}

func (p *parser) dict(pos int) expr {
	n := &dictNode{at: p.count(pos)}
	if p.op("}") {
		return n
	}
	for {
		w := p.peek(0)
		if w.kind != stringLex && (w.kind != nameLex || isConstant(w.text)) {
			p.unexpected("a string or a name")
			return n
		}
		p.word++
		p.allowed(w.text, w.at)
		p.count(w.at)
		p.expectOp(":")
		n.keys, n.vals = append(n.keys, w.text), append(n.vals, p.condition())
		if !p.op(",") {
			break
		}
	}
	p.expectOp("}")
	return n
}

// arguments reads what stands behind an opening bracket, up to and with the closing one.
func (p *parser) arguments() arguments {
	var out arguments
	if p.op(")") {
		return out
	}
	for {
		if w := p.peek(0); w.kind == nameLex && p.peek(1).kind == opLex && p.peek(1).text == "=" {
			p.word += 2
			p.allowed(w.text, w.at)
			p.count(w.at)
			out.named = append(out.named, namedArg{w.text, p.condition()})
		} else {
			out.list = append(out.list, p.condition())
		}
		if !p.op(",") {
			break
		}
	}
	p.expectOp(")")
	return out
}
