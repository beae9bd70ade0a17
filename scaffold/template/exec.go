package template

import "math"

func (b *block) exec(r *run, e *env, w *writer, depth int) error {
	if err := r.charge(depth); err != nil {
		return located(err, b.pos())
	}
	for _, n := range b.nodes {
		if err := n.exec(r, e, w, depth+1); err != nil {
			return err
		}
	}
	return nil
}

func (n *textNode) exec(r *run, _ *env, w *writer, depth int) error {
	if err := r.charge(depth); err != nil {
		return located(err, n.pos())
	}
	if w.json != nil {
		*w.json = join(*w.json, n.text)
	}
	return located(r.emit(w, n.text, n.units), n.pos())
}

func (n *outputNode) exec(r *run, e *env, w *writer, depth int) error {
	if err := r.charge(depth); err != nil {
		return located(err, n.pos())
	}
	v, err := n.of.eval(r, e, depth+1)
	if err != nil {
		return err
	}
	text, err := r.print(v)
	if err == nil {
		err = r.write(w, text)
	}
	if err == nil && w.json != nil {
		err = r.writeJSON(w, v)
	}
	return located(err, n.pos())
}

// writeJSON writes an output a second time, as JSON.
func (r *run) writeJSON(w *writer, v Value) error {
	if err := r.scratch(v); err != nil {
		return err
	}
	before := len(*w.json)
	*w.json = AppendJSON(*w.json, v)
	r.units += len(*w.json) - before
	if r.units > r.limits.Output {
		return limitf("more than %d characters are written", r.limits.Output)
	}
	return nil
}

func (n *ifNode) exec(r *run, e *env, w *writer, depth int) error {
	for {
		if err := r.charge(depth); err != nil {
			return located(err, n.pos())
		}
		v, err := n.cond.eval(r, e, depth+1)
		if err != nil {
			return err
		}
		if v.Truthy() {
			return n.then.exec(r, e, w, depth+1)
		}
		next, again := n.other.(*ifNode)
		if !again {
			if n.other == nil {
				return nil
			}
			return n.other.exec(r, e, w, depth+1)
		}
		n = next
		depth++
	}
}

func (n *setNode) exec(r *run, e *env, _ *writer, depth int) error {
	if err := r.charge(depth); err != nil {
		return located(err, n.pos())
	}
	var v Value
	var err error
	if n.val != nil {
		v, err = n.val.eval(r, e, depth+2)
	} else {
		var text string
		text, err = r.capture(n.body, e, depth+3)
		v = StringValue(text)
	}
	if err != nil {
		return err
	}
	for _, t := range n.targets {
		e.assign(t, v)
	}
	return nil
}

// capture renders a body into a string.
func (r *run) capture(b *block, e *env, depth int) (string, error) {
	var w writer
	if err := b.exec(r, e, &w, depth); err != nil {
		return "", err
	}
	return string(w.buf), located(r.alloc(len(w.buf)), b.pos())
}

func (n *macroNode) exec(r *run, e *env, _ *writer, depth int) error {
	if err := r.charge(depth); err != nil {
		return located(err, n.pos())
	}
	handle := callValue(&callable{kind: macroCall, macro: &macro{node: n, scope: e.outer, outer: e.outer}})
	if n.slot != noSlot {
		*e.frame.at(n.slot) = handle
	}
	if e.exportMacros {
		e.outer.set(n.name, handle)
	}
	return nil
}

func (n *blockNode) exec(r *run, e *env, w *writer, depth int) error {
	if err := r.charge(depth); err != nil {
		return located(err, n.pos())
	}
	inner := &env{scope: e.scope.child(true), frame: &frame{vals: make([]Value, n.size)}, outer: e.outer, exportMacros: true}
	return n.body.exec(r, inner, w, depth+2)
}

func (n *switchNode) exec(r *run, e *env, w *writer, depth int) error {
	if err := r.charge(depth); err != nil {
		return located(err, n.pos())
	}
	v, err := n.of.eval(r, e, depth+1)
	if err != nil {
		return err
	}
	matched := false
	for _, c := range n.cases {
		if !matched {
			cond, err := c.cond.eval(r, e, depth+1)
			if err != nil {
				return err
			}
			matched = strictEqual(v, cond)
		}
		if matched && len(c.body.nodes) > 0 { // an empty case falls through
			return c.body.exec(r, e, w, depth+1)
		}
	}
	if n.other != nil {
		return n.other.exec(r, e, w, depth+1)
	}
	return nil
}

