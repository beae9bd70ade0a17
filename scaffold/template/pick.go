package template

import (
	"math"
	"strings"
)

// pick is lodash's get: a property, or a path of them such as a.b[0].c. The second argument is for when there is none.
func pick(in Value, args []Value) (Value, error) {
	var path, other Value
	if len(args) > 0 {
		path = args[0]
	}
	if len(args) > 1 {
		other = args[1]
	}
	keys, err := pickKeys(in, path)
	if err != nil {
		return Value{}, err
	}
	v := in
	for i, key := range keys {
		if v.nullish() {
			return other, nil
		}
		next, ok := lookUp(v, key)
		if !ok && inherited(v, key) {
			return Value{}, failf("%s is a function", quoted(strings.Join(keys[:i+1], ".")))
		}
		v = next
	}
	if v.kind == Undefined || len(keys) == 0 {
		return other, nil
	}
	return v, nil
}

// inherited reports whether JavaScript's prototypes would give a property to a value.
func inherited(v Value, key string) bool {
	if v.kind == Object {
		return false
	}
	if key == "constructor" || key == "toString" || key == "valueOf" || key == "hasOwnProperty" || key == "__proto__" ||
		key == "toLocaleString" || key == "isPrototypeOf" || key == "propertyIsEnumerable" {
		return true
	}
	return hasMethod(v, key, false) || v.kind == Array && strings.Contains(" map filter forEach find findIndex reduce some every keys values entries ", " "+key+" ") ||
		v.kind == String && strings.Contains(" match matchAll padStart padEnd repeat replaceAll search at normalize ", " "+key+" ")
}

func pickKeys(in, path Value) ([]string, error) {
	switch path.kind {
	case Array:
		var out []string
		for _, k := range path.array().items {
			key, err := pickKey(k)
			if err != nil {
				return nil, err
			}
			out = append(out, key)
		}
		return out, nil
	case String:
		text := path.text()
		if direct(text) {
			return []string{text}, nil
		}
		if _, ok := lookUp(in, text); ok || inherited(in, text) && !in.nullish() {
			return []string{text}, nil
		}
		return splitPath(text), nil
	case Object:
		return nil, failf("an object is no path")
	}
	key, err := pickKey(path)
	return []string{key}, err
}

func pickKey(v Value) (string, error) {
	if v.kind == Number && v.num() == 0 && math.Signbit(v.num()) {
		return "-0", nil
	}
	return loose(v)
}

// direct reports whether a path is a single key: a word, or nothing with a point or brackets that close.
func direct(s string) bool {
	if !strings.ContainsAny(s, ".[") {
		return true
	}
	if strings.Contains(s, ".") {
		return false
	}
	open := strings.IndexByte(s, '[')
	return !strings.Contains(s[open:], "]")
}

// splitPath cuts a path such as a[0]["b.c"].d into its keys.
func splitPath(s string) []string {
	var out []string
	if strings.HasPrefix(s, ".") {
		out = append(out, "")
	}
	for i := 0; i < len(s); {
		switch s[i] {
		case '.':
			if i+1 == len(s) || s[i+1] == '.' || strings.HasPrefix(s[i+1:], "[]") {
				out = append(out, "")
			}
			i++
		case '[':
			key, end, ok := bracketKey(s, i)
			if ok {
				out = append(out, key)
				i = end
				continue
			}
			if strings.HasPrefix(s[i:], "[]") && (i+2 == len(s) || s[i+2] == '.' || strings.HasPrefix(s[i+2:], "[]")) {
				out = append(out, "")
			}
			i++
		case ']':
			i++
		default:
			end := len(s)
			if j := strings.IndexAny(s[i:], ".[]"); j >= 0 {
				end = i + j
			}
			out = append(out, s[i:end])
			i = end
		}
	}
	return out
}

// bracketKey reads [0] or ["key"].
func bracketKey(s string, i int) (key string, end int, ok bool) {
	body := s[i+1:]
	if body != "" && (body[0] == '"' || body[0] == '\'') {
		var out []byte
		for j := 1; j < len(body); j++ {
			switch {
			case body[j] == '\\' && j+1 < len(body):
				j++
				out = append(out, body[j])
			case body[j] == body[0]:
				if j+1 < len(body) && body[j+1] == ']' {
					return string(out), i + 1 + j + 2, true
				}
				return "", 0, false
			default:
				out = append(out, body[j])
			}
		}
		return "", 0, false
	}
	j := strings.IndexByte(body, ']')
	if j <= 0 {
		return "", 0, false
	}
	number := strings.TrimPrefix(body[:j], "-")
	whole, fraction, point := strings.Cut(number, ".")
	if whole == "" || digitsIn(whole, 10) != len(whole) || digitsIn(fraction, 10) != len(fraction) || point && fraction == "" {
		return "", 0, false
	}
	return body[:j], i + 1 + j + 1, true
}
