package descriptor

import (
	"strings"

	"github.com/backchannel-portal/backchannel/internal/yamldoc"
)

// doubts warns of what is valid but hardly meant: a known field of spec spelt in another case, and unfilled
// skeleton expressions that YAML reads as a map.
func (c *checker) doubts(root *yamldoc.Node) {
	kind, spec := root.Get("kind").Text, root.Get("spec")
	if spec == nil {
		return
	}
	c.enter("spec")
	defer c.leave()
	for i := range kindRules {
		if kindRules[i].kind != kind {
			continue
		}
		for j := range spec.Fields {
			f := &spec.Fields[j]
			if name := misspelt(f.Key, kindRules[i].spec); name != "" && spec.Get(name) == nil {
				c.enter(f.Key)
				c.warn(f.Line, "has no meaning; %s has", name)
				c.leave()
			}
		}
	}
}

// misspelt returns the field of a schema that key equals but for case, - and _.
func misspelt(key string, s *schema) string {
	for _, f := range s.fields {
		if f.name == key {
			return ""
		}
	}
	plain := strings.ReplaceAll(strings.ReplaceAll(key, "-", ""), "_", "")
	for _, f := range s.fields {
		if strings.EqualFold(f.name, plain) {
			return f.name
		}
	}
	return ""
}
