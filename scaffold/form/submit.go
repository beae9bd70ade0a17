package form

import (
	"regexp"
	"slices"
	"strings"

	"github.com/backchannel-portal/backchannel/internal/yamldoc"
)

// Problem is something wrong with one answer.
type Problem struct {
	Field string // name of the field it stands beside; "" for the form as a whole
	Rule  string // keyword of JSON Schema that is offended against, or "number", "name", "tag", "ref", "repo", "object", "list"
	Want  string // what the rule asks for: a limit, a pattern, the values allowed
}

// Submit takes what was filled in: answers by field name, one text or several. given is the state before them, nil for
// none. The form returned is the one for the new state, where other fields may be shown; its Values are typed, and
// complete when there are no problems. Answers to fields that the form does not show, or shows fixed, are passed over.
func (t *Template) Submit(given *yamldoc.Node, answers map[string][]string, opts Options) (*Form, []Problem, error) {
	f, err := t.Form(given, opts)
	if err != nil {
		return nil, nil, err
	}
	a := &answering{answers: answers, done: map[string]bool{}, hidden: map[string][]string{}, state: f.State}
	for range maxRounds { // answers may bring up fields that have answers too
		if !a.take(f) {
			break
		}
		if f, err = t.Form(a.state, opts); err != nil {
			return nil, nil, err
		}
	}
	if a.forget(f) {
		if f, err = t.Form(a.state, opts); err != nil {
			return nil, nil, err
		}
	}
	problems := a.problems
	found, err := t.Check(f, opts)
	if err != nil {
		return nil, nil, err
	}
	for _, p := range found {
		if !slices.ContainsFunc(problems, func(o Problem) bool { return o.Field == p.Field }) {
			problems = append(problems, p)
		}
	}
	f.sort(problems)
	return f, problems, nil
}

// set is an object with the value at a path; nil takes away what is there. Objects that are missing on the way are made.
func set(n *node, path []string, v *node) *node {
	if len(path) == 0 {
		return v
	}
	if isList(n) {
		return setElement(n, path, v)
	}
	if !isMap(n) {
		if v == nil {
			return n
		}
		n = &node{Kind: yamldoc.Map}
	}
	child := set(n.Get(path[0]), path[1:], v)
	if child == nil {
		return without(n, path[0])
	}
	return with(n, path[0], child)
}

// typed is an answer as the value that the field's schema wants, nil for none.
func (q *Field) typed(answer []string) (*node, *Problem) {
	if emptied(answer) {
		if q.Kind == Toggle {
			return boolNode(false), nil
		}
		return q.Empty, nil
	}
	switch q.Kind {
	case Toggle:
		return boolNode(answer[0] == "true" || answer[0] == "on" || answer[0] == "yes"), nil
	case Number:
		return q.number(answer[0])
	case Secret:
		if q.Type == "number" || q.Type == "integer" {
			return q.number(answer[0])
		}
	case Choice:
		return q.chosen(answer[0])
	case Choices:
		return q.several(answer, q.chosen)
	case Entities, Tags:
		return q.several(answer, func(s string) (*node, *Problem) { return textNode(strings.TrimSpace(s)), nil })
	case List:
		return q.list(answer)
	case Object:
		text := strings.Join(answer, "\n")
		if n := pairs(text); n != nil && q.Element == "string" {
			return n, nil
		}
		return q.structure(text, yamldoc.Map, "object")
	}
	if q.Kind == File && q.Type == "array" {
		return q.several(answer, func(s string) (*node, *Problem) { return textNode(s), nil })
	}
	return textNode(answer[0]), nil
}

// emptied reports whether an answer is none.
func emptied(answer []string) bool {
	return len(answer) == 0 || len(answer) == 1 && strings.TrimSpace(answer[0]) == ""
}

func (q *Field) number(answer string) (*node, *Problem) {
	n, err := yamldoc.Parse([]byte(strings.TrimSpace(answer)), yamldoc.Limits{Bytes: 400})
	if _, ok := number(n); err != nil || !ok {
		return nil, &Problem{Field: q.Name, Rule: "number"}
	}
	if q.Type == "integer" && !hasType(n, "integer") {
		return nil, &Problem{Field: q.Name, Rule: "integer"}
	}
	return &node{Kind: yamldoc.Number, Text: n.Text}, nil
}

// chosen is the option that an answer names by its value.
func (q *Field) chosen(answer string) (*node, *Problem) {
	for _, o := range q.Options {
		if plain(o.Value) == answer {
			return o.Value, nil
		}
	}
	return nil, &Problem{Field: q.Name, Rule: "enum", Want: q.offered()}
}

// offered names the options of a field, as far as there is room.
func (q *Field) offered() string {
	const most = 10
	var names []string
	for i, o := range q.Options {
		if i == most {
			names = append(names, "…")
			break
		}
		names = append(names, o.Label)
	}
	return strings.Join(names, ", ")
}

func (q *Field) several(answer []string, each func(string) (*node, *Problem)) (*node, *Problem) {
	out := &node{Kind: yamldoc.List}
	for _, s := range answer {
		if strings.TrimSpace(s) == "" {
			continue
		}
		v, problem := each(s)
		if problem != nil {
			return nil, problem
		}
		out.Items = append(out.Items, v)
	}
	return out, nil
}

// list reads the elements of a list: one an answer, or all of them as YAML or JSON in one.
func (q *Field) list(answer []string) (*node, *Problem) {
	text := strings.TrimSpace(strings.Join(answer, "\n"))
	if q.Compound || len(answer) == 1 && (strings.HasPrefix(text, "[") || strings.HasPrefix(text, "- ")) {
		return q.structure(text, yamldoc.List, "list")
	}
	if q.Sealed { // one a line
		answer = strings.Split(text, "\n")
	}
	if q.Options != nil {
		return q.several(answer, q.chosen)
	}
	return q.several(answer, func(s string) (*node, *Problem) {
		switch q.Element {
		case "number", "integer", "boolean":
			if n, err := yamldoc.Parse([]byte(s), yamldoc.Limits{Bytes: 400}); err == nil && hasType(n, q.Element) {
				return n, nil
			}
			return nil, &Problem{Field: q.Name, Rule: "type", Want: q.Element}
		}
		return textNode(strings.TrimSpace(s)), nil
	})
}

// pair matches a key and a text that nobody would put in quotes.
var pair = regexp.MustCompile(`^([A-Za-z0-9_][^\s:#]*):(?:[ \t]+([^\s"'\[\]{}|>&*!%@#` + "`" + `,?-][^#]*))?$`)

// pairs reads an object of texts that is written one a line without quotes, where YAML would take some of them for
// numbers, or for true and false; nil where it is written otherwise.
func pairs(text string) *node {
	out := &node{Kind: yamldoc.Map}
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, " \t\r\n")
		if line == "" {
			continue
		}
		m := pair.FindStringSubmatch(line)
		if m == nil || strings.Contains(m[2], ": ") || out.Get(m[1]) != nil {
			return nil
		}
		out.Fields = append(out.Fields, yamldoc.Field{Key: m[1], Value: textNode(m[2])})
	}
	return out
}

// structure reads an object or a list that was written as YAML or JSON.
func (q *Field) structure(text string, kind yamldoc.Kind, rule string) (*node, *Problem) {
	n, err := yamldoc.Parse([]byte(text), yamldoc.Limits{Bytes: 1 << 16})
	if err != nil || n.Kind != kind {
		return nil, &Problem{Field: q.Name, Rule: rule}
	}
	return n, nil
}
