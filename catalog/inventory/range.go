package inventory

import (
	"strings"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// Range is a set of versions as people ask for them: "2.x", "below 2.17", ">= 3", "3.1 to 3.3". The zero value
// contains every version. A bound with few numbers means its whole series: "<= 2.17" contains 2.17.1, "> 3" starts
// with 4, "2.17" contains 2.17.1, as npm reads them. Pre-releases belong to the series whose number they carry.
type Range struct {
	low, high         []int
	lowOpen, highOpen bool // the bound's series is outside
	not               bool // everything but
	text              string
}

// maxRange bounds the length of a range in bytes.
const maxRange = 64

// ParseRange reads a range: one or two comparisons ("<", "<=", ">", ">=", "=", "!=") with a version, a series ("2",
// "2.x", "2.17.*"), "A - B" (both included), "A+" (and later) and "^A", "~A" as npm means them. The full-width and
// mathematical signs and a leading "v" are accepted. Words such as "below" are the language's matter
// (commands/understand), except "to", "and". Anything else is an error of kind fault.Invalid.
func ParseRange(s string) (Range, error) {
	text := s
	if len(s) > maxRange {
		return Range{}, badRange(text)
	}
	s = strings.NewReplacer("≤", "<=", "≥", ">=", "＜", "<", "＞", ">", "＝", "=", "≠", "!=", "==", "=", "．", ".", " and ", " ", "&&", " ", ",", " ").Replace(s)
	s = strings.TrimSpace(s)
	if a, b, ok := cutSpan(s); ok {
		low, high := series(a), series(b)
		if low == nil || high == nil {
			return Range{}, badRange(text)
		}
		return Range{low: low, high: high, text: text}, nil
	}
	r := Range{text: text}
	fields := joinOperators(strings.Fields(s))
	if len(fields) == 0 || len(fields) > 2 {
		return Range{}, badRange(text)
	}
	for _, f := range fields {
		if !r.narrow(f) || (r.not && len(fields) > 1) {
			return Range{}, badRange(text)
		}
	}
	return r, nil
}

func badRange(s string) error {
	return fault.New(fault.Invalid, "%q is not a range of versions; write for example 2.x, <2.17 or >=3", clip(s, maxRange))
}

// cutSpan splits "1.2 - 1.4", "1.2 to 1.4" and "1.2~1.4".
func cutSpan(s string) (a, b string, ok bool) {
	for _, sep := range []string{" - ", " to ", "..", "～", "~", "–"} {
		if a, b, ok = strings.Cut(s, sep); ok && a != "" && b != "" {
			return strings.TrimSpace(a), strings.TrimSpace(b), true
		}
	}
	return "", "", false
}

// joinOperators joins an operator with the version behind it: "<", "2" is "<2".
func joinOperators(fields []string) []string {
	var out []string
	for _, f := range fields {
		if n := len(out); n > 0 && strings.Trim(out[n-1], "<>=!^~") == "" {
			out[n-1] += f
			continue
		}
		out = append(out, f)
	}
	return out
}

// narrow adds one comparison and reports whether it could be read.
func (r *Range) narrow(f string) bool {
	rest := strings.TrimLeft(f, "<>=!^~")
	op := f[:len(f)-len(rest)]
	if strings.HasSuffix(rest, "+") && op == "" {
		op, rest = ">=", strings.TrimSuffix(rest, "+")
	}
	v := series(rest)
	if v == nil {
		return false
	}
	switch op {
	case "<":
		r.high, r.highOpen = v, true
	case "<=":
		r.high, r.highOpen = v, false
	case ">":
		r.low, r.lowOpen = v, true
	case ">=":
		r.low, r.lowOpen = v, false
	case "", "=":
		r.low, r.high = v, v
	case "!=":
		r.low, r.high, r.not = v, v, true
	case "^":
		r.low, r.high = v, v[:1]
		if v[0] == 0 && len(v) > 1 {
			r.high = v[:2]
		}
	case "~":
		r.low, r.high = v, v[:min(2, len(v))]
	default:
		return false
	}
	return true
}

// series reads "2", "v2.x", "2.17.*" as the numbers that fix the series; nil when it is none.
func series(s string) []int {
	s = strings.ToLower(Plain(s))
	for _, wild := range []string{".x", ".*"} {
		for strings.HasSuffix(s, wild) {
			s = strings.TrimSuffix(s, wild)
		}
	}
	if s == "" || strings.Trim(s, "0123456789.") != "" || strings.HasPrefix(s, ".") || strings.HasSuffix(s, ".") || strings.Contains(s, "..") {
		return nil
	}
	n := numbers(s)
	if len(n) != strings.Count(s, ".")+1 {
		return nil
	}
	return n
}

// Contains reports whether a version lies in the range. A version that is not known lies in none but the zero range.
func (r Range) Contains(version string) bool {
	if r.IsZero() {
		return true
	}
	n := numbers(version)
	if len(n) == 0 {
		return false
	}
	in := true
	if r.low != nil {
		c := compareNumbers(head(n, len(r.low)), r.low)
		in = c > 0 || c == 0 && !r.lowOpen
	}
	if in && r.high != nil {
		c := compareNumbers(head(n, len(r.high)), r.high)
		in = c < 0 || c == 0 && !r.highOpen
	}
	return in != r.not
}

func head(n []int, most int) []int { return n[:min(most, len(n))] }

// IsZero reports whether the range contains everything.
func (r Range) IsZero() bool { return r.low == nil && r.high == nil }

// String is the range as it was asked for.
func (r Range) String() string { return r.text }
