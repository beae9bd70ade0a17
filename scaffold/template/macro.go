package template

// fill spreads arguments over positional parameters and those with defaults, as Nunjucks does: positional arguments
// beyond the first go to the second, positional parameters left over are taken from the named arguments.
func fill(positional, defaults []string, args []Value, named map[string]Value) ([]Value, map[string]Value) {
	if len(args) == len(positional) {
		return args, named
	}
	all := make(map[string]Value, len(named))
	for k, v := range named {
		all[k] = v
	}
	if len(args) > len(positional) {
		for i, v := range args[len(positional):] {
			if i < len(defaults) {
				all[defaults[i]] = v
			}
		}
		return args[:len(positional)], all
	}
	out := append([]Value(nil), args...)
	for _, name := range positional[len(args):] {
		out = append(out, all[name])
		delete(all, name)
	}
	return out, all
}

// invoke renders the body of a macro; the result is a safe string.
func (r *run) invoke(m *macro, args []Value, named map[string]Value, depth int) (Value, error) {
	n := m.node
	e := &env{scope: m.scope.child(true), outer: m.outer, exportMacros: !n.caller}
	e.frame = &frame{vals: make([]Value, n.size), parent: m.frame}
	var positional, defaults []string
	caller := false
	for _, p := range n.params {
		if p.has {
			defaults = append(defaults, p.sym.name)
		} else {
			positional = append(positional, p.sym.name)
		}
		caller = caller || p.sym.name == "caller"
	}
	args, named = fill(positional, defaults, args, named)
	for i, p := range n.params {
		v, given := Value{}, true
		if p.has {
			v, given = named[p.sym.name]
		} else {
			v = args[i]
		}
		if !given {
			var err error
			if v, err = p.def.eval(r, e, depth+1); err != nil {
				return Value{}, err
			}
		}
		e.bind(p.sym, v)
	}
	if v, ok := named["caller"]; ok && !caller {
		e.scope.set("caller", v)
	}
	text, err := r.capture(n.body, e, depth+2)
	return safeValue(text), err
}

func (n *callBlock) exec(r *run, e *env, w *writer, depth int) error {
	if err := r.charge(depth); err != nil {
		return located(err, n.pos())
	}
	target, err := n.call.target.eval(r, e, depth+2)
	if err != nil {
		return err
	}
	if target.kind != callKind || target.call().kind != macroCall {
		return failf("call works with macros only, found %s", target.typeName()).in(n.pos())
	}
	args, named, err := n.call.args.eval(r, e, depth+2)
	if err != nil {
		return err
	}
	if named == nil {
		named = map[string]Value{}
	}
	named["caller"] = callValue(&callable{kind: macroCall, macro: &macro{
		node: n.caller, scope: e.scope, frame: e.frame, outer: e.outer,
	}})
	v, err := r.invoke(target.call().macro, args, named, depth+2)
	if err != nil {
		return err
	}
	if w.json != nil {
		*w.json = join(*w.json, v.text())
	}
	return located(r.write(w, v.text()), n.pos())
}
