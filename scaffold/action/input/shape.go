package input

import (
	"bytes"
	"encoding/json"
	"strings"
)

// shape is what documentation tells of a JSON Schema.
type shape struct {
	Type        string
	Description string
	Enum        []string
	Items       *shape
	AnyOf       []shape
	Properties  properties
	Required    []string
}

// properties keep their order.
type properties struct {
	names []string
	by    map[string]shape
}

// UnmarshalJSON implements json.Unmarshaler.
func (p *properties) UnmarshalJSON(data []byte) error {
	p.by = map[string]shape{}
	d := json.NewDecoder(bytes.NewReader(data))
	if _, err := d.Token(); err != nil { // the brace
		return err
	}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return err
		}
		var s shape
		if err := d.Decode(&s); err != nil {
			return err
		}
		name, _ := key.(string)
		p.names = append(p.names, name)
		p.by[name] = s
	}
	return nil
}

// words are the type as a reader of documentation knows it.
func (s shape) words() string {
	switch {
	case len(s.Enum) > 0:
		quoted := make([]string, len(s.Enum))
		for i, v := range s.Enum {
			quoted[i] = "`" + v + "`"
		}
		return strings.Join(quoted, ", ")
	case len(s.AnyOf) > 0:
		parts := make([]string, len(s.AnyOf))
		for i, o := range s.AnyOf {
			parts[i] = o.words()
		}
		return strings.Join(parts, " or ")
	case s.Type == "array" && s.Items != nil:
		return "list of " + s.Items.words()
	case s.Type == "array":
		return "list"
	case s.Type == "object" && len(s.Properties.names) > 0:
		return "object of " + strings.Join(s.Properties.names, ", ")
	case s.Type == "":
		return "anything"
	}
	return map[string]string{"string": "text", "boolean": "yes or no", "number": "number", "integer": "whole number", "object": "object"}[s.Type]
}
