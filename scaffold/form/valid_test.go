package form

import (
	"bytes"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/backchannel-portal/backchannel/internal/yamldoc"
)

var schemas = []string{
	`{type: string}`, `{type: [string, "null"]}`, `{type: integer}`, `{type: number, minimum: 2, exclusiveMaximum: 5}`,
	`{enum: [1, "a", {b: [1, 2]}]}`, `{const: {a: 1, b: 2}}`, `{minLength: 2, maxLength: 3}`, `{pattern: "^a.c$"}`,
	`{format: email}`, `{format: uri}`, `{format: date}`, `{format: date-time}`, `{format: ipv4}`, `{format: ipv6}`,
	`{format: hostname}`, `{format: uuid}`, `{format: json-pointer}`, `{format: regex}`, `{format: time}`,
	`{items: {type: integer}, minItems: 1, maxItems: 3}`, `{items: [{type: integer}, {type: string}], additionalItems: false}`,
	`{uniqueItems: true}`, `{contains: {const: 1}}`, `{required: [a]}`, `{minProperties: 1, maxProperties: 1}`,
	`{properties: {a: {type: integer}}, additionalProperties: false}`, `{patternProperties: {"^x": {type: integer}}, additionalProperties: {type: string}}`,
	`{propertyNames: {maxLength: 1}}`, `{dependencies: {a: [b], c: {required: [d]}}}`, `{if: {type: string}, then: {minLength: 2}, else: {type: integer}}`,
	`{allOf: [{type: integer}, {minimum: 2}]}`, `{anyOf: [{type: integer}, {minLength: 2}]}`, `{oneOf: [{type: integer}, {minimum: 2}]}`,
	`{not: {type: string}}`, `{multipleOf: 0.1}`, `{properties: {a: false}}`, `{definitions: {t: {type: integer}}, items: {$ref: "#/definitions/t"}}`,
	`{definitions: {t: {properties: {n: {$ref: "#/definitions/t"}}, required: [v]}}, properties: {a: {$ref: "#/definitions/t"}}}`,
}

var instances = []string{
	`null`, `true`, `0`, `1`, `2`, `2.5`, `5`, `0.3`, `1.0`, `-1`, `1e3`, `""`, `a`, `ab`, `abc`, `abcd`, `a@b.c`, `"https://x.y/z"`, `"x y"`, `"2024-02-29"`, `"2023-02-29"`,
	`"2024-01-01T10:00:00Z"`, `"10:00:00Z"`, `"1.2.3.4"`, `"::1"`, `"1.2.3"`, `"-x.y"`, `"123e4567-e89b-12d3-a456-426614174000"`, `"/a/b~0"`, `"("`,
	`[]`, `[1]`, `[1, a]`, `[1, a, 2]`, `[1, 1]`, `[1, 2, 3, 4]`, `[{a: 1}, {a: 1}]`, `{}`, `{a: 1}`, `{a: x}`, `{a: 1, b: 2}`, `{b: 2, a: 1}`, `{b: [1, 2]}`, `{c: 1}`,
	`{c: 1, d: 2}`, `{x1: 1}`, `{x1: a}`, `{y: 1}`, `{y: a}`, `{long: 1}`, `{a: {n: {v: 1}, v: 2}}`, `{a: {n: {}, v: 2}}`, `{a: {v: 1}}`,
}

// TestValid: another implementation gives the same verdicts.
func TestValid(t *testing.T) {
	for _, text := range schemas {
		s := parse(t, text)
		c := jsonschema.NewCompiler()
		c.DefaultDraft(jsonschema.Draft7)
		c.AssertFormat()
		if err := c.AddResource("mem:s", generic(t, s)); err != nil {
			t.Fatal(err)
		}
		theirs, err := c.Compile("mem:s")
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		for _, instance := range instances {
			v := parse(t, instance)
			want := theirs.Validate(generic(t, v)) == nil
			e := newEngine(s, "", "")
			if got := e.valid(s, v); got != want {
				t.Errorf("%s accepts %s: %v, want %v", text, instance, got, want)
			}
			if found := newEngine(s, "", "").offences(s, v); (len(found) == 0) != want {
				t.Errorf("%s: of %s is wrong: %v, want none: %v", text, instance, found, want)
			}
		}
	}
}

func generic(t *testing.T, n *node) any {
	t.Helper()
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(yamldoc.AppendJSON(nil, n)))
	if err != nil {
		t.Fatal(err)
	}
	return v
}
