package form

// mapped checks the keywords about objects.
func (e *engine) mapped(s *node, key string, want, v *node, path string, out *[]offence) bool {
	ok := true
	switch key {
	case "properties":
		for _, f := range fields(want) {
			ok = e.check(f.Value, v.Get(f.Key), join(path, f.Key), out) && ok
		}
		return ok
	case "required":
		for _, name := range items(want) {
			if v.Get(name.Str()) == nil {
				ok = note(out, offence{join(path, name.Str()), key, want})
			}
		}
		return ok
	case "additionalProperties", "patternProperties":
		return e.others(s, key, want, v, path, out)
	case "propertyNames":
		for _, f := range v.Fields {
			ok = e.check(want, textNode(f.Key), join(path, f.Key), out) && ok
		}
		return ok
	case "dependencies":
		return e.depending(want, v, path, out)
	case "minProperties":
		ok = !below(float64(len(v.Fields)), want)
	case "maxProperties":
		ok = !above(float64(len(v.Fields)), want)
	}
	if !ok {
		return note(out, offence{path, key, want})
	}
	return true
}

// others checks the values that properties does not name.
func (e *engine) others(s *node, key string, want, v *node, path string, out *[]offence) bool {
	ok := true
	patterns := fields(s.Get("patternProperties"))
	for _, f := range v.Fields {
		matched := s.Get("properties").Get(f.Key) != nil
		for _, p := range patterns {
			if !e.matches(want, p.Key, f.Key) {
				continue
			}
			matched = true
			if key == "patternProperties" {
				ok = e.check(p.Value, f.Value, join(path, f.Key), out) && ok
			}
		}
		if key == "additionalProperties" && !matched {
			if isFalse(want) {
				ok = note(out, offence{join(path, f.Key), key, want})
			} else {
				ok = e.check(want, f.Value, join(path, f.Key), out) && ok
			}
		}
	}
	return ok
}

func (e *engine) depending(want, v *node, path string, out *[]offence) bool {
	ok := true
	for _, f := range fields(want) {
		if v.Get(f.Key) == nil {
			continue
		}
		if isMap(f.Value) || isFalse(f.Value) {
			ok = e.check(f.Value, v, path, out) && ok
			continue
		}
		for _, name := range items(f.Value) {
			if v.Get(name.Str()) == nil {
				ok = note(out, offence{join(path, name.Str()), "required", f.Value})
			}
		}
	}
	return ok
}

// join is the name of a value inside another.
func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}
