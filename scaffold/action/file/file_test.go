package file

import (
	"strings"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/scaffold"
	"github.com/backchannel-portal/backchannel/scaffold/template"
)

// bench calls the actions of the package in one workspace.
type bench struct {
	t *testing.T
	w *scaffold.Workspace
	r *scaffold.Registry
}

func newBench(t *testing.T, files map[string]string) *bench {
	t.Helper()
	w, err := scaffold.NewWorkspace(t.TempDir(), scaffold.WorkspaceLimits{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() })
	for name, text := range files {
		if err := w.WriteFile(name, []byte(text), 0); err != nil {
			t.Fatal(err)
		}
	}
	r, err := scaffold.NewRegistry(Actions(Options{MaxWait: time.Second})...)
	if err != nil {
		t.Fatal(err)
	}
	return &bench{t, w, r}
}

// do calls an action with an input as JSON, and returns its output as JSON.
func (b *bench) do(action, in string) (string, error) {
	b.t.Helper()
	v, err := template.ParseJSON([]byte(in))
	if err != nil {
		b.t.Fatal(err)
	}
	a, ok := b.r.Action(action)
	if !ok {
		b.t.Fatalf("no action %s", action)
	}
	out, err := a.Apply(b.t.Context(), &scaffold.Call{Input: v, Workspace: b.w})
	if out.Kind() == template.Undefined {
		return "", err
	}
	return string(template.AppendJSON(nil, out)), err
}

func (b *bench) read(name string) string {
	data, err := b.w.ReadFile(name)
	if err != nil {
		return "(" + err.Error() + ")"
	}
	return string(data)
}

