package template

// mutating are the methods that change what they belong to.
var mutating = map[string]bool{
	"append": true, "copyWithin": true, "fill": true, "insert": true, "pop": true, "push": true, "remove": true,
	"reverse": true, "shift": true, "sort": true, "splice": true, "unshift": true,
}

// arity is the least and the most arguments of a method; most is -1 without a limit.
type arity struct{ least, most int }

var (
	stringMethods = map[string]arity{
		"charAt": {0, 1}, "charCodeAt": {0, 1}, "concat": {0, -1}, "endsWith": {1, 2}, "includes": {1, 2},
		"indexOf": {1, 2}, "lastIndexOf": {1, 2}, "replace": {2, 2}, "slice": {0, 2}, "split": {0, 2},
		"startsWith": {1, 2}, "substring": {0, 2}, "toLowerCase": {0, 0}, "toUpperCase": {0, 0}, "trim": {0, 0},
		"trimEnd": {0, 0}, "trimStart": {0, 0},
	}
	numberMethods = map[string]arity{
		"toExponential": {0, 1}, "toFixed": {0, 1}, "toPrecision": {0, 1}, "toString": {0, 1},
	}
	arrayMethods = map[string]arity{
		"at": {1, 1}, "concat": {0, -1}, "copyWithin": {1, 3}, "fill": {1, 3}, "flat": {0, 1}, "includes": {1, 2},
		"indexOf": {1, 2}, "join": {0, 1}, "lastIndexOf": {1, 2}, "pop": {0, 0}, "push": {0, -1}, "reverse": {0, 0},
		"shift": {0, 0}, "slice": {0, 2}, "sort": {0, 0}, "splice": {0, -1}, "unshift": {0, -1},
	}
	// of Python, in cookiecutter templates
	listMethods = map[string]arity{
		"append": {1, 1}, "count": {1, 1}, "find": {1, 1}, "index": {1, 1}, "insert": {2, 2}, "pop": {0, 1},
		"remove": {1, 1},
	}
	dictMethods = map[string]arity{
		"get": {1, 2}, "has_key": {1, 1}, "items": {0, 0}, "keys": {0, 0}, "values": {0, 0},
	}
	regexMethods = map[string]arity{"test": {1, 1}}
)

func methodTable(v Value, name string, cookiecutter bool) map[string]arity {
	switch v.kind {
	case String, safeKind:
		return stringMethods
	case Number:
		return numberMethods
	case regexKind:
		return regexMethods
	case Array:
		if _, python := listMethods[name]; python && cookiecutter {
			return listMethods
		}
		return arrayMethods
	case Object:
		if cookiecutter {
			return dictMethods
		}
	}
	return nil
}

func hasMethod(v Value, name string, cookiecutter bool) bool {
	_, ok := methodTable(v, name, cookiecutter)[name]
	return ok
}

func methodArity(v Value, name string, cookiecutter bool) (least, most int) {
	a := methodTable(v, name, cookiecutter)[name]
	return a.least, a.most
}

// call is a method call with its arguments; those left out are undefined.
type methodArgs []Value

func (a methodArgs) at(i int) Value {
	if i < len(a) {
		return a[i]
	}
	return Value{}
}

// method calls a method that exists with a number of arguments that fits.
func (r *run) method(on Value, name string, args methodArgs) (Value, error) {
	if err := r.scratch(append([]Value{on}, args...)...); err != nil {
		return Value{}, err
	}
	switch on.kind {
	case String, safeKind:
		return r.stringMethod(on.text(), name, args)
	case Number:
		return r.numberMethod(on.num(), name, args)
	case Array:
		return r.arrayMethod(on, name, args)
	case Object:
		return r.dictMethod(on, name, args)
	}
	s, err := r.str(args.at(0))
	if err != nil {
		return Value{}, err
	}
	found, err := r.test(on.regex(), s)
	return BoolValue(found), err
}

func (r *run) numberMethod(f float64, name string, args methodArgs) (Value, error) {
	arg, given := 0.0, args.at(0).kind != Undefined
	if given {
		var err error
		if arg, err = r.float(args.at(0)); err != nil {
			return Value{}, err
		}
	}
	text, err := formatNumber(f), error(nil)
	switch {
	case name == "toFixed":
		text, err = toFixed(f, arg)
	case name == "toExponential":
		text, err = toExponential(f, arg, !given)
	case name == "toPrecision" && given:
		text, err = toPrecision(f, arg)
	case name == "toString" && given:
		text, err = toRadix(f, arg)
	}
	if err != nil {
		return Value{}, err
	}
	return r.newString(text)
}

func (r *run) dictMethod(on Value, name string, args methodArgs) (Value, error) {
	rec := on.record()
	switch name {
	case "get", "has_key":
		key, err := r.str(args.at(0))
		if err != nil {
			return Value{}, err
		}
		v, ok := rec.get(key)
		if name == "has_key" {
			return BoolValue(ok), nil
		}
		if !ok {
			v = args.at(1)
		}
		return v, nil
	}
	out := make([]Value, len(rec.keys))
	for i, k := range rec.keys {
		switch name {
		case "keys":
			out[i] = StringValue(k)
		case "values":
			out[i] = rec.vals[i]
		default:
			out[i] = arrayOf([]Value{StringValue(k), rec.vals[i]})
		}
	}
	return r.newArray(out)
}
