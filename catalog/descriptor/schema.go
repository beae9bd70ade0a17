package descriptor

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/backchannel-portal/backchannel/internal/yamldoc"
)

// schema is the part of JSON Schema that the published entity schemas use.
type schema struct {
	kinds    []yamldoc.Kind // allowed kinds of values; none: any
	filled   bool           // minLength or minItems of 1
	enum     []string       // allowed strings
	required []string
	fields   []field
	rest     *schema // what fields not listed must be; nil: anything
	items    *schema
}

type field struct {
	name string
	*schema
}

// checker walks a document and collects what is wrong with it.
type checker struct {
	steps    []step
	errs     []Finding
	warnings []Finding
}

// step is one step of the path to the value being looked at.
type step struct {
	key   string
	index int // used when key is empty
}

// mostFindings bounds the errors that one document yields.
const mostFindings = 50

func (c *checker) check(s *schema, n *yamldoc.Node) {
	if len(s.kinds) > 0 && !slices.Contains(s.kinds, n.Kind) {
		c.fail(n.Line, "must be %s, not %s", kindNames(s.kinds), article(n.Kind))
		return
	}
	switch n.Kind {
	case yamldoc.String:
		if s.filled && n.Text == "" {
			c.fail(n.Line, "must not be empty")
		}
		if len(s.enum) > 0 && !slices.Contains(s.enum, n.Text) {
			c.fail(n.Line, "must be one of %s, not %q", strings.Join(s.enum, ", "), clip(n.Text))
		}
	case yamldoc.List:
		if s.filled && len(n.Items) == 0 {
			c.fail(n.Line, "must not be empty")
		}
		if s.items != nil {
			for i, item := range n.Items {
				c.steps = append(c.steps, step{index: i})
				c.check(s.items, item)
				c.leave()
			}
		}
	case yamldoc.Map:
		c.object(s, n)
	}
}

func (c *checker) object(s *schema, n *yamldoc.Node) {
	for _, name := range s.required {
		if n.Get(name) == nil {
			c.enter(name)
			c.fail(n.Line, "is missing")
			c.leave()
		}
	}
	for i := range n.Fields {
		f := &n.Fields[i]
		want := s.rest
		for j := range s.fields {
			if s.fields[j].name == f.Key {
				want = s.fields[j].schema
				break
			}
		}
		if want == nil {
			continue
		}
		c.enter(f.Key)
		c.check(want, f.Value)
		c.leave()
	}
}

func (c *checker) enter(key string) { c.steps = append(c.steps, step{key: key, index: -1}) }
func (c *checker) leave()           { c.steps = c.steps[:len(c.steps)-1] }

// path renders the way to the value being looked at.
func (c *checker) path() string {
	var b strings.Builder
	for _, s := range c.steps {
		if s.index >= 0 {
			b.WriteString("[" + strconv.Itoa(s.index) + "]")
			continue
		}
		if b.Len() > 0 {
			b.WriteByte('.')
		}
		b.WriteString(clip(s.key))
	}
	return b.String()
}

func (c *checker) finding(line int, format string, args ...any) Finding {
	path := c.path()
	message := fmt.Sprintf(format, args...)
	if path != "" {
		message = path + " " + message
	}
	return Finding{Path: path, Line: line, Message: message}
}

// fail records an error at the current place.
func (c *checker) fail(line int, format string, args ...any) {
	if len(c.errs) < mostFindings {
		c.errs = append(c.errs, c.finding(line, format, args...))
	}
}

// warn records something doubtful at the current place.
func (c *checker) warn(line int, format string, args ...any) {
	if len(c.warnings) < mostFindings {
		c.warnings = append(c.warnings, c.finding(line, format, args...))
	}
}

func kindNames(kinds []yamldoc.Kind) string {
	names := make([]string, len(kinds))
	for i, k := range kinds {
		names[i] = article(k)
	}
	return strings.Join(names, " or ")
}

// clip bounds foreign text inside a message.
func clip(s string) string {
	const most = 120
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}
