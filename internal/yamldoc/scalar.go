package yamldoc

import (
	"math"
	"strconv"
	"strings"
)

// plain resolves an untagged plain scalar by the YAML 1.2 core schema (yaml.org/spec/1.2.2, section 10.3.2).
func plain(s string) (Kind, string) {
	if s == "" {
		return Null, ""
	}
	switch c := s[0]; {
	case c == '~' || c == 'n' || c == 'N':
		if s == "~" || s == "null" || s == "Null" || s == "NULL" {
			return Null, ""
		}
	case c == 't' || c == 'T':
		if s == "true" || s == "True" || s == "TRUE" {
			return Bool, "true"
		}
	case c == 'f' || c == 'F':
		if s == "false" || s == "False" || s == "FALSE" {
			return Bool, "false"
		}
	case c >= '0' && c <= '9' || c == '+' || c == '-' || c == '.':
		if f, ok := number(s); ok {
			return Number, FormatNumber(f)
		}
	}
	return String, s
}

// number reads an integer, a float, an infinity or a NaN of the core schema.
func number(s string) (float64, bool) {
	if len(s) > 2 && s[0] == '0' && (s[1] == 'x' || s[1] == 'o') {
		return radix(s[2:], s[1] == 'x')
	}
	digits := s
	if s[0] == '+' || s[0] == '-' {
		digits = s[1:]
	}
	switch digits {
	case ".inf", ".Inf", ".INF":
		if s[0] == '-' {
			return math.Inf(-1), true
		}
		return math.Inf(1), true
	case ".nan", ".NaN", ".NAN":
		return math.NaN(), len(digits) == len(s)
	}
	if !decimal(digits) {
		return 0, false
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil && !math.IsInf(f, 0) {
		return 0, false
	}
	return f, true
}

// radix reads the digits of 0x.. and 0o.. numbers, which have no sign.
func radix(digits string, hex bool) (float64, bool) {
	base := 8.0
	if hex {
		base = 16
	}
	f := 0.0
	for i := range len(digits) {
		v := strings.IndexByte("0123456789abcdef", digits[i]|0x20)
		if digits[i] < '0' || v < 0 || float64(v) >= base {
			return 0, false
		}
		f = f*base + float64(v)
	}
	return f, true
}

// decimal matches [0-9]+, [0-9]+.[0-9]* and .[0-9]+, each with an optional exponent.
func decimal(s string) bool {
	before := run(s)
	s = s[before:]
	after := 0
	if s != "" && s[0] == '.' {
		after = run(s[1:])
		s = s[1+after:]
	}
	if before+after == 0 {
		return false
	}
	if s == "" {
		return true
	}
	if s[0] != 'e' && s[0] != 'E' {
		return false
	}
	s = s[1:]
	if s != "" && (s[0] == '+' || s[0] == '-') {
		s = s[1:]
	}
	return s != "" && run(s) == len(s)
}

// run counts the digits s starts with.
func run(s string) int {
	i := 0
	for i < len(s) && s[i] >= '0' && s[i] <= '9' {
		i++
	}
	return i
}

// FormatNumber prints a number as JavaScript's String(f) does (ECMA-262, Number::toString).
func FormatNumber(f float64) string {
	switch {
	case math.IsNaN(f):
		return "NaN"
	case math.IsInf(f, 1):
		return "Infinity"
	case math.IsInf(f, -1):
		return "-Infinity"
	case f == 0:
		return "0"
	}
	if a := math.Abs(f); a >= 1e-6 && a < 1e21 {
		return strconv.FormatFloat(f, 'f', -1, 64)
	}
	s := strconv.FormatFloat(f, 'e', -1, 64)
	if n := len(s); n >= 4 && s[n-4] == 'e' && s[n-2] == '0' {
		s = s[:n-2] + s[n-1:]
	}
	return s
}

// tagged resolves a scalar with an explicit tag. A tag that does not fit, or is not of the core schema, leaves a
// string, as the npm parser does.
func tagged(tag, s string) (Kind, string) {
	k, text := plain(s)
	switch {
	case tag == "!!null" && k == Null, tag == "!!bool" && k == Bool:
		return k, text
	case tag == "!!int" && k == Number && !strings.ContainsAny(s, ".eE"), tag == "!!int" && k == Number && strings.HasPrefix(s, "0x"):
		return k, text
	case tag == "!!float" && k == Number && strings.ContainsAny(s, ".eE") && !strings.HasPrefix(s, "0x"):
		return k, text
	}
	return String, s
}

// plainOld resolves a plain scalar of a document that asks for YAML 1.1 by a directive: yes and no are booleans,
// numbers may have underscores and a leading 0 makes them octal (yaml.org/type). Timestamps and base-60 numbers stay
// strings.
func plainOld(s string) (Kind, string) {
	switch s {
	case "y", "Y", "yes", "Yes", "YES", "on", "On", "ON":
		return Bool, "true"
	case "n", "N", "no", "No", "NO", "off", "Off", "OFF":
		return Bool, "false"
	}
	if s == "" || !strings.Contains("0123456789+-.", s[:1]) {
		return plain(s)
	}
	digits := strings.ReplaceAll(s, "_", "")
	sign := ""
	if digits[0] == '+' || digits[0] == '-' {
		sign, digits = strings.TrimPrefix(digits[:1], "+"), digits[1:]
	}
	if base := oldBase(digits); base != 10 {
		if base != 8 {
			digits = digits[2:]
		}
		if v, err := strconv.ParseUint(digits, base, 53); err == nil {
			f := float64(v)
			if sign == "-" {
				f = -f
			}
			return Number, FormatNumber(f)
		}
		return String, s
	}
	if k, text := plain(sign + digits); k == Number {
		return k, text
	}
	return String, s
}

func oldBase(digits string) int {
	switch {
	case strings.HasPrefix(digits, "0x"):
		return 16
	case strings.HasPrefix(digits, "0b"):
		return 2
	case len(digits) > 1 && digits[0] == '0' && run(digits) == len(digits):
		return 8
	default:
		return 10
	}
}
