package propose_test

import (
	"context"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/backchannel-portal/backchannel/catalog/descriptor"
	"github.com/backchannel-portal/backchannel/catalog/ingest/propose"
)

// files is a tree in memory: a repository, or a folder of one.
type files struct {
	fstest.MapFS
	whole fs.FS
	dir   string
	where string
}

func (f files) Where() string { return f.where }
func (files) Close() error    { return nil }

func (f files) Repository() (fs.FS, string) {
	if f.whole == nil {
		return f.MapFS, "."
	}
	return f.whole, f.dir
}
func (f files) Identity() string { return f.where }

func tree(where string, texts map[string]string) files {
	f := files{MapFS: fstest.MapFS{}, where: where}
	for name, text := range texts {
		f.MapFS[name] = &fstest.MapFile{Data: []byte(text), Mode: 0o600}
	}
	return f
}

func proposed(t *testing.T, f files) (propose.Proposal, string) {
	t.Helper()
	p, err := propose.Component(t.Context(), propose.Options{Tree: f, GitLab: []string{"git.acme.dev"}})
	if err != nil {
		t.Fatal(err)
	}
	if docs := descriptor.Read("x", p.Text, descriptor.Options{}); len(docs) != 1 || !docs[0].OK {
		t.Errorf("not valid: %+v\n%s", docs, p.Text)
	}
	return p, string(p.Text)
}

const whole = `# A proposal, made from what the repository says. Check what is guessed, then commit it as catalog-info.yaml.
apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: pay-portal # the repository
  description: "Pages where people pay. See the wiki." # the beginning of README.md
  annotations:
    backstage.io/source-location: "url:https://github.com/Acme/Pay.Portal/" # the address
    github.com/project-slug: "Acme/Pay.Portal" # the address
    backstage.io/techdocs-ref: "dir:." # docs
  tags:
    - javascript # package.json
    - react # package.json
spec:
  type: website # package.json: React
  lifecycle: experimental # nothing says; production is for what is in use
  owner: payments # .github/CODEOWNERS: @acme/payments
`

func TestComponent(t *testing.T) {
	t.Parallel()
	p, got := proposed(t, tree("https://github.com/Acme/Pay.Portal", map[string]string{
		"README.md":          "# Pay\n\n[![build](https://x/b.svg)](https://x)\n\n**Pages** where people pay.\nSee the [wiki](https://wiki).\n\nMore.",
		"package.json":       `{"name": "@acme/other", "private": true, "dependencies": {"react": "18.2.0"}, "devDependencies": {"vite": "5.0.0"}}`,
		"docs/index.md":      "x",
		".github/CODEOWNERS": "* @ada @acme/payments\n",
	}))
	if got != whole {
		t.Errorf("got\n%s", got)
	}
	if !p.Owned || p.Existing != "" {
		t.Errorf("%+v", p)
	}
}

func TestGuesses(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		where string
		texts map[string]string
		want  []string
	}{
		{"an empty folder", "/srv/Old Thing!", nil, []string{"name: old-thing # the folder", "type: service # nothing says otherwise", "owner: unknown # no CODEOWNERS file names anybody"}},
		{"nothing at all", "", nil, []string{"name: unnamed"}},
		{"the description of a manifest", "/r/a", map[string]string{"package.json": `{"name":"x","description":"Does: it # all"}`, "README.md": "Text."}, []string{`description: "Does: it # all" # package.json`}},
		{"pyproject", "/r/a", map[string]string{"pyproject.toml": "[project]\nname = \"x\"\ndescription = \"Scores\""}, []string{`description: "Scores" # pyproject.toml`}},
		{"poetry", "/r/a", map[string]string{"pyproject.toml": "[tool.poetry]\nname = \"x\"\ndescription = \"Scores\""}, []string{`"Scores"`}},
		{"pom", "/r/a", map[string]string{"pom.xml": "<project><artifactId>x</artifactId><description>Adds up</description></project>"}, []string{`"Adds up" # pom.xml`}},
		{"a published package", "/r/a", map[string]string{"package.json": `{"name":"x","main":"i.js","dependencies":{"react":"18.0.0"}}`}, []string{"type: library # package.json: it is published"}},
		{"a private package", "/r/a", map[string]string{"package.json": `{"name":"x","main":"i.js","private":true,"scripts":{"start":"node ."}}`}, []string{"type: service # package.json: a start script"}},
		{"a library by name", "/r/basket-sdk", nil, []string{"type: library # its name"}},
		{"composer", "/r/a", map[string]string{"composer.json": `{"name":"acme/x","type":"library"}`}, []string{"type: library # composer.json: type library"}},
		{"a crate", "/r/a", map[string]string{"Cargo.toml": "[package]\nname=\"x\"\n[lib]\nname=\"x\""}, []string{"type: library # Cargo.toml"}},
		{"a crate that runs", "/r/a", map[string]string{"Cargo.toml": "[package]\nname=\"x\"\n[lib]\nname=\"x\"\n[[bin]]\nname=\"y\""}, []string{"type: service # Cargo.toml: a [[bin]]"}},
		{"a container", "/r/a", map[string]string{"Dockerfile": "FROM alpine:3.20"}, []string{"type: service # Dockerfile"}},
		{"a Go package", "/r/a", map[string]string{"go.mod": "module x\n\ngo 1.26\n", "x.go": "// Package x\npackage x\n", "x_test.go": "package x_test\n"}, []string{"type: library # x.go is no package main"}},
		{"a Go program", "/r/a", map[string]string{"go.mod": "module x\n\ngo 1.26\n", "x.go": "package main\n"}, []string{"type: service # nothing says otherwise", "- go # go.mod"}},
		{"a clone", "/r/a", map[string]string{".git/config": "[core]\n\tbare = false\n[remote \"origin\"]\n\turl = git@github.com:acme/pay.git\n"},
			[]string{"name: pay # the repository", `source-location: "url:https://github.com/acme/pay/" # origin in .git/config`, "project-slug: acme/pay"}},
		{"a clone with a secret", "/r/a", map[string]string{".git/config": "[remote \"origin\"]\nurl = https://me:hunter2@git.acme.dev/g/sub/pay.git\n"},
			[]string{`"url:https://git.acme.dev/g/sub/pay/"`, "gitlab.com/project-slug: g/sub/pay"}},
		{"a person owns it", "/r/a", map[string]string{"CODEOWNERS": "* nobody@x @ada"}, []string{`owner: "user:default/ada" # CODEOWNERS: @ada`}},
		{"what YAML would read otherwise", "/r/true", map[string]string{"package.json": `{"description":"- a: [b]\u0007\u2028 'c' \"d\" \\e"}`}, []string{`name: "true" # the folder`, `description: "- a: [b] 'c' \"d\" \\e"`}},
		{"broken manifests", "/r/a", map[string]string{"package.json": "{", "pyproject.toml": "[", "Cargo.toml": "=", "composer.json": "[]", "pom.xml": "<"}, []string{"name: a # the folder"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, got := proposed(t, tree(tt.where, tt.texts))
			for _, want := range tt.want {
				if !strings.Contains(got, want) {
					t.Errorf("want %q:\n%s", want, got)
				}
			}
			if strings.Contains(got, "hunter2") {
				t.Errorf("a secret is shown:\n%s", got)
			}
		})
	}
}