func TestOutputs(t *testing.T) {
	for _, tt := range []struct{ action, in, out, file, want string }{
		{"fs:rename", `{"files": [{"from": "a.txt", "to": "d/b.txt"}]}`, ``, "d/b.txt", "a"},
		{"fs:rename", `{"files": [{"from": "a.txt", "to": "v.json", "overwrite": true}]}`, ``, "v.json", "a"},
		{"fs:delete", `{"files": ["a.txt", "nothing", "sub", "*.bak"]}`, ``, "sub/x", "(there is no sub/x in the workspace)"},
		{"fs:delete", `{"files": ["**/*"]}`, ``, "sub/x", "(there is no sub/x in the workspace)"},
		{"fs:read", `{"path": "a.txt"}`, `{"content":"a"}`, "", ""},
		{"fs:write", `{"path": "n/e/w", "content": "x"}`, `{"path":"n/e/w"}`, "n/e/w", "x"},
		{"roadiehq:utils:fs:write", `{"path": "w", "content": "{\"b\": 1, \"a\": [1, {}]}", "preserveFormatting": true}`, `{"path":"w"}`, "w", "{\n  \"b\": 1,\n  \"a\": [\n    1,\n    {}\n  ]\n}"},
		{"roadiehq:utils:fs:append", `{"path": "a.txt", "content": "b"}`, `{"path":"a.txt"}`, "a.txt", "ab"},
		{"roadiehq:utils:fs:append", `{"path": "fresh", "content": "b"}`, `{"path":"fresh"}`, "fresh", "b"},
		{"fs:readdir", `{"paths": ["sub"]}`, `{"files":[{"name":"x","path":"sub/x","fullPath":"sub/x"}],"folders":[{"name":"y","path":"sub/y","fullPath":"sub/y"}]}`, "", ""},
		{"fs:readdir", `{"paths": ["sub"], "recursive": true}`, `{"files":[{"name":"x","path":"sub/x","fullPath":"sub/x"},{"name":"z","path":"sub/y/z","fullPath":"sub/y/z"}],"folders":[{"name":"y","path":"sub/y","fullPath":"sub/y"}]}`, "", ""},
		{"roadiehq:utils:fs:parse", `{"path": "v.json", "parser": "json"}`, `{"content":{"z":1,"a":{"b":[1,2]}}}`, "", ""},
		{"roadiehq:utils:fs:parse", `{"path": "v.yaml", "parser": "yaml"}`, `{"content":{"k":"v","n":1.5,"l":["a"]}}`, "", ""},
		{"roadiehq:utils:fs:parse", `{"path": "m.yaml", "parser": "multiyaml"}`, `{"content":[{"kind":"A","n":1},{"kind":"B"}]}`, "", ""},
		{"roadiehq:utils:fs:parse", `{"path": "v.json"}`, `{"content":"{\"z\":1,\"a\":{\"b\":[1,2]}}"}`, "", ""},
		{"roadiehq:utils:merge", `{"path": "v.json", "content": {"a": {"c": null, "b": [9]}, "n": "x"}}`, `{"path":"v.json"}`, "v.json", "{\n  \"z\": 1,\n  \"a\": {\n    \"b\": [\n      9,\n      2\n    ],\n    \"c\": null\n  },\n  \"n\": \"x\"\n}"},
		{"roadiehq:utils:merge", `{"path": "v.yaml", "content": "l: [b, a]\n", "mergeArrays": true}`, `{"path":"v.yaml"}`, "v.yaml", "k: v\nn: 1.5\nl:\n  - a\n  - b\n"},
		{"roadiehq:utils:merge", `{"path": "m.yaml", "content": {"n": 2}, "useDocumentIncludingField": {"key": "kind", "value": "B"}}`, `{"path":"m.yaml"}`, "m.yaml", "kind: A\nn: 1\n---\nkind: B\nn: 2\n"},
		{"json:merge", `{"path": "fresh.json", "content": "{\"a\": 1}"}`, `{"path":"fresh.json"}`, "fresh.json", "{\n  \"a\": 1\n}"},
		{"roadiehq:utils:json:merge", `{"path": "tab.json", "content": {"b": 2}, "matchFileIndent": true}`, `{"path":"tab.json"}`, "tab.json", "{\n\t\"a\": 1,\n\t\"b\": 2\n}"},
		{"roadiehq:utils:serialize:yaml", `{"data": {"b": {"l": ["x"]}, "t": "a\nb\n"}}`, `{"serialized":"b:\n  l:\n    - x\nt: |\n  a\n  b\n"}`, "", ""},
		{"roadiehq:utils:serialize:json", `{"data": {"b": 1, "a": {"c": 2, "b": 3}}, "replacer": ["a", "b"], "space": " "}`, `{"serialized":"{\n \"a\": {\n  \"b\": 3\n },\n \"b\": 1\n}"}`, "", ""},
		{"roadiehq:utils:serialize:json", `{"data": [1]}`, `{"serialized":"[1]"}`, "", ""},
		{"roadiehq:utils:fs:replace", `{"files": [{"file": "a.txt", "find": "a", "replaceWith": "$& $$ b"}]}`, ``, "a.txt", "a $ b"},
		{"roadiehq:utils:fs:replace", `{"files": [{"file": "sub/**", "find": "(?<w>[a-z])(\\d)", "replaceWith": "$2$1$0$<w>", "matchRegex": true}]}`, ``, "sub/y/z", "1q$0q"},
		{"debug:log", `{"message": {"a": 1}, "listWorkspace": "with-contents", "extra": 1}`, ``, "", ""},
		{"debug:wait", `{"milliseconds": 1}`, ``, "", ""},
		{"roadiehq:utils:sleep", `{"amount": 0.001}`, ``, "", ""},
	} {
		b := newBench(t, map[string]string{
			"a.txt": "a", "sub/x": "x", "sub/y/z": "q1", "x.bak": "", "v.json": `{"z":1,"a":{"b":[1,2]}}`, "v.yaml": "k: v # why\nn: 1.5\nl: [a]\n", "m.yaml": "kind: A\nn: 1\n---\nkind: B\n", "tab.json": "{\n\t\"a\": 1\n}\n",
		})
		out, err := b.do(tt.action, tt.in)
		if err != nil || out != tt.out {
			t.Errorf("%s %s: %v\n%s", tt.action, tt.in, err, out)
		}
		if tt.file != "" && b.read(tt.file) != tt.want {
			t.Errorf("%s %s: %s is %q", tt.action, tt.in, tt.file, b.read(tt.file))
		}
	}
}

