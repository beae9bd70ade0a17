package template

import (
	"math"
	"slices"
)

var listFilters = map[string]filterFunc{
	"batch": batchFilter, "dictsort": dictsortFilter, "first": firstFilter, "groupby": groupbyFilter,
	"last": lastFilter, "length": lengthFilter, "list": listFilter, "random": randomFilter,
	"reverse": reverseFilter, "slice": sliceFilter,
}

// sequence returns the elements of an array or the characters of a string; ok is false for anything else.
func sequence(v Value) (items []Value, ok bool) {
	switch v.kind {
	case Array:
		return v.array().items, true
	case String, safeKind:
		return letters(v.text()), true
	}
	return nil, false
}

// elements is sequence for objects too, which are read as JavaScript reads what looks like an array: by length.
func (r *run) elements(v Value, strict bool) (items []Value, ok bool, err error) {
	if v.kind != Object {
		items, ok = sequence(v)
		return items, ok, nil
	}
	length := v.Get("length")
	if f := length.num(); strict && length.kind == Number && !math.IsNaN(f) && (f != math.Trunc(f) || f < 0 || f > 1<<32-1) {
		return nil, true, failf("its length is not valid")
	}
	n, err := r.float(length)
	if err != nil || math.IsNaN(n) || n <= 0 {
		return nil, true, err
	}
	n = math.Ceil(n)
	if err := r.reserve(n); err != nil {
		return nil, true, err
	}
	for i := range int(n) {
		items = append(items, v.Get(formatNumber(float64(i))))
	}
	return items, true, nil
}

// positive reads the size of a batch or slice.
func (r *run) positive(v Value) (int, error) {
	f, err := r.float(v)
	if err != nil {
		return 0, err
	}
	if f = math.Trunc(f); math.IsNaN(f) || f < 1 || f > 1<<53 {
		return 0, failf("the number must be a positive integer")
	}
	return int(f), nil
}

func batchFilter(r *run, in Value, args methodArgs) (Value, error) {
	if in.nullish() {
		return Value{}, failf("it needs a list")
	}
	width, err := r.positive(args.at(0))
	if err != nil {
		return Value{}, err
	}
	items, _, err := r.elements(in, false)
	if err != nil {
		return Value{}, err
	}
	var out []Value
	for len(items) > 0 {
		row := slices.Clone(items[:min(width, len(items))])
		items = items[len(row):]
		if fill := args.at(1); fill.Truthy() && len(row) < width {
			if width > maxEntries {
				return Value{}, failf("an array cannot have more than %d elements", maxEntries)
			}
			for len(row) < width {
				row = append(row, fill)
			}
		}
		v, err := r.newArray(row)
		if err != nil {
			return Value{}, err
		}
		out = append(out, v)
	}
	return r.newArray(out)
}

func sliceFilter(r *run, in Value, args methodArgs) (Value, error) {
	items, ok := sequence(in)
	if !ok {
		return Value{}, failf("it needs a list")
	}
	count, err := r.positive(args.at(0))
	if err != nil {
		return Value{}, err
	}
	if count > maxEntries {
		return Value{}, failf("an array cannot have more than %d elements", maxEntries)
	}
	base, extra, fill := len(items)/count, len(items)%count, args.at(1)
	out, from := make([]Value, 0, count), 0
	for i := range count {
		size := base
		if i < extra {
			size++
		}
		part := slices.Clone(items[from : from+size])
		from += size
		more := fill.Truthy() && i >= extra
		if in.kind != Array {
			if more {
				return Value{}, failf("a string cannot be filled up")
			}
			out = append(out, StringValue(substring(in.text(), from-size, from)))
			continue
		}
		if more {
			part = append(part, fill)
		}
		v, err := r.newArray(part)
		if err != nil {
			return Value{}, err
		}
		out = append(out, v)
	}
	return r.newArray(out)
}

