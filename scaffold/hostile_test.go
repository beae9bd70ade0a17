package scaffold_test

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/backchannel-portal/backchannel/internal/scm"
	"github.com/backchannel-portal/backchannel/scaffold"
	"github.com/backchannel-portal/backchannel/scaffold/action"
	"github.com/backchannel-portal/backchannel/scaffold/action/fetch"
	"github.com/backchannel-portal/backchannel/scaffold/template"
)

// TestHostile: templates that mean harm end with an error that says where, and leave nothing behind.
func TestHostile(t *testing.T) {
	outside := filepath.Join(t.TempDir(), "outside")
	if err := os.WriteFile(outside, []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	skeleton := func(name, text string) fs.FS { return fstest.MapFS{name: {Data: []byte(text)}} }
	const render = `{id: a, action: "fetch:template", input: {url: "https://h/o/r", values: {a: "${{ parameters.a }}"}}}`
	for _, tt := range []struct {
		name   string
		files  fs.FS
		steps  string
		values string
		want   string
	}{
		{"a loop that does not end", skeleton("loop.txt", "\n{% for i in range(1000000000) %}x{% endfor %}"), render, "{}", "loop.txt:2"},
		{"loops in loops", skeleton("l", "{% for i in range(3000) %}{% for j in range(3000) %}x{% endfor %}{% endfor %}"), render, "{}", "l:1"},
		{"a text that doubles", skeleton("m", `{% set s = "aaaaaaaa" %}{% for i in range(60) %}{% set s = s ~ s %}{% endfor %}${{ s }}`), render, "{}", "m:1"},
		{"an output that grows", skeleton("o", `{% set s = "a" | center(1000000) %}{% for i in range(10000) %}${{ s }}{% endfor %}`), render, "{}", "o:1"},
		{"nesting without end", skeleton("n", strings.Repeat("{% if true %}", 5000)+strings.Repeat("{% endif %}", 5000)), render, "{}", "n:1"},
		{"a pattern that backtracks", skeleton("r", `${{ r/^(a+)+$/.test("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab") }}`), render, "{}", ""},
		{"prototypes", skeleton("p", "${{ values.constructor.constructor('return process')() }}"), render, "{}", "p:1"},
		{"prototypes in values", skeleton("p", "x"), render, `{"a": {"__proto__": {"x": 1}}}`, "the name __proto__ is reserved"},
		{"a million files", million{}, render, "{}", "files"},
		{"a name that leads out", skeleton("${{ values.a }}", "x"), render, `{"a": "../../x"}`, "leads out of"},
		{"a name that git obeys", skeleton("${{ '.git' }}/hooks/post-commit", "x"), render, "{}", "git"},
		{"a name without end", skeleton(`${{ "x" | center(100000) | replace(" ", "y") }}`, "x"), render, "{}", "more than"},
		{"a target outside", skeleton("x", "x"), `{id: a, action: "fetch:plain", input: {url: "https://h/o/r", targetPath: "../../x"}}`, "{}", "leads out of the workspace"},
		{"reading outside", nil, `{id: a, action: "fs:read", input: {path: "` + outside + `"}}`, "{}", "leads out of the workspace"},
		{"deleting outside", nil, `{id: a, action: "fs:delete", input: {files: ["../../../*"]}}`, "{}", "leads out of the workspace"},
		{"moving outside", nil, `{id: a, action: "fs:rename", input: {files: [{from: x, to: "` + outside + `"}]}}`, "{}", ""},
		{"fetching from the disk", nil, `{id: a, action: "fetch:plain", input: {url: "file://` + outside + `"}}`, "{}", "web address"},
		{"fetching from beside the template", nil, `{id: a, action: "fetch:plain", input: {url: "../../../../etc"}}`, "{}", ""},
		{"too many iterations", nil, `{id: a, action: "debug:log", each: "${{ range(5000) }}", input: {message: x}}`, "{}", "there are 5000 iterations; at most 1000 are done"},
		{"an expression without end", nil, `{id: a, action: "debug:log", input: {path: "${{ range(100000000) | join }}"}}`, "{}", "steps"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			registry, err := action.Builtin(action.Deps{Fetch: fetch.Sources{Trees: oneTree{tt.files}}})
			if err != nil {
				t.Fatal(err)
			}
			dir := t.TempDir()
			runner := scaffold.New(scaffold.Config{
				Actions: registry, Dir: dir, Timeout: time.Minute, Engine: template.New(template.Config{Limits: template.Limits{Work: 100_000, Memory: 64 << 20, Time: 2 * time.Second}}),
			})
			w, err := scaffold.NewWorkspace(dir, scaffold.WorkspaceLimits{})
			if err != nil {
				t.Fatal(err)
			}
			r, err := runner.Plan(t.Context(), scaffold.Request{
				Run: "run", Template: read(t, "\n  steps: ["+tt.steps+"]"), Values: value(t, tt.values), Origin: scaffold.Origin{File: filepath.Join(dir, "a", "template.yaml")},
			}, w, nil)
			if err != nil {
				t.Fatal(err)
			}
			if r.Err == nil || !strings.Contains(r.Err.Error(), "t.yaml:7: spec.steps[0]") || !strings.Contains(r.Err.Error(), tt.want) || strings.Contains(r.Err.Error(), "goroutine") {
				t.Errorf("%v, want %q", r.Err, tt.want)
			}
			if err := w.Close(); err != nil {
				t.Error(err)
			}
			checkEmpty(t, dir)
			if data, err := os.ReadFile(outside); err != nil || string(data) != "precious" {
				t.Fatalf("outside: %q, %v", data, err)
			}
		})
	}
}

// oneTree opens every address as the same files.
type oneTree struct{ fs.FS }

func (o oneTree) Open(context.Context, string) (scm.Tree, error) { return openedTree(o), nil }

type openedTree struct{ fs.FS }

func (openedTree) Where() string { return "https://h/o/r" }
func (openedTree) Close() error  { return nil }

// million is a folder with a million files in it.
type million struct{}

func (million) Open(name string) (fs.File, error) {
	if name == "." {
		return (&folder{}), nil
	}
	return fstest.MapFS{name: {Data: []byte("x")}}.Open(name)
}

type folder struct{ at int }

func (*folder) Stat() (fs.FileInfo, error) { return fs.Stat(fstest.MapFS{"x": {}}, ".") }
func (*folder) Read([]byte) (int, error)   { return 0, fs.ErrInvalid }
func (*folder) Close() error               { return nil }

func (d *folder) ReadDir(n int) ([]fs.DirEntry, error) {
	info, err := fs.Stat(fstest.MapFS{"x": {Data: []byte("x"), Mode: 0o644}}, "x")
	var out []fs.DirEntry
	for ; d.at < 1_000_000 && (n <= 0 || len(out) < n); d.at++ {
		out = append(out, entry{info, fmt.Sprintf("f%07d", d.at)})
	}
	return out, err
}

// entry is a small file under a name of its own.
type entry struct {
	fs.FileInfo
	name string
}

func (e entry) Name() string               { return e.name }
func (e entry) Type() fs.FileMode          { return e.Mode().Type() }
func (e entry) Info() (fs.FileInfo, error) { return e, nil }
