package docs_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/docs"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/scm"
)

var now = time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)

// company writes files below a folder, one repository a top-level folder, and returns a library that reads
// https://git.example/acme/REPOSITORY/ from it.
func company(t *testing.T, files map[string]string) (*docs.Library, string) {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		put(t, filepath.Join(dir, name), content)
	}
	trees, err := scm.New([]scm.Mirror{{URL: "https://git.example/acme/", Dir: dir}}, dir)
	if err != nil {
		t.Fatal(err)
	}
	return docs.NewLibrary(trees, func() time.Time { return now }), dir
}

func put(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// component is an entity of repository name with more annotations.
func component(name string, pairs ...string) *catalog.Entity {
	e := &catalog.Entity{
		Ref:         catalog.MakeRef("component", "", name),
		Annotations: []catalog.Pair{{Key: "backstage.io/source-location", Value: "url:https://git.example/acme/" + name + "/tree/main/"}},
	}
	for i := 0; i < len(pairs); i += 2 {
		e.Annotations = append(e.Annotations, catalog.Pair{Key: pairs[i], Value: pairs[i+1]})
	}
	return e
}

const (
	refKey    = "backstage.io/techdocs-ref"
	entityKey = "backstage.io/techdocs-entity"
	pathKey   = "backstage.io/techdocs-entity-path"
)

// load runs Load and returns the number of sections per entity that set was given.
func load(t *testing.T, l *docs.Library, es ...*catalog.Entity) map[string]int {
	t.Helper()
	got := map[string]int{}
	if err := l.Load(t.Context(), es, func(r catalog.Ref, d []search.Doc) { got[r.Name] = len(d) }); err != nil {
		t.Fatal(err)
	}
	return got
}

func TestLoad(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent()) // the index library keeps workers of its own
	l, dir := company(t, map[string]string{
		"cart/mkdocs.yml":            "site_name: Cart\nnav:\n  - Home: index.md\n  - Guides:\n    - Merging carts: guide/merging.md\n    - https://elsewhere.example\n    - gone.md\n",
		"cart/docs/index.md":         "# Cart\n\nKeeps carts.\n\n## Running\n\nRun it.\n",
		"cart/docs/guide/merging.md": "Two carts become one.",
		"cart/docs/extra_page.md":    "More.",
		"cart/docs/.hidden.md":       "no",
		"plain/README.md":            "# Plain\n\nNo mkdocs.",
		"plain/notes/a.md":           "# A",
		"plain/vendor/x/b.md":        "# B",
		"folder/docs/README.md":      "# Folder docs",
		"folder/README.md":           "# Not this",
		"start/docs/setup.md":        "# Setup",
		"start/README.md":            "# Start here",
		"broken/mkdocs.yml":          "nav: [",
		"broken/docs/index.md":       "# Broken but there",
		"outside/mkdocs.yml":         "docs_dir: ../cart/docs",
		"outside/docs/index.md":      "# Outside",
		"empty/x.txt":                "",
	})
	es := []*catalog.Entity{
		component("cart", refKey, "dir:."), component("plain", refKey, "dir:."), component("folder", refKey, "url:https://git.example/acme/folder/tree/main/"),
		component("start", refKey, "dir:./"), component("broken", refKey, "dir:."), component("outside", refKey, "dir:."),
		component("empty", refKey, "dir:."), component("odd", refKey, "gopher:."), component("unknown", refKey, "url:https://other.example/x/"),
		component("none"), component("alias", entityKey, "component:default/cart", pathKey, "/guide/merging/"), component("dangling", entityKey, "ghost"),
	}
	got := load(t, l, es...)
	want := map[string]int{"cart": 4, "plain": 2, "folder": 1, "start": 2, "broken": 1, "outside": 1}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}

	site, ok := l.Site(catalog.MakeRef("component", "", "cart"))
	if !ok {
		t.Fatal("no site")
	}
	type row struct {
		Path, Title, In, Source string
		Listed                  bool
	}
	var rows []row
	for _, p := range site.Pages {
		rows = append(rows, row{p.Path, p.Title, strings.Join(p.In, "/"), strings.TrimPrefix(p.Source, site.Where), p.Listed})
	}
	wantRows := []row{
		{"", "Home", "", "/docs/index.md", true},
		{"guide/merging", "Merging carts", "Guides", "/docs/guide/merging.md", true},
		{"extra_page", "Extra page", "", "/docs/extra_page.md", false},
	}
	if diff := cmp.Diff(wantRows, rows); diff != "" {
		t.Error(diff)
	}
	if site.Title != "Cart" || !site.AsOf.Equal(now) || !strings.HasPrefix(site.Where, "https://git.example/acme/cart") {
		t.Errorf("%q as of %v at %q", site.Title, site.AsOf, site.Where)
	}

	if to, page, ok := l.Resolve(es[10].Ref); !ok || to.Name != "cart" || page != "guide/merging" {
		t.Errorf("alias: %v %q %v", to, page, ok)
	}
	if p, ok := l.Page(es[10].Ref, "/guide/merging/"); !ok || p.Title != "Merging carts" {
		t.Errorf("page of alias: %+v, %v", p, ok)
	}
	if _, ok := l.Site(es[11].Ref); ok {
		t.Error("a dangling redirect has a site")
	}
	problems(t, l, "cart: the navigation names gone.md", "broken: mkdocs.yml", "outside: mkdocs.yml:1: docs_dir", "empty: there is no Markdown file",
		`odd: metadata.annotations.backstage.io/techdocs-ref: "gopher:." is neither`, "unknown: ")

	if got := load(t, l, es...); len(got) != 0 {
		t.Errorf("nothing changed, but set was called for %v", got)
	}
	put(t, filepath.Join(dir, "cart/docs/new.md"), "# New")
	if diff := cmp.Diff(map[string]int{"cart": 5}, load(t, l, es...)); diff != "" {
		t.Error(diff)
	}
	if err := os.RemoveAll(filepath.Join(dir, "cart")); err != nil {
		t.Fatal(err)
	}
	if got := load(t, l, es...); len(got) != 0 {
		t.Errorf("unreadable documentation was not kept: %v", got)
	}
	if _, ok := l.Page(es[0].Ref, "new"); !ok {
		t.Error("the last good pages are gone")
	}
	if diff := cmp.Diff(map[string]int{"cart": 0, "plain": 0}, load(t, l, es[2:]...)); diff != "" {
		t.Error(diff)
	}
}

