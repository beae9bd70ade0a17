package form

import (
	"fmt"
	"strings"
	"testing"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// TestHostile: schemas made to take time or memory end with an error that names the place, or with a form.
func TestHostile(t *testing.T) {
	var wide, bomb strings.Builder
	for i := range 100_000 {
		fmt.Fprintf(&wide, "p%d: {type: string}\n", i)
	}
	for i := range 40 {
		fmt.Fprintf(&bomb, "d%d: {allOf: [{$ref: '#/definitions/d%d'}, {$ref: '#/definitions/d%d'}]}\n", i, i+1, i+1)
	}
	indent := func(s string) string { return "        " + strings.ReplaceAll(s, "\n", "\n        ") }
	for _, tt := range []struct {
		name, page, values, want string
	}{
		{"many properties", "properties:\n" + indent(wide.String()), "", "t.yaml:7: spec.parameters[0].properties: there are 100000 properties; at most 1000 are read"},
		{"references multiply", "$ref: '#/definitions/d0'\n      definitions:\n" + indent(bomb.String()), "", "t.yaml:"},
		{"conditions multiply", "if: {$ref: '#/definitions/d0'}\n      then: {}\n      definitions:\n" + indent(bomb.String()), "a: 1", "t.yaml:"},
		{"a slow pattern", "properties: {a: {type: string}}\n      if: {properties: {a: {pattern: '^(a+)+$'}}}\n      then: {properties: {b: {}}}", "a: " + strings.Repeat("a", 60) + "!", `the pattern "^(a+)+$" takes too long`},
		{"a deep schema", "properties: {a: " + strings.Repeat("{not: ", 120) + "{}" + strings.Repeat("}", 120) + "}", "", "the schema is nested more than 100 deep"},
		{"a cycle of references", "properties: {a: {$ref: '#/definitions/a'}}\n      definitions: {a: {$ref: '#/definitions/b'}, b: {$ref: '#/definitions/a'}}", "", ""},
		{"a schema in itself", "properties: {a: {$ref: '#'}, b: {type: string}}", "", ""},
		{"a schema in its elements", "properties: {l: {type: array, minItems: 3, items: {$ref: '#'}}}", "", ""},
		{"a great minItems", "properties: {l: {type: array, minItems: 1000000000, items: {type: string, default: x}}}", "", ""},
		{"a schema in its options", "oneOf: [{$ref: '#'}, {properties: {a: {type: string}}}]", "a: x", "t.yaml:6: spec.parameters[0]: the schema goes more than 100 levels deep"},
		{"an option in itself", "properties: {x: {$ref: '#/definitions/o'}}\n      definitions: {o: {oneOf: [{$ref: '#/definitions/o'}, {type: string}]}}", "x: y", "the schema goes more than 100 levels deep"},
		{"names of prototypes", "properties: {__proto__: {type: string}, constructor: {type: object, properties: {prototype: {type: string}}}}", "__proto__: {x: y}", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			entity := parse(t, "kind: Template\nmetadata: {name: t}\nspec:\n  parameters:\n    - title: Page\n      "+tt.page)
			tmpl, err := Read("t.yaml", entity)
			var values *node
			if tt.values != "" {
				values = parse(t, tt.values)
			}
			if err == nil {
				_, _, err = tmpl.Submit(values, nil, Options{})
			}
			switch {
			case tt.want == "" && err != nil:
				t.Errorf("%v", err)
			case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want) || !fault.Is(err, fault.Invalid)):
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

func TestReadRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"[1]":             "t.yaml:1: a template is expected, found a list",
		"kind: Component": `t.yaml:1: kind: a Template is expected, found "Component"`,
		"kind: Template\nspec:\n  parameters: many":  `t.yaml:3: spec.parameters: an object or a list of objects is expected, found "many"`,
		"metadata: {name: x}\nspec: {parameters: 1}": "t.yaml:1: kind: a Template is expected, found nothing",
	} {
		if _, err := Read("t.yaml", parse(t, text)); err == nil || err.Error() != want {
			t.Errorf("%q: got %v, want %s", text, err, want)
		}
	}
}
