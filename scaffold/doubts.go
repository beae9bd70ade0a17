package scaffold

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strconv"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/yamldoc"
)

// maxDoubts about one template are told.
const maxDoubts = 50

// Doubts are what is likely a mistake in a template and keeps nothing from running, with file, line and field: what its
// form passes over, names in expressions that nothing gives a value to, and inputs that an action does not have. They
// are for authors.
func (t *Template) Doubts(actions *Registry) []error {
	d := &doubts{file: t.file}
	for _, n := range t.Form.Notices() {
		d.add(n.Line, n.Path, "%s", n.Message)
	}
	d.fields, d.anyField = t.Form.Names()
	for i, n := range listed(t.spec.Get("steps")) {
		at := "spec.steps[" + strconv.Itoa(i) + "]"
		for _, part := range []string{"if", "each", "input"} {
			d.expressions(n.Get(part), at+"."+part)
		}
		if reg := actions.byName[t.Steps[i].Action]; reg != nil {
			d.inputs(n.Get("input"), at+".input", t.Steps[i].Action, reg.spec.Input)
		}
		d.steps = append(d.steps, t.Steps[i].ID)
	}
	d.expressions(t.spec.Get("output"), "spec.output")
	return d.found
}

// doubts gathers what is likely wrong.
type doubts struct {
	file     string
	fields   []string // of the form
	anyField bool     // it may have others
	steps    []string // ids of those before
	found    []error
}

func (d *doubts) add(line int, field, format string, args ...any) {
	if len(d.found) < maxDoubts {
		d.found = append(d.found, fault.At(fault.Position{File: d.file, Line: line, Field: field}, format, args...))
	}
}

// listed are the elements of a list, none of anything else.
func listed(n *yamldoc.Node) []*yamldoc.Node {
	if n == nil || n.Kind != yamldoc.List {
		return nil
	}
	return n.Items
}

// Where an expression stands in a text, and the names in one that the form and steps give values to.
var (
	expressionText = regexp.MustCompile(`(?s)\$\{\{.*?\}\}`)
	referenceText  = regexp.MustCompile(`(?:^|[^\w.$\]])(parameters|steps)(?:\.([A-Za-z_$][\w$]*)|\[\s*(?:'([^']+)'|"([^"]+)")\s*\])`)
)

// expressions looks at the expressions in a part of the template.
func (d *doubts) expressions(n *yamldoc.Node, field string) {
	switch {
	case n == nil:
	case n.Kind == yamldoc.List:
		for i, item := range n.Items {
			d.expressions(item, field+"["+strconv.Itoa(i)+"]")
		}
	case n.Kind == yamldoc.Map:
		for _, f := range n.Fields {
			d.expressions(f.Value, field+"."+f.Key)
		}
	case n.Kind == yamldoc.String:
		for _, expression := range expressionText.FindAllString(n.Text, -1) {
			for _, m := range referenceText.FindAllStringSubmatch(expression, -1) {
				d.reference(n.Line, field, m[1], m[2]+m[3]+m[4])
			}
		}
	}
}

// reference looks at the name of a field or a step in an expression.
func (d *doubts) reference(line int, field, of, name string) {
	switch {
	case of == "parameters" && !d.anyField && !slices.Contains(d.fields, name):
		d.add(line, field, "the form has no field %s%s", name, doYouMean(name, d.fields))
	case of == "steps" && !slices.Contains(d.steps, name):
		d.add(line, field, "no step before has the id %s%s", name, doYouMean(name, d.steps))
	}
}

// inputs looks at the names of a step's inputs, where the action's schema lists them.
func (d *doubts) inputs(n *yamldoc.Node, field, action, schema string) {
	var known struct {
		Properties           map[string]json.RawMessage
		AdditionalProperties json.RawMessage
	}
	if json.Unmarshal([]byte(schema), &known) != nil || len(known.Properties) == 0 || n == nil || n.Kind != yamldoc.Map {
		return
	}
	if more := string(known.AdditionalProperties); more != "" && more != "false" {
		return
	}
	for _, f := range n.Fields {
		if _, ok := known.Properties[f.Key]; !ok {
			d.add(f.Line, field+"."+f.Key, "%s has no such input, and passes it over%s", action, doYouMean(f.Key, slices.Sorted(maps.Keys(known.Properties))))
		}
	}
}
