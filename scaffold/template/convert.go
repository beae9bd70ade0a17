package template

import (
	"math"
	"strings"
)

// plainText prints a value that is no container.
func plainText(v Value) string {
	switch v.kind {
	case Bool:
		if v.bool() {
			return "true"
		}
		return "false"
	case Number:
		return formatNumber(v.num())
	case String, safeKind:
		return v.text()
	case Object:
		return "[object Object]"
	case regexKind:
		return v.regex().String()
	}
	return ""
}

// refuse fails for functions and for containers that hold one: they are never printed, compared or passed on.
func refuse(v Value) error {
	switch v.kind {
	case callKind:
		return errCallable
	case Array:
		if v.array().calls {
			return errCallable
		}
	case Object:
		if v.record().calls {
			return errCallable
		}
	}
	return nil
}

// print is the text that an output writes for v: nothing for null and undefined.
func (r *run) print(v Value) (string, error) {
	switch v.kind {
	case String:
		return v.text(), nil
	case Array:
		if err := refuse(v); err != nil {
			return "", err
		}
		return r.joinItems(v.array().items, ",")
	}
	return plainText(v), refuse(v)
}

// str is JavaScript's String(v).
func (r *run) str(v Value) (string, error) {
	switch v.kind {
	case Undefined:
		return "undefined", nil
	case Null:
		return "null", nil
	}
	return r.print(v)
}

// joinItems prints the items of an array with sep between them.
func (r *run) joinItems(items []Value, sep string) (string, error) {
	var out []byte
	for i, v := range items {
		if err := r.work(1); err != nil {
			return "", err
		}
		if i > 0 {
			out = join(out, sep)
		}
		if v.nullish() {
			continue
		}
		s, err := r.print(v)
		if err != nil {
			return "", err
		}
		if err := r.alloc(len(s)); err != nil {
			return "", err
		}
		out = join(out, s)
	}
	return string(out), nil
}

// prim is JavaScript's ToPrimitive.
func (r *run) prim(v Value) (Value, error) {
	if v.primitive() {
		return v, nil
	}
	s, err := r.print(v)
	return StringValue(s), err
}

// float is JavaScript's ToNumber.
func (r *run) float(v Value) (float64, error) {
	switch v.kind {
	case Undefined:
		return math.NaN(), nil
	case Null:
		return 0, nil
	case Bool:
		if v.bool() {
			return 1, nil
		}
		return 0, nil
	case Number:
		return v.num(), nil
	}
	s, err := r.print(v)
	if err != nil {
		return 0, err
	}
	return parseNumber(s), r.pay(len(s))
}

// integer is JavaScript's ToIntegerOrInfinity.
func (r *run) integer(v Value) (float64, error) {
	f, err := r.float(v)
	if math.IsNaN(f) {
		return 0, err
	}
	return math.Trunc(f), err
}

// integerOr is integer, and other for undefined.
func (r *run) integerOr(v Value, other float64) (float64, error) {
	if v.kind == Undefined {
		return other, nil
	}
	return r.integer(v)
}

// strictEqual is JavaScript's ===.
func strictEqual(a, b Value) bool {
	if a.kind != b.kind {
		return false
	}
	switch a.kind {
	case Undefined, Null:
		return true
	case Bool:
		return a.bits == b.bits
	case Number:
		return a.num() == b.num()
	case String:
		return a.text() == b.text()
	}
	return a.ptr == b.ptr
}

// looseEqual is JavaScript's ==.
func (r *run) looseEqual(a, b Value) (bool, error) {
	if strictEqual(a, b) {
		return true, nil
	}
	if !a.primitive() && !b.primitive() {
		return false, nil
	}
	a, err := r.prim(a)
	if err != nil {
		return false, err
	}
	if b, err = r.prim(b); err != nil {
		return false, err
	}
	if a.nullish() || b.nullish() {
		return a.nullish() && b.nullish(), nil
	}
	if a.kind == b.kind {
		return strictEqual(a, b), nil
	}
	x, err := r.float(a)
	if err != nil {
		return false, err
	}
	y, err := r.float(b)
	return x == y, err
}

// order compares as JavaScript's relational operators: below zero, zero, above, or NaN.
func (r *run) order(a, b Value) (float64, error) {
	if a.kind == Number && b.kind == Number {
		return orderNumbers(a.num(), b.num()), nil
	}
	a, err := r.prim(a)
	if err != nil {
		return 0, err
	}
	if b, err = r.prim(b); err != nil {
		return 0, err
	}
	if a.kind == String && b.kind == String {
		return float64(compare16(a.text(), b.text())), r.pay(min(len(a.text()), len(b.text())))
	}
	x, err := r.float(a)
	if err != nil {
		return 0, err
	}
	y, err := r.float(b)
	return orderNumbers(x, y), err
}

func orderNumbers(x, y float64) float64 {
	switch {
	case x < y:
		return -1
	case x > y:
		return 1
	case x == y:
		return 0
	}
	return math.NaN()
}

// add is JavaScript's +.
func (r *run) add(a, b Value) (Value, error) {
	if a.kind == Number && b.kind == Number {
		return NumberValue(a.num() + b.num()), nil
	}
	a, err := r.prim(a)
	if err != nil {
		return Value{}, err
	}
	if b, err = r.prim(b); err != nil {
		return Value{}, err
	}
	if a.kind == String || b.kind == String {
		return r.concat(a, b)
	}
	x, err := r.float(a)
	if err != nil {
		return Value{}, err
	}
	y, err := r.float(b)
	return NumberValue(x + y), err
}

// concat joins two values as strings.
func (r *run) concat(a, b Value) (Value, error) {
	x, err := r.str(a)
	if err != nil {
		return Value{}, err
	}
	y, err := r.str(b)
	if err != nil {
		return Value{}, err
	}
	return r.newString(concat(x, y))
}

// newString is a string value that the render made, which its memory budget pays for.
func (r *run) newString(s string) (Value, error) {
	return StringValue(s), r.alloc(len(s))
}

// newArray is an array that the render made.
func (r *run) newArray(items []Value) (Value, error) {
	if len(items) > maxEntries {
		return Value{}, failf("an array cannot have more than %d elements", maxEntries)
	}
	if err := r.alloc(24 * len(items)); err != nil {
		return Value{}, err
	}
	v := arrayOf(items)
	if v.array().depth > maxValueDepth {
		return Value{}, failf("values cannot nest deeper than %d levels", maxValueDepth)
	}
	return v, nil
}

// newRecord is an object that the render made.
func (r *run) newRecord(b *recordBuilder) (Value, error) {
	n := len(b.r.keys)
	if n > maxEntries {
		return Value{}, failf("an object cannot have more than %d properties", maxEntries)
	}
	for _, k := range b.r.keys {
		if reserved(k) {
			return Value{}, failf("the name %s is reserved", k)
		}
	}
	if err := r.alloc(40 * n); err != nil {
		return Value{}, err
	}
	v := b.value()
	if v.record().depth > maxValueDepth {
		return Value{}, failf("values cannot nest deeper than %d levels", maxValueDepth)
	}
	return v, nil
}

// quoted writes a name in an error, shortened.
func quoted(s string) string {
	const most = 60
	if len(s) > most {
		s = UTF8(s[:most]) + "..."
	}
	return `"` + strings.Map(func(c rune) rune {
		if c < ' ' {
			return ' '
		}
		return c
	}, s) + `"`
}
