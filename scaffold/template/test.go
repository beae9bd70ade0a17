package template

import "math"

// testArity is the number of arguments of each test.
var testArity = map[string]int{
	"callable": 0, "defined": 0, "divisibleby": 1, "eq": 1, "equalto": 1, "escaped": 0, "even": 0, "falsy": 0,
	"ge": 1, "greaterthan": 1, "gt": 1, "iterable": 0, "le": 1, "lessthan": 1, "lower": 0, "lt": 1, "mapping": 0,
	"ne": 1, "null": 0, "number": 0, "odd": 0, "sameas": 1, "string": 0, "truthy": 0, "undefined": 0, "upper": 0,
}

func (n *testNode) eval(r *run, e *env, depth int) (Value, error) {
	if err := r.charge(depth); err != nil {
		return Value{}, located(err, n.pos())
	}
	arity, known := testArity[n.name]
	given := 0
	if n.args != nil {
		given = len(n.args.list)
	}
	switch {
	case !known:
		return Value{}, failf("there is no test %s", quoted(n.name)).in(n.pos())
	case n.args != nil && len(n.args.named) > 0:
		return Value{}, failf("the test %s takes no named arguments", n.name).in(n.pos())
	case given != arity:
		return Value{}, failf("the test %s takes %d arguments, found %d", n.name, arity, given).in(n.pos())
	}
	v, err := n.of.eval(r, e, depth+2)
	if err != nil {
		return Value{}, err
	}
	var arg Value
	if arity > 0 {
		args, _, err := n.args.eval(r, e, depth+2)
		if err != nil {
			return Value{}, err
		}
		arg = args[0]
	}
	for _, x := range []Value{v, arg} {
		if x.container() {
			if _, err := r.size(x); err != nil {
				return Value{}, located(err, n.pos())
			}
		}
	}
	truth, err := r.test1(n.name, v, arg)
	return BoolValue(truth), located(err, n.pos())
}

// test1 applies a test that is known.
func (r *run) test1(name string, v, arg Value) (bool, error) {
	switch name {
	case "callable":
		return v.kind == callKind, nil
	case "eq", "equalto", "sameas":
		return strictEqual(v, arg), nil
	case "ne":
		return !strictEqual(v, arg), nil
	}
	if err := refuse(v); err != nil {
		return false, err
	}
	if err := refuse(arg); err != nil {
		return false, err
	}
	switch name {
	case "defined", "undefined":
		return (v.kind == Undefined) == (name == "undefined"), nil
	case "truthy", "falsy":
		return v.Truthy() == (name == "truthy"), nil
	case "null":
		return v.kind == Null, nil
	case "number":
		return v.kind == Number, nil
	case "string":
		return v.kind == String, nil
	case "escaped":
		return v.kind == safeKind, nil
	case "mapping":
		return v.kind == Object || v.kind == safeKind || v.kind == regexKind, nil
	case "iterable":
		if v.nullish() {
			return false, failf("the test iterable needs a value")
		}
		return v.isText() || v.kind == Array, nil
	case "lower", "upper":
		return r.testCase(name, v)
	case "even", "odd", "divisibleby":
		return r.testNumber(name, v, arg)
	}
	order, err := r.order(v, arg)
	switch name {
	case "ge":
		return order >= 0, err
	case "gt", "greaterthan":
		return order > 0, err
	case "le":
		return order <= 0, err
	}
	return order < 0, err // lt, lessthan
}

func (r *run) testCase(name string, v Value) (bool, error) {
	switch v.kind {
	case safeKind:
		return false, nil
	case String:
	default:
		return false, failf("the test %s needs a string, found %s", name, v.typeName())
	}
	if name == "lower" {
		return lowerCase(v.text()) == v.text(), r.pay(len(v.text()))
	}
	return upperCase(v.text()) == v.text(), r.pay(len(v.text()))
}

func (r *run) testNumber(name string, v, arg Value) (bool, error) {
	f, err := r.float(v)
	if err != nil {
		return false, err
	}
	switch name {
	case "even":
		return math.Mod(f, 2) == 0, nil
	case "odd":
		return math.Mod(f, 2) == 1, nil
	}
	by, err := r.float(arg)
	return math.Mod(f, by) == 0, err
}
