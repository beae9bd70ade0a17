package template

// maxChain bounds the operators, filters and lookups of one expression, which nest in each other.
const maxChain = 20_000

// parser turns the tokens of a template into nodes. After the first error it stands at the end of everything.
type parser struct {
	limits                  Limits
	tokens                  []token
	next                    int
	nodes                   int
	bodies                  int // how deep statements nest
	macros                  int
	blocks                  map[string]bool
	mutates, dynamic, calls bool
	err                     *failure

	words []lexeme // of the code being read
	word  int
	depth int // how deep expressions nest
	chain int
}

// stop is what ended a body.
type stop struct {
	name, rest string
	tok        token
	found      bool
}

func (p *parser) fail(at int, format string, args ...any) {
	p.stopWith(failf(format, args...).in(at))
}

func (p *parser) stopWith(f *failure) {
	if p.err == nil {
		p.err = f
	}
	p.next, p.words = len(p.tokens), p.words[:0]
	p.word = 0
}

// count charges the budget for nodes.
func (p *parser) count(pos int) at {
	p.nodes++
	if p.nodes > p.limits.Nodes {
		p.stopWith(limitf("the template has more than %d parts", p.limits.Nodes).in(pos))
	}
	return at(pos)
}

func (p *parser) template() *block {
	body, end := p.body("")
	if end.found {
		p.fail(end.tok.at, "%s stands here without what it ends", quoted(end.name))
	}
	return body
}

// stops are the tags that end a body, by the tag that began it.
var stops = map[string][]string{
	"if":     {"elif", "elseif", "else", "endif"},
	"for":    {"else", "endfor"},
	"switch": {"case", "default", "endswitch"},
	"set":    {"endset"}, "macro": {"endmacro"}, "call": {"endcall"}, "filter": {"endfilter"}, "block": {"endblock"},
	"else of if": {"endif"}, "else of for": {"endfor"}, "default": {"endswitch"},
}

// structural tags never begin a statement; those that are bare take nothing behind their name.
var structural = map[string]bool{
	"else": true, "endif": true, "endfor": true, "endmacro": true, "endcall": true, "endfilter": true, "endset": true,
	"default": true, "endswitch": true, "elif": false, "elseif": false, "case": false,
}

// body reads statements up to a tag that ends what of begins.
func (p *parser) body(of string) (*block, stop) {
	p.bodies++
	defer func() { p.bodies-- }()
	pos := 0
	if p.next > 0 {
		pos = p.tokens[min(p.next, len(p.tokens))-1].at
	}
	if p.bodies > p.limits.Nesting {
		p.stopWith(limitf("statements nest deeper than %d levels", p.limits.Nesting).in(pos))
	}
	b := &block{at: p.count(pos)}
	for p.next < len(p.tokens) {
		t := p.tokens[p.next]
		p.next++
		switch t.kind {
		case textToken:
			b.nodes = append(b.nodes, &textNode{at: p.count(t.at), text: t.text, units: length16(t.text)})
		case outputToken:
			b.nodes = append(b.nodes, &outputNode{at: p.count(t.at), of: p.expression(t.text, t.code)})
		default:
			name, rest := tagName(t.text)
			if ends(of, name) {
				if structural[name] && rest != "" {
					p.fail(t.at, "%s takes nothing behind its name", name)
				}
				return b, stop{name, rest, t, true}
			}
			if _, is := structural[name]; is {
				p.fail(t.at, "%s does not fit here", quoted(name))
				break
			}
			if s := p.statement(name, rest, t); s != nil {
				b.nodes = append(b.nodes, s)
			}
		}
	}
	return b, stop{}
}

func ends(of, name string) bool {
	for _, s := range stops[of] {
		if s == name {
			return true
		}
	}
	return false
}

// closed reads a body that must be ended by a tag.
func (p *parser) closed(of string, t token) (*block, stop) {
	b, end := p.body(of)
	if !end.found {
		list := stops[of]
		p.fail(t.at, "%s is missing", list[len(list)-1])
	}
	return b, end
}

func (p *parser) statement(name, rest string, t token) stmt {
	switch name {
	case "if":
		return p.ifTag(rest, t)
	case "for":
		return p.forTag(rest, t)
	case "set":
		return p.setTag(rest, t)
	case "macro":
		return p.macroTag(rest, t)
	case "call":
		return p.callTag(rest, t)
	case "filter":
		return p.filterTag(rest, t)
	case "block":
		return p.blockTag(rest, t)
	case "switch":
		return p.switchTag(rest, t)
	case "include", "import", "from", "extends":
		p.fail(t.at, "the tag %s, which reads other templates, is not supported", name)
	case "":
		p.fail(t.at, "the tag is empty")
	default:
		p.fail(t.at, "there is no tag %s", quoted(name))
	}
	return nil
}

// behind is the offset of the code behind a tag's name.
func behind(t token, rest string) int { return t.code + len(t.text) - len(rest) }

func (p *parser) ifTag(cond string, t token) stmt {
	first := &ifNode{at: p.count(t.at), cond: p.expression(cond, behind(t, cond))}
	for node := first; ; {
		body, end := p.closed("if", t)
		node.then = body
		switch end.name {
		case "elif", "elseif":
			next := &ifNode{at: p.count(end.tok.at), cond: p.expression(end.rest, behind(end.tok, end.rest))}
			node.other, node = next, next
			continue
		case "else":
			other, _ := p.closed("else of if", t)
			node.other = other
		}
		return first
	}
}

