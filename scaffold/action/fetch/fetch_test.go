package fetch

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/scm"
	"github.com/backchannel-portal/backchannel/scaffold"
	"github.com/backchannel-portal/backchannel/scaffold/template"
)

// call makes one of an action with an input as JSON.
func call(t *testing.T, file, in string) *scaffold.Call {
	t.Helper()
	v, err := template.ParseJSON([]byte(in))
	if err != nil {
		t.Fatal(err)
	}
	w, err := scaffold.NewWorkspace(t.TempDir(), scaffold.WorkspaceLimits{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() })
	return &scaffold.Call{Input: v, Workspace: w, Engine: template.New(template.Config{}), Template: scaffold.Origin{File: file}}
}

func apply(t *testing.T, s Sources, name string, c *scaffold.Call) error {
	t.Helper()
	for _, a := range Actions(s) {
		if a.Spec().Name == name {
			_, err := a.Apply(t.Context(), c)
			return err
		}
	}
	t.Fatalf("no action %s", name)
	return nil
}

// tree is what a workspace holds; folders end with a slash, executable files with a star.
func contents(t *testing.T, w *scaffold.Workspace) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := w.Walk(".", func(e scaffold.Entry) error {
		if e.Mode.IsDir() {
			out[e.Path+"/"] = ""
			return nil
		}
		data, err := w.ReadFile(e.Path)
		name := e.Path
		if e.Mode&0o111 != 0 {
			name += "*"
		}
		out[name] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// folder writes files below a new folder that is a repository; a name with a star is executable, one with "@" a link.
func folder(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, ".git"), 0o755); err != nil {
		t.Fatal(err)
	}
	for name, text := range files {
		mode := fs.FileMode(0o644)
		if bare, ok := strings.CutSuffix(name, "*"); ok {
			name, mode = bare, 0o755
		}
		link, isLink := strings.CutSuffix(name, "@")
		at := filepath.Join(dir, filepath.FromSlash(strings.TrimSuffix(link, "/")))
		if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
			t.Fatal(err)
		}
		var err error
		switch {
		case strings.HasSuffix(name, "/"):
			err = os.MkdirAll(at, 0o755)
		case isLink:
			err = os.Symlink(text, at)
		default:
			err = os.WriteFile(at, []byte(text), mode)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

const binary = "\x89PNG\r\n\x00${{ values.name }}"

func TestTemplate(t *testing.T) {
	skeleton := map[string]string{
		"t/template.yaml": "x", "t/s/README.md": "# ${{ values.name }}\n{% if values.docs %}docs{% endif %}\n", "t/s/run.sh*": "echo ${{ values.name }}",
		"t/s/${{ values.name }}/main.go": "package ${{values.name}}", "t/s/{% if values.docs %}docs{% endif %}/a.md": "a", "t/s/{% if values.docs %}b.md{% endif %}": "b",
		"t/s/logo.png": binary, "t/s/.github/workflows/ci-${{ values.name }}.yaml": "${{ github.sha }}", "t/s/empty/": "", "t/s/latin.txt": "caf\xe9 ${{ values.name }} and so on and on",
		"t/s/x.njk": "${{ values.name }}", "t/s/y.njk/z.txt": "${{ values.name }}", "t/s/.njk": "${{ values.name }}",
	}
	dir := folder(t, skeleton)
	for name, tt := range map[string]struct {
		in   string
		want map[string]string
	}{
		"all": {`{"url": "./s", "values": {"name": "pay", "docs": true}, "copyWithoutTemplating": [".github/**"]}`, map[string]string{
			"README.md": "# pay\ndocs\n", "run.sh*": "echo pay", "pay/": "", "pay/main.go": "package pay", "docs/": "", "docs/a.md": "a", "b.md": "b", "logo.png": binary,
			".github/": "", ".github/workflows/": "", ".github/workflows/ci-pay.yaml": "${{ github.sha }}", "empty/": "", "latin.txt": "caf\uFFFD pay and so on and on",
			"x.njk": "pay", "y.njk/": "", "y.njk/z.txt": "pay", ".njk": "pay",
		}},
		"left out": {`{"url": "s", "values": {"name": "pay"}, "targetPath": "out", "copyWithoutRender": [".github/workflows/*", "*.njk", "!x.njk"]}`, map[string]string{
			"out/": "", "out/README.md": "# pay\n\n", "out/run.sh*": "echo pay", "out/pay/": "", "out/pay/main.go": "package pay", "out/logo.png": binary, "out/.github/": "", "out/.github/workflows/": "",
			"out/.github/workflows/ci-${{ values.name }}.yaml": "${{ github.sha }}", "out/empty/": "", "out/latin.txt": "caf\uFFFD pay and so on and on",
			"out/x.njk": "pay", "out/y.njk/": "", "out/y.njk/z.txt": "pay", "out/.njk": "${{ values.name }}",
		}},
		"extension": {`{"url": "s", "values": {"name": "pay", "docs": 1}, "templateFileExtension": true}`, map[string]string{
			"README.md": skeleton["t/s/README.md"], "run.sh*": skeleton["t/s/run.sh*"], "pay/": "", "pay/main.go": "package ${{values.name}}", "docs/": "", "docs/a.md": "a", "b.md": "b", "logo.png": binary,
			".github/": "", ".github/workflows/": "", ".github/workflows/ci-pay.yaml": "${{ github.sha }}", "empty/": "", "latin.txt": "caf\uFFFD ${{ values.name }} and so on and on",
			"x": "pay", "y./": "", "y.njk/": "", "y.njk/z.txt": "${{ values.name }}", ".njk": "${{ values.name }}",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			c := call(t, filepath.Join(dir, "t/template.yaml"), tt.in)
			if err := apply(t, Sources{}, "fetch:template", c); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, contents(t, c.Workspace)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestReplace(t *testing.T) {
	dir := folder(t, map[string]string{"template.yaml": "x", "s/a.txt": "new ${{ values.n }}", "s/b.txt": "b"})
	for in, want := range map[string]string{`{"url": "./s", "values": {"n": 1}}`: "old", `{"url": "./s", "replace": true, "values": {"n": 1}}`: "new 1"} {
		c := call(t, filepath.Join(dir, "template.yaml"), in)
		if err := c.Workspace.WriteFile("a.txt", []byte("old"), 0); err != nil {
			t.Fatal(err)
		}
		if err := apply(t, Sources{}, "fetch:template", c); err != nil {
			t.Fatal(err)
		}
		if got := contents(t, c.Workspace); got["a.txt"] != want || got["b.txt"] != "b" {
			t.Errorf("%s: %q", in, got)
		}
	}
}

func TestOptions(t *testing.T) {
	dir := folder(t, map[string]string{"template.yaml": "x", "s/{{ cookiecutter.name }}.txt": "{{ cookiecutter.name }} {{ cookiecutter.l | jsonify }}", "u/a.txt": "  {% if true %}\nx\n  {% endif %}\n"})
	c := call(t, filepath.Join(dir, "template.yaml"), `{"url": "s", "cookiecutterCompat": true, "values": {"name": "pay", "l": [1]}}`)
	if err := apply(t, Sources{}, "fetch:template", c); err != nil {
		t.Fatal(err)
	}
	if got := contents(t, c.Workspace); got["pay.txt"] != "pay [1]" {
		t.Errorf("cookiecutter: %q", got)
	}
	c = call(t, filepath.Join(dir, "template.yaml"), `{"url": "u", "trimBlocks": true, "lstripBlocks": true}`)
	if err := apply(t, Sources{}, "fetch:template", c); err != nil {
		t.Fatal(err)
	}
	if got := contents(t, c.Workspace); got["a.txt"] != "x\n" {
		t.Errorf("blocks: %q", got)
	}
}

func TestHostile(t *testing.T) {
	outside := folder(t, map[string]string{"secret": "hush", "d/secret": "hush"})
	dir := folder(t, map[string]string{
		"t/template.yaml": "x", "top/a": "a", "t/s/${{ values.path }}": "x", "t/link@": outside, "t/l/a@": filepath.Join(outside, "secret"), "t/loop/a": "{% for i in range(100000000) %}x{% endfor %}",
		"t/proto/a": "${{ values.constructor.constructor('return 1')() }}", "t/bad/a": "{% if %}",
	})
	file := filepath.Join(dir, "t/template.yaml")
	for in, want := range map[string]string{
		`{"url": "./s", "values": {"path": "../../x"}}`:                                 "leads out of",
		`{"url": "./s", "targetPath": "a", "values": {"path": "../x"}}`:                 "leads out of a",
		`{"url": "./s", "values": {"path": ".git/hooks/x"}}`:                            "folder of git",
		`{"url": "./s", "values": {"path": "a\u0000b"}}`:                                "NUL",
		`{"url": "./s", "targetPath": "../x", "values": {}}`:                            "leads out of the workspace",
		`{"url": "../../../etc", "values": {}}`:                                         "leads out of the template's repository",
		`{"url": "/../etc", "values": {}}`:                                              "leads out of the template's repository",
		`{"url": "./link", "values": {}}`:                                               "cannot be opened",
		`{"url": "./l", "values": {}}`:                                                  "symbolic link",
		`{"url": "file:///etc", "values": {}}`:                                          "has a web address",
		`{"url": "dir:.", "values": {}}`:                                                "has a web address",
		`{"url": "ftp://x/y", "values": {}}`:                                            "has a web address",
		`{"url": "https://user:pw@github.com/a/b", "values": {}}`:                       "credentials do not belong",
		`{"url": "./missing", "values": {}}`:                                            "no folder",
		`{"url": "./loop", "values": {}}`:                                               "./loop/a:1",
		`{"url": "./proto", "values": {}}`:                                              "./proto/a:1",
		`{"url": "./bad", "values": {}}`:                                                "./bad/a:1",
		`{"url": "./s", "values": {"path": "x"}, "copyWithoutTemplating": ["["]}`:       "no pattern",
		`{"url": "./s", "copyWithoutTemplating": ["a"], "copyWithoutRender": ["a"]}`:    "cannot be used together",
		`{"url": "./s", "copyWithoutTemplating": ["a"], "templateFileExtension": ".x"}`: "cannot be used with",
	} {
		c := call(t, file, in)
		err := apply(t, Sources{}, "fetch:template", c)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", in, err)
		}
		if got := contents(t, c.Workspace); strings.Contains(strings.Join(values(got), " "), "hush") {
			t.Errorf("%s: read %q", in, got)
		}
	}
	c := call(t, file, `{"url": "../top"}`)
	if err := apply(t, Sources{Root: func(string) string { return filepath.Join(dir, "t") }}, "fetch:plain", c); !fault.Is(err, fault.Forbidden) {
		t.Errorf("beside a root: %v", err)
	}
	c = call(t, file, `{"url": "../top"}`)
	if err := apply(t, Sources{}, "fetch:plain", c); err != nil || contents(t, c.Workspace)["a"] != "a" {
		t.Errorf("in the repository: %v", err)
	}
	c = call(t, file, `{"url": "/top"}`)
	if err := apply(t, Sources{}, "fetch:plain", c); err != nil || contents(t, c.Workspace)["a"] != "a" {
		t.Errorf("from its top: %v", err)
	}
}

func values(m map[string]string) []string {
	var out []string
	for _, v := range m {
		out = append(out, v)
	}
	return out
}

// TestManyFiles has more files than a workspace holds.
func TestManyFiles(t *testing.T) {
	files := fstest.MapFS{}
	for i := range maxItems + 1 {
		files[filepath.Join("d", string(rune('a'+i%26)), strings.Repeat("x", i/26%200+1)+string(rune('a'+i/5200)))] = &fstest.MapFile{}
	}
	if _, err := list(t.Context(), files); !fault.Is(err, fault.Invalid) {
		t.Errorf("%d files: %v", len(files), err)
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if _, err := list(ctx, files); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped: %v", err)
	}
}

// trees are repositories by their address.
type trees map[string]fstest.MapFS

type openTree struct {
	fs.FS
	where string
}

func (o openTree) Where() string { return o.where }
func (o openTree) Close() error  { return nil }

func (t trees) Open(_ context.Context, target string) (scm.Tree, error) {
	if files, ok := t[target]; ok {
		return openTree{files, target}, nil
	}
	return nil, fault.New(fault.NotFound, "no mirror or integration knows %s", target)
}

func TestWeb(t *testing.T) {
	all := trees{
		"https://github.com/acme/t/tree/main/go/skeleton": {"a.txt": {Data: []byte("${{ values.x }}")}},
		"https://github.com/acme/t/blob/main/shared":      {"LICENSE": {Data: []byte("MIT\x00")}, "x": {Data: []byte("x ${{ values.x }}")}},
		"https://github.com/acme/t/blob/main/go/skeleton": {"b.txt": {Data: []byte("b")}},
	}
	s := Sources{Trees: all, As: func(token string) scm.Trees {
		return trees{"https://github.com/acme/private": {"p": {Data: []byte(token)}}}
	}}
	const file = "url:https://github.com/acme/t/blob/main/go/template.yaml"
	for _, tt := range []struct{ action, in, name, want string }{
		{"fetch:template", `{"url": "https://github.com/acme/t/tree/main/go/skeleton", "values": {"x": 1}}`, "a.txt", "1"},
		{"fetch:plain", `{"url": "./skeleton", "targetPath": "s"}`, "s/b.txt", "b"},
		{"fetch:plain:file", `{"url": "../shared/LICENSE", "targetPath": "L"}`, "L", "MIT\x00"},
		{"fetch:plain:file", `{"url": "/shared/LICENSE", "targetPath": "d/L"}`, "d/L", "MIT\x00"},
		{"fetch:template:file", `{"url": "../shared/x", "targetPath": "x", "values": {"x": 2}}`, "x", "x 2"},
		{"fetch:plain", `{"url": "https://github.com/acme/private", "token": "own"}`, "p", "own"},
	} {
		c := call(t, file, tt.in)
		if err := apply(t, s, tt.action, c); err != nil {
			t.Errorf("%s: %v", tt.in, err)
		} else if got := contents(t, c.Workspace)[tt.name]; got != tt.want {
			t.Errorf("%s: %q", tt.in, got)
		}
	}
	for in, want := range map[string]string{
		`{"url": "https://elsewhere.dev/x"}`: "no mirror or integration knows", `{"url": "../../../../../x/y"}`: "leads out of the repository",
		`{"url": "https://github.com/acme/t/tree/main/go/skeleton", "token": "x"}`: "no mirror",
	} {
		if err := apply(t, s, "fetch:plain", call(t, file, in)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", in, err)
		}
	}
	if err := apply(t, Sources{Trees: all}, "fetch:plain", call(t, file, `{"url": "./skeleton", "token": "x"}`)); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a token that cannot be used: %v", err)
	}
	if err := apply(t, s, "fetch:plain", call(t, "", `{"url": "./skeleton"}`)); !fault.Is(err, fault.Invalid) {
		t.Errorf("a template from nowhere: %v", err)
	}
}

func TestWorkspace(t *testing.T) {
	c := call(t, "", `{"sourcePath": "in", "targetPath": "out", "values": {"n": "pay"}, "copyWithoutTemplating": ["raw.txt"]}`)
	for name, text := range map[string]string{"in/${{ values.n }}.txt": "${{ values.n }}", "in/raw.txt": "${{ values.n }}"} {
		if err := c.Workspace.WriteFile(name, []byte(text), 0); err != nil {
			t.Fatal(err)
		}
	}
	if err := apply(t, Sources{}, "workspace:template", c); err != nil {
		t.Fatal(err)
	}
	if got := contents(t, c.Workspace); got["out/pay.txt"] != "pay" || got["out/raw.txt"] != "${{ values.n }}" {
		t.Errorf("%q", got)
	}
	for in, want := range map[string]string{
		`{"sourcePath": "in", "targetPath": "in/x"}`: "within", `{"sourcePath": ".", "targetPath": "x"}`: "within", `{"sourcePath": "none", "targetPath": "x"}`: "no folder none",
		`{"sourcePath": "..", "targetPath": "x"}`: "leads out", `{"sourcePath": "in", "targetPath": "../x"}`: "leads out",
	} {
		c.Input, _ = template.ParseJSON([]byte(in))
		if err := apply(t, Sources{}, "workspace:template", c); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", in, err)
		}
	}
	for _, tt := range []struct{ in, want string }{
		{`{"sourcePath": "in/raw.txt", "targetPath": "one.txt", "values": {"n": 1}}`, "1"}, {`{"sourcePath": "in/raw.txt", "targetPath": "one.txt", "values": {"n": 2}}`, "1"},
		{`{"sourcePath": "in/raw.txt", "targetPath": "one.txt", "replace": true, "values": {"n": 2}}`, "2"},
	} {
		c.Input, _ = template.ParseJSON([]byte(tt.in))
		if err := apply(t, Sources{}, "workspace:template:file", c); err != nil || contents(t, c.Workspace)["one.txt"] != tt.want {
			t.Errorf("%s: %v %q", tt.in, err, contents(t, c.Workspace)["one.txt"])
		}
	}
}
