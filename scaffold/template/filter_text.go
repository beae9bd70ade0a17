package template

import (
	"math"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/language"
)

var textFilters = map[string]filterFunc{
	"capitalize": capitalizeFilter, "center": centerFilter, "indent": indentFilter, "lower": lowerFilter,
	"replace": replaceFilter, "string": stringFilter, "title": titleFilter, "trim": trimFilter,
	"truncate": truncateFilter, "upper": upperFilter, "wordcount": wordcountFilter,
}

// lowerCase is JavaScript's toLowerCase.
func lowerCase(s string) string {
	if ascii(s) {
		return strings.ToLower(s)
	}
	return mapCase(s, cases.Lower(language.Und))
}

// upperCase is JavaScript's toUpperCase.
func upperCase(s string) string {
	if ascii(s) {
		return strings.ToUpper(s)
	}
	return mapCase(s, cases.Upper(language.Und))
}

// mapCase maps what is between half surrogate pairs.
func mapCase(s string, c cases.Caser) string {
	if utf8.ValidString(s) {
		return c.String(s)
	}
	var out []byte
	start := 0
	for i := 0; i < len(s); {
		r, n := decode(s[i:])
		if utf16.IsSurrogate(r) {
			out = append(append(out, c.String(s[start:i])...), s[i:i+n]...)
			start = i + n
		}
		i += n
	}
	return string(append(out, c.String(s[start:])...))
}

// capital makes the first code unit upper case and the rest lower.
func capital(s string) string {
	s = lowerCase(s)
	if s == "" {
		return s
	}
	first := substring(s, 0, 1)
	return concat(upperCase(first), substring(s, 1, length16(s)))
}

func capitalizeFilter(r *run, in Value, _ methodArgs) (Value, error) {
	s, err := textOf(blank(in))
	if err != nil {
		return Value{}, err
	}
	return r.sameSafety(in, capital(s))
}

func titleFilter(r *run, in Value, _ methodArgs) (Value, error) {
	s, err := textOf(blank(in))
	if err != nil {
		return Value{}, err
	}
	words := strings.Split(s, " ")
	for i, w := range words {
		words[i] = capital(w)
	}
	return r.sameSafety(in, strings.Join(words, " "))
}

func lowerFilter(r *run, in Value, _ methodArgs) (Value, error) {
	s, err := textOf(blank(in))
	if err != nil {
		return Value{}, err
	}
	return r.newString(lowerCase(s))
}

func upperFilter(r *run, in Value, _ methodArgs) (Value, error) {
	s, err := textOf(blank(in))
	if err != nil {
		return Value{}, err
	}
	return r.newString(upperCase(s))
}

func trimFilter(r *run, in Value, _ methodArgs) (Value, error) {
	s, err := textOf(in)
	if err != nil {
		return Value{}, err
	}
	return r.sameSafety(in, trim(s))
}

func stringFilter(r *run, in Value, _ methodArgs) (Value, error) {
	if in.nullish() {
		return Value{}, failf("it needs a value")
	}
	if in.kind == safeKind {
		return in, nil
	}
	s, err := r.print(in)
	return StringValue(s), err
}

// maxSpaces bounds the blanks that one filter adds in one place.
const maxSpaces = 16 << 20

// spaces are as many blanks as a number, rounded up, says.
func (r *run) spaces(n float64) (string, error) {
	if math.IsNaN(n) || n <= 0 {
		return "", nil
	}
	if n > maxSpaces {
		return "", failf("it would add more than %d blanks", maxSpaces)
	}
	size := int(math.Ceil(n))
	if err := r.alloc(size); err != nil {
		return "", err
	}
	return strings.Repeat(" ", size), nil
}

// orElse reads a number argument; what is falsy counts as other.
func orElse(v Value, other float64) Value {
	if v.Truthy() {
		return v
	}
	return NumberValue(other)
}

func centerFilter(r *run, in Value, args methodArgs) (Value, error) {
	in = blank(in)
	width, length := orElse(args.at(0), 80), own(in, "length")
	if order, err := r.order(length, width); err != nil || order >= 0 {
		return in, err
	}
	w, err := r.float(width)
	if err != nil {
		return Value{}, err
	}
	n, err := r.float(length)
	if err != nil {
		return Value{}, err
	}
	text, err := r.str(in)
	if err != nil {
		return Value{}, err
	}
	gap := w - n
	before, err := r.spaces(gap/2 - math.Mod(gap, 2))
	if err != nil {
		return Value{}, err
	}
	after, err := r.spaces(gap / 2)
	if err != nil {
		return Value{}, err
	}
	return r.sameSafety(in, before+text+after)
}

