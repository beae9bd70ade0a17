package template

// filterFunc is a filter of the language.
type filterFunc func(r *run, in Value, args methodArgs) (Value, error)

// builtinFilter returns a filter of the language, or nil.
func builtinFilter(name string) filterFunc {
	switch name {
	case "abs", "float", "int", "round":
		return numberFilters[name]
	case "batch", "dictsort", "first", "groupby", "last", "length", "list", "random", "reverse", "slice":
		return listFilters[name]
	case "join", "reject", "rejectattr", "select", "selectattr", "sort", "sum":
		return pickFilters[name]
	case "capitalize", "center", "indent", "lower", "replace", "string", "title", "trim", "truncate", "upper",
		"wordcount":
		return textFilters[name]
	case "e", "escape", "forceescape", "nl2br", "safe", "striptags", "urlencode", "urlize":
		return markupFilters[name]
	case "d", "default":
		return defaultFilter
	case "dump":
		return dumpFilter
	}
	return nil
}

// namedParams are the filters whose arguments may be given by name; others get those as an object behind the rest.
var namedParams = map[string][]string{
	"int": {"default", "base"}, "sort": {"reverse", "case_sensitive", "attribute"},
}

func (n *filterNode) eval(r *run, e *env, depth int) (Value, error) {
	if err := r.charge(depth); err != nil {
		return Value{}, located(err, n.pos())
	}
	name := n.name
	if name == "jsonify" && r.tmpl.opts.CookiecutterCompat {
		name = "dump"
	}
	host := r.engine.filters[n.name]
	fn := builtinFilter(name)
	switch {
	case host == nil && fn == nil:
		return Value{}, failf("there is no filter %s", quoted(n.name)).in(n.pos())
	case host != nil && len(n.args.named) > 0:
		return Value{}, failf("the filter %s takes no named arguments", n.name).in(n.pos())
	}
	args, named, err := n.args.eval(r, e, depth+2)
	if err != nil {
		return Value{}, err
	}
	if host != nil {
		v, err := r.host(n.name, func() (Value, error) { return host(plain(args[0]), plainAll(args[1:])) }, args)
		return v, located(err, n.pos())
	}
	if rest, err := lowerArgs(name, args[1:], named); err != nil {
		return Value{}, located(err, n.pos())
	} else {
		args = append(args[:1:1], rest...)
	}
	if err := r.scratch(args...); err != nil {
		return Value{}, located(err, n.pos())
	}
	v, err := fn(r, args[0], args[1:])
	return v, located(filterFailure(err, name, args[0]), n.pos())
}

func filterFailure(err error, name string, in Value) error {
	f, ok := err.(*failure)
	if !ok || f.limit {
		return err
	}
	out := *f
	out.msg = "the filter " + name + " cannot take this " + in.typeName() + ": " + f.msg
	return &out
}

// lowerArgs gives named arguments their places.
func lowerArgs(name string, args []Value, named map[string]Value) ([]Value, error) {
	for _, v := range named {
		if err := refuse(v); err != nil {
			return nil, err
		}
	}
	if params := namedParams[name]; params != nil {
		out, _ := fill(params, nil, args, named)
		return out, nil
	}
	if len(named) == 0 {
		return args, nil
	}
	var b recordBuilder
	for k, v := range named {
		b.set(k, v)
	}
	b.set("__keywords", BoolValue(true))
	return append(args[:len(args):len(args)], b.value()), nil
}

func defaultFilter(_ *run, in Value, args methodArgs) (Value, error) {
	use := in.kind == Undefined
	if args.at(1).Truthy() {
		use = !in.Truthy()
	}
	if use {
		return args.at(0), nil
	}
	return in, nil
}

func dumpFilter(r *run, in Value, args methodArgs) (Value, error) {
	if in.kind == Undefined {
		return Value{}, nil
	}
	w := jsonWriter{}
	switch by := args.at(0); by.kind {
	case String:
		w.indent = substring(by.text(), 0, min(10, length16(by.text())))
	case Number:
		for n := by.num(); n >= 1 && len(w.indent) < 10; n-- {
			w.indent += " "
		}
	}
	w.value(in, 0)
	return r.newString(string(w.out))
}

// sameSafety is text, safe if in was.
func (r *run) sameSafety(in Value, text string) (Value, error) {
	if err := r.alloc(len(text)); err != nil {
		return Value{}, err
	}
	if in.kind == safeKind {
		return safeValue(text), nil
	}
	return StringValue(text), nil
}

// blank makes undefined, null and false the empty string.
func blank(v Value) Value {
	if v.nullish() || v.kind == Bool && !v.bool() {
		return StringValue("")
	}
	return v
}

// textOf is the text of a string; nothing else has one for most filters.
func textOf(v Value) (string, error) {
	if v.isText() {
		return v.text(), nil
	}
	return "", failf("it needs a string")
}