func (n *forNode) exec(r *run, e *env, w *writer, depth int) error {
	if err := r.charge(depth); err != nil {
		return located(err, n.pos())
	}
	over, err := n.over.eval(r, e, depth+2)
	if err != nil {
		return err
	}
	it := iterate(over, len(n.targets))
	inner := &env{scope: e.scope.child(false), frame: e.frame, outer: e.outer}
	length := e.frame.at(n.length)
	if over.Truthy() {
		*length = it.length
	}
	if err := n.rounds(r, inner, w, it, *length, depth+2); err != nil {
		return err
	}
	if !length.Truthy() && n.other != nil {
		return n.other.exec(r, inner, w, depth+2)
	}
	return nil
}

func (n *forNode) rounds(r *run, e *env, w *writer, it *iteration, length Value, depth int) error {
	count, err := r.float(length)
	if err != nil {
		return located(err, n.pos())
	}
	for i := 0; ; i++ {
		v, more, err := it.next(r, i)
		if err == nil && more {
			err = n.assign(e, v, it.pairs)
		}
		if err != nil {
			return located(err, n.pos())
		}
		if !more {
			return nil
		}
		if r.tmpl.loops {
			e.scope.set("loop", loopValue(i, count, length))
		}
		if err := n.body.exec(r, e, w, depth); err != nil {
			return err
		}
	}
}

// assign gives the variables of the loop the values of a round. Of a pair there are two.
func (n *forNode) assign(e *env, v Value, pairs bool) error {
	if len(n.targets) == 1 {
		e.bind(n.targets[0], v)
		return nil
	}
	for i, t := range n.targets {
		if pairs && i == 2 {
			break
		}
		part, err := element(v, i)
		if err != nil {
			return err
		}
		if pairs {
			e.bind(t, part)
		} else if t.slot != noSlot {
			*e.frame.at(t.slot) = part
		}
	}
	return nil
}

// element is what unpacking finds at i.
func element(v Value, i int) (Value, error) {
	switch v.kind {
	case Undefined, Null:
		return Value{}, failf("%s cannot be unpacked into the variables of the loop", v.typeName())
	case Array:
		if items := v.array().items; i < len(items) {
			return items[i], nil
		}
	case Object:
		return v.Get(formatNumber(float64(i))), nil
	case String:
		if i < length16(v.text()) {
			return StringValue(substring(v.text(), i, i+1)), nil
		}
	}
	return Value{}, nil
}

func loopValue(i int, count float64, length Value) Value {
	keys := []string{"index", "index0", "revindex", "revindex0", "first", "last", "length"}
	at := float64(i)
	return recordValue(&record{keys: keys, depth: 1, vals: []Value{
		NumberValue(at + 1), NumberValue(at), NumberValue(count - at), NumberValue(count - at - 1),
		BoolValue(i == 0), BoolValue(at == count-1), length,
	}})
}

// iteration goes over the values of a loop.
type iteration struct {
	of      Value
	length  Value
	parts   []Value // the characters of a string
	targets int
	pairs   bool // of key and value
}

func iterate(v Value, targets int) *iteration {
	it := &iteration{of: v, targets: targets}
	switch v.kind {
	case Array:
		it.length = intValue(len(v.array().items))
	case String, safeKind:
		it.parts = letters(v.text())
		it.length = intValue(len(it.parts))
		it.pairs = v.kind == String && targets > 1
	case Object:
		it.pairs = targets > 1
		it.length = intValue(v.Len())
		if targets == 1 {
			it.length = v.Get("length")
		}
	default:
		it.pairs = targets > 1
		if targets > 1 {
			it.length = intValue(0)
		}
	}
	return it
}

func (it *iteration) next(r *run, i int) (Value, bool, error) {
	switch it.of.kind {
	case Array:
		items := it.of.array().items // the loop may change it
		if i >= len(items) {
			return Value{}, false, nil
		}
		return items[i], true, nil
	case String, safeKind:
		if i >= len(it.parts) {
			return Value{}, false, nil
		}
		if it.pairs {
			return arrayOf([]Value{StringValue(formatNumber(float64(i))), it.parts[i]}), true, nil
		}
		return it.parts[i], true, nil
	case Object:
		return it.property(r, i)
	}
	return Value{}, false, nil
}

func (it *iteration) property(r *run, i int) (Value, bool, error) {
	rec := it.of.record()
	if it.pairs {
		if i >= len(rec.keys) {
			return Value{}, false, nil
		}
		return arrayOf([]Value{StringValue(rec.keys[i]), rec.vals[i]}), true, nil
	}
	n, err := r.float(it.length)
	if err != nil || math.IsNaN(n) || float64(i) >= n {
		return Value{}, false, err
	}
	v, _ := rec.get(formatNumber(float64(i)))
	return v, true, nil
}
