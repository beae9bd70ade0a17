package template

import "slices"

// mutate calls a method that changes its array, and keeps the array's invariants.
func (r *run) mutate(on Value, name string, args methodArgs) (Value, error) {
	a := on.array()
	items, out, err := r.changed(on, name, args)
	if err != nil {
		return Value{}, err
	}
	if len(items) > maxEntries {
		return Value{}, failf("an array cannot have more than %d elements", maxEntries)
	}
	for _, v := range args {
		if v.container() && holds(v, on, map[Value]bool{}) {
			return Value{}, failf("a value cannot contain itself")
		}
	}
	if err := r.alloc(24 * len(items)); err != nil {
		return Value{}, err
	}
	depth, calls := shape(items)
	if depth > maxValueDepth {
		return Value{}, failf("values cannot nest deeper than %d levels", maxValueDepth)
	}
	a.items, a.depth, a.calls = items, depth, calls
	if out.kind == Array && out.ptr != on.ptr {
		return r.newArray(out.array().items)
	}
	return out, nil
}

// holds reports whether what is somewhere in v.
func holds(v, what Value, seen map[Value]bool) bool {
	if v.ptr == what.ptr && v.kind == what.kind {
		return true
	}
	if !v.container() || seen[v] {
		return false
	}
	seen[v] = true
	items := v.Items()
	if v.kind == Object {
		items = v.record().vals
	}
	for _, item := range items {
		if item.container() && holds(item, what, seen) {
			return true
		}
	}
	return false
}

// changed returns the elements after the call, and the call's result.
func (r *run) changed(on Value, name string, args methodArgs) ([]Value, Value, error) {
	items := slices.Clone(on.array().items)
	n := len(items)
	switch name {
	case "push", "append":
		items = append(items, args...)
		return items, intValue(len(items)), nil
	case "unshift":
		items = append(slices.Clone([]Value(args)), items...)
		return items, intValue(len(items)), nil
	case "pop":
		if args.at(0).kind != Undefined { // Python's
			return r.popAt(items, args.at(0))
		}
		if n == 0 {
			return items, Value{}, nil
		}
		return items[:n-1], items[n-1], nil
	case "shift":
		if n == 0 {
			return items, Value{}, nil
		}
		return items[1:], items[0], nil
	case "reverse":
		slices.Reverse(items)
		return items, on, nil
	case "sort":
		items, err := r.sortText(items)
		return items, on, err
	case "remove":
		for i, v := range items {
			if strictEqual(v, args.at(0)) {
				return slices.Delete(items, i, i+1), arrayOf([]Value{args.at(0)}), nil
			}
		}
		return items, arrayOf(nil), nil
	case "insert":
		i, err := r.integer(args.at(0))
		return slices.Insert(items, relative(i, n), args.at(1)), arrayOf(nil), err
	case "splice":
		return r.splice(items, args)
	}
	return r.fillOrCopy(on, items, name, args)
}

func (r *run) popAt(items []Value, at Value) ([]Value, Value, error) {
	i, err := r.integer(at)
	if i < 0 {
		i += float64(len(items))
	}
	if err != nil || i < 0 || i >= float64(len(items)) {
		return items, Value{}, err
	}
	v := items[int(i)]
	return slices.Delete(items, int(i), int(i)+1), v, nil
}

func (r *run) splice(items []Value, args methodArgs) ([]Value, Value, error) {
	if args.at(0).kind == Undefined {
		return items, arrayOf(nil), nil
	}
	start, err := r.integer(args.at(0))
	if err != nil {
		return nil, Value{}, err
	}
	from := relative(start, len(items))
	drop, added := float64(len(items)), []Value(nil)
	if args.at(1).kind != Undefined {
		if drop, err = r.integer(args.at(1)); err != nil {
			return nil, Value{}, err
		}
		added = args[2:]
	}
	to := from + int(max(0, min(drop, float64(len(items)-from))))
	removed := slices.Clone(items[from:to])
	return slices.Replace(items, from, to, added...), arrayOf(removed), nil
}

func (r *run) fillOrCopy(on Value, items []Value, name string, args methodArgs) ([]Value, Value, error) {
	from, to, err := r.span(args.at(1), args.at(2), len(items))
	if err != nil {
		return nil, Value{}, err
	}
	if name == "fill" {
		for i := from; i < to; i++ {
			items[i] = args.at(0)
		}
		return items, on, nil
	}
	target, err := r.integer(args.at(0))
	if err != nil {
		return nil, Value{}, err
	}
	if from < to {
		copy(items[relative(target, len(items)):], items[from:to])
	}
	return items, on, nil
}
