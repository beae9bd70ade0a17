package template

// callKindOf tells functions apart.
type callKindOf uint8

const (
	macroCall callKindOf = iota
	hostCall             // a function of the program
	rangeCall
	cyclerCall
	joinerCall
	cyclerValue // what cycler() returned
	cyclerMethod
	joinerValue // what joiner() returned
	methodCall
)

// callable is a function. It can be called and compared, and nothing else.
type callable struct {
	kind   callKindOf
	name   string
	macro  *macro
	fn     Func
	cycle  *cycle
	joiner *joiner
	on     Value // what a method belongs to
}

// macro is a declared macro, or the body of a call block, where it was declared.
type macro struct {
	node  *macroNode
	scope *scope
	frame *frame // of a call block
	outer *scope
}

type cycle struct {
	items []Value
	at    int // -1 before the first
}

type joiner struct {
	sep  Value
	used bool
}

// global is what a name means that no variable has.
func (r *run) global(name string) Value {
	if r.tmpl.opts.CookiecutterCompat {
		switch name {
		case "True", "False":
			return BoolValue(name == "True")
		case "None":
			return NullValue()
		}
	}
	if c := r.globals[name]; c != nil {
		return callValue(c)
	}
	c := &callable{kind: hostCall, name: name}
	if fn := r.funcs[name]; fn != nil {
		c.fn = fn
	} else if fn := r.engine.globals[name]; fn != nil {
		c.fn = fn
	} else {
		switch name {
		case "range":
			c.kind = rangeCall
		case "cycler":
			c.kind = cyclerCall
		case "joiner":
			c.kind = joinerCall
		default:
			return Value{}
		}
	}
	if r.globals == nil {
		r.globals = map[string]*callable{}
	}
	r.globals[name] = c
	return callValue(c)
}

// own reads a property that a value has itself.
func own(v Value, key string) Value {
	out, _ := lookUp(v, key)
	return out
}

func lookUp(v Value, key string) (Value, bool) {
	switch v.kind {
	case Object:
		return v.record().get(key)
	case Array:
		items := v.array().items
		if key == "length" {
			return intValue(len(items)), true
		}
		if i, ok := position(key, len(items)); ok {
			return items[i], true
		}
	case String, safeKind:
		text := v.text()
		if key == "length" {
			return intValue(length16(text)), true
		}
		if key == "val" && v.kind == safeKind {
			return StringValue(text), true
		}
		if key == "" || !isDigit(key[0]) {
			return Value{}, false
		}
		if i, ok := position(key, length16(text)); ok {
			return StringValue(substring(text, i, i+1)), true
		}
	}
	return Value{}, false
}

// member looks a property or method up.
func (r *run) member(v Value, key string) Value {
	if v.kind == callKind {
		return r.cyclerMember(v.call(), key)
	}
	if out, ok := lookUp(v, key); ok {
		if out.kind == callKind {
			c := *out.call() // a function found in a container is never equal to another
			return callValue(&c)
		}
		return out
	}
	if !hasMethod(v, key, r.tmpl.opts.CookiecutterCompat) {
		return Value{}
	}
	return callValue(&callable{kind: methodCall, name: key, on: v})
}

func (r *run) cyclerMember(c *callable, key string) Value {
	if c.kind != cyclerValue {
		return Value{}
	}
	switch key {
	case "current":
		switch at := c.cycle.at; {
		case at < 0:
			return NullValue()
		case at < len(c.cycle.items):
			return c.cycle.items[at]
		}
	case "next", "reset":
		return callValue(&callable{kind: cyclerMethod, name: key, cycle: c.cycle})
	}
	return Value{}
}

func (n *callNode) eval(r *run, e *env, depth int) (Value, error) {
	if err := r.charge(depth); err != nil {
		return Value{}, located(err, n.pos())
	}
	target, err := n.target.eval(r, e, depth+2)
	if err != nil {
		return Value{}, err
	}
	if target.kind != callKind {
		return Value{}, n.notCallable(target)
	}
	c := target.call()
	if err := c.accepts(&n.args, r.tmpl.opts.CookiecutterCompat); err != nil {
		return Value{}, located(err, n.pos())
	}
	args, named, err := n.args.eval(r, e, depth+2)
	if err != nil {
		return Value{}, err
	}
	if c.kind == macroCall {
		v, err := r.invoke(c.macro, args, named, depth+2)
		return v, located(err, n.pos())
	}
	for _, a := range args {
		if err := refuse(a); err != nil {
			return Value{}, located(err, n.pos())
		}
	}
	v, err := r.builtin(c, args)
	return v, located(err, n.pos())
}

