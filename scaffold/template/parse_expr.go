package template

func isConstant(name string) bool {
	return name == "true" || name == "false" || name == "null" || name == "none"
}

// read makes code the words to parse.
func (p *parser) read(code string, base int) bool {
	if p.err != nil {
		return false
	}
	words, err := lex(code, base, p.words[:0])
	p.words, p.word, p.depth, p.chain = words, 0, 0, 0
	if err != nil {
		p.stopWith(err)
	}
	return err == nil
}

// expression reads code that is one expression. After an error it returns a literal.
func (p *parser) expression(code string, base int) expr {
	if !p.read(code, base) {
		return &literal{}
	}
	e := p.condition()
	p.end()
	return e
}

// targets reads the names that a loop or set assigns to.
func (p *parser) targets(code string, base int) []*symbol {
	if !p.read(code, base) {
		return nil
	}
	var out []*symbol
	for {
		w := p.expect(nameLex, "a name")
		if isConstant(w.text) {
			p.fail(w.at, "%s cannot be assigned to", w.text)
		}
		out = append(out, p.symbol(w))
		if !p.op(",") {
			break
		}
	}
	p.end()
	return out
}

// signature reads the parameters of a macro.
func (p *parser) signature(code string, base int) []param {
	if trimCode(code) == "" || !p.read(code+")", base) {
		return nil
	}
	args := p.arguments()
	p.end()
	var out []param
	for _, a := range args.list {
		s, ok := a.(*symbol)
		if !ok {
			p.fail(a.pos(), "a parameter must be a name")
			return nil
		}
		out = append(out, param{sym: s})
	}
	for _, n := range args.named {
		out = append(out, param{sym: &symbol{at: at(n.val.pos()), name: n.name, slot: noSlot}, def: n.val, has: true})
	}
	return out
}

// nested reads something in brackets, or behind an operator that nests.
func nested[T any](p *parser, read func() T) T {
	p.depth++
	defer func() { p.depth-- }()
	if p.depth > p.limits.Nesting {
		p.stopWith(limitf("the expression nests deeper than %d levels", p.limits.Nesting).in(p.peek(0).at))
	}
	return read()
}

// condition is an expression, or one of two behind if and else.
func (p *parser) condition() expr {
	body := p.or()
	if !p.name("if") {
		return body
	}
	n := &inlineIf{at: p.count(body.pos()), then: body, cond: p.or()}
	if p.name("else") {
		n.other = nested(p, p.or)
	}
	return n
}

func (p *parser) or() expr {
	left := p.and()
	for p.name("or") {
		left = &orNode{binary{p.link(left.pos()), left, p.and()}}
	}
	return left
}

func (p *parser) and() expr {
	left := p.not()
	for p.name("and") {
		left = &andNode{binary{p.link(left.pos()), left, p.not()}}
	}
	return left
}

func (p *parser) not() expr {
	w := p.peek(0)
	if p.name("not") {
		return p.negate(nested(p, p.not), w.at)
	}
	return p.membership()
}

// negate applies not as Nunjucks does: it writes JavaScript, where ! binds to the first operand only.
func (p *parser) negate(e expr, pos int) expr {
	switch n := e.(type) {
	case *arith:
		if n.op != '^' {
			return &arith{binary{p.count(pos), p.negate(n.left, pos), n.right}, n.op}
		}
	case *compareNode:
		return &compareNode{at: p.count(pos), first: p.negate(n.first, pos), rest: n.rest}
	}
	return &notNode{at: p.count(pos), of: e}
}

func (p *parser) membership() expr {
	left := p.test()
	for {
		negate := false
		if p.peek(0).text == "not" && p.peek(1).text == "in" && p.peek(0).kind == nameLex {
			p.word += 2
			negate = true
		} else if !p.name("in") {
			return left
		}
		left = &inNode{binary{p.link(left.pos()), left, p.test()}}
		if negate {
			left = &notNode{at: p.count(left.pos()), of: left}
		}
	}
}

func (p *parser) test() expr {
	left := p.equality()
	if !p.name("is") {
		return left
	}
	negate := p.name("not")
	right := p.equality()
	n := &testNode{at: p.link(right.pos()), of: left, rest: right.pos()}
	n.name, n.args = testName(right)
	if negate {
		return &notNode{at: p.count(n.pos()), of: n}
	}
	return n
}

// testName is what a test is called: a name alone, or called; everything else is the test undefined.
func testName(e expr) (string, *arguments) {
	switch n := e.(type) {
	case *callNode:
		name, _ := testName(n.target)
		if _, call := n.target.(*callNode); call {
			name = "undefined"
		}
		return name, &n.args
	case *filterNode:
		return n.name, &n.args
	case *symbol:
		return n.name, nil
	case *literal:
		if n.v.kind == Null {
			return "null", nil
		}
		return plainText(n.v), nil
	case *regexNode:
		return n.x.String(), nil
	}
	return "undefined", nil
}

func (p *parser) equality() expr {
	return p.comparison(p.relation, "==", "===", "!=", "!==")
}

func (p *parser) relation() expr {
	return p.comparison(p.sum, "<", "<=", ">", ">=")
}

func (p *parser) comparison(operand func() expr, ops ...string) expr {
	left := operand()
	var rest []comparison
next:
	for {
		for _, op := range ops {
			if p.op(op) {
				p.link(left.pos())
				rest = append(rest, comparison{op, operand()})
				continue next
			}
		}
		break
	}
	if rest == nil {
		return left
	}
	return &compareNode{at: p.count(left.pos()), first: left, rest: rest}
}

func (p *parser) sum() expr {
	left := p.product()
	for {
		var op byte
		switch {
		case p.op("+"):
			op = '+'
		case p.op("-"):
			op = '-'
		case p.op("~"):
			op = '~'
		default:
			return left
		}
		left = &arith{binary{p.link(left.pos()), left, p.product()}, op}
	}
}

// factors are operands of *, / and %, which group from the left whatever their order.
type factors struct {
	first expr
	rest  []factor
}

type factor struct {
	op byte
	of expr
}

func (f *factors) add(op byte, more factors) {
	f.rest = append(append(f.rest, factor{op, more.first}), more.rest...)
}

func (p *parser) product() expr { return p.fold(p.multiplied()) }

func (p *parser) fold(f factors) expr {
	left := f.first
	for _, x := range f.rest {
		left = &arith{binary{p.link(left.pos()), left, x.of}, x.op}
	}
	return left
}

func (p *parser) multiplied() factors {
	f := p.divided()
	for p.op("*") {
		f.add('*', p.divided())
	}
	return f
}

func (p *parser) divided() factors {
	f := p.floored()
	for p.op("/") {
		f.add('/', p.floored())
	}
	return f
}

func (p *parser) floored() factors {
	f := p.remainders()
	for p.op("//") {
		f.add('/', p.remainders())
		of := p.fold(f)
		f = factors{first: &signNode{at: p.link(of.pos()), of: of, op: '/'}}
	}
	return f
}

func (p *parser) remainders() factors {
	f := factors{first: p.power()}
	for p.op("%") {
		f.rest = append(f.rest, factor{'%', p.power()})
	}
	return f
}

func (p *parser) power() expr {
	left := p.filtered()
	for p.op("**") {
		left = &arith{binary{p.link(left.pos()), left, p.filtered()}, '^'}
	}
	return left
}
