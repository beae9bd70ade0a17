package template

import (
	"slices"
	"strconv"
	"unsafe"
)

// Limits of one container, as nunjitsu has them.
const (
	maxEntries    = 100_000 // elements or properties
	maxValueDepth = 256     // levels of arrays and objects in each other
)

// array is a JavaScript array. Methods of expressions change it, in the render that owns it.
type array struct {
	items []Value
	depth int32 // levels of containers, this one included
	calls bool  // holds a function somewhere
}

func arrayOf(items []Value) Value {
	a := &array{items: items}
	a.measure()
	return Value{kind: Array, ptr: unsafe.Pointer(a)}
}

func (a *array) measure() {
	a.depth, a.calls = shape(a.items)
}

func shape(items []Value) (depth int32, calls bool) {
	depth = 1
	for _, v := range items {
		switch v.kind {
		case Array:
			depth, calls = max(depth, v.array().depth+1), calls || v.array().calls
		case Object:
			depth, calls = max(depth, v.record().depth+1), calls || v.record().calls
		case callKind:
			calls = true
		}
	}
	return depth, calls
}

// indexed is the number of properties from which on an object has a map.
const indexed = 12

// record is a JavaScript object without a prototype: integer-like keys first in ascending order, then the others in
// the order in which they were added. It never changes once it is made.
type record struct {
	keys  []string
	vals  []Value
	index map[string]int
	depth int32
	calls bool
}

// Field is a property of an object.
type Field struct {
	Key   string
	Value Value
}

// ObjectValue is an object of the given properties; of equal keys the last value counts.
func ObjectValue(fields ...Field) Value {
	var b recordBuilder
	for _, f := range fields {
		b.set(f.Key, f.Value)
	}
	return b.value()
}

// recordBuilder gathers the properties of a record.
type recordBuilder struct {
	r       record
	numeric bool
}

func (b *recordBuilder) grow(n int) {
	b.r.keys, b.r.vals = make([]string, 0, n), make([]Value, 0, n)
}

func (b *recordBuilder) set(key string, v Value) {
	if i := b.r.find(key); i >= 0 {
		b.r.vals[i] = v
		return
	}
	b.r.keys, b.r.vals = append(b.r.keys, key), append(b.r.vals, v)
	switch n := len(b.r.keys); {
	case b.r.index != nil:
		b.r.index[key] = n - 1
	case n == indexed:
		b.r.reindex()
	}
	if _, ok := arrayIndex(key); ok {
		b.numeric = true
	}
}

func (b *recordBuilder) value() Value {
	r := b.r
	if b.numeric {
		r.order()
	}
	r.depth, r.calls = shape(r.vals)
	return recordValue(&r)
}

func (r *record) reindex() {
	r.index = make(map[string]int, 2*len(r.keys))
	for i, k := range r.keys {
		r.index[k] = i
	}
}

// order moves integer-like keys to the front.
func (r *record) order() {
	type entry struct {
		Field
		rank uint64
	}
	list := make([]entry, len(r.keys))
	for i, k := range r.keys {
		list[i] = entry{Field{k, r.vals[i]}, 1 << 40}
		if n, ok := arrayIndex(k); ok {
			list[i].rank = uint64(n)
		}
	}
	slices.SortStableFunc(list, func(a, b entry) int {
		switch {
		case a.rank < b.rank:
			return -1
		case a.rank > b.rank:
			return 1
		}
		return 0
	})
	for i, e := range list {
		r.keys[i], r.vals[i] = e.Key, e.Value
	}
	if r.index != nil {
		r.reindex()
	}
}

func (r *record) find(key string) int {
	if r.index != nil {
		if i, ok := r.index[key]; ok {
			return i
		}
		return -1
	}
	for i, k := range r.keys {
		if k == key {
			return i
		}
	}
	return -1
}

func (r *record) get(key string) (Value, bool) {
	if i := r.find(key); i >= 0 {
		return r.vals[i], true
	}
	return Value{}, false
}

// arrayIndex reads a key that JavaScript orders as a number: "0" to "4294967294" without leading zeros.
func arrayIndex(key string) (uint32, bool) {
	if key == "" || len(key) > 10 || key[0] < '0' || key[0] > '9' || key[0] == '0' && len(key) > 1 {
		return 0, false
	}
	n, err := strconv.ParseUint(key, 10, 32)
	if err != nil || n == 1<<32-1 {
		return 0, false
	}
	return uint32(n), true
}

// position reads a key as an index into something of the given length.
func position(key string, length int) (int, bool) {
	n, ok := arrayIndex(key)
	return int(n), ok && int(n) < length
}

// reserved are the names that may appear nowhere, because they lead to JavaScript's prototypes.
func reserved(name string) bool {
	return name == "constructor" || name == "prototype" || name == "__proto__"
}
