package form

import (
	"testing"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/yamldoc"
)

// FuzzForm: whatever the schema and the values, there is a form or an error with a place, submitting the form that was
// shown finds the same fields again, and its JSON can be read.
func FuzzForm(f *testing.F) {
	for _, seed := range [][2]string{
		{`{properties: {a: {type: string, enum: [x, y], default: x}}, dependencies: {a: {oneOf: [{properties: {a: {const: x}, b: {type: integer}}}]}}}`, `{a: x}`},
		{`{properties: {a: {$ref: "#/definitions/n"}}, definitions: {n: {type: object, properties: {n: {$ref: "#/definitions/n"}}}}}`, `{a: {n: {n: {}}}}`},
		{`{if: {required: [a]}, then: {properties: {b: {const: 1}}}, allOf: [{not: {}}, true, 3], anyOf: [{}, {type: array}]}`, `{a: [1, {b: null}]}`},
		{`{properties: {l: {type: array, items: [{type: string}, {enum: []}], additionalItems: false, minItems: 9}}, required: [l]}`, `{l: 3}`},
		{`{properties: {s: {type: object, patternProperties: {"^a(?=b)": {}}, additionalProperties: {oneOf: []}}}, "ui:order": ["*", s, "*"]}`, `{s: {ab: 1, c: 2}}`},
		{`{properties: {r: {ui:field: RepoUrlPicker, ui:options: {allowedHosts: github.com}}, e: {ui:field: EntityPicker, ui:options: {catalogFilter: {kind: [A, 1], x: {exists: true}}}}}}`, `{r: "github.com?owner=a&repo=b", e: 7}`},
		{`{properties: {l: {type: array, minItems: 1, items: {type: object, properties: {k: {enum: [a, b]}}, dependencies: {k: {oneOf: [{properties: {k: {enum: [a]}, p: {type: string, ui:widget: password}}}, {properties: {k: {const: b}, p: {type: integer}}}]}}}}}}`, `{l: [{k: a, p: x}, {k: b}, null]}`},
	} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, schema, values string) {
		limits := yamldoc.Limits{Bytes: 1 << 14}
		s, err := yamldoc.Parse([]byte(schema), limits)
		if err != nil {
			return
		}
		v, err := yamldoc.Parse([]byte(values), limits)
		if err != nil {
			return
		}
		tmpl, err := Read("t.yaml", templateOf(s))
		if err == nil {
			err = again(t, tmpl, v)
		}
		if err != nil && !fault.Is(err, fault.Invalid) {
			t.Errorf("%v", err)
		}
	})
}

func again(t *testing.T, tmpl *Template, v *node) error {
	form, err := tmpl.Form(v, Options{})
	if err != nil {
		return err
	}
	text := form.AppendJSON(nil)
	if _, err := yamldoc.Parse(text, yamldoc.Limits{}); err != nil {
		t.Errorf("%s: %v", text, err)
	}
	if _, _, err = tmpl.Submit(form.State, map[string][]string{}, Options{}); err != nil {
		return err
	}
	answers := map[string][]string{}
	for q := range form.All() {
		answers[q.Name] = []string{"b"}
		if q.Rows != nil {
			form.State = Rearranged(form.State, q.Path, []int{1, -1, 0}, q.Rows.New)
		}
	}
	_, _, err = tmpl.Submit(form.State, answers, Options{})
	return err
}
