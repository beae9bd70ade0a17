package form

import "github.com/backchannel-portal/backchannel/internal/yamldoc"

// options are the alternatives of a oneOf or anyOf with their references followed.
func (e *engine) options(list *node) []*node {
	out := make([]*node, len(items(list)))
	for i, option := range items(list) {
		if out[i], _ = e.deref(option, nil); !isMap(out[i]) {
			out[i] = &node{Kind: yamldoc.Map, Line: line(option)}
		}
	}
	return out
}

// discriminator is the property that tells a schema's options apart, "" when it does not say.
func discriminator(s *node) string { return s.Get("discriminator").Get("propertyName").Str() }

// firstMatch is the index of the first option that data fits, 0 when it fits none. An option with properties is fitted
// only by data that has one of them; what it requires is not asked for.
func (e *engine) firstMatch(data *node, options []*node, by string) int {
	if i := e.match(data, options, by); i >= 0 {
		return i
	}
	return 0
}

func (e *engine) match(data *node, options []*node, by string) int {
	if data == nil {
		return 0
	}
	if i := discriminated(data, options, by); i >= 0 {
		return i
	}
	for i, option := range options {
		if e.fits(option, data, by) {
			return i
		}
	}
	return -1
}

func (e *engine) fits(option, data *node, by string) bool {
	props := option.Get("properties")
	if by != "" && props.Get(by) != nil {
		return e.valid(props.Get(by), data.Get(by))
	}
	if !isMap(props) {
		return e.valid(option, data)
	}
	if isMap(data) {
		has := false
		for _, f := range props.Fields {
			has = has || data.Get(f.Key) != nil
		}
		if !has {
			return false
		}
	}
	return e.valid(without(option, "required"), data)
}

// discriminated is the option whose discriminating property has the value that data has, -1 when none.
func discriminated(data *node, options []*node, by string) int {
	value := data.Get(by)
	if by == "" || value == nil {
		return -1
	}
	for i, option := range options {
		p := option.Get("properties").Get(by)
		if p.Get("const") != nil && equal(p.Get("const"), value) || contains(items(p.Get("enum")), value) {
			return i
		}
	}
	return -1
}

// closest is the index of the option that data fits best: the only one it fits, else the one of highest score among
// those, or among all when it fits none; selected when the scores do not tell.
func (e *engine) closest(data *node, list *node, selected int, by string) int {
	options := e.options(list)
	if i := discriminated(data, options, by); i >= 0 {
		return i
	}
	var valid []int
	for i, option := range options {
		if data != nil && e.fits(option, data, by) {
			valid = append(valid, i)
		}
	}
	if len(valid) == 1 {
		return valid[0]
	}
	if len(valid) == 0 {
		for i := range options {
			valid = append(valid, i)
		}
	}
	best, most, scores := selected, 0, map[int]bool{}
	for _, i := range valid {
		score := e.score(options[i], data)
		scores[score] = true
		if score > most {
			best, most = i, score
		}
	}
	if len(scores) == 1 {
		return selected
	}
	return best
}

// score counts how much of an option data looks like.
func (e *engine) score(option, data *node) int {
	if !e.enter(option) {
		return 0
	}
	defer e.leave()
	props := option.Get("properties")
	if !isMap(props) {
		if t := option.Get("type").Str(); t != "" && t == guess(data) {
			return 1
		}
		return 0
	}
	total := 0
	for _, f := range props.Fields {
		total += e.scoreProperty(f.Value, data.Get(f.Key))
	}
	return total
}

func (e *engine) scoreProperty(s, value *node) int {
	switch {
	case !isMap(s):
		return 0
	case s.Get("$ref") != nil:
		if value == nil {
			value = &node{Kind: yamldoc.Map}
		}
		return e.score(e.retrieve(s, value), value)
	case s.Get("oneOf") != nil && truthy(value):
		return e.closest(value, s.Get("oneOf"), -1, discriminator(s))
	case s.Get("anyOf") != nil && truthy(value):
		return e.closest(value, s.Get("anyOf"), -1, discriminator(s))
	case s.Get("type").Str() == "object":
		boost := 0
		if isMap(value) || isList(value) {
			boost = 1
		}
		return boost + e.score(s, value)
	case s.Get("type").Str() != guess(value):
		return 0
	}
	fixed := s.Get("default")
	if !truthy(fixed) {
		fixed = s.Get("const")
	}
	switch {
	case !truthy(fixed):
		return 1
	case equal(fixed, value):
		return 2
	}
	return 0
}

// guess is the type a value has; what is absent counts as null.
func guess(n *node) string {
	if n == nil {
		return "null"
	}
	return n.Kind.String()
}

// truthy is JavaScript's.
func truthy(n *node) bool {
	switch {
	case isNull(n), isFalse(n):
		return false
	case n.Kind == yamldoc.Number:
		return n.Text != "0" && n.Text != "-0" && n.Text != "NaN"
	case n.Kind == yamldoc.String:
		return n.Text != ""
	}
	return true
}

// selects reports whether a schema is a choice of constants.
func (e *engine) selects(s *node) bool {
	s = e.retrieve(s, nil)
	if isList(s.Get("enum")) {
		return true
	}
	options := s.Get("oneOf")
	if options == nil {
		options = s.Get("anyOf")
	}
	if !isList(options) {
		return false
	}
	for _, option := range options.Items {
		if !isMap(option) || option.Get("const") == nil && len(items(option.Get("enum"))) != 1 {
			return false
		}
	}
	return true
}
