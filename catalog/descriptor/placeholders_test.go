package descriptor

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/backchannel-portal/backchannel/catalog"
)

func component(more string) []byte {
	return []byte("apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: a\nspec:\n  type: t\n  lifecycle: l\n  owner: o\n  more:\n    " + more + "\n")
}

// reader serves placeholder targets from a map.
func reader(files map[string]string) func(string) ([]byte, error) {
	return func(name string) ([]byte, error) {
		if text, ok := files[strings.TrimPrefix(name, "./")]; ok {
			return []byte(text), nil
		}
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
}

func more(t *testing.T, d Document) string {
	t.Helper()
	if !d.OK {
		return fmt.Sprint(d.Errors)
	}
	var e struct {
		Spec struct{ More json.RawMessage }
	}
	if err := json.Unmarshal(d.Entity.Document.JSON(), &e); err != nil {
		t.Fatal(err)
	}
	return string(e.Spec.More)
}

func TestPlaceholders(t *testing.T) {
	files := map[string]string{
		"a.txt": "one\ntwo", "a.json": `{"b": [1, 2.50], "c": null}`, "a.yaml": "# c\nb: yes\nc: 2001-01-01\n",
		"two.yaml": "a: 1\n---\nb: 2\n", "bad.json": "{a: 1}", "bad.yaml": "a: [", "empty.yaml": "",
	}
	for _, c := range []struct{ more, validate, serve string }{
		{"$text: a.txt", `"($text)"`, `"one\ntwo"`},
		{"$json: ./a.json", `{}`, `{"b":[1,2.5],"c":null}`},
		{"$yaml: a.yaml", `{}`, `{"b":"yes","c":"2001-01-01"}`},
		{"$openapi: a.yaml", `"($openapi)"`, `"# c\nb: yes\nc: 2001-01-01\n"`},
		{"[{$text: a.txt}, {x: {$json: a.json}}]", `["($text)",{"x":{}}]`, `["one\ntwo",{"x":{"b":[1,2.5],"c":null}}]`},
		{"{$text: a.txt, other: 1}", `{"$text":"a.txt","other":1}`, `{"$text":"a.txt","other":1}`},
		{"{x: {$text: a.txt}, $ref: {$text: a.txt}}", `{"x":{"$text":"a.txt"},"$ref":{"$text":"a.txt"}}`, `{"x":{"$text":"a.txt"},"$ref":{"$text":"a.txt"}}`},
		{"$ref: a.txt", `{"$ref":"a.txt"}`, `{"$ref":"a.txt"}`},
		{"$text: 5", `"($text)"`, `[{spec.more 10 the placeholder $text must name a file or URL, not a number}]`},
		{"$text: none.txt", `"($text)"`, `[{spec.more 10 the placeholder $text cannot read "none.txt": open none.txt: file does not exist}]`},
		{"$yaml: two.yaml", `{}`, `[{spec.more 10 the placeholder $yaml finds no single valid document in "two.yaml": a second document starts here; one is expected}]`},
		{"$yaml: empty.yaml", `{}`, `null`},
		{"$json: bad.json", `{}`, `[{spec.more 10 the placeholder $json finds no single valid document in "bad.json": not valid JSON: invalid character 'a' looking for beginning of object key string}]`},
		{"$yaml: bad.yaml", `{}`, `[{spec.more 10 the placeholder $yaml finds no single valid document in "bad.yaml": not valid YAML: did not find expected node content}]`},
	} {
		if got := more(t, Read("x.yaml", component(c.more), Options{})[0]); got != c.validate {
			t.Errorf("%s validates as %s, want %s", c.more, got, c.validate)
		}
		if got := more(t, Read("x.yaml", component(c.more), Options{Read: reader(files)})[0]); got != c.serve {
			t.Errorf("%s is served as %s, want %s", c.more, got, c.serve)
		}
	}
}

func TestBundle(t *testing.T) {
	files := map[string]string{
		"defs/api.yaml": `
openapi: 3.0.1
paths:
  /a: {$ref: 'paths/a.yaml'}
  /b: {$ref: 'paths/a.yaml#/x~1y/0'}
components:
  schemas:
    Own: {type: string}
    Use: {$ref: '#/components/schemas/Own'}
    Tree: {$ref: 'tree.json#/Tree'}
`,
		"defs/paths/a.yaml":     "get: {schema: {$ref: '../schemas/s.yaml#/S'}}\nback: {$ref: '../api.yaml#/components/schemas/Own'}\nx/y: [{ok: 1}]\n",
		"defs/schemas/s.yaml":   "S: {items: {$ref: '#/T'}}\nT: {type: number}\n",
		"defs/tree.json":        `{"Tree": {"child": {"$ref": "#/Tree"}}}`,
		"defs/missing.yaml":     "a: {$ref: 'none.yaml'}",
		"defs/pointer.yaml":     "a: {$ref: 'tree.json#/None'}",
		"defs/plain.yaml":       "a: {$ref: '#/b'} # as it is\nb: 1\n",
		"defs/unparseable.yaml": "a: [",
	}
	for name, want := range map[string]string{
		"api.yaml": `{"openapi":"3.0.1","paths":{"/a":{"get":{"schema":{"items":{"type":"number"}}},"back":{"$ref":"#/components/schemas/Own"},"x/y":[{"ok":1}]},"/b":{"ok":1}},` +
			`"components":{"schemas":{"Own":{"type":"string"},"Use":{"$ref":"#/components/schemas/Own"},"Tree":{"child":{}}}}}`,
		"plain.yaml":       files["defs/plain.yaml"],
		"unparseable.yaml": "a: [",
		"missing.yaml":     "error: open defs/none.yaml: file does not exist",
		"pointer.yaml":     `error: defs/pointer.yaml:1: the reference "tree.json#/None" names nothing`,
	} {
		got, err := bundle("defs/"+name, []byte(files["defs/"+name]), reader(files))
		if err != nil {
			got = "error: " + err.Error()
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// TestBundleIsBounded: files that refer to each other over and over end in an error, not in a large answer.
func TestBundleIsBounded(t *testing.T) {
	read := func(name string) ([]byte, error) {
		n := strings.Count(name, "x")
		return fmt.Appendf(nil, "a: {$ref: '%[1]s'}\nb: {$ref: '%[1]s'}\n", strings.Repeat("x", n+1)), nil
	}
	if _, err := bundle("x", []byte("a: {$ref: xx}"), read); err == nil {
		t.Error("no bound was met")
	}
}

func TestBeside(t *testing.T) {
	for _, c := range [][3]string{
		{"./a/b.yaml", "c.yaml", "./a/c.yaml"}, {"./a.yaml", "../c.yaml", "../c.yaml"}, {"a/b.yaml", "./c/d.yaml", "a/c/d.yaml"},
		{"https://h/o/r/a/b.yaml", "../c.yaml", "https://h/o/r/c.yaml"}, {"a.yaml", "https://h/c.yaml", "https://h/c.yaml"}, {"a/b.yaml", "/etc/x", "/etc/x"},
	} {
		if got := beside(c[0], c[1]); got != c[2] {
			t.Errorf("%s beside %s is %s, want %s", c[1], c[0], got, c[2])
		}
	}
}

func TestDefinition(t *testing.T) {
	big := strings.Repeat("x", 2*headBytes)
	for _, c := range []struct {
		kind, text string
		want       catalog.API
	}{
		{"openapi", "openapi: 3.0.1\ninfo:\n  title: Pets\n  version: 1.2.3\n", catalog.API{Format: "OpenAPI 3.0", Title: "Pets", Version: "1.2.3"}},
		{"openapi", "# c\nswagger: '2.0'\npaths:\n  title: no\ninfo:\n    description: |\n      title: no\n    version: \"7\" # c\n    contact:\n      title: no\n    title: \"A: B\"\n", catalog.API{Format: "OpenAPI 2.0", Title: "A: B", Version: "7"}},
		{"openapi", "info: {title: Flow, version: 1.0}\nopenapi: 3.1.0\r\n", catalog.API{Format: "OpenAPI 3.1", Title: "Flow", Version: "1"}},
		{"openapi", `{"openapi": "3.0.3", "paths": {"title": "no", "/a": [{"version": "no"}]}, "info": {"contact": {"title": "no"}, "title": "Json", "version": "2"}}`, catalog.API{Format: "OpenAPI 3.0", Title: "Json", Version: "2"}},
		{"openapi", `{"info": {"title": "Cut", "version": "2"}, "swagger": "2.0", "x": "` + big, catalog.API{Format: "OpenAPI 2.0", Title: "Cut", Version: "2"}},
		{"asyncapi", "asyncapi: 2.6.0\ninfo:\n  title: Events\n  version: v4\n" + big, catalog.API{Format: "AsyncAPI 2.6", Title: "Events", Version: "v4"}},
		{"x", "asyncapi: 3.0.0", catalog.API{Format: "AsyncAPI 3.0"}},
		{"graphql", "anything", catalog.API{Format: "GraphQL"}},
		{"x", "# c\n\"\"\"doc\"\"\"\ntype Query {\n", catalog.API{Format: "GraphQL"}},
		{"x", "schema {\n query: Q\n}", catalog.API{Format: "GraphQL"}},
		{"grpc", "anything", catalog.API{Format: "gRPC"}},
		{"x", "// c\nsyntax = \"proto3\";\npackage a;\n", catalog.API{Format: "gRPC"}},
		{"openapi", "", catalog.API{}},
		{"openapi", "($text)", catalog.API{}},
		{"x", "type: object\n", catalog.API{}},
		{"x", "{", catalog.API{}},
		{"x", "{]]]]}}}", catalog.API{}},
		{"x", `{"info": null, "openapi": 3}`, catalog.API{}},
	} {
		if diff := cmp.Diff(c.want, definition(c.kind, c.text)); diff != "" {
			t.Errorf("%.60q: %s", c.text, diff)
		}
	}
}
