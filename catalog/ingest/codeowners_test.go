package ingest

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/scm"
	"github.com/backchannel-portal/backchannel/internal/scm/codeowners"
)

func person(kind, name, email, key, value string) *catalog.Entity {
	return &catalog.Entity{Ref: catalog.MakeRef(kind, "", name), Profile: catalog.Profile{Email: email}, Annotations: []catalog.Pair{{Key: key, Value: value}}}
}

func TestOwners(t *testing.T) {
	people := []*catalog.Entity{
		person("Group", "payments", "pay@acme.example", "github.com/team-slug", "acme/payments-team"),
		person("Group", "core", "", "gitlab.com/group-path", "acme/platform/core"),
		person("User", "ada", "Ada@Acme.example", "github.com/user-login", "ada-l"),
		person("Component", "x", "x@acme.example", "github.com/team-slug", "acme/x"),
	}
	generation := catalog.Generation(1)
	o := NewOwners(func() []*catalog.Entity { return people }, func() catalog.Generation { return generation })
	for handle, want := range map[string]string{
		"@acme/Payments-Team": "group:default/payments", "@other/payments": "group:default/payments", "@acme/platform/core": "group:default/core",
		"@ada-l": "user:default/ada", "@ADA": "user:default/ada", "ada@acme.example": "user:default/ada", "pay@acme.example": "group:default/payments",
		"@nobody": "", "@acme/x": "", "x@acme.example": "", "@@maintainers": "", "": "",
	} {
		ref, ok := o.Find(handle)
		if got := ref.String(); ok != (want != "") || ok && got != want {
			t.Errorf("%q: %s, want %q", handle, got, want)
		}
	}
	people = append(people, person("User", "nobody", "", "", ""))
	if _, ok := o.Find("@nobody"); ok {
		t.Error("asked again although nothing changed")
	}
	generation++
	if _, ok := o.Find("@nobody"); !ok {
		t.Error("not asked again")
	}
}

// localPlace reads files of the disk.
type localPlace struct{}

func (localPlace) Has(address string) bool { return !IsWeb(address) }

func (localPlace) Find(_ context.Context, address string, _ bool) (Found, error) {
	return Found{Addresses: []string{address}}, nil
}

func (localPlace) Read(_ context.Context, address string, _ Token) (Content, error) {
	data, err := os.ReadFile(address)
	return Content{Data: data}, err
}

func (p localPlace) Beside(ctx context.Context, _, address string, have Token) (Content, error) {
	return p.Read(ctx, address, have)
}

// TestCodeOwnersOnDisk reads the file of a working tree that lies on the local disk.
func TestCodeOwnersOnDisk(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		t.Helper()
		at := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(at, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return at
	}
	write(".git/HEAD", "ref: refs/heads/main\n")
	const spec = "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {name: pay}\nspec: &s {type: service, lifecycle: production}\n"
	target := write("services/pay/catalog-info.yaml", spec+"---\n"+strings.ReplaceAll(spec, "pay", "ship")+
		"---\n"+strings.ReplaceAll(strings.ReplaceAll(spec, "pay", "null"), "production}", "production, owner: }"))
	trees, err := scm.New(nil, dir)
	if err != nil {
		t.Fatal(err)
	}
	e := New(Options{Origin: "file:x", Place: localPlace{}, Trees: trees})
	owners := func() string {
		t.Helper()
		d, err := e.Read(t.Context(), []string{target})
		if err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, x := range d.Files[0].Entities {
			out = append(out, x.Name+" "+x.Owner.String())
			if len(x.Problems) != 1 || x.Problems[0].Code != catalog.ProblemInferredOwner || !strings.Contains(string(x.Document.JSON()), `"owner"`) {
				t.Errorf("%s: %+v", x.Name, x.Problems)
			}
		}
		return strings.Join(out, ", ")
	}
	if got := owners(); got != "" {
		t.Errorf("without a CODEOWNERS file: %s", got)
	}
	write("CODEOWNERS", "* @acme/all\n/services/ @ada @acme/services\n")
	if got := owners(); got != "pay group:default/services, ship group:default/services" {
		t.Errorf("with one: %s", got)
	}
	write("CODEOWNERS", "* @acme/all\n/services/pay/\n")
	if got := owners(); got != "" {
		t.Errorf("with a line that names nobody: %s", got)
	}
	write(".gitlab/CODEOWNERS", "* @nobody\n")
	write("CODEOWNERS", "[A] @first\n* @@maintainers\n[B]\n* @second\n")
	if got := owners(); got != "pay user:default/second, ship user:default/second" {
		t.Errorf("with sections: %s", got)
	}
}

// TestCodeOwnersThatCannotBeRead: a file that is there and cannot be read is told as that, for as long as it is so, and
// what was inferred before stays.
func TestCodeOwnersThatCannotBeRead(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		t.Helper()
		at := filepath.Join(dir, name)
		if err := os.WriteFile(at, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return at
	}
	write("docs", "a file where a folder is looked for")
	target := write("catalog-info.yaml", "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {name: pay}\nspec: {type: service, lifecycle: production}\n")
	trees, err := scm.New(nil, dir)
	if err != nil {
		t.Fatal(err)
	}
	e := New(Options{Origin: "file:x", Place: localPlace{}, Trees: trees})
	told := func(want string) {
		t.Helper()
		d, err := e.Read(t.Context(), []string{target})
		if err != nil {
			t.Fatal(err)
		}
		about := ""
		for _, p := range d.Files[0].Problems {
			if strings.Contains(p.Message, "CODEOWNERS") {
				about += p.Code + " " + p.Message
			}
		}
		if about != want {
			t.Errorf("%q, want %q", about, want)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, ".git"), 0o755); err != nil {
		t.Fatal(err)
	}
	told("")
	if err := os.Symlink("/etc/passwd", filepath.Join(dir, "CODEOWNERS")); err != nil {
		t.Fatal(err)
	}
	const cannot = "unreadable the descriptor names no owner, and the repository's CODEOWNERS cannot be read: "
	told(cannot + "it is a symbolic link that leads out of what may be read")
	told(cannot + "it is a symbolic link that leads out of what may be read")
	if err := os.Remove(filepath.Join(dir, "CODEOWNERS")); err != nil {
		t.Fatal(err)
	}
	told("")
	write("CODEOWNERS", strings.Repeat("# long\n", codeowners.MaxBytes/7+1))
	told(cannot + "the file is larger than " + strconv.Itoa(codeowners.MaxBytes) + " bytes")
	write("CODEOWNERS", "* @acme/all\n")
	told("")
}