func (n *callNode) notCallable(v Value) error {
	if path := callPath(n.target); path != "" {
		return failf("%s is %s and cannot be called", quoted(path), v.typeName()).in(n.pos())
	}
	return failf("this is %s and cannot be called", v.typeName()).in(n.pos())
}

// callPath writes the name of what is called.
func callPath(e expr) string {
	switch n := e.(type) {
	case *symbol:
		return n.name
	case *lookup:
		if key, ok := n.key.(*literal); ok && key.v.kind == String {
			if parent := callPath(n.target); parent != "" {
				return parent + "." + key.v.text()
			}
		}
	}
	return ""
}

// eval evaluates arguments; named ones may be nil.
func (a *arguments) eval(r *run, e *env, depth int) ([]Value, map[string]Value, error) {
	list, err := evalAll(r, e, a.list, depth+1)
	if err != nil || len(a.named) == 0 {
		return list, nil, err
	}
	named := make(map[string]Value, len(a.named))
	for _, n := range a.named {
		v, err := n.val.eval(r, e, depth+1)
		if err != nil {
			return nil, nil, err
		}
		named[n.name] = v
	}
	return list, named, nil
}

// accepts checks the number of arguments before any is evaluated.
func (c *callable) accepts(a *arguments, cookiecutter bool) error {
	least, most := 0, -1 // no limit
	switch c.kind {
	case macroCall:
		return nil
	case rangeCall:
		most = 3
	case joinerCall:
		most = 1
	case cyclerMethod, joinerValue:
		most = 0
	case cyclerValue:
		return failf("a cycler cannot be called, its next can")
	case methodCall:
		least, most = methodArity(c.on, c.name, cookiecutter)
	}
	if len(a.named) > 0 {
		return failf("%s takes no named arguments", c.name)
	}
	if n := len(a.list); n < least || most >= 0 && n > most {
		return failf("%s cannot be called with %d arguments", c.name, n)
	}
	return nil
}

func (r *run) builtin(c *callable, args []Value) (Value, error) {
	switch c.kind {
	case hostCall:
		return r.host(c.name, func() (Value, error) { return c.fn(args) }, args)
	case rangeCall:
		return r.rangeOf(args)
	case cyclerCall:
		return callValue(&callable{kind: cyclerValue, name: c.name, cycle: &cycle{items: args, at: -1}}), nil
	case joinerCall:
		sep := StringValue(",")
		if len(args) > 0 && args[0].Truthy() {
			sep = args[0]
		}
		return callValue(&callable{kind: joinerValue, name: c.name, joiner: &joiner{sep: sep}}), nil
	case cyclerMethod:
		return c.cycle.call(c.name), nil
	case joinerValue:
		if !c.joiner.used {
			c.joiner.used = true
			return StringValue(""), nil
		}
		return c.joiner.sep, nil
	}
	return r.method(c.on, c.name, args)
}

func (c *cycle) call(method string) Value {
	switch {
	case method == "reset":
		c.at = -1
		return Value{}
	case len(c.items) == 0:
		c.at = 0
		return Value{}
	}
	c.at = (c.at + 1) % len(c.items)
	return c.items[c.at]
}

// host calls a function or filter of the program.
func (r *run) host(name string, call func() (Value, error), args []Value) (Value, error) {
	if err := r.scratch(args...); err != nil {
		return Value{}, err
	}
	r.calls++
	if r.calls > r.limits.Calls {
		return Value{}, limitf("more than %d functions of the program are called", r.limits.Calls)
	}
	v, err := call()
	if err != nil {
		return Value{}, failf("%s: %v", name, err)
	}
	return v, checkShape(v)
}

// rangeOf is the global range.
func (r *run) rangeOf(args []Value) (Value, error) {
	arg := func(i int) Value {
		if i < len(args) {
			return args[i]
		}
		return Value{}
	}
	if err := r.scratch(args...); err != nil {
		return Value{}, err
	}
	start, stop, step := arg(0), arg(1), arg(2)
	if stop.kind == Undefined {
		start, stop, step = NumberValue(0), start, NumberValue(1)
	} else if !step.Truthy() {
		step = NumberValue(1)
	}
	up, err := r.order(step, NumberValue(0))
	if err != nil {
		return Value{}, err
	}
	var out []Value
	for v := start; ; {
		order, err := r.order(v, stop)
		if err != nil {
			return Value{}, err
		}
		if up > 0 && !(order < 0) || !(up > 0) && !(order > 0) {
			return r.newArray(out)
		}
		out = append(out, v)
		if err := r.work(1); err != nil {
			return Value{}, err
		}
		if v, err = r.add(v, step); err != nil {
			return Value{}, err
		}
	}
}
