package file

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/ingest"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/scm"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// tree writes files below a new folder and returns it.
func tree(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		put(t, filepath.Join(dir, name), text)
	}
	return dir
}

func put(t *testing.T, name, text string) {
	t.Helper()
	if err := write(name, text); err != nil {
		t.Fatal(err)
	}
}

func write(name, text string) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		return err
	}
	return os.WriteFile(name, []byte(text), 0o666)
}

func component(name string) string {
	return "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: " + name +
		"\nspec:\n  type: service\n  lifecycle: production\n  owner: team-a\n"
}

func locationEntity(lines ...string) string {
	return "apiVersion: backstage.io/v1alpha1\nkind: Location\nmetadata:\n  name: more\nspec:\n  " + strings.Join(lines, "\n  ") + "\n"
}

func newSource(t *testing.T, o Options) *Source {
	t.Helper()
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func read(t *testing.T, o Options) catalog.Delta {
	t.Helper()
	d, err := newSource(t, o).Read(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func names(d catalog.Delta) []string {
	out := []string{}
	for _, f := range d.Files {
		for _, e := range f.Entities {
			out = append(out, e.Ref.Short("component"))
		}
	}
	slices.Sort(out)
	return out
}

// problems renders the problems of a delta as "file:line code field".
func problems(d catalog.Delta) []string {
	out := []string{}
	for _, f := range d.Files {
		for _, p := range f.Problems {
			out = append(out, (fault.Position{File: filepath.Base(f.Location), Line: p.Line, Field: p.Field}).String()+" "+p.Code)
		}
	}
	slices.Sort(out)
	return out
}

func TestTargets(t *testing.T) {
	dir := tree(t, map[string]string{
		"all.yaml":                           component("a") + "---\n" + component("b"),
		"x/catalog-info.yaml":                component("x"),
		"x/y/catalog-info.yml":               component("y"),
		"x/mkdocs.yml":                       "site_name: docs\n",
		"x/deploy.yaml":                      "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: d\n  labels: {backstage.io/kubernetes-id: d}\n",
		"x/.git/catalog-info.yaml":           component("hidden"),
		"x/node_modules/p/catalog-info.yaml": component("package"),
		"x/tpl/skeleton/catalog-info.yaml":   component("${{ values.name }}"),
	})
	for _, c := range []struct {
		target string
		want   []string
	}{
		{"all.yaml", []string{"a", "b"}},
		{"./all.yaml", []string{"a", "b"}},
		{"x", []string{"x", "y"}},
		{".", []string{"a", "b", "x", "y"}},
		{"*/catalog-info.yaml", []string{"x"}},
		{"**/catalog-info.{yaml,yml}", []string{"x", "y"}},
		{"x/**/*.yml", []string{"y"}},
	} {
		d := read(t, Options{Target: c.target, Base: dir})
		if c.target == "x/**/*.yml" { // a glob means all it matches
			if got := problems(d); len(got) == 0 {
				t.Errorf("%s: problems %v", c.target, got)
			}
		} else if got := problems(d); len(got) > 0 {
			t.Errorf("%s: problems %v", c.target, got)
		}
		if diff := cmp.Diff(c.want, names(d)); diff != "" {
			t.Errorf("%s: %s", c.target, diff)
		}
		if !d.Full || d.Origin != "file:"+c.target || d.Checked.IsZero() {
			t.Errorf("%s: delta is %v %q %v", c.target, d.Full, d.Origin, d.Checked)
		}
	}
}

func TestTargetsThatAreNot(t *testing.T) {
	dir := t.TempDir()
	for _, target := range []string{"none.yaml", "none/*.yaml", "none/"} {
		_, err := newSource(t, Options{Target: target, Base: dir}).Read(context.Background())
		if !fault.Is(err, fault.NotFound) || !strings.Contains(err.Error(), "none") {
			t.Errorf("%s: %v", target, err)
		}
	}
	for _, target := range []string{"", "a/[", "{a"} {
		if _, err := New(Options{Target: target, Base: dir}); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: %v", target, err)
		}
	}
}

func TestLocations(t *testing.T) {
	dir := tree(t, map[string]string{
		"root.yaml": locationEntity("targets:", "  - ./sub/loc.yaml", "  - ./globbed/*.yaml", "  - ./folder",
			"  - ./missing.yaml", "  - ./nothing/*.yaml", "  - https://example.com/acme/pay/blob/main/catalog-info.yaml",
			"  - https://unknown.example.com/a.yaml"),
		"sub/loc.yaml":                  locationEntity("type: file", "target: ../root.yaml", "targets: [deep/c.yaml]"),
		"sub/deep/c.yaml":               component("deep"),
		"globbed/1.yaml":                component("one"),
		"globbed/2.yaml":                component("two"),
		"folder/a/catalog-info.yaml":    component("in-folder"),
		"folder/a/other.yaml":           component("other"),
		"repos/pay/catalog-info.yaml":   locationEntity("targets: [./sub/*.yaml, ./gone.yaml]") + "---\n" + component("pay"),
		"repos/pay/sub/component.yaml":  component("pay-sub"),
		"repos/other/catalog-info.yaml": component("not-asked-for"),
	})
	trees, err := scm.New([]scm.Mirror{{URL: "https://example.com/acme/", Dir: "repos"}}, dir)
	if err != nil {
		t.Fatal(err)
	}
	d := read(t, Options{Target: "root.yaml", Base: dir, Trees: trees})
	want := []string{"deep", "in-folder", "location:more", "location:more", "location:more", "one", "pay", "pay-sub", "two"}
	if diff := cmp.Diff(want, names(d)); diff != "" {
		t.Error(diff)
	}
	wantProblems := []string{
		"catalog-info.yaml:6: spec.targets unreadable", "root.yaml:10: spec.targets unreadable",
		"root.yaml:11: spec.targets unreadable", "root.yaml:13: spec.targets unreadable",
	}
	if diff := cmp.Diff(wantProblems, problems(d)); diff != "" {
		t.Error(diff)
	}
	for _, f := range d.Files {
		for _, e := range f.Entities {
			if e.Name == "pay-sub" && e.Source.Location != "https://example.com/acme/pay/blob/main/sub/component.yaml" {
				t.Errorf("pay-sub is at %q", e.Source.Location)
			}
		}
	}
}

func TestOptionalLocation(t *testing.T) {
	dir := tree(t, map[string]string{"root.yaml": locationEntity("presence: optional", "targets: [./missing.yaml, ./no/*.yaml, 'https://example.com/a/b/c.yaml']")})
	if got := problems(read(t, Options{Target: "root.yaml", Base: dir})); len(got) > 0 {
		t.Error(got)
	}
}

func TestLocationsNestedTooDeep(t *testing.T) {
	files := map[string]string{}
	for i := range 30 {
		files[string(rune('A'+i))+".yaml"] = locationEntity("target: ./" + string(rune('A'+i+1)) + ".yaml")
	}
	d := read(t, Options{Target: "A.yaml", Base: tree(t, files)})
	if got := problems(d); len(got) != 1 || len(d.Files) != ingest.MaxDepth+1 {
		t.Errorf("%d files, problems %v", len(d.Files), got)
	}
}

func TestRules(t *testing.T) {
	dir := tree(t, map[string]string{
		"root.yaml": locationEntity("target: ./c.yaml"),
		"c.yaml":    component("c") + "---\napiVersion: backstage.io/v1alpha1\nkind: Group\nmetadata: {name: g}\nspec: {type: team, children: []}\n",
	})
	for _, c := range []struct {
		allow    []Rule
		want     []string
		problems int
	}{
		{nil, []string{"c", "group:g", "location:more"}, 0},
		{[]Rule{{Kind: "*"}}, []string{"c", "group:g", "location:more"}, 0},
		{[]Rule{{Kind: "location"}, {Kind: "COMPONENT", Type: "service"}}, []string{"c", "location:more"}, 1},
		{[]Rule{{Kind: "Location"}, {Kind: "Component", Type: "website"}}, []string{"location:more"}, 2},
		{[]Rule{{Kind: "Component"}}, []string{}, 1},
		{[]Rule{}, []string{}, 1},
	} {
		d := read(t, Options{Target: "root.yaml", Base: dir, Allow: c.allow})
		if diff := cmp.Diff(c.want, names(d)); diff != "" || len(problems(d)) != c.problems {
			t.Errorf("%v: %s problems %v", c.allow, diff, problems(d))
		}
	}
}

func TestPlaceholders(t *testing.T) {
	api := func(definition string) string {
		return "apiVersion: backstage.io/v1alpha1\nkind: API\nmetadata: {name: api}\nspec:\n  type: openapi\n  lifecycle: production\n  owner: a\n  definition:\n    " + definition + "\n"
	}
	secret := filepath.Join(t.TempDir(), "secret")
	put(t, secret, "secret")
	dir := tree(t, map[string]string{
		"defs/pets.yaml":  "openapi: 3.0.1\ninfo:\n  title: Pets\n  version: 1.2.3\npaths:\n  /pets:\n    $ref: './paths.yaml#/~1pets'\n",
		"defs/paths.yaml": "/pets: {get: {}}\n",
		"sub/beside.yaml": api("$text: ../defs/pets.yaml"),
		"bundle.yaml":     api("$openapi: ./defs/pets.yaml"),
		"outside.yaml":    api("$text: ../../../../../../../etc/hostname"),
		"absolute.yaml":   api("$text: " + secret),
		"linked.yaml":     api("$text: ./link"),
		"missing.yaml":    api("$text: ./nothing.yaml"),
		"folder.yaml":     api("$text: ./defs"),
		"number.yaml":     api("$text: 5"),
	})
	if err := os.Symlink(secret, filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"sub/beside.yaml": "Pets 1.2.3", "bundle.yaml": "Pets 1.2.3",
		"outside.yaml": "outside the location's folder", "absolute.yaml": "must be relative", "linked.yaml": "escapes",
		"missing.yaml": "no such file", "folder.yaml": "not a regular file", "number.yaml": "must name a file",
	} {
		d := read(t, Options{Target: "*.yaml", Base: dir})
		if strings.HasPrefix(name, "sub/") {
			d = read(t, Options{Target: ".", Base: dir})
		}
		i := slices.IndexFunc(d.Files, func(f catalog.File) bool { return f.Location == filepath.Join(dir, name) })
		if i < 0 {
			t.Fatalf("%s is not among the files", name)
		}
		f := d.Files[i]
		if len(f.Entities) == 1 {
			if got := f.Entities[0].API.Title + " " + f.Entities[0].API.Version; got != want || strings.Contains(string(f.Entities[0].Document.JSON()), `$text`) {
				t.Errorf("%s: %s", name, got)
			}
			continue
		}
		if len(f.Problems) != 1 || !strings.Contains(f.Problems[0].Message, want) || f.Problems[0].Line == 0 || f.Problems[0].Field != "spec.definition" {
			t.Errorf("%s: %+v", name, f.Problems)
		}
	}
}

func TestUnreadable(t *testing.T) {
	dir := tree(t, map[string]string{
		"good.yaml":   component("good"),
		"binary.yaml": "\x00\x01\x02",
		"latin.yaml":  "description: caf\xe9\n",
		"utf16.yaml":  "\xff\xfea\x00",
		"empty.yaml":  "",
		"bom.yaml":    "\ufeff" + component("bom"),
		"crlf.yaml":   strings.ReplaceAll(component("crlf"), "\n", "\r\n"),
		"broken.yaml": component("before") + "---\nkind: [\n---\n" + component("after"),
		"cycle.yaml":  "&a [*a]\n",
		"locked.yaml": component("locked"),
	})
	for name, make := range map[string]func(string) error{
		"folder.yaml": func(p string) error { return os.Mkdir(p, 0o777) },
		"link.yaml":   func(p string) error { return os.Symlink(filepath.Join(dir, "nowhere"), p) },
		"locked.yaml": func(p string) error { return os.Chmod(p, 0) },
	} {
		if err := make(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	d := read(t, Options{Target: "*.yaml", Base: dir})
	want := []string{"after", "before", "bom", "crlf", "good"}
	if os.Getuid() == 0 { // permissions do not bind root
		want = append(want, "locked")
	}
	if diff := cmp.Diff(want, names(d)); diff != "" {
		t.Error(diff)
	}
	for _, name := range []string{"binary", "latin", "utf16", "empty", "broken", "cycle", "link"} {
		i := slices.IndexFunc(d.Files, func(f catalog.File) bool { return filepath.Base(f.Location) == name+".yaml" })
		if i < 0 {
			t.Fatalf("%s is not among the files", name)
		}
		if f := d.Files[i]; len(f.Problems) == 0 || !f.Opaque || (f.Hash == [32]byte{}) != (name == "link") {
			t.Errorf("%s: %+v", name, f)
		}
	}
}

func TestHugeFile(t *testing.T) {
	dir := tree(t, map[string]string{"a.yaml": component("a"), "huge.yaml": "a: " + strings.Repeat("x", 2<<20)})
	o := Options{Target: "*.yaml", Base: dir}
	o.Limits.Bytes = 1 << 20
	d := read(t, o)
	if diff := cmp.Diff([]string{"a"}, names(d)); diff != "" || len(problems(d)) != 1 {
		t.Error(diff, problems(d))
	}
}

func TestUnchangedIsNotParsedAgain(t *testing.T) {
	dir := tree(t, map[string]string{"a.yaml": component("a")})
	name := filepath.Join(dir, "a.yaml")
	s := newSource(t, Options{Target: "a.yaml", Base: dir})
	first, err := s.Read(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	hourAgo := time.Now().Add(-time.Hour)
	for _, step := range []string{"by its content while it is young", "by its content after a touch", "by its status"} {
		again, err := s.Read(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		if again.Files[0].Text != nil || again.Files[0].Entities[0].Record() != first.Files[0].Entities[0].Record() {
			t.Errorf("the file is not recognised %s", step)
		}
		if err := os.Chtimes(name, hourAgo, hourAgo); err != nil {
			t.Fatal(err)
		}
	}
	put(t, name, component("b"))
	d, err := s.changes(context.Background(), nil)
	if err != nil || len(d.Files) != 1 || d.Files[0].Entities[0].Name != "b" {
		t.Error(d, err)
	}
}

func TestPlaceholderTargetIsPartOfTheFile(t *testing.T) {
	dir := tree(t, map[string]string{
		"a.yaml": component("a") + "  note: {$text: ./note.txt}\n", "note.txt": "one",
	})
	s := newSource(t, Options{Target: "a.yaml", Base: dir})
	first, _ := s.Read(context.Background())
	put(t, filepath.Join(dir, "note.txt"), "two")
	d, err := s.changes(context.Background(), nil)
	if err != nil || len(d.Files) != 1 || d.Files[0].Hash == first.Files[0].Hash || !strings.Contains(string(d.Files[0].Entities[0].Document.JSON()), `"note":"two"`) {
		t.Error(d, err)
	}
}
