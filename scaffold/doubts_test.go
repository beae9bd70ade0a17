package scaffold_test

import (
	"strings"
	"testing"
)

// TestDoubts: what is likely a mistake is told with its line and field, and what is written as usual is not.
func TestDoubts(t *testing.T) {
	t.Parallel()
	tmpl := read(t, `
  parameters:
    - properties:
        name: {type: strng}
        kind: {type: string, enum: [a, b]}
      dependencies:
        kind: {oneOf: [{properties: {kind: {enum: [a]}, only_a: {type: string}}}]}
    - $ref: "#/definitions/more"
      definitions: {more: {properties: {far: {type: string}}}}
  steps:
    - id: first
      action: test:log
      if: ${{ parameters.only_a and parameters['far'] and user.parameters.x }}
      input: {message: "${{ parameters.nmae }} parameters.nobody", mesage: x}
    - action: test:log
      each: ${{ steps.first.output.list or steps["frist"].output }}
      input: {message: ["${{ steps['step-2'].output }}", "${{ each.steps.x }}"]}
  output: {a: "${{ steps['step-2'].output.a }} ${{ steps.step3 }}"}`)
	var got []string
	for _, err := range tmpl.Doubts(config(t, newWorld()).Actions) {
		got = append(got, err.Error())
	}
	want := []string{
		`t.yaml:9: spec.parameters[0].properties.name.type: "strng" is no type; it is passed over`,
		`t.yaml:19: spec.steps[0].input.message: the form has no field nmae; do you mean name?`,
		`t.yaml:21: spec.steps[1].each: no step before has the id frist; do you mean first?`,
		`t.yaml:22: spec.steps[1].input.message[0]: no step before has the id step-2`,
		`t.yaml:23: spec.output.a: no step before has the id step3`,
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if found := read(t, "  parameters: {properties: {a: {$yaml: ./b.yaml}}, additionalProperties: true}\n  steps: [{action: test:log, input: {message: \"${{ parameters.x }}\"}}]").
		Doubts(config(t, newWorld()).Actions); len(found) != 1 || !strings.Contains(found[0].Error(), "$yaml") {
		t.Errorf("a form that may have any field: %v", found)
	}
}
