package template

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// exactDigits are all significant digits of a positive finite number, and the power of ten of the first.
func exactDigits(f float64) (digits string, exp int) {
	s := strconv.FormatFloat(f, 'e', 780, 64) // no double has more than 767
	mantissa, exponent, _ := strings.Cut(s, "e")
	exp, _ = strconv.Atoi(exponent)
	return strings.Replace(mantissa, ".", "", 1), exp
}

// roundDigits keeps n digits, rounding halves up; grown reports that a digit was added in front.
func roundDigits(digits string, n int) (out string, grown bool) {
	if n < 0 {
		return "", false
	}
	if n >= len(digits) {
		return digits + strings.Repeat("0", n-len(digits)), false
	}
	kept := []byte(digits[:n])
	if digits[n] < '5' {
		return string(kept), false
	}
	for i := n - 1; i >= 0; i-- {
		if kept[i] != '9' {
			kept[i]++
			return string(kept), false
		}
		kept[i] = '0'
	}
	return "1" + string(kept), true
}

// toFixed is JavaScript's Number.prototype.toFixed.
func toFixed(f, places float64) (string, error) {
	if math.IsNaN(places) {
		places = 0
	}
	if places = math.Trunc(places); places < 0 || places > 100 {
		return "", fmt.Errorf("toFixed takes 0 to 100 digits")
	}
	if math.IsNaN(f) || math.IsInf(f, 0) || math.Abs(f) >= 1e21 {
		return formatNumber(f), nil
	}
	sign, n := "", int(places)
	if f < 0 {
		sign, f = "-", -f
	}
	digits, exp := "0", 0
	if f != 0 {
		digits, exp = exactDigits(f)
	}
	var all string
	if whole := exp + 1; whole+n >= 0 {
		all, _ = roundDigits(digits, whole+n)
	}
	all = strings.Repeat("0", max(0, n+1-len(all))) + all
	if n == 0 {
		return sign + all, nil
	}
	return sign + all[:len(all)-n] + "." + all[len(all)-n:], nil
}

// toExponential is JavaScript's Number.prototype.toExponential; any asks for as many digits as needed.
func toExponential(f, places float64, any bool) (string, error) {
	if math.IsNaN(places) {
		places = 0
	}
	places = math.Trunc(places)
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return formatNumber(f), nil
	}
	if places < 0 || places > 100 {
		return "", fmt.Errorf("toExponential takes 0 to 100 digits")
	}
	sign := ""
	if f < 0 {
		sign, f = "-", -f
	}
	if f == 0 {
		n := int(places)
		if any {
			n = 0
		}
		return scientific(strings.Repeat("0", n+1), 0), nil
	}
	if any {
		mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(f, 'e', -1, 64), "e")
		exp, _ := strconv.Atoi(exponent)
		return sign + scientific(strings.Replace(mantissa, ".", "", 1), exp), nil
	}
	digits, exp := rounded(f, int(places)+1)
	return sign + scientific(digits, exp), nil
}

// rounded are n significant digits of f, and the power of ten of the first.
func rounded(f float64, n int) (string, int) {
	digits, exp := exactDigits(f)
	out, grown := roundDigits(digits, n)
	if grown {
		return out[:n], exp + 1
	}
	return out, exp
}

// toPrecision is JavaScript's Number.prototype.toPrecision.
func toPrecision(f, precision float64) (string, error) {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return formatNumber(f), nil
	}
	if math.IsNaN(precision) {
		precision = 0
	}
	if precision = math.Trunc(precision); precision < 1 || precision > 100 {
		return "", fmt.Errorf("toPrecision takes 1 to 100 digits")
	}
	p, sign := int(precision), ""
	if f < 0 {
		sign, f = "-", -f
	}
	digits, exp := strings.Repeat("0", p), 0
	if f != 0 {
		digits, exp = rounded(f, p)
	}
	switch {
	case exp < -6 || exp >= p:
		return sign + scientific(digits, exp), nil
	case exp == p-1:
		return sign + digits, nil
	case exp >= 0:
		return sign + digits[:exp+1] + "." + digits[exp+1:], nil
	}
	return sign + "0." + strings.Repeat("0", -exp-1) + digits, nil
}

// toRadix is JavaScript's Number.prototype.toString with a base, as V8 writes fractions.
func toRadix(f, radix float64) (string, error) {
	if math.IsNaN(radix) {
		radix = 0
	}
	if radix = math.Trunc(radix); radix < 2 || radix > 36 {
		return "", fmt.Errorf("toString takes a base of 2 to 36")
	}
	if radix == 10 || math.IsNaN(f) || math.IsInf(f, 0) || f == 0 {
		return formatNumber(f), nil
	}
	sign := ""
	if f < 0 {
		sign, f = "-", -f
	}
	whole := math.Floor(f)
	fraction, carry := fractionDigits(f, f-whole, radix)
	if carry {
		whole++
	}
	out := sign + wholeDigits(whole, radix)
	if fraction != "" {
		out += "." + fraction
	}
	return out, nil
}

const radixDigits = "0123456789abcdefghijklmnopqrstuvwxyz"

// fractionDigits are the shortest digits that tell f from its neighbours.
func fractionDigits(f, fraction, radix float64) (out string, carry bool) {
	delta := max(0.5*(math.Nextafter(f, math.Inf(1))-f), math.SmallestNonzeroFloat64)
	if fraction < delta {
		return "", false
	}
	var digits []int
	for {
		fraction *= radix
		delta *= radix
		digit := int(fraction)
		digits = append(digits, digit)
		fraction -= float64(digit)
		if (fraction > 0.5 || fraction == 0.5 && digit&1 == 1) && fraction+delta > 1 {
			digits, carry = increment(digits, int(radix))
			break
		}
		if fraction < delta {
			break
		}
	}
	for _, d := range digits {
		out += radixDigits[d : d+1]
	}
	return out, carry
}

// increment adds one to the last digit, dropping digits that overflow.
func increment(digits []int, radix int) ([]int, bool) {
	for len(digits) > 0 {
		last := len(digits) - 1
		if digits[last]+1 < radix {
			digits[last]++
			return digits, false
		}
		digits = digits[:last]
	}
	return nil, true
}

func wholeDigits(f, radix float64) string {
	var out []byte
	for f >= 1<<53 {
		f /= radix
		out = append(out, '0')
	}
	for {
		digit := math.Mod(f, radix)
		out = append(out, radixDigits[int(digit)])
		if f = (f - digit) / radix; f <= 0 {
			break
		}
	}
	for i, j := 0, len(out)-1; i < j; i, j = i+1, j-1 {
		out[i], out[j] = out[j], out[i]
	}
	return string(out)
}
