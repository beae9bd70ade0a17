package template

// slot is where a variable known while parsing lives: how many frames up, and its place in that frame. Names that
// have none are looked up by name while rendering. Nunjucks compiles to JavaScript in which some names are local
// variables and all others live in scopes; both are seen by templates and kept here.
type slot struct{ up, index int16 }

var noSlot = slot{up: -1}

// binding is a name with its place; the newest of a name counts.
type binding struct {
	name  string
	level int16
	index int16
	next  *binding
}

// layoutFrame counts the slots of a frame.
type layoutFrame struct{ size int }

// layout is what is known at a place of the template: the frame and the names that are local there.
type layout struct {
	frame *layoutFrame
	level int16
	names *binding
	fail  *bool // too many variables
}

func (l *layout) add(name string) slot {
	i := l.frame.size
	if i > 32000 {
		*l.fail = true
		return noSlot
	}
	l.frame.size++
	l.names = &binding{name, l.level, int16(i), l.names}
	return slot{0, int16(i)}
}

func (l *layout) find(name string) slot {
	for b := l.names; b != nil; b = b.next {
		if b.name == name {
			return slot{l.level - b.level, b.index}
		}
	}
	return noSlot
}

// resolve gives the names of a template their slots and returns the size of the outermost frame.
func resolve(root *block) (int, *failure) {
	full := false
	l := &layout{frame: &layoutFrame{}, fail: &full}
	l.stmt(root)
	if full {
		return 0, limitf("the template declares too many variables").in(0)
	}
	return l.frame.size, nil
}

func (l *layout) stmt(s stmt) {
	switch n := s.(type) {
	case *block:
		if n == nil {
			return
		}
		for _, child := range n.nodes {
			l.stmt(child)
		}
	case *outputNode:
		l.expr(n.of)
	case *ifNode:
		for n != nil {
			l.expr(n.cond)
			l.stmt(n.then)
			next, _ := n.other.(*ifNode)
			if next == nil && n.other != nil {
				l.stmt(n.other)
			}
			n = next
		}
	case *forNode:
		l.loop(n)
	case *setNode:
		l.set(n)
	case *macroNode:
		n.slot = l.add(n.name)
		n.size = (&layout{frame: &layoutFrame{}, fail: l.fail}).callable(n)
	case *callBlock:
		l.expr(n.call)
		l.caller(n.caller)
	case *blockNode:
		inner := &layout{frame: &layoutFrame{}, fail: l.fail}
		inner.stmt(n.body)
		n.size = inner.frame.size
	case *switchNode:
		l.expr(n.of)
		for _, c := range n.cases {
			l.expr(c.cond)
			l.stmt(c.body)
		}
		l.stmt(n.other)
	}
}

func (l *layout) loop(n *forNode) {
	l.expr(n.over)
	n.length = l.add("")
	inner := *l
	for _, t := range n.targets {
		t.slot = inner.add(t.name)
	}
	inner.stmt(n.body)
	inner.stmt(n.other)
}

func (l *layout) set(n *setNode) {
	if n.val != nil {
		l.expr(n.val)
	}
	l.stmt(n.body)
	for _, t := range n.targets {
		t.slot = l.find(t.name)
	}
}

// caller lays out the body of a call block, which sees the names around it.
func (l *layout) caller(n *macroNode) {
	n.size = (&layout{frame: &layoutFrame{}, level: l.level + 1, names: l.names, fail: l.fail}).callable(n)
}

func (l *layout) callable(n *macroNode) int {
	seen := map[string]slot{}
	for _, prm := range n.params {
		if prm.has {
			l.expr(prm.def)
			continue
		}
		s, again := seen[prm.sym.name]
		if !again {
			s = l.add(prm.sym.name)
			seen[prm.sym.name] = s
		}
		prm.sym.slot = s
	}
	l.stmt(n.body)
	return l.frame.size
}

func (l *layout) exprs(list []expr) {
	for _, e := range list {
		l.expr(e)
	}
}

func (l *layout) args(a *arguments) {
	l.exprs(a.list)
	for _, n := range a.named {
		l.expr(n.val)
	}
}

func (l *layout) expr(e expr) {
	switch n := e.(type) {
	case *symbol:
		n.slot = l.find(n.name)
	case *listNode:
		l.exprs(n.items)
	case *groupNode:
		l.exprs(n.items)
	case *dictNode:
		l.exprs(n.vals)
	case *lookup:
		l.expr(n.target)
		if n.slice != nil {
			l.exprs([]expr{n.slice.start, n.slice.stop, n.slice.step})
		} else {
			l.expr(n.key)
		}
	case *inlineIf:
		l.exprs([]expr{n.cond, n.then, n.other})
	case *orNode:
		l.pair(&n.binary)
	case *andNode:
		l.pair(&n.binary)
	case *arith:
		l.pair(&n.binary)
	case *inNode:
		l.pair(&n.binary)
	case *notNode:
		l.expr(n.of)
	case *signNode:
		l.expr(n.of)
	case *compareNode:
		l.expr(n.first)
		for _, c := range n.rest {
			l.expr(c.with)
		}
	case *testNode:
		l.expr(n.of)
		if n.args != nil {
			l.args(n.args)
		}
	case *filterNode:
		l.args(&n.args)
	case *callNode:
		l.expr(n.target)
		l.args(&n.args)
	case *captureNode:
		l.stmt(n.body)
	}
}

func (l *layout) pair(b *binary) {
	l.expr(b.left)
	l.expr(b.right)
}
