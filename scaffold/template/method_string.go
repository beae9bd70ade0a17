package template

import (
	"math"
	"strings"
)

func (r *run) stringMethod(s, name string, args methodArgs) (Value, error) {
	if err := r.pay(len(s)); err != nil {
		return Value{}, err
	}
	switch name {
	case "trim":
		return StringValue(trim(s)), nil
	case "trimStart":
		return StringValue(trimStart(s)), nil
	case "trimEnd":
		return StringValue(trimEnd(s)), nil
	case "toLowerCase":
		return r.newString(lowerCase(s))
	case "toUpperCase":
		return r.newString(upperCase(s))
	case "charAt", "charCodeAt":
		return r.charAt(s, name, args)
	case "concat":
		return r.concatAll(s, args)
	case "slice", "substring":
		return r.part(s, name, args)
	case "replace":
		return r.replaceOnce(s, args)
	case "split":
		return r.splitString(s, args)
	case "lastIndexOf":
		return r.lastIndex(s, args)
	}
	return r.search(s, name, args)
}

func (r *run) charAt(s, name string, args methodArgs) (Value, error) {
	i, err := r.integer(args.at(0))
	if err != nil {
		return Value{}, err
	}
	if i < 0 || i >= float64(length16(s)) {
		if name == "charAt" {
			return StringValue(""), nil
		}
		return NumberValue(math.NaN()), nil
	}
	if name == "charAt" {
		return StringValue(substring(s, int(i), int(i)+1)), nil
	}
	return intValue(int(unitAt(s, int(i)))), nil
}

func (r *run) concatAll(s string, args methodArgs) (Value, error) {
	out := []byte(s)
	for _, a := range args {
		part, err := r.str(a)
		if err != nil {
			return Value{}, err
		}
		out = join(out, part)
		if err := r.allocFor(out); err != nil {
			return Value{}, err
		}
	}
	return r.newString(string(out))
}

// relative resolves an index that counts from the end when it is negative.
func relative(i float64, length int) int {
	if i < 0 {
		i += float64(length)
	}
	return int(max(0, min(i, float64(length))))
}

func clamp(i float64, length int) int { return int(max(0, min(i, float64(length)))) }

func (r *run) part(s, name string, args methodArgs) (Value, error) {
	n := length16(s)
	from, err := r.integer(args.at(0))
	if err != nil {
		return Value{}, err
	}
	to, err := r.integerOr(args.at(1), float64(n))
	if err != nil {
		return Value{}, err
	}
	if name == "slice" {
		return StringValue(substring(s, relative(from, n), relative(to, n))), nil
	}
	i, j := clamp(from, n), clamp(to, n)
	return StringValue(substring(s, min(i, j), max(i, j))), nil
}

func (r *run) replaceOnce(s string, args methodArgs) (Value, error) {
	with, err := r.str(args.at(1))
	if err != nil {
		return Value{}, err
	}
	if x := args.at(0); x.kind == regexKind {
		out, err := r.replaceRegex(s, x.regex(), with)
		if err != nil {
			return Value{}, err
		}
		return r.newString(out)
	}
	what, err := r.str(args.at(0))
	if err != nil {
		return Value{}, err
	}
	i := indexFrom(s, what, 0)
	if i < 0 {
		return StringValue(s), nil
	}
	t := newSubject(s)
	m := &found{from: i, to: i + length16(what)}
	out := join([]byte(t.slice(0, i)), t.expand(with, m))
	return r.newString(string(join(out, t.slice(m.to, len(t.runes)))))
}

func (r *run) splitString(s string, args methodArgs) (Value, error) {
	limit := -1
	if l := args.at(1); l.kind != Undefined {
		f, err := r.float(l)
		if err != nil {
			return Value{}, err
		}
		limit = int(toUint32(f))
	}
	switch sep := args.at(0); sep.kind {
	case Undefined:
		if limit == 0 {
			return r.newArray(nil)
		}
		return r.newArray([]Value{StringValue(s)})
	case regexKind:
		items, err := r.splitRegex(s, sep.regex(), limit)
		if err != nil {
			return Value{}, err
		}
		return r.newArray(items)
	}
	sep, err := r.str(args.at(0))
	if err != nil {
		return Value{}, err
	}
	if sep == "" && s == "" {
		return r.newArray(nil)
	}
	if err := r.alloc(16 * (strings.Count(s, sep) + 1)); err != nil {
		return Value{}, err
	}
	parts := split(s, sep)
	if limit >= 0 {
		parts = parts[:min(limit, len(parts))]
	}
	out := make([]Value, len(parts))
	for i, p := range parts {
		out[i] = StringValue(p)
	}
	return r.newArray(out)
}

func (r *run) lastIndex(s string, args methodArgs) (Value, error) {
	what, err := r.str(args.at(0))
	if err != nil {
		return Value{}, err
	}
	from, err := r.float(args.at(1))
	if err != nil {
		return Value{}, err
	}
	n := length16(s)
	if math.IsNaN(from) {
		from = float64(n)
	}
	return intValue(lastIndexFrom(s, what, clamp(math.Trunc(from), n))), r.pay(8 * n)
}

// search is indexOf, includes, startsWith and endsWith.
func (r *run) search(s, name string, args methodArgs) (Value, error) {
	what, err := r.str(args.at(0))
	if err != nil {
		return Value{}, err
	}
	n, m := length16(s), length16(what)
	other := 0.0
	if name == "endsWith" {
		other = float64(n)
	}
	pos, err := r.integerOr(args.at(1), other)
	if err != nil {
		return Value{}, err
	}
	at := clamp(pos, n)
	switch name {
	case "indexOf":
		return intValue(indexFrom(s, what, at)), nil
	case "includes":
		return BoolValue(indexFrom(s, what, at) >= 0), nil
	case "startsWith":
		return BoolValue(at+m <= n && substring(s, at, at+m) == what), nil
	}
	return BoolValue(at >= m && substring(s, at-m, at) == what), nil // endsWith
}