func (p *parser) forTag(code string, t token) stmt {
	base := behind(t, code)
	left, right, at, ok := splitIn(code)
	if !ok {
		p.fail(t.at, "for needs names, the word in, and a value")
		return nil
	}
	n := &forNode{at: p.count(t.at), targets: p.targets(left, base), over: p.expression(right, base+at)}
	if len(n.targets) == 1 && n.targets[0].name == "loop" {
		p.fail(t.at, "the variable of a loop cannot be named loop")
	}
	body, end := p.closed("for", t)
	n.body = body
	if end.name == "else" {
		n.other, _ = p.closed("else of for", t)
	}
	return n
}

func (p *parser) setTag(code string, t token) stmt {
	base := behind(t, code)
	n := &setNode{at: p.count(t.at)}
	if i := findAssign(code); i >= 0 {
		n.targets = p.targets(code[:i], base)
		n.val = p.expression(code[i+1:], base+i+1)
		return n
	}
	n.targets = p.targets(code, base)
	before := p.macros
	n.body, _ = p.closed("set", t)
	if p.macros > before {
		p.fail(t.at, "a macro cannot be declared inside set")
	}
	return n
}

func (p *parser) macroTag(code string, t token) stmt {
	p.macros++
	base := behind(t, code)
	end := identifier(code, 0, false)
	rest := trimCodeStart(code[end:])
	if end == 0 || len(rest) < 2 || rest[0] != '(' || rest[len(rest)-1] != ')' {
		p.fail(t.at, "a macro needs a name and brackets")
		return nil
	}
	name := code[:end]
	if isConstant(name) || reserved(name) {
		p.fail(t.at, "a macro cannot be named %s", name)
		return nil
	}
	n := &macroNode{at: p.count(t.at), name: name}
	n.params = p.signature(rest[1:len(rest)-1], base+len(code)-len(rest)+1)
	n.body, _ = p.closed("macro", t)
	return n
}

func (p *parser) callTag(code string, t token) stmt {
	base := behind(t, code)
	caller := &macroNode{at: p.count(t.at), name: "caller", caller: true}
	if code != "" && code[0] == '(' {
		end := matching(code)
		if end < 0 {
			p.fail(t.at, "the brackets behind call do not close")
			return nil
		}
		caller.params = p.signature(code[1:end], base+1)
		rest := trimCode(code[end+1:])
		base += len(code) - len(rest)
		code = rest
	}
	call, ok := p.expression(code, base).(*callNode)
	if p.err == nil && (!ok || !static(call.target)) {
		p.fail(t.at, "call needs a call of a macro")
	}
	caller.body, _ = p.closed("call", t)
	if p.err != nil {
		return nil
	}
	return &callBlock{at: p.count(t.at), call: call, caller: caller}
}

// static reports whether an expression names a macro: a name, or a property of one.
func static(e expr) bool {
	switch n := e.(type) {
	case *symbol:
		return true
	case *lookup:
		_, constant := n.key.(*literal)
		return n.slice == nil && constant && static(n.target)
	}
	return false
}

func (p *parser) filterTag(code string, t token) stmt {
	before := p.macros
	body, _ := p.closed("filter", t)
	if p.macros > before {
		p.fail(t.at, "a macro cannot be declared inside filter")
	}
	if !p.read(code, behind(t, code)) {
		return nil
	}
	filter := p.filter(&captureNode{at: p.count(t.at), body: body})
	p.end()
	return &outputNode{at: p.count(t.at), of: filter}
}

func (p *parser) blockTag(code string, t token) stmt {
	name, ok := p.expression(code, behind(t, code)).(*symbol)
	if !ok {
		p.fail(t.at, "a block needs a name")
		return nil
	}
	n := &blockNode{at: p.count(t.at), name: name.name}
	if p.blocks[n.name] {
		p.fail(t.at, "the block %s is declared twice", n.name)
	}
	if p.blocks == nil {
		p.blocks = map[string]bool{}
	}
	p.blocks[n.name] = true
	body, end := p.closed("block", t)
	n.body = body
	if end.found && end.rest != "" && end.rest != n.name {
		p.fail(end.tok.at, "endblock names another block than %s", n.name)
	}
	return n
}

func (p *parser) switchTag(code string, t token) stmt {
	n := &switchNode{at: p.count(t.at), of: p.expression(code, behind(t, code))}
	body, end := p.closed("switch", t)
	if len(body.nodes) > 0 {
		p.fail(t.at, "nothing, not even a line end, may stand between switch and its first case")
	}
	for end.name == "case" {
		c := caseNode{cond: p.expression(end.rest, behind(end.tok, end.rest))}
		c.body, end = p.closed("switch", t)
		n.cases = append(n.cases, c)
	}
	if end.name == "default" {
		n.other, _ = p.closed("default", t)
	}
	if len(n.cases) == 0 && n.other == nil {
		p.fail(t.at, "switch needs a case")
	}
	return n
}