func TestRefused(t *testing.T) {
	for _, tt := range []struct{ action, in, want string }{
		{"fs:rename", `{"files": [{"from": "../x", "to": "y"}]}`, "leads out"},
		{"fs:rename", `{"files": [{"from": "a.txt", "to": "/etc/x"}]}`, "leads out"},
		{"fs:rename", `{"files": [{"from": "a.txt", "to": "b.txt"}]}`, "not to be overwritten"},
		{"fs:rename", `{"files": [{"from": "none", "to": "y"}]}`, "no none"},
		{"fs:delete", `{"files": ["../../*"]}`, "leads out"},
		{"fs:delete", `{"files": ["."]}`, "cannot be removed"},
		{"fs:delete", `{"files": ["[*"]}`, "no pattern"},
		{"fs:read", `{"path": "/etc/passwd"}`, "leads out"},
		{"fs:read", `{"path": "sub"}`, "no file"},
		{"fs:write", `{"path": ".git/config", "content": "x"}`, "folder of git"},
		{"fs:readdir", `{"paths": [".."]}`, "leads out"},
		{"roadiehq:utils:fs:parse", `{"path": "a.txt", "parser": "json"}`, "a.txt: byte 1"},
		{"roadiehq:utils:fs:parse", `{"path": "bad.yaml", "parser": "yaml"}`, "bad.yaml: line 1"},
		{"roadiehq:utils:fs:parse", `{"path": "bomb.yaml", "parser": "yaml"}`, "bomb.yaml"},
		{"roadiehq:utils:fs:parse", `{"path": "m.yaml", "parser": "yaml"}`, "2 documents"},
		{"roadiehq:utils:merge", `{"path": "a.txt", "content": {}}`, ".json, .yaml or .yml"},
		{"roadiehq:utils:merge", `{"path": "none.json", "content": {}}`, "no file none.json"},
		{"roadiehq:utils:merge", `{"path": "m.yaml", "content": {}}`, "which one is meant"},
		{"roadiehq:utils:fs:replace", `{"files": [{"file": "a.txt", "find": "(", "replaceWith": "x", "matchRegex": true}]}`, "no regular expression"},
		{"roadiehq:utils:fs:replace", `{"files": [{"file": "evil.txt", "find": "(a+)+$", "replaceWith": "x", "matchRegex": true}]}`, "too long"},
		{"debug:wait", `{"minutes": 1}`, "for 1s at most"},
		{"debug:wait", `{"minutes": 1e300}`, "for 1s at most"},
	} {
		b := newBench(t, map[string]string{
			"a.txt": "a", "b.txt": "b", "sub/x": "x", "bad.yaml": "a: [", "m.yaml": "a: 1\n---\nb: 1\n", "evil.txt": strings.Repeat("a", 40) + "!",
			"bomb.yaml": "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e]\ng: &g [*f,*f,*f,*f,*f,*f,*f,*f,*f]\nh: [*g,*g,*g,*g,*g,*g,*g,*g,*g]\n",
		})
		if _, err := b.do(tt.action, tt.in); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s %s: %v", tt.action, tt.in, err)
		}
	}
}

// TestWaitIsPlannedOnly plans to wait for longer than a test may take.
func TestWaitIsPlannedOnly(t *testing.T) {
	in, err := template.ParseJSON([]byte(`{"minutes": 59}`))
	if err != nil {
		t.Fatal(err)
	}
	a := wait(Options{MaxWait: time.Hour})
	if _, err := a.Plan(t.Context(), &scaffold.Call{Input: in, Planning: true}); err != nil {
		t.Error(err)
	}
}