func problems(t *testing.T, l *docs.Library, want ...string) {
	t.Helper()
	var lines []string
	for _, p := range l.Problems() {
		lines = append(lines, p.Entity.Name+": "+p.Err.Error())
	}
	all := strings.Join(lines, "\n")
	for _, w := range want {
		name, part, _ := strings.Cut(w, ": ")
		found := false
		for _, line := range lines {
			found = found || strings.HasPrefix(line, name+": ") && strings.Contains(line, part)
		}
		if !found {
			t.Errorf("no problem %q in\n%s", w, all)
		}
	}
	if len(lines) != len(want) {
		t.Errorf("%d problems, want %d:\n%s", len(lines), len(want), all)
	}
}

func TestLoadIsCancelled(t *testing.T) {
	t.Parallel()
	l, _ := company(t, map[string]string{"a/docs/index.md": "# A"})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := l.Load(ctx, []*catalog.Entity{component("a", refKey, "dir:.")}, func(catalog.Ref, []search.Doc) { t.Error("set") })
	if err == nil {
		t.Error("no error")
	}
}

// TestTargetsOutside has descriptors that try to show folders that are not theirs.
func TestTargetsOutside(t *testing.T) {
	t.Parallel()
	l, dir := company(t, map[string]string{"a/catalog-info.yaml": "", "secret/docs/index.md": "# Secret", "a/docs/index.md": "# A"})
	if err := os.Symlink(filepath.Join(dir, "secret/docs/index.md"), filepath.Join(dir, "a/docs/link.md")); err != nil {
		t.Fatal(err)
	}
	local := func(ref string) *catalog.Entity {
		return &catalog.Entity{
			Ref: catalog.MakeRef("component", "", "a"), Annotations: []catalog.Pair{{Key: refKey, Value: ref}},
			Source: catalog.Provenance{Location: filepath.Join(dir, "a/catalog-info.yaml"), Line: 3},
		}
	}
	for _, ref := range []string{"dir:../secret", "dir:/etc", "dir:" + dir + "/secret", "url:file:" + dir + "/secret", "dir:.././secret", "dir:https://x"} {
		load(t, l, local(ref))
		if _, ok := l.Site(local(ref).Ref); ok {
			t.Errorf("%q was read", ref)
		}
		if p := l.Problems(); len(p) != 1 || fault.KindOf(p[0].Err) == fault.Internal {
			t.Errorf("%q: %v", ref, p)
		}
	}
	load(t, l, local("dir:."))
	if _, ok := l.Page(local("").Ref, ""); !ok {
		t.Errorf("the own folder was not read: %v", l.Problems())
	}
	if _, ok := l.Page(local("").Ref, "link"); ok {
		t.Error("a symbolic link led out of the folder")
	}
}
