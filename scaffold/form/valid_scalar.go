package form

import (
	"math"
	"unicode/utf8"
)

// numeric checks the keywords about numbers.
func numeric(key string, want, v *node) bool {
	f, _ := number(v)
	limit, ok := number(want)
	if !ok {
		return true
	}
	switch key {
	case "minimum":
		return f >= limit
	case "maximum":
		return f <= limit
	case "exclusiveMinimum":
		return f > limit
	case "exclusiveMaximum":
		return f < limit
	case "multipleOf":
		if limit <= 0 {
			return true
		}
		q := f / limit
		return math.Abs(q-math.Round(q)) < 1e-8 // as rjsf sets its validator up: multipleOfPrecision 8
	}
	return true
}

// textual checks the keywords about strings.
func (e *engine) textual(key string, want, v *node) bool {
	switch key {
	case "minLength":
		return !below(float64(utf8.RuneCountInString(v.Text)), want)
	case "maxLength":
		return !above(float64(utf8.RuneCountInString(v.Text)), want)
	case "pattern":
		return want.Str() == "" || e.matches(want, want.Text, v.Text)
	case "format":
		check := formats[want.Str()]
		return check == nil || check(v.Text)
	}
	return true
}