func dictsortFilter(r *run, in Value, args methodArgs) (Value, error) {
	by := args.at(1)
	if in.kind != Object {
		return Value{}, failf("it needs an object")
	}
	if by.kind != Undefined && !by.isStr("key") && !by.isStr("value") {
		return Value{}, failf("it sorts by key or by value only")
	}
	part := 0
	if by.isStr("value") {
		part = 1
	}
	var pairs []Value
	for k, v := range in.Entries {
		pairs = append(pairs, arrayOf([]Value{StringValue(k), v}))
	}
	fold := func(v Value) Value {
		if v.isText() && !args.at(0).Truthy() {
			return StringValue(upperCase(v.text()))
		}
		return v
	}
	pairs, err := sortValues(pairs, func(x, y Value) (float64, error) {
		a, b := fold(x.array().items[part]), fold(y.array().items[part])
		order, err := r.order(a, b)
		switch {
		case order > 0:
			return 1, err
		case strictEqual(a, b):
			return 0, err
		}
		return -1, err
	})
	if err != nil {
		return Value{}, err
	}
	return r.newArray(pairs)
}

func firstFilter(_ *run, in Value, _ methodArgs) (Value, error) {
	switch {
	case in.nullish():
		return Value{}, failf("it needs a list")
	case in.kind == Object:
		return in.Get("0"), nil
	}
	return own(in, "0"), nil
}

func lastFilter(r *run, in Value, _ methodArgs) (Value, error) {
	switch in.kind {
	case Undefined, Null:
		return Value{}, failf("it needs a list")
	case Object:
		n, err := r.float(in.Get("length"))
		return in.Get(formatNumber(n - 1)), err
	case Array, String, safeKind:
		return own(in, formatNumber(own(in, "length").num()-1)), nil
	}
	return Value{}, nil
}

func lengthFilter(_ *run, in Value, _ methodArgs) (Value, error) {
	switch in.kind {
	case Array, Object:
		return intValue(in.Len()), nil
	case String, safeKind:
		return intValue(length16(in.text())), nil
	case Undefined, Null:
		return intValue(0), nil
	case Bool:
		if !in.bool() {
			return intValue(0), nil
		}
	}
	return Value{}, nil
}

func listFilter(r *run, in Value, _ methodArgs) (Value, error) {
	switch in.kind {
	case Array:
		return in, nil
	case String, safeKind:
		return r.newArray(letters(in.text()))
	case Object:
		var out []Value
		for k, v := range in.Entries {
			out = append(out, ObjectValue(Field{"key", StringValue(k)}, Field{"value", v}))
		}
		return r.newArray(out)
	}
	return Value{}, failf("it needs something to go over")
}

func randomFilter(r *run, in Value, _ methodArgs) (Value, error) {
	if in.nullish() {
		return Value{}, failf("it needs a list")
	}
	if in.kind == Object {
		n, err := r.float(in.Get("length"))
		if err != nil || !(n >= 1) || n > maxEntries {
			return Value{}, err
		}
		return in.Get(formatNumber(float64(r.engine.random(int(n))))), nil
	}
	items, _ := sequence(in)
	if len(items) == 0 {
		return Value{}, nil
	}
	return items[r.engine.random(len(items))], nil
}

func reverseFilter(r *run, in Value, _ methodArgs) (Value, error) {
	items, _, err := r.elements(in, true)
	if err != nil {
		return Value{}, err
	}
	items = slices.Clone(items)
	slices.Reverse(items)
	if !in.isText() {
		return r.newArray(items)
	}
	var out []byte
	for _, v := range items {
		out = join(out, v.text())
	}
	return r.sameSafety(in, string(out))
}

func groupbyFilter(r *run, in Value, args methodArgs) (Value, error) {
	if in.nullish() {
		return Value{}, failf("it needs a list")
	}
	items, _, err := r.elements(in, false)
	if err != nil {
		return Value{}, err
	}
	path, err := r.attributePath(args.at(0))
	if err != nil {
		return Value{}, err
	}
	var names []string
	groups := map[string][]Value{}
	for _, v := range items {
		key, err := path.of(v)
		if err != nil {
			return Value{}, err
		}
		name, err := r.str(key)
		if err != nil {
			return Value{}, err
		}
		if groups[name] == nil {
			names = append(names, name)
		}
		groups[name] = append(groups[name], v)
	}
	var b recordBuilder
	for _, name := range names {
		v, err := r.newArray(groups[name])
		if err != nil {
			return Value{}, err
		}
		b.set(name, v)
	}
	return r.newRecord(&b)
}
