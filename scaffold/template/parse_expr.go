package template

import "strconv"

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
