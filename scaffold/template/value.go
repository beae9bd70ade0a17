package template

import (
	"math"
	"unsafe"
)

// Kind is the type of a Value.
type Kind uint8

// The kinds of values. What is below Object comes only from expressions and never leaves a render.
const (
	Undefined Kind = iota
	Null
	Bool
	Number
	String
	Array
	Object
	safeKind  // a string that filters marked as safe; an object of its own, as in Nunjucks
	regexKind // a regular expression
	callKind  // a function, macro or method
)

// Value is a JavaScript value. The zero Value is undefined. Values are small and are copied; arrays are shared.
type Value struct {
	kind Kind
	bits uint64         // of a number or boolean; the length in bytes of a string
	ptr  unsafe.Pointer // the bytes of a string, or the object
}

// NullValue is null.
func NullValue() Value { return Value{kind: Null} }

// BoolValue is a boolean.
func BoolValue(b bool) Value {
	if b {
		return Value{kind: Bool, bits: 1}
	}
	return Value{kind: Bool}
}

// NumberValue is a number.
func NumberValue(f float64) Value { return Value{kind: Number, bits: math.Float64bits(f)} }

// StringValue is a string. Half surrogate pairs are encoded as three bytes each, as UTF-8 would if it allowed them.
func StringValue(s string) Value {
	return Value{kind: String, bits: uint64(len(s)), ptr: unsafe.Pointer(unsafe.StringData(s))}
}

// ArrayValue is an array of the given values, which it keeps.
func ArrayValue(items ...Value) Value { return arrayOf(items) }

func intValue(n int) Value { return NumberValue(float64(n)) }

// Kind is the type of v.
func (v Value) Kind() Kind {
	if v.kind == safeKind {
		return String
	}
	return v.kind
}

// String is the text of a string, and of everything else what an output would print.
func (v Value) String() string {
	switch v.kind {
	case String:
		return v.text()
	case Array, Object, callKind:
		return string(AppendJSON(nil, v))
	}
	return plainText(v)
}

// Float is the number, or 0 of what is none.
func (v Value) Float() float64 {
	if v.kind == Number {
		return v.num()
	}
	return 0
}

// Truthy reports what JavaScript takes for true.
func (v Value) Truthy() bool {
	switch v.kind {
	case Undefined, Null:
		return false
	case Bool:
		return v.bits != 0
	case Number:
		f := v.num()
		return f != 0 && !math.IsNaN(f)
	case String:
		return v.bits > 0
	}
	return true
}

// StepTruthy reports whether a step with this condition runs: as Truthy, but an empty array does not.
func (v Value) StepTruthy() bool { return v.Truthy() && (v.kind != Array || len(v.array().items) > 0) }

// Items returns the elements of an array, which must not be changed, or nil.
func (v Value) Items() []Value {
	if v.kind == Array {
		return v.array().items
	}
	return nil
}

// Len is the number of elements or properties of an array or object.
func (v Value) Len() int {
	switch v.kind {
	case Array:
		return len(v.array().items)
	case Object:
		return len(v.record().keys)
	}
	return 0
}

// Get returns a property of an object, or undefined.
func (v Value) Get(key string) Value {
	if v.kind == Object {
		out, _ := v.record().get(key)
		return out
	}
	return Value{}
}

// Has reports whether an object has a property.
func (v Value) Has(key string) bool {
	if v.kind != Object {
		return false
	}
	_, ok := v.record().get(key)
	return ok
}

// Entries yields the properties of an object in JavaScript's order.
func (v Value) Entries(yield func(string, Value) bool) {
	if v.kind != Object {
		return
	}
	r := v.record()
	for i, k := range r.keys {
		if !yield(k, r.vals[i]) {
			return
		}
	}
}

func (v Value) num() float64        { return math.Float64frombits(v.bits) }
func (v Value) bool() bool          { return v.bits != 0 }
func (v Value) array() *array       { return (*array)(v.ptr) }
func (v Value) record() *record     { return (*record)(v.ptr) }
func (v Value) regex() *regex       { return (*regex)(v.ptr) }
func (v Value) call() *callable     { return (*callable)(v.ptr) }
func (v Value) safe() string        { return *(*string)(v.ptr) }
func (v Value) nullish() bool       { return v.kind <= Null }
func (v Value) primitive() bool     { return v.kind <= String }
func (v Value) isText() bool        { return v.kind == String || v.kind == safeKind }
func (v Value) container() bool     { return v.kind == Array || v.kind == Object }
func (v Value) isStr(s string) bool { return v.kind == String && v.text() == s }

// text is the text of a string or a safe string.
func (v Value) text() string {
	if v.kind == safeKind {
		return v.safe()
	}
	return unsafe.String((*byte)(v.ptr), int(v.bits))
}

func safeValue(s string) Value {
	boxed := new(string)
	*boxed = s
	return Value{kind: safeKind, ptr: unsafe.Pointer(boxed)}
}

func regexValue(r *regex) Value   { return Value{kind: regexKind, ptr: unsafe.Pointer(r)} }
func callValue(c *callable) Value { return Value{kind: callKind, ptr: unsafe.Pointer(c)} }
func recordValue(r *record) Value { return Value{kind: Object, ptr: unsafe.Pointer(r)} }

// name of the kind for people.
func (v Value) typeName() string {
	switch v.kind {
	case Undefined:
		return "undefined"
	case Null:
		return "null"
	case Bool:
		return "boolean"
	case Number:
		return "number"
	case String, safeKind:
		return "string"
	case Array:
		return "array"
	case Object:
		return "object"
	case regexKind:
		return "regular expression"
	}
	return "function"
}
