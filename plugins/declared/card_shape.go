package declared

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/internal/yamldoc"
)

// shape is the part of the published schema of cards that can be told of a template: its values may be expressions, its
// lists may have conditions and repetitions.
type shape struct {
	Ref        string `json:"$ref"`
	AnyOf      []*shape
	Properties map[string]*shape
	Required   []string
	Items      *shape
	Enum       []string
	Const      string
}

// shapes is the schema of cards, by the names of its definitions.
var shapes = sync.OnceValue(func() map[string]*shape {
	var schema struct {
		Defs map[string]*shape `json:"$defs"`
	}
	if json.Unmarshal([]byte(card.Schema()), &schema) != nil { // a test reads it
		return map[string]*shape{}
	}
	return schema.Defs
})

// shaped notes what in a template can never become what a schema wants. what is how messages call it: block, span.
func (r *reader) shaped(n *yamldoc.Node, field string, s *shape, what string) {
	if name, ok := strings.CutPrefix(s.Ref, "#/$defs/"); ok {
		if s, what = shapes()[name], name; s == nil {
			return
		}
	}
	if do := n.Get("do"); do != nil && !slices.ContainsFunc(n.Fields, func(f yamldoc.Field) bool { return f.Key != "do" && !steers(f.Key) }) {
		r.shaped(do, field+".do", s, what)
		return
	}
	switch {
	case n.Kind == yamldoc.String:
		if len(s.Enum) > 0 && !slices.Contains(s.Enum, n.Text) && !strings.Contains(n.Text, "{{") {
			r.errorf(n, field, "%q is none of %s", n.Text, strings.Trim(strings.Join(s.Enum, ", "), ", "))
		}
	case n.Kind == yamldoc.List:
		if list := s.list(); list != nil {
			for i, item := range n.Items {
				r.shaped(item, fmt.Sprintf("%s[%d]", field, i), list.Items, what)
			}
		}
	case n.Kind != yamldoc.Map || translated(n):
	case s.list() != nil: // one where a list of them belongs
		r.shaped(n, field, s.list().Items, what)
	case len(s.AnyOf) > 0:
		r.kind(n, field, s, what)
	case s.Properties != nil:
		r.object(n, field, s, "an entry")
	}
}

// list is the shape of lists, where it allows one.
func (s *shape) list() *shape {
	if s.Items != nil {
		return s
	}
	if i := slices.IndexFunc(s.AnyOf, func(o *shape) bool { return o.Items != nil }); i >= 0 {
		return s.AnyOf[i]
	}
	return nil
}

// kinds are the shapes of objects that say by their type what they are.
func (s *shape) kinds() map[string]*shape {
	out := map[string]*shape{}
	for _, o := range s.AnyOf {
		if t := o.Properties["type"]; t != nil && t.Const != "" {
			out[t.Const] = o
		}
	}
	return out
}

// kind looks at an object that says by its type what it is.
func (r *reader) kind(n *yamldoc.Node, field string, s *shape, what string) {
	kinds := s.kinds()
	kind := n.Get("type")
	switch {
	case kind == nil:
		r.errorf(n, field+".type", "a %s says what it is: %s", what, names(kinds))
	case strings.Contains(kind.Text, "{{"):
	case kinds[kind.Text] == nil:
		r.errorf(kind, field+".type", "there is no %s %q%s; known are %s", what, kind.Text, near(kind.Text, kinds), names(kinds))
	default:
		r.object(n, field, kinds[kind.Text], "a "+kind.Text)
	}
}

// object looks at the keys of an object.
func (r *reader) object(n *yamldoc.Node, field string, s *shape, what string) {
	for _, f := range n.Fields {
		in := s.Properties[f.Key]
		switch {
		case in != nil:
			r.shaped(f.Value, join(field, f.Key), in, f.Key)
		case !steers(f.Key):
			r.errorf(&yamldoc.Node{Line: f.Line}, join(field, f.Key), "%s has no such key%s; known here: %s", what, near(f.Key, s.Properties), names(s.Properties))
		}
	}
	for _, key := range s.Required {
		if n.Get(key) == nil {
			r.errorf(n, join(field, key), "is required in %s", what)
		}
	}
}

// steers reports whether a key says when, or how often, something stands in a list.
func steers(key string) bool { return key == "if" || key == "for" || key == "as" }

// translated reports whether a map is a text by language.
func translated(n *yamldoc.Node) bool {
	return n.Get("en") != nil && !slices.ContainsFunc(n.Fields, func(f yamldoc.Field) bool { _, ok := language(f.Key); return !ok })
}
