package template

import (
	"math"
	"slices"
	"strings"
)

var pickFilters = map[string]filterFunc{
	"join": joinFilter, "sort": sortFilter, "sum": sumFilter,
	"reject":     func(r *run, in Value, args methodArgs) (Value, error) { return r.choose(in, args, false) },
	"select":     func(r *run, in Value, args methodArgs) (Value, error) { return r.choose(in, args, true) },
	"rejectattr": func(r *run, in Value, args methodArgs) (Value, error) { return r.chooseBy(in, args, false) },
	"selectattr": func(r *run, in Value, args methodArgs) (Value, error) { return r.chooseBy(in, args, true) },
}

// attributePath is a path of properties, such as metadata.name.
type attributePath []string

func (r *run) attributePath(v Value) (attributePath, error) {
	if !v.Truthy() {
		return nil, nil
	}
	if v.kind == String {
		path := strings.Split(v.text(), ".")
		for _, key := range path {
			if reserved(key) {
				return nil, failf("the name %s is reserved", key)
			}
		}
		return path, nil
	}
	key, err := r.attribute(v)
	return attributePath{key}, err
}

// attribute is one property.
func (r *run) attribute(v Value) (string, error) {
	key, err := r.str(v)
	if err == nil && reserved(key) {
		err = failf("the name %s is reserved", key)
	}
	return key, err
}

// of is the value at the path: undefined from the first property on that is not there, while nothing can be read of
// one that is there and null.
func (p attributePath) of(v Value) (Value, error) {
	for _, key := range p {
		if v.nullish() {
			return Value{}, failf("%s has no property %s", v.typeName(), quoted(key))
		}
		var there bool
		if v, there = lookUp(v, key); !there {
			return Value{}, nil
		}
	}
	return v, nil
}

// project reads a property of each element; ok is false where in has no elements to speak of.
func (r *run) project(in Value, key string) ([]Value, error) {
	items, _, err := r.elements(in, true)
	if err != nil {
		return nil, err
	}
	if in.kind == safeKind {
		if len(items) > 0 {
			return nil, failf("its characters have no properties")
		}
		return nil, nil
	}
	out := make([]Value, len(items))
	for i, v := range items {
		if out[i], err = (attributePath{key}).of(v); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// listed returns the elements of an array, or a property of each element of anything.
func (r *run) listed(in, by Value) ([]Value, error) {
	if by.Truthy() {
		key, err := r.attribute(by)
		if err != nil {
			return nil, err
		}
		return r.project(in, key)
	}
	if in.kind != Array {
		return nil, failf("it needs an array")
	}
	return in.array().items, nil
}

func joinFilter(r *run, in Value, args methodArgs) (Value, error) {
	sep := ""
	if s := args.at(0); s.Truthy() {
		var err error
		if sep, err = r.str(s); err != nil {
			return Value{}, err
		}
	}
	items, err := r.listed(in, args.at(1))
	if err != nil {
		return Value{}, err
	}
	text, err := r.joinItems(items, sep)
	return StringValue(text), err
}

func sumFilter(r *run, in Value, args methodArgs) (Value, error) {
	items, err := r.listed(in, args.at(0))
	if err != nil {
		return Value{}, err
	}
	total := NumberValue(0)
	for _, v := range items {
		if total, err = r.add(total, v); err != nil {
			return Value{}, err
		}
	}
	start := NumberValue(0)
	if s := args.at(1); s.kind != Undefined {
		start = s
	}
	return r.add(start, total)
}

func sortFilter(r *run, in Value, args methodArgs) (Value, error) {
	items, _, err := r.elements(in, true)
	if err != nil {
		return Value{}, err
	}
	path, err := r.attributePath(args.at(2))
	if err != nil {
		return Value{}, err
	}
	down, exact := args.at(0).Truthy(), args.at(1).Truthy()
	items, err = sortValues(slices.Clone(items), func(x, y Value) (float64, error) {
		a, err := path.of(x)
		if err != nil {
			return 0, err
		}
		b, err := path.of(y)
		if err != nil {
			return 0, err
		}
		if !exact && a.isText() && b.isText() {
			a, b = StringValue(lowerCase(a.text())), StringValue(lowerCase(b.text()))
		}
		order, err := r.order(a, b)
		if math.IsNaN(order) {
			order = 0
		}
		if down {
			order = -order
		}
		return order, err
	})
	if err != nil {
		return Value{}, err
	}
	return r.newArray(items)
}

// choose keeps the elements that pass a test, or those that do not.
func (r *run) choose(in Value, args methodArgs, keep bool) (Value, error) {
	name := "truthy"
	if a := args.at(0); a.kind != Undefined {
		var err error
		if name, err = r.str(a); err != nil {
			return Value{}, err
		}
	}
	want, known := testArity[name]
	switch {
	case !known:
		return Value{}, failf("there is no test %s", quoted(name))
	case in.nullish():
		return Value{}, failf("it needs a list")
	}
	items, ok, err := r.present(in)
	if err != nil || !ok {
		return arrayOf(nil), err
	}
	if given := max(0, len(args)-1); given != want {
		return Value{}, failf("the test %s takes %d arguments, found %d", name, want, given)
	}
	var out []Value
	for _, v := range items {
		truth, err := r.test1(name, v, args.at(1))
		if err != nil {
			return Value{}, err
		}
		if truth == keep {
			out = append(out, v)
		}
	}
	return r.newArray(out)
}

// present is elements, of objects only those that are there.
func (r *run) present(in Value) ([]Value, bool, error) {
	if in.kind != Object {
		items, ok := sequence(in)
		return items, ok, nil
	}
	n, err := r.float(in.Get("length"))
	if err != nil || !(n > 0) {
		return nil, true, err
	}
	n = math.Floor(min(n, 1<<53-1))
	if err := r.reserve(n); err != nil {
		return nil, true, err
	}
	var out []Value
	for i := range int(n) {
		if key := formatNumber(float64(i)); in.Has(key) {
			out = append(out, in.Get(key))
		}
	}
	return out, true, nil
}

func (r *run) chooseBy(in Value, args methodArgs, keep bool) (Value, error) {
	if in.kind != Array {
		return Value{}, failf("it needs an array")
	}
	key, err := r.attribute(args.at(0))
	if err != nil {
		return Value{}, err
	}
	var out []Value
	for _, v := range in.array().items {
		has, err := (attributePath{key}).of(v)
		if err != nil {
			return Value{}, err
		}
		if has.Truthy() == keep {
			out = append(out, v)
		}
	}
	return r.newArray(out)
}
