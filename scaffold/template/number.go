package template

import (
	"math"
	"math/big"
	"strconv"
	"strings"
)

// formatNumber writes a number as JavaScript's String does.
func formatNumber(f float64) string {
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
	if f == math.Trunc(f) && math.Abs(f) < 1e15 {
		return strconv.FormatInt(int64(f), 10)
	}
	sign := ""
	if f < 0 {
		sign, f = "-", -f
	}
	var buf [32]byte
	mantissa, exponent, _ := strings.Cut(string(strconv.AppendFloat(buf[:0], f, 'e', -1, 64)), "e")
	exp, _ := strconv.Atoi(exponent)
	digits := strings.Replace(mantissa, ".", "", 1)
	return sign + placePoint(digits, exp+1)
}

// placePoint places the decimal point after n of the digits, or writes an exponent where JavaScript does.
func placePoint(digits string, n int) string {
	k := len(digits)
	switch {
	case k <= n && n <= 21:
		return digits + strings.Repeat("0", n-k)
	case 0 < n && n <= 21:
		return digits[:n] + "." + digits[n:]
	case -6 < n && n <= 0:
		return "0." + strings.Repeat("0", -n) + digits
	}
	return scientific(digits, n-1)
}

func scientific(digits string, exp int) string {
	out := digits[:1]
	if len(digits) > 1 {
		out += "." + digits[1:]
	}
	sign := "+"
	if exp < 0 {
		sign, exp = "-", -exp
	}
	return out + "e" + sign + strconv.Itoa(exp)
}

// parseNumber reads a string as JavaScript's Number does.
func parseNumber(s string) float64 {
	s = trim(s)
	if s == "" {
		return 0
	}
	if len(s) > 2 && s[0] == '0' {
		if base := map[byte]int{'x': 16, 'X': 16, 'o': 8, 'O': 8, 'b': 2, 'B': 2}[s[1]]; base != 0 {
			if digitsIn(s[2:], base) != len(s)-2 {
				return math.NaN()
			}
			return parseDigits(s[2:], base)
		}
	}
	if n := decimalPrefix(s); n == len(s) {
		return parseDecimal(s)
	}
	return math.NaN()
}

// parseFloat reads the number at the start of a string, as JavaScript's parseFloat does.
func parseFloat(s string) float64 {
	s = trimStart(s)
	n := decimalPrefix(s)
	if n == 0 {
		return math.NaN()
	}
	return parseDecimal(s[:n])
}

// parseInt reads the integer at the start of a string, as JavaScript's parseInt does.
func parseInt(s string, radix float64) float64 {
	s = trimStart(s)
	negative := strings.HasPrefix(s, "-")
	if negative || strings.HasPrefix(s, "+") {
		s = s[1:]
	}
	base := int(toInt32(radix))
	if base == 0 || base == 16 {
		if len(s) >= 2 && s[0] == '0' && (s[1] == 'x' || s[1] == 'X') {
			s, base = s[2:], 16
		}
	}
	if base == 0 {
		base = 10
	}
	if base < 2 || base > 36 {
		return math.NaN()
	}
	n := digitsIn(s, base)
	if n == 0 {
		return math.NaN()
	}
	f := parseDigits(s[:n], base)
	if negative {
		return -f
	}
	return f
}

// digitsIn counts the digits of the base at the start of s.
func digitsIn(s string, base int) int {
	for i := 0; i < len(s); i++ {
		c, d := s[i]|0x20, 99
		switch {
		case s[i] >= '0' && s[i] <= '9':
			d = int(s[i] - '0')
		case c >= 'a' && c <= 'z':
			d = int(c-'a') + 10
		}
		if d >= base {
			return i
		}
	}
	return len(s)
}

func parseDigits(s string, base int) float64 {
	if n, err := strconv.ParseUint(s, base, 53); err == nil {
		return float64(n)
	}
	if base == 10 {
		return parseDecimal(s)
	}
	if len(s) > 1100 { // more than any finite double has, in any base
		s = strings.TrimLeft(s, "0")
		if len(s) > 1100 {
			return math.Inf(1)
		}
	}
	n, ok := new(big.Int).SetString(s, base)
	if !ok {
		return math.NaN()
	}
	f, _ := new(big.Float).SetInt(n).Float64()
	return f
}

func parseDecimal(s string) float64 {
	switch strings.TrimLeft(s, "+-") {
	case "Infinity":
		if s[0] == '-' {
			return math.Inf(-1)
		}
		return math.Inf(1)
	}
	f, _ := strconv.ParseFloat(s, 64) // out of range gives the infinity that is wanted
	return f
}

// decimalPrefix is the length of the decimal literal at the start of s.
func decimalPrefix(s string) int {
	i := 0
	if i < len(s) && (s[i] == '+' || s[i] == '-') {
		i++
	}
	if strings.HasPrefix(s[i:], "Infinity") {
		return i + len("Infinity")
	}
	whole := digitsIn(s[i:], 10)
	i += whole
	if i < len(s) && s[i] == '.' {
		part := digitsIn(s[i+1:], 10)
		if whole == 0 && part == 0 {
			return 0
		}
		i += 1 + part
	} else if whole == 0 {
		return 0
	}
	if i < len(s) && (s[i] == 'e' || s[i] == 'E') {
		j := i + 1
		if j < len(s) && (s[j] == '+' || s[j] == '-') {
			j++
		}
		if n := digitsIn(s[j:], 10); n > 0 {
			i = j + n
		}
	}
	return i
}

// toInt32 is JavaScript's ToInt32.
func toInt32(f float64) int32 { return int32(toUint32(f)) }

// toUint32 is JavaScript's ToUint32.
func toUint32(f float64) uint32 {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return 0
	}
	f = math.Mod(math.Trunc(f), 1<<32)
	if f < 0 {
		f += 1 << 32
	}
	return uint32(f)
}

// roundHalfUp is JavaScript's Math.round.
func roundHalfUp(f float64) float64 {
	if math.IsNaN(f) || math.IsInf(f, 0) || math.Abs(f) >= 1<<52 {
		return f
	}
	down := math.Floor(f)
	if f-down >= 0.5 {
		down++
	}
	return math.Copysign(down, f)
}
