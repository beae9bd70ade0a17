package template

import (
	"math"
	"slices"
)

func (r *run) arrayMethod(on Value, name string, args methodArgs) (Value, error) {
	if mutating[name] {
		return r.mutate(on, name, args)
	}
	items := on.array().items
	switch name {
	case "at":
		i, err := r.integer(args.at(0))
		if i < 0 {
			i += float64(len(items))
		}
		if err != nil || i < 0 || i >= float64(len(items)) {
			return Value{}, err
		}
		return items[int(i)], nil
	case "concat":
		out := slices.Clone(items)
		for _, a := range args {
			if a.kind == Array {
				out = append(out, a.array().items...)
			} else {
				out = append(out, a)
			}
		}
		return r.newArray(out)
	case "flat":
		depth, err := r.integerOr(args.at(0), 1)
		if err != nil {
			return Value{}, err
		}
		out, err := r.flatten(nil, items, depth)
		if err != nil {
			return Value{}, err
		}
		return r.newArray(out)
	case "join":
		sep := ","
		if a := args.at(0); a.kind != Undefined {
			var err error
			if sep, err = r.str(a); err != nil {
				return Value{}, err
			}
		}
		text, err := r.joinItems(items, sep)
		return StringValue(text), err
	case "slice":
		from, to, err := r.span(args.at(0), args.at(1), len(items))
		if err != nil {
			return Value{}, err
		}
		return r.newArray(slices.Clone(items[from:max(from, to)]))
	}
	return r.find(items, name, args)
}

// span resolves two indexes that may count from the end.
func (r *run) span(from, to Value, length int) (int, int, error) {
	i, err := r.integerOr(from, 0)
	if err != nil {
		return 0, 0, err
	}
	j, err := r.integerOr(to, float64(length))
	return relative(i, length), relative(j, length), err
}

func (r *run) flatten(out, items []Value, depth float64) ([]Value, error) {
	for _, v := range items {
		if err := r.work(1); err != nil {
			return nil, err
		}
		if depth <= 0 || v.kind != Array {
			out = append(out, v)
			continue
		}
		var err error
		if out, err = r.flatten(out, v.array().items, depth-1); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// find is indexOf, lastIndexOf, includes, and Python's count, index and find.
func (r *run) find(items []Value, name string, args methodArgs) (Value, error) {
	want := args.at(0)
	if err := r.pay(8 * len(items)); err != nil {
		return Value{}, err
	}
	switch name {
	case "count":
		n := 0
		for _, v := range items {
			if strictEqual(v, want) {
				n++
			}
		}
		return intValue(n), nil
	case "lastIndexOf":
		from, err := r.integerOr(args.at(1), float64(len(items)-1))
		if from < 0 {
			from += float64(len(items))
		}
		for i := int(max(-1, min(from, float64(len(items)-1)))); i >= 0; i-- {
			if strictEqual(items[i], want) {
				return intValue(i), err
			}
		}
		return intValue(-1), err
	}
	from, _, err := r.span(args.at(1), Value{}, len(items))
	if err != nil {
		return Value{}, err
	}
	nan := name == "includes" && want.kind == Number && math.IsNaN(want.num())
	for i := from; i < len(items); i++ {
		if strictEqual(items[i], want) || nan && items[i].kind == Number && math.IsNaN(items[i].num()) {
			if name == "includes" {
				return BoolValue(true), nil
			}
			return intValue(i), nil
		}
	}
	if name == "includes" {
		return BoolValue(false), nil
	}
	return intValue(-1), nil
}

// sortText sorts by the text of the elements; undefined ones go last.
func (r *run) sortText(items []Value) ([]Value, error) {
	return sortValues(items, func(a, b Value) (float64, error) {
		x, err := r.str(a)
		if err != nil {
			return 0, err
		}
		y, err := r.str(b)
		if err != nil {
			return 0, err
		}
		return float64(compare16(x, y)), r.pay(len(x) + len(y) + 64)
	})
}

// sortValues sorts as V8 does, whose order shows when the comparison is not consistent. It sorts items in place.
func sortValues(items []Value, compare func(a, b Value) (float64, error)) ([]Value, error) {
	var failed error
	less := func(a, b Value) bool {
		if failed != nil {
			return false
		}
		order, err := compare(a, b)
		failed = err
		return order < 0
	}
	defined := slices.DeleteFunc(items, func(v Value) bool { return v.kind == Undefined }) // clears what is behind
	const short = 64
	if len(defined) < short {
		insertionSort(defined, less)
	} else {
		slices.SortStableFunc(defined, func(a, b Value) int {
			switch {
			case less(a, b):
				return -1
			case less(b, a):
				return 1
			}
			return 0
		})
	}
	return items, failed
}

// insertionSort finds a run at the start, then inserts each element behind it by halving.
func insertionSort(a []Value, less func(a, b Value) bool) {
	if len(a) < 2 {
		return
	}
	n := 2
	if down := less(a[1], a[0]); down {
		for n < len(a) && less(a[n], a[n-1]) {
			n++
		}
		slices.Reverse(a[:n])
	} else {
		for n < len(a) && !less(a[n], a[n-1]) {
			n++
		}
	}
	for ; n < len(a); n++ {
		pivot, left, right := a[n], 0, n
		for left < right {
			mid := left + (right-left)/2
			if less(pivot, a[mid]) {
				right = mid
			} else {
				left = mid + 1
			}
		}
		copy(a[left+1:n+1], a[left:n])
		a[left] = pivot
	}
}
