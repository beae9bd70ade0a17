package github

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/ingest/forge"
	"github.com/backchannel-portal/backchannel/catalog/inventory"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/docs"
	"github.com/backchannel-portal/backchannel/internal/scm/github/githubtest"
)

// TestVersionsAndDocs reads what lies next to the descriptors of a monorepo with the readers that read local folders.
func TestVersionsAndDocs(t *testing.T) {
	b := newBench(t)
	described := func(name string) string {
		return strings.Replace(component(name), "{name: "+name+"}", "{name: "+name+", annotations: {backstage.io/techdocs-ref: \"dir:.\"}}", 1)
	}
	tree := map[string]string{
		"services/a/catalog-info.yaml": described("a"), "services/a/go.mod": "module a\n\ngo 1.26\n", "services/a/docs/index.md": "# A\n\nHow to roll back A.",
		"services/a/mkdocs.yml": "site_name: A\n", "services/b/catalog-info.yaml": described("b"), "services/b/package.json": `{"dependencies":{"react":"19.1.0"}}`,
		"services/b/docs/index.md": "# B", "services/b/mkdocs.yml": "site_name: B\n",
	}
	for i := range 300 {
		tree[fmt.Sprintf("services/b/src/f%03d.ts", i)] = "export {}"
	}
	b.Add(githubtest.Repo{Name: "mono", Files: tree})
	b.clock.forward(time.Hour)
	b.start(forge.Settings{Path: "/services/*/catalog-info.yaml"})
	var entities []*catalog.Entity
	for _, f := range b.read().Files {
		entities = append(entities, f.Entities...)
	}
	if len(entities) != 2 {
		t.Fatalf("%d entities", len(entities))
	}
	b.Reset()
	for name, want := range map[string]string{"a": "go.mod", "b": "package.json"} {
		at, err := b.host.Open(t.Context(), b.URL+"/acme/mono/tree/main/services/"+name)
		if err != nil {
			t.Fatal(err)
		}
		r, err := inventory.Scan(t.Context(), at, inventory.Options{})
		if err != nil || !slices.Equal(r.Manifests, []string{want}) || len(r.Items) == 0 {
			t.Errorf("%s: manifests %q, %d items, %v", name, r.Manifests, len(r.Items), err)
		}
		at.Close()
	}
	var found []string
	library := docs.NewLibrary(b.host, b.clock.now)
	load := func() {
		t.Helper()
		found = nil
		err := library.Load(t.Context(), entities, func(_ catalog.Ref, sections []search.Doc) {
			for _, s := range sections {
				found = append(found, strings.TrimPrefix(s.Source, b.URL))
			}
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	load()
	for _, name := range []string{"a", "b"} {
		if !slices.ContainsFunc(found, func(s string) bool {
			return strings.HasPrefix(s, "/acme/mono/") && strings.Contains(s, "services/"+name+"/docs/index.md")
		}) {
			t.Errorf("the docs of %s are not among %q", name, found)
		}
	}
	if blobs := b.Requests("/repos/acme/mono/git/blobs"); blobs != 6 || b.Requests("/repos/acme/mono/git/trees") != 0 {
		t.Errorf("two manifests, two pages and two configurations took %d blobs and %d trees", blobs, b.Requests("/repos/acme/mono/git/trees"))
	}
	b.Reset()
	if load(); b.Requests("/") != 0 || len(found) != 0 {
		t.Errorf("nothing changed, and %d requests were made for %q", b.Requests("/"), found)
	}
}
