package descriptor

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/backchannel-portal/backchannel/catalog"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// golden compares with a file below testdata.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, got, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

func sample(t *testing.T) []Document {
	t.Helper()
	data, err := os.ReadFile("testdata/sample.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return Read("sample.yaml", data, Options{Origin: "file:sample.yaml"})
}

func TestVerdictLines(t *testing.T) {
	var b bytes.Buffer
	if err := WriteVerdicts(&b, slices.Concat(sample(t), Read("empty.yaml", nil, Options{}), Read("binary.yaml", []byte("a\x00"), Options{}))); err != nil {
		t.Fatal(err)
	}
	golden(t, "sample.verdicts.jsonl", b.Bytes())
	b.Reset()
	if err := WriteReport(&b, sample(t), false); err != nil {
		t.Fatal(err)
	}
	golden(t, "sample.report.txt", b.Bytes())
}

func TestDump(t *testing.T) {
	var entities []*catalog.Entity
	for _, d := range sample(t) {
		if d.Entity != nil {
			entities = append(entities, d.Entity)
		}
	}
	slices.Reverse(entities)
	relations := func(ref catalog.Ref) (out []catalog.Relation) {
		for _, e := range entities {
			if e.Ref == ref {
				out = append(out, e.Relations.List()...)
			}
			for edge := range e.Inverse() {
				if edge.Source == ref {
					out = append(out, catalog.Relation{Type: edge.Type, Target: edge.Target})
				}
			}
		}
		return out
	}
	problems := func(ref catalog.Ref) (out []catalog.Problem) {
		for _, e := range entities {
			if e.Ref == ref {
				out = append(out, e.Problems...)
			}
		}
		return out
	}
	var b bytes.Buffer
	if err := Dump(&b, entities, relations, problems); err != nil {
		t.Fatal(err)
	}
	golden(t, "sample.dump.jsonl", b.Bytes())
}

func TestColumns(t *testing.T) {
	e := sample(t)[0].Entity
	want := catalog.Entity{
		Ref: catalog.MakeRef("component", "shop", "petstore"), APIVersion: "backstage.io/v1alpha1", Kind: "Component",
		Namespace: "shop", Name: "PetStore", Title: "Pet store", Description: "Sells pets.\n", Type: "service", Lifecycle: "production",
		Owner: catalog.MakeRef("group", "shop", "team-a"), Tags: []string{"java", "web"},
		Labels:      []catalog.Pair{{Key: "example.com/tier", Value: ""}, {Key: "zone", Value: "eu"}},
		Annotations: []catalog.Pair{{Key: "backstage.io/techdocs-ref", Value: "dir:."}, {Key: "github.com/project-slug", Value: "o/r"}},
		Links:       []catalog.Link{{URL: "https://example.com", Title: "Site", Icon: "web", Type: "home"}, {URL: "mailto:a@example.com"}},
		Source:      catalog.Provenance{Origin: "file:sample.yaml", Location: "sample.yaml", Line: 2},
	}
	got := *e
	got.Document, got.Relations = catalog.Document{}, catalog.Relations{}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if !slices.IsSortedFunc(e.Relations.List(), func(a, b catalog.Relation) int {
		return strings.Compare(a.Type+a.Target.String(), b.Type+b.Target.String())
	}) {
		t.Errorf("relations are not sorted: %v", e.Relations.List())
	}
	for edge := range e.Inverse() {
		if edge.Source == e.Ref || edge.Target != e.Ref {
			t.Errorf("%v is not seen from the other end", edge)
		}
	}
}

func TestUnknownKindIsKept(t *testing.T) {
	docs := Read("x.yaml", []byte("apiVersion: acme.com/v1\nkind: Robot\nmetadata: {name: R2}\nspec: {owner: droids, type: astromech}\n"), Options{})
	d := docs[0]
	if d.OK || d.Entity == nil || len(d.Errors) != 1 || d.Errors[0].Path != "kind" || d.Errors[0].Line != 2 {
		t.Fatalf("%+v", d)
	}
	e := d.Entity
	if e.Ref.String() != "robot:default/r2" || len(e.Problems) != 1 || e.Problems[0].Code != catalog.ProblemUnknownKind || e.Owner.String() != "group:default/droids" || len(d.Relations()) != 0 {
		t.Errorf("%+v", e)
	}
	if d := Read("x.yaml", []byte("apiVersion: backstage.io/v9\nkind: Component\nmetadata: {name: c}\n"), Options{})[0]; d.Entity != nil || d.Claim.String() != "component:default/c" {
		t.Errorf("a known kind of an unknown version is kept: %+v", d)
	}
}

// TestClaims: what a broken document is about is told as far as possible.
func TestClaims(t *testing.T) {
	for text, want := range map[string]string{
		"kind: Component\nmetadata: {name: a, tags: [A_B]}":                           "component:default/a",
		"kind: Component\nmetadata: {name: a, namespace: N, annotations: {x: 1}}":     "component:n/a",
		"apiVersion: backstage.io/v1alpha1\nkind: API\nmetadata: {name: a}\nspec: {}": "api:default/a",
		"kind: Component\nmetadata: {name: 5}":                                        ":/",
		"kind: Component":                                                             ":/",
		"kind: [":                                                                     ":/",
		"- a":                                                                         ":/",
	} {
		d := Read("x.yaml", []byte(text), Options{})[0]
		if d.OK || d.Claim.String() != want {
			t.Errorf("%q: %+v", text, d)
		}
	}
}

func TestErrorsNameFieldAndLine(t *testing.T) {
	docs := Read("x.yaml", []byte(strings.Join([]string{
		"apiVersion: scaffolder.backstage.io/v1beta3", "kind: Template", "metadata:", "  name: t", "spec:", "  type: service",
		"  parameters: 5", "  steps:", "    - id: a", "      action: b", "      if: 1", "    - input: []", "  output: {x: [1]}",
	}, "\n")), Options{})
	want := []Finding{
		{"spec.parameters", 7, "spec.parameters must be an object or an array, not a number"},
		{"spec.steps[0].if", 11, "spec.steps[0].if must be a string or a boolean, not a number"},
		{"spec.steps[1].action", 12, "spec.steps[1].action is missing"},
		{"spec.steps[1].input", 12, "spec.steps[1].input must be an object, not an array"},
		{"spec.output.x", 13, "spec.output.x must be a string, not an array"},
	}
	if diff := cmp.Diff(want, docs[0].Errors); diff != "" {
		t.Error(diff)
	}
}

func TestWarnings(t *testing.T) {
	docs := Read("x.yaml", []byte(`
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: a}
spec: {type: t, lifecycle: l, owner: "api:x", provides_apis: [a], dependsON: [b]}
---
apiVersion: scaffolder.backstage.io/v1beta3
kind: Template
metadata: {name: t}
spec: {type: t, owner: "group:/x", steps: []}
`), Options{})
	var got []string
	for _, d := range docs {
		if !d.OK {
			t.Errorf("warnings make a document invalid: %v", d.Errors)
		}
		for _, w := range d.Warnings {
			got = append(got, w.Path)
		}
	}
	if diff := cmp.Diff([]string{"spec.owner", "spec.provides_apis", "spec.dependsON", "spec.owner"}, got); diff != "" {
		t.Error(diff)
	}
	if p := docs[0].Entity.Problems; len(p) != 3 || p[0].Code != catalog.ProblemDoubtful {
		t.Errorf("problems %v", p)
	}
}

func TestLocation(t *testing.T) {
	docs := Read("x.yaml", []byte("apiVersion: backstage.io/v1alpha1\nkind: Location\nmetadata: {name: l}\nspec:\n  type: url\n  presence: optional\n  target: a\n  targets: [b,\n    a, c]\n"), Options{})
	want := &Location{Type: "url", Targets: []string{"a", "b", "c"}, Lines: []int{7, 8, 9}, Optional: true}
	if diff := cmp.Diff(want, docs[0].Location); diff != "" {
		t.Error(diff)
	}
}

func FuzzDescriptor(f *testing.F) {
	files, err := filepath.Glob("testdata/mutants/*raw*")
	if err != nil || len(files) == 0 {
		f.Fatal("no seeds", err)
	}
	for _, file := range append(files, "testdata/sample.yaml", "testdata/mutants/008_Template-base.yaml") {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, o := range []Options{{}, {Read: func(string) ([]byte, error) { return data, nil }}} {
			o.Limits.Bytes = 1 << 16
			docs := Read("x.yaml", data, o)
			for _, d := range docs {
				if d.OK != (len(d.Errors) == 0) || d.OK && (d.Entity == nil || d.Ref.IsZero() || d.Claim != d.Ref) {
					t.Errorf("%+v", d)
				}
				if d.Entity != nil && !json.Valid(d.Entity.Document.JSON()) {
					t.Errorf("no valid JSON: %s", d.Entity.Document.JSON())
				}
			}
			if err := WriteVerdicts(&bytes.Buffer{}, docs); err != nil {
				t.Error(err)
			}
		}
	})
}
