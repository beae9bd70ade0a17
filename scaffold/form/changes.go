package form

// dependsOn is the names of the fields that conditions of a schema look at: when one of them changes, the form may.
func dependsOn(s *node) map[string]bool {
	d := &dependants{names: map[string]bool{}, left: maxParts}
	d.schema(s, "")
	return d.names
}

type dependants struct {
	names map[string]bool
	left  int
}

// schema looks for conditions in a schema that stands at a name.
func (d *dependants) schema(s *node, at string) {
	if d.left--; d.left < 0 || !isMap(s) {
		return
	}
	for _, f := range s.Fields {
		switch f.Key {
		case "if":
			d.condition(f.Value, at)
		case "dependencies":
			for _, dep := range fields(f.Value) {
				d.names[join(at, dep.Key)] = true
				d.schema(dep.Value, at)
			}
		case "properties":
			for _, p := range fields(f.Value) {
				d.schema(p.Value, join(at, p.Key))
			}
		case "allOf":
			for _, part := range items(f.Value) {
				d.schema(part, at)
			}
		case "oneOf", "anyOf":
			for _, option := range items(f.Value) {
				d.schema(option, at)
				d.discriminating(option, at)
			}
		case "items":
			d.schema(f.Value, at+"[]")
		case "then", "else", "definitions", "$defs":
			d.schema(f.Value, at)
		}
	}
}

// discriminating notes the properties by which an option is known.
func (d *dependants) discriminating(option *node, at string) {
	for _, p := range fields(option.Get("properties")) {
		if p.Value.Get("const") != nil || p.Value.Get("enum") != nil {
			d.names[join(at, p.Key)] = true
		}
	}
}

// condition notes everything that a condition looks at.
func (d *dependants) condition(s *node, at string) {
	if d.left--; d.left < 0 || !isMap(s) {
		return
	}
	for _, f := range s.Fields {
		switch f.Key {
		case "properties":
			for _, p := range fields(f.Value) {
				d.names[join(at, p.Key)] = true
				d.condition(p.Value, join(at, p.Key))
			}
		case "required":
			for _, name := range items(f.Value) {
				d.names[join(at, name.Str())] = true
			}
		case "allOf", "anyOf", "oneOf":
			for _, part := range items(f.Value) {
				d.condition(part, at)
			}
		case "not", "if", "then", "else":
			d.condition(f.Value, at)
		}
	}
}
