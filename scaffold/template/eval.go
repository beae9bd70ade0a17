package template

import "math"

func (n *literal) eval(r *run, _ *env, depth int) (Value, error) {
	return n.v, located(r.charge(depth), n.pos())
}

func (n *regexNode) eval(r *run, _ *env, depth int) (Value, error) {
	x := *n.x
	return regexValue(&x), located(r.charge(depth), n.pos())
}

func (n *symbol) eval(r *run, e *env, depth int) (Value, error) {
	if err := r.charge(depth); err != nil {
		return Value{}, located(err, n.pos())
	}
	if n.slot != noSlot {
		return *e.frame.at(n.slot), nil
	}
	if v, ok := e.scope.get(n.name); ok {
		return v, nil
	}
	return r.global(n.name), nil
}

func (n *listNode) eval(r *run, e *env, depth int) (Value, error) {
	if err := r.charge(depth); err != nil {
		return Value{}, located(err, n.pos())
	}
	items, err := evalAll(r, e, n.items, depth+1)
	if err != nil {
		return Value{}, err
	}
	v, err := r.newArray(items)
	return v, located(err, n.pos())
}

func evalAll(r *run, e *env, list []expr, depth int) ([]Value, error) {
	out := make([]Value, len(list))
	for i, x := range list {
		v, err := x.eval(r, e, depth)
		if err != nil {
			return nil, err
		}
		out[i] = v
	}
	return out, nil
}

func (n *groupNode) eval(r *run, e *env, depth int) (Value, error) {
	if err := r.charge(depth); err != nil {
		return Value{}, located(err, n.pos())
	}
	var out Value
	for i, x := range n.items {
		v, err := x.eval(r, e, depth+1)
		if err != nil {
			return Value{}, err
		}
		if i < len(n.items)-1 {
			if err := refuse(v); err != nil {
				return Value{}, located(err, x.pos())
			}
		}
		out = v
	}
	return out, nil
}

func (n *dictNode) eval(r *run, e *env, depth int) (Value, error) {
	if err := r.charge(depth); err != nil {
		return Value{}, located(err, n.pos())
	}
	var b recordBuilder
	b.grow(len(n.keys))
	for i, k := range n.keys {
		v, err := n.vals[i].eval(r, e, depth+1)
		if err != nil {
			return Value{}, err
		}
		b.set(k, v)
	}
	v, err := r.newRecord(&b)
	return v, located(err, n.pos())
}

func (n *lookup) eval(r *run, e *env, depth int) (Value, error) {
	if err := r.charge(depth); err != nil {
		return Value{}, located(err, n.pos())
	}
	target, err := n.target.eval(r, e, depth+1)
	if err != nil {
		return Value{}, err
	}
	if n.slice != nil {
		v, err := r.slice(e, target, n.slice, depth+1)
		return v, located(err, n.pos())
	}
	key, err := n.key.eval(r, e, depth+1)
	if err != nil {
		return Value{}, err
	}
	name := ""
	if key.kind == String {
		name = key.text()
	} else if name, err = r.str(key); err != nil {
		return Value{}, located(err, n.pos())
	}
	return r.member(target, name), located(r.pay(indexCost(target, name)), n.pos())
}

// indexCost is what looking into a string costs.
func indexCost(v Value, key string) int {
	if v.isText() && key != "" && (isDigit(key[0]) || key == "length") {
		return len(v.text())
	}
	return 0
}

func (n *inlineIf) eval(r *run, e *env, depth int) (Value, error) {
	if err := r.charge(depth); err != nil {
		return Value{}, located(err, n.pos())
	}
	cond, err := n.cond.eval(r, e, depth+1)
	switch {
	case err != nil:
		return Value{}, err
	case cond.Truthy():
		return n.then.eval(r, e, depth+1)
	case n.other != nil:
		return n.other.eval(r, e, depth+1)
	}
	return StringValue(""), nil
}

func (n *orNode) eval(r *run, e *env, depth int) (Value, error) {
	return n.either(r, e, depth, true)
}

func (n *andNode) eval(r *run, e *env, depth int) (Value, error) {
	return n.either(r, e, depth, false)
}

// either returns the left operand if its truth is the given one, else the right.
func (n *binary) either(r *run, e *env, depth int, truth bool) (Value, error) {
	if err := r.charge(depth); err != nil {
		return Value{}, located(err, n.pos())
	}
	left, err := n.left.eval(r, e, depth+1)
	if err != nil || left.Truthy() == truth {
		return left, err
	}
	return n.right.eval(r, e, depth+1)
}