// TestFolderOfAMonorepo: the folder names the component, the repository's files at the top say who owns it.
func TestFolderOfAMonorepo(t *testing.T) {
	t.Parallel()
	top := tree("", map[string]string{
		"CODEOWNERS":                  "* @acme/platform\n/services/ledger/ @acme/money\n",
		"services/ledger/Dockerfile":  "FROM alpine:3.20",
		"services/ledger/catalog.txt": "",
		".git/config":                 "[remote \"origin\"]\nurl = https://github.com/acme/mono\n",
	})
	sub, err := fs.Sub(top.MapFS, "services/ledger")
	if err != nil {
		t.Fatal(err)
	}
	_, got := proposedIn(t, sub, top.MapFS)
	for _, want := range []string{"name: ledger # the folder", `"url:https://github.com/acme/mono/tree/HEAD/services/ledger/"`, "owner: money # CODEOWNERS: @acme/money"} {
		if !strings.Contains(got, want) {
			t.Errorf("want %q:\n%s", want, got)
		}
	}
}

// part is a folder of a repository.
type part struct {
	fs.FS
	whole fs.FS
}

func (part) Where() string                    { return "/r/mono/services/ledger" }
func (part) Close() error                     { return nil }
func (p part) Repository() (fs.FS, string)    { return p.whole, "services/ledger" }
func (part) Identity() string                 { return "mono/services/ledger" }
func (p part) Open(n string) (fs.File, error) { return p.FS.Open(n) }

func proposedIn(t *testing.T, sub, whole fs.FS) (propose.Proposal, string) {
	t.Helper()
	p, err := propose.Component(t.Context(), propose.Options{Tree: part{sub, whole}})
	if err != nil {
		t.Fatal(err)
	}
	return p, string(p.Text)
}

func TestExisting(t *testing.T) {
	t.Parallel()
	if p, _ := proposed(t, tree("/r/a", map[string]string{"catalog-info.yml": ""})); p.Existing != "catalog-info.yml" || p.Owned {
		t.Errorf("%+v", p)
	}
}

// FuzzComponent: whatever a repository says, the proposal is a valid descriptor of one component.
func FuzzComponent(f *testing.F) {
	f.Add("/r/a", "name", "Does it", "# A\n\nText", "* @a/b")
	f.Add("https://github.com/\x00/%zz", "@x/ü", "a\u0085b\ufeff\U0001F600", "\xff\xfe", "@")
	f.Add("https://gitlab.com/a/b/-/tree/main/c d", "...", strings.Repeat("ü", 400), "```\n\n~", "[x] @y\n* @@z")
	f.Fuzz(func(t *testing.T, where, name, description, readme, owners string) {
		texts := map[string]string{
			"Cargo.toml": "[package]\nname = '''" + name + "'''\ndescription = '''" + description + "'''\n", "README.md": readme, "CODEOWNERS": owners,
			"requirements.txt": name + "==1.0\n",
		}
		p, err := propose.Component(context.Background(), propose.Options{Tree: tree(where, texts)})
		if err != nil {
			t.Fatalf("%v\n%s", err, p.Text)
		}
	})
}
