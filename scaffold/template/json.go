package template

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// ParseJSON reads a JSON text, keeping the order of properties and half surrogate pairs. Errors have kind
// fault.Invalid and name the byte.
func ParseJSON(data []byte) (Value, error) {
	d := decoder{src: string(data)}
	d.space()
	v, err := d.value(0)
	if err != nil {
		return Value{}, err
	}
	if d.space(); d.at < len(d.src) {
		return Value{}, d.errorf("something follows the end of the JSON value")
	}
	return v, nil
}

// maxJSONDepth bounds how deep a JSON text nests.
const maxJSONDepth = 1000

type decoder struct {
	src string
	at  int
}

func (d *decoder) errorf(format string, args ...any) error {
	return fault.New(fault.Invalid, "byte %d: %s", d.at+1, fmt.Sprintf(format, args...))
}

func (d *decoder) space() {
	for d.at < len(d.src) {
		switch d.src[d.at] {
		case ' ', '\t', '\n', '\r':
			d.at++
		default:
			return
		}
	}
}

func (d *decoder) value(depth int) (Value, error) {
	if d.at >= len(d.src) {
		return Value{}, d.errorf("the JSON value ends too early")
	}
	if depth > maxJSONDepth {
		return Value{}, d.errorf("the JSON value nests deeper than %d levels", maxJSONDepth)
	}
	switch c := d.src[d.at]; {
	case c == '{':
		return d.object(depth)
	case c == '[':
		return d.list(depth)
	case c == '"':
		s, err := d.str()
		return StringValue(s), err
	case c == '-' || c >= '0' && c <= '9':
		return d.number()
	}
	for word, v := range map[string]Value{"true": BoolValue(true), "false": BoolValue(false), "null": NullValue()} {
		if strings.HasPrefix(d.src[d.at:], word) {
			d.at += len(word)
			return v, nil
		}
	}
	return Value{}, d.errorf("this is not JSON")
}

func (d *decoder) object(depth int) (Value, error) {
	var b recordBuilder
	d.at++
	d.space()
	if d.take('}') {
		return b.value(), nil
	}
	for {
		if d.at >= len(d.src) || d.src[d.at] != '"' {
			return Value{}, d.errorf("expected the name of a property")
		}
		key, err := d.str()
		if err != nil {
			return Value{}, err
		}
		if d.space(); !d.take(':') {
			return Value{}, d.errorf("expected a colon")
		}
		d.space()
		v, err := d.value(depth + 1)
		if err != nil {
			return Value{}, err
		}
		b.set(key, v)
		d.space()
		if d.take('}') {
			return b.value(), nil
		}
		if !d.take(',') {
			return Value{}, d.errorf("expected a comma or the end of the object")
		}
		d.space()
	}
}

func (d *decoder) list(depth int) (Value, error) {
	var items []Value
	d.at++
	d.space()
	if d.take(']') {
		return arrayOf(nil), nil
	}
	for {
		v, err := d.value(depth + 1)
		if err != nil {
			return Value{}, err
		}
		items = append(items, v)
		d.space()
		if d.take(']') {
			return arrayOf(items), nil
		}
		if !d.take(',') {
			return Value{}, d.errorf("expected a comma or the end of the array")
		}
		d.space()
	}
}

func (d *decoder) take(c byte) bool {
	if d.at < len(d.src) && d.src[d.at] == c {
		d.at++
		return true
	}
	return false
}

func (d *decoder) number() (Value, error) {
	start := d.at
	d.take('-')
	if !d.take('0') && !d.digits() {
		return Value{}, d.errorf("this is no number")
	}
	if d.take('.') && !d.digits() {
		return Value{}, d.errorf("digits are missing after the decimal point")
	}
	if d.take('e') || d.take('E') {
		if !d.take('+') {
			d.take('-')
		}
		if !d.digits() {
			return Value{}, d.errorf("the exponent has no digits")
		}
	}
	return NumberValue(parseDecimal(d.src[start:d.at])), nil
}

func (d *decoder) digits() bool {
	n := digitsIn(d.src[d.at:], 10)
	d.at += n
	return n > 0
}

func (d *decoder) str() (string, error) {
	d.at++
	start := d.at
	for d.at < len(d.src) { // most strings are as they stand
		c := d.src[d.at]
		if c == '"' {
			s := d.src[start:d.at]
			d.at++
			return valid(s), nil
		}
		if c == '\\' || c < ' ' {
			break
		}
		d.at++
	}
	out := []byte(valid(d.src[start:d.at]))
	for d.at < len(d.src) {
		c := d.src[d.at]
		switch {
		case c == '"':
			d.at++
			return string(out), nil
		case c < ' ':
			return "", d.errorf("a control character in a string must be escaped")
		case c == '\\':
			r, err := d.escape()
			if err != nil {
				return "", err
			}
			out = appendJoined(out, r)
		default:
			end := d.at
			for end < len(d.src) && d.src[end] != '"' && d.src[end] != '\\' && d.src[end] >= ' ' {
				end++
			}
			out = append(out, valid(d.src[d.at:end])...)
			d.at = end
		}
	}
	return "", d.errorf("the string does not end")
}

func appendJoined(out []byte, r rune) []byte {
	if r < utf8.RuneSelf {
		return append(out, byte(r))
	}
	return appendUnit(out, r)
}

func (d *decoder) escape() (rune, error) {
	if d.at+1 >= len(d.src) {
		return 0, d.errorf("the string does not end")
	}
	c := d.src[d.at+1]
	if c == 'u' {
		if d.at+6 > len(d.src) {
			return 0, d.errorf("\\u needs four digits")
		}
		n, err := strconv.ParseUint(d.src[d.at+2:d.at+6], 16, 16)
		if err != nil || digitsIn(d.src[d.at+2:], 16) < 4 {
			return 0, d.errorf("\\u needs four digits")
		}
		d.at += 6
		return rune(n), nil
	}
	const from, to = `"\/bfnrt`, "\"\\/\b\f\n\r\t"
	i := strings.IndexByte(from, c)
	if i < 0 {
		return 0, d.errorf("unknown escape \\%c", c)
	}
	d.at += 2
	return rune(to[i]), nil
}
