package form

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the goldens anew")

// TestFields pins the form of a template that has every kind of field.
func TestFields(t *testing.T) {
	text, err := os.ReadFile("testdata/fields.yaml")
	if err != nil {
		t.Fatal(err)
	}
	tmpl, err := Read("fields.yaml", parse(t, string(text)))
	if err != nil {
		t.Fatal(err)
	}
	f, err := tmpl.Form(nil, Options{})
	if err != nil {
		t.Fatal(err)
	}
	var got bytes.Buffer
	if err := json.Indent(&got, f.AppendJSON(nil), "", "  "); err != nil {
		t.Fatal(err)
	}
	const golden = "testdata/fields.json"
	if *update {
		if err := os.WriteFile(golden, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	flagged, err := tmpl.Form(nil, Options{Flags: []string{"beta"}})
	if err != nil {
		t.Fatal(err)
	}
	if n := len(flagged.Pages[0].Fields) - len(f.Pages[0].Fields); n != 1 {
		t.Errorf("a feature flag brings %d fields, want 1", n)
	}
}

func TestSubmit(t *testing.T) {
	const page = `
required: [name, kind]
properties:
  name: {type: string, ui:field: EntityNamePicker, maxLength: 5}
  kind: {type: string, enum: [none, db], default: none}
  ports: {type: array, items: {type: integer}, maxItems: 2}
  on: {type: boolean}
  fixed: {type: string, default: f, ui:readonly: true}
  repo: {type: string, ui:field: RepoUrlPicker, ui:options: {allowedHosts: [github.com], allowedOwners: [acme]}}
  tags: {type: array, items: {type: string}, ui:field: EntityTagsPicker}
  labels: {type: object, additionalProperties: {type: string}}
  rules: {type: array, items: {type: object, properties: {port: {type: integer, minimum: 1}}}}
  group: {type: object, properties: {size: {type: integer}}}
dependencies:
  kind:
    oneOf:
      - properties: {kind: {enum: [none]}}
      - properties: {kind: {enum: [db]}, version: {type: number, multipleOf: 0.5}}
        required: [version]
`
	for _, tt := range []struct {
		name, given, values, problems string
		answers                       map[string][]string
	}{
		{"nothing", "", `{"fixed":"f","kind":"none"}`, `[{name required }]`, nil},
		{"enough", "", `{"fixed":"f","kind":"none","name":"pay"}`, `[]`, map[string][]string{"name": {"pay"}}},
		{"a field appears", "", `{"fixed":"f","kind":"db","name":"pay"}`, `[{version required }]`, map[string][]string{"name": {"pay"}, "kind": {"db"}}},
		{"a field goes", `{name: pay, kind: db, version: 1}`, `{"fixed":"f","kind":"none","name":"pay"}`, `[]`, map[string][]string{"kind": {"none"}}},
		{"types", `{kind: db}`, `{"fixed":"f","group":{"size":3},"kind":"db","name":"pay","on":true,"ports":[1,2],"version":1.5}`, `[]`,
			map[string][]string{"name": {"pay"}, "ports": {"1", "2"}, "on": {"true"}, "version": {"1.5"}, "group.size": {" 3 "}}},
		{"structures", "", `{"fixed":"f","kind":"none","labels":{"a":"b"},"name":"pay","rules":[{"port":80}],"tags":["go"]}`, `[]`,
			map[string][]string{"name": {"pay"}, "labels": {"a: b"}, "rules": {"- port: 80"}, "tags": {"go", ""}}},
		{"every error beside its field", `{kind: db, name: pay}`, `{"fixed":"f","kind":"db","name":"too-long"}`,
			`[{name maxLength 5} {kind enum none, db} {ports type integer} {labels object } {version number }]`,
			map[string][]string{"name": {"too-long"}, "ports": {"x"}, "version": {"many"}, "labels": {"["}, "kind": {"other"}}},
		{"in structures", "", `{"fixed":"f","kind":"none","labels":{"a":[1]},"name":"pay","ports":[1,2,3],"rules":[{"port":0}]}`,
			`[{ports maxItems 2} {labels type string} {rules[0].port minimum 1}]`,
			map[string][]string{"name": {"pay"}, "ports": {"[1, 2, 3]"}, "labels": {"a: [1]"}, "rules": {`[{"port": 0}]`}}},
		{"pickers", "", `{"fixed":"f","kind":"none","name":"-a","repo":"github.com?owner=other&repo=x","tags":["A"]}`, `[{name name } {repo enum acme} {tags tag A}]`,
			map[string][]string{"name": {"-a"}, "repo": {"github.com?owner=other&repo=x"}, "tags": {"A"}}},
		{"what may not be set", `{name: pay}`, `{"fixed":"f","kind":"none","name":"pay"}`, `[]`, map[string][]string{"fixed": {"x"}, "version": {"1"}, "other": {"y"}}},
		{"emptied", `{name: pay, on: true}`, `{"fixed":"f","kind":"none","on":false}`, `[{name required }]`, map[string][]string{"name": {" "}, "on": nil}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tmpl, err := Read("t.yaml", templateOf(parse(t, page)))
			if err != nil {
				t.Fatal(err)
			}
			var given *node
			if tt.given != "" {
				given = parse(t, tt.given)
			}
			f, problems, err := tmpl.Submit(given, tt.answers, Options{})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.values, jsonOf(f.Values)); diff != "" {
				t.Errorf("values, -want +got:\n%s", diff)
			}
			if got := fmt.Sprint(problems); got != tt.problems {
				t.Errorf("problems %s, want %s", got, tt.problems)
			}
		})
	}
}
