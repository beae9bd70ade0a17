package form

import (
	"strconv"

	"github.com/backchannel-portal/backchannel/internal/yamldoc"
)

// offence is what is wrong with a value: the keyword it offends against, and where.
type offence struct {
	path string // of the value, as fields are named
	rule string // the keyword
	want *node  // what the keyword says
}

// valid reports whether a value is what a schema asks for. A schema that is absent or no schema accepts everything.
func (e *engine) valid(s, v *node) bool { return e.check(s, v, "", nil) }

// offences lists everything that is wrong with a value, at most maxOffences.
func (e *engine) offences(s, v *node) []offence {
	var out []offence
	e.check(s, v, "", &out)
	return out
}

const maxOffences = 200

// check is the one evaluator of draft 7. With out it goes on after what is wrong, and notes it; without, it stops.
func (e *engine) check(s, v *node, path string, out *[]offence) bool {
	if v == nil {
		return true
	}
	if isFalse(s) {
		return note(out, offence{path, "false", s})
	}
	if !isMap(s) {
		return true
	}
	if !e.enter(s) {
		return false
	}
	defer e.leave()
	s, _ = e.deref(s, nil)
	ok := true
	for _, f := range s.Fields {
		if !e.keyword(s, f.Key, f.Value, v, path, out) {
			if ok = false; out == nil || len(*out) >= maxOffences || e.err != nil {
				return false
			}
		}
	}
	return ok
}

func note(out *[]offence, o offence) bool {
	if out != nil && len(*out) < maxOffences {
		*out = append(*out, o)
	}
	return false
}

// keyword checks one keyword of s whose value is want.
func (e *engine) keyword(s *node, key string, want, v *node, path string, out *[]offence) bool {
	switch key {
	case "allOf", "anyOf", "oneOf", "not", "if":
		return e.combined(s, key, want, v, path, out)
	case "type", "enum", "const":
		if !general(s, key, want, v) {
			return note(out, offence{path, key, want})
		}
		return true
	}
	switch v.Kind {
	case yamldoc.Number:
		if !numeric(key, want, v) {
			return note(out, offence{path, key, want})
		}
	case yamldoc.String:
		if !e.textual(key, want, v) {
			return note(out, offence{path, key, want})
		}
	case yamldoc.List:
		return e.listed(s, key, want, v, path, out)
	case yamldoc.Map:
		return e.mapped(s, key, want, v, path, out)
	}
	return true
}

func general(s *node, key string, want, v *node) bool {
	switch key {
	case "enum":
		return !isList(want) || contains(want.Items, v)
	case "const":
		return equal(want, v)
	}
	if isTrue(s.Get("nullable")) && v.Kind == yamldoc.Null {
		return true
	}
	if !isList(want) {
		return want.Str() == "" || hasType(v, want.Text)
	}
	for _, t := range want.Items {
		if hasType(v, t.Str()) {
			return true
		}
	}
	return len(want.Items) == 0
}

func hasType(v *node, t string) bool {
	switch t {
	case "integer":
		f, ok := number(v)
		return ok && f == float64(int64(f))
	case "string", "number", "boolean", "array", "object", "null":
		return v.Kind.String() == t
	}
	return true // not a type; said in a notice
}

// combined checks the keywords that are made of schemas for the same value.
func (e *engine) combined(s *node, key string, want, v *node, path string, out *[]offence) bool {
	switch key {
	case "not":
		if e.valid(want, v) && e.err == nil {
			return note(out, offence{path, key, want})
		}
		return true
	case "if":
		branch := "else"
		if e.valid(want, v) {
			branch = "then"
		}
		return e.check(s.Get(branch), v, path, out)
	}
	count, ok := 0, true
	for _, option := range items(want) {
		if key == "allOf" {
			ok = e.check(option, v, path, out) && ok
		} else if e.valid(option, v) {
			count++
		}
	}
	switch {
	case key == "allOf" || !isList(want) || count == 1 || count > 1 && key == "anyOf":
		return ok
	case count == 0 && out != nil:
		return e.nearest(want, v, path, out, offence{path, key, want})
	}
	return note(out, offence{path, key, want})
}

// nearest notes what is wrong by the option that the value looks most like, when one stands out; it is more use than
// to hear that no option fits.
func (e *engine) nearest(list, v *node, path string, out *[]offence, otherwise offence) bool {
	if i := e.closest(v, list, -1, ""); isMap(v) && i >= 0 && i < len(list.Items) {
		e.check(list.Items[i], v, path, out)
		return false
	}
	return note(out, otherwise)
}

// listed checks the keywords about arrays.
func (e *engine) listed(s *node, key string, want, v *node, path string, out *[]offence) bool {
	size := float64(len(v.Items))
	ok := true
	switch key {
	case "items":
		for i, item := range v.Items {
			each := want
			if isList(want) {
				if each = s.Get("additionalItems"); i < len(want.Items) {
					each = want.Items[i]
				}
			}
			ok = e.check(each, item, path+"["+strconv.Itoa(i)+"]", out) && ok
			if !ok && out == nil {
				return false
			}
		}
		return ok
	case "contains":
		for _, item := range v.Items {
			if e.valid(want, item) {
				return true
			}
		}
		ok = false
	case "uniqueItems":
		ok = !isTrue(want) || e.unique(v)
	case "minItems":
		ok = !below(size, want)
	case "maxItems":
		ok = !above(size, want)
	}
	if !ok {
		return note(out, offence{path, key, want})
	}
	return true
}

func (e *engine) unique(v *node) bool {
	for i, item := range v.Items {
		if !e.spend(v, i) || contains(v.Items[:i], item) {
			return false
		}
	}
	return true
}

func below(f float64, limit *node) bool {
	n, ok := number(limit)
	return ok && f < n
}

func above(f float64, limit *node) bool {
	n, ok := number(limit)
	return ok && f > n
}