func indentFilter(r *run, in Value, args methodArgs) (Value, error) {
	in = blank(in)
	s, err := textOf(in)
	if err != nil || in.isStr("") {
		return StringValue(""), err
	}
	width, err := r.float(orElse(args.at(0), 4))
	if err != nil {
		return Value{}, err
	}
	indent, err := r.spaces(width)
	if err != nil {
		return Value{}, err
	}
	if err := r.alloc(len(indent) * (strings.Count(s, "\n") + 1)); err != nil {
		return Value{}, err
	}
	s = strings.ReplaceAll(s, "\n", "\n"+indent)
	if args.at(1).Truthy() {
		s = indent + s
	}
	return r.sameSafety(in, s)
}

func truncateFilter(r *run, in Value, args methodArgs) (Value, error) {
	text := blank(in)
	limit := orElse(args.at(0), 255)
	if order, err := r.order(own(text, "length"), limit); err != nil || order <= 0 {
		return text, err
	}
	s, err := textOf(text)
	if err != nil {
		return Value{}, err
	}
	f, err := r.float(limit)
	if err != nil {
		return Value{}, err
	}
	n := length16(s)
	cut := clamp(zeroNaN(f), n)
	if !args.at(1).Truthy() {
		from := n
		if !math.IsNaN(f) {
			from = clamp(math.Trunc(f), n)
		}
		if i := lastIndexFrom(s, " ", from); i >= 0 {
			cut = i
		}
	}
	end := "..."
	if e := args.at(2); !e.nullish() {
		if end, err = r.str(e); err != nil {
			return Value{}, err
		}
	}
	return r.sameSafety(in, concat(substring(s, 0, cut), end))
}

func zeroNaN(f float64) float64 {
	if math.IsNaN(f) {
		return 0
	}
	return math.Trunc(f)
}

func wordcountFilter(_ *run, in Value, _ methodArgs) (Value, error) {
	in = blank(in)
	if !in.Truthy() {
		return NullValue(), nil
	}
	s, err := textOf(in)
	if err != nil {
		return Value{}, err
	}
	n, inside := 0, false
	for i := range len(s) {
		word := isNameStart(s[i]) || isDigit(s[i])
		if word && !inside {
			n++
		}
		inside = word
	}
	if n == 0 {
		return NullValue(), nil
	}
	return intValue(n), nil
}

func replaceFilter(r *run, in Value, args methodArgs) (Value, error) {
	what := args.at(0)
	if what.kind == regexKind {
		s, err := textOf(in)
		if err != nil {
			return Value{}, err
		}
		with, err := r.str(args.at(1))
		if err != nil {
			return Value{}, err
		}
		x := *what.regex()
		x.last = 0
		out, err := r.replaceRegex(s, &x, with)
		if err != nil {
			return Value{}, err
		}
		return r.newString(out)
	}
	if what.kind != String && what.kind != Number {
		return in, nil
	}
	if in.kind == Number {
		in = StringValue(formatNumber(in.num()))
	}
	if !in.isText() {
		return in, nil
	}
	needle, err := r.str(what)
	if err != nil {
		return Value{}, err
	}
	return r.replaceText(in, needle, args)
}

// replaceText replaces text by text, all of it or as often as the third argument says.
func (r *run) replaceText(in Value, needle string, args methodArgs) (Value, error) {
	s := in.text()
	with, err := r.str(args.at(1))
	if err != nil {
		return Value{}, err
	}
	if needle == "" {
		sep := with
		if args.at(1).kind == Undefined {
			sep = ","
		}
		if err := r.alloc((length16(s) + 2) * (len(with) + 1)); err != nil {
			return Value{}, err
		}
		return r.sameSafety(in, concat(concat(with, joinAll(split(s, ""), sep)), with))
	}
	most := args.at(2)
	times := math.Inf(1)
	if most.kind == Undefined || most.kind == Number && most.num() == -1 {
		most = NumberValue(-1)
	} else if times, err = r.float(most); err != nil {
		return Value{}, err
	}
	if indexFrom(s, needle, 0) < 0 || most.kind == Number && most.num() == 0 {
		return in, nil
	}
	if err := r.alloc(strings.Count(s, needle) * (len(with) + 16)); err != nil {
		return Value{}, err
	}
	parts := split(s, needle)
	var out []byte
	for i, p := range parts {
		switch {
		case i == 0:
		case float64(i-1) < times:
			out = join(out, with)
		default:
			out = join(out, needle)
		}
		out = join(out, p)
	}
	return r.sameSafety(in, string(out))
}