func (n *notNode) eval(r *run, e *env, depth int) (Value, error) {
	if err := r.charge(depth); err != nil {
		return Value{}, located(err, n.pos())
	}
	v, err := n.of.eval(r, e, depth+1)
	return BoolValue(!v.Truthy()), err
}

func (n *signNode) eval(r *run, e *env, depth int) (Value, error) {
	if err := r.charge(depth); err != nil {
		return Value{}, located(err, n.pos())
	}
	v, err := n.of.eval(r, e, depth+1)
	if err != nil {
		return Value{}, err
	}
	f, err := r.float(v)
	switch n.op {
	case '-':
		f = -f
	case '/':
		f = math.Floor(f)
	}
	return NumberValue(f), located(err, n.pos())
}

// operands evaluates both sides.
func (n *binary) operands(r *run, e *env, depth int) (left, right Value, err error) {
	if left, err = n.left.eval(r, e, depth); err == nil {
		right, err = n.right.eval(r, e, depth)
	}
	return left, right, err
}

func (n *arith) eval(r *run, e *env, depth int) (Value, error) {
	if err := r.charge(depth); err != nil {
		return Value{}, located(err, n.pos())
	}
	left, right, err := n.operands(r, e, depth+2)
	if err != nil {
		return Value{}, err
	}
	v, err := r.arith(n.op, left, right)
	return v, located(err, n.pos())
}

func (r *run) arith(op byte, left, right Value) (Value, error) {
	switch op {
	case '~':
		return r.concat(left, right)
	case '+':
		return r.add(left, right)
	}
	x, err := r.float(left)
	if err != nil {
		return Value{}, err
	}
	y, err := r.float(right)
	if err != nil {
		return Value{}, err
	}
	switch op {
	case '-':
		x -= y
	case '*':
		x *= y
	case '/':
		x /= y
	case '%':
		x = math.Mod(x, y)
	default:
		x = power(x, y)
	}
	return NumberValue(x), nil
}

func (n *compareNode) eval(r *run, e *env, depth int) (Value, error) {
	if err := r.charge(depth); err != nil {
		return Value{}, located(err, n.pos())
	}
	left, err := n.first.eval(r, e, depth+2)
	if err != nil {
		return Value{}, err
	}
	for _, c := range n.rest {
		right, err := c.with.eval(r, e, depth+2)
		if err != nil {
			return Value{}, err
		}
		truth, err := r.compare(c.op, left, right)
		if err != nil {
			return Value{}, located(err, n.pos())
		}
		left = BoolValue(truth)
	}
	return left, nil
}

func (r *run) compare(op string, a, b Value) (bool, error) {
	switch op {
	case "===":
		return strictEqual(a, b), nil
	case "!==":
		return !strictEqual(a, b), nil
	case "==", "!=":
		equal, err := r.looseEqual(a, b)
		return equal == (op == "=="), err
	}
	order, err := r.order(a, b)
	switch op {
	case "<":
		return order < 0, err
	case "<=":
		return order <= 0, err
	case ">":
		return order > 0, err
	}
	return order >= 0, err
}

func (n *inNode) eval(r *run, e *env, depth int) (Value, error) {
	if err := r.charge(depth); err != nil {
		return Value{}, located(err, n.pos())
	}
	needle, in, err := n.operands(r, e, depth+1)
	if err != nil {
		return Value{}, err
	}
	found, err := r.contains(in, needle)
	return BoolValue(found), located(err, n.pos())
}

func (r *run) contains(in, needle Value) (bool, error) {
	switch in.kind {
	case Array:
		for _, v := range in.array().items {
			if strictEqual(v, needle) {
				return true, nil
			}
		}
		return false, r.pay(8 * len(in.array().items))
	case String, safeKind, Object:
		key, err := r.str(needle)
		if err != nil {
			return false, err
		}
		switch in.kind {
		case Object:
			return in.Has(key), nil
		case safeKind:
			return key == "length" || key == "val", nil
		}
		return indexFrom(in.text(), key, 0) >= 0, r.pay(len(in.text()))
	}
	return false, failf("in needs an array, an object or a string, found %s", in.typeName())
}

func (n *captureNode) eval(r *run, e *env, depth int) (Value, error) {
	if err := r.charge(depth); err != nil {
		return Value{}, located(err, n.pos())
	}
	inner := *e
	inner.scope = e.scope.child(false)
	text, err := r.capture(n.body, &inner, depth+2)
	return StringValue(text), err
}
