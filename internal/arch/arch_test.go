// Package arch holds the tests of the architecture: who may import whom, and where a platform may be named.
package arch

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/backchannel-portal/backchannel"

// leaves may be imported by everybody, and import each other.
var leaves = []string{"internal/fault", "internal/yamldoc", "internal/outbound", "internal/gitrun", "internal/scm/...", "internal/job", "internal/lang"}

// rules is the table of DESIGN section 2. A package matches the first pattern that fits; "/..." covers what lies
// below. "leaves" stands for the leaves. What no row allows is denied; a package that no row names is an error.
var rules = []struct {
	pattern string
	may     []string
}{
	{"internal/store", []string{"leaves", "bot", "bot/card", "catalog", "docs", "scaffold", "plugins", "commands"}},
	{"internal/arch", nil},
	{"internal/...", []string{"leaves"}},
	{"bot/card", []string{"internal/lang"}},
	{"bot", []string{"leaves", "bot/card"}},
	{"adapters/web/readapi", []string{"leaves", "catalog", "catalog/search"}},
	{"adapters/web/picture", nil},
	{"adapters/web/signin", []string{"leaves", "bot", "bot/card"}},
	{"adapters/web/...", []string{"leaves", "bot", "bot/card", "adapters/web/readapi", "adapters/web/picture", "catalog", "catalog/search", "catalog/inventory", "docs", "scaffold", "plugins"}},
	{"adapters/...", []string{"leaves", "bot", "bot/card"}},
	{"catalog", []string{"leaves"}},
	{"catalog/descriptor", []string{"leaves", "catalog"}},
	{"catalog/inventory", []string{"leaves", "catalog"}},
	{"catalog/ingest", []string{"leaves", "catalog", "catalog/descriptor"}},
	{"catalog/ingest/propose", []string{"leaves", "catalog", "catalog/descriptor", "catalog/inventory", "catalog/ingest"}},
	{"catalog/ingest/github", []string{"leaves", "catalog", "catalog/descriptor", "catalog/ingest", "catalog/ingest/forge"}},
	{"catalog/ingest/gitlab", []string{"leaves", "catalog", "catalog/descriptor", "catalog/ingest", "catalog/ingest/forge"}},
	{"catalog/ingest/...", []string{"leaves", "catalog", "catalog/descriptor", "catalog/ingest"}},
	{"catalog/search", []string{"leaves", "catalog"}},
	{"catalog/access", []string{"leaves", "catalog"}},
	{"catalog/quality", []string{"leaves", "catalog", "catalog/search"}},
	{"docs", []string{"leaves", "catalog", "catalog/search", "docs/markdown", "docs/highlight", "docs/mkdocs", "docs/apidoc"}},
	{"docs/handbook", nil},
	{"docs/markdown", []string{"leaves", "docs/mathml"}},
	{"docs/mathml", nil},
	{"docs/highlight", []string{"docs/markdown"}},
	{"docs/mkdocs", []string{"leaves"}},
	{"docs/apidoc", []string{"leaves", "docs/markdown"}},
	{"scaffold/template", []string{"leaves"}},
	{"scaffold/form", []string{"leaves"}},
	{"scaffold", []string{"leaves", "catalog", "scaffold/template", "scaffold/form"}},
	{"scaffold/backstage", []string{"leaves", "scaffold"}},
	{"scaffold/action", []string{"leaves", "catalog", "scaffold/template", "scaffold/form", "scaffold", "scaffold/action/input", "scaffold/action/fetch", "scaffold/action/file", "scaffold/action/entity", "scaffold/action/web", "scaffold/action/host"}},
	{"scaffold/action/...", []string{"leaves", "catalog", "scaffold/template", "scaffold/form", "scaffold", "scaffold/action/input", "scaffold/action/yamltext"}},
	{"plugins/proxy", []string{"leaves"}},
	{"plugins", []string{"leaves", "bot", "bot/card", "catalog"}},
	{"plugins/process/examples/...", []string{"leaves", "bot", "bot/card", "catalog", "plugins", "plugins/process"}},
	{"plugins/...", []string{"leaves", "bot", "bot/card", "catalog", "plugins", "plugins/proxy"}},
	{"commands/understand", []string{"leaves", "catalog", "catalog/search"}},
	{"commands", []string{"leaves", "bot", "bot/card", "catalog", "catalog/search", "catalog/inventory", "catalog/quality", "commands/understand", "docs", "scaffold", "plugins"}},
	{"cmd/...", []string{"*"}},
}

// vendors may be imported only below the given folder.
var vendors = map[string]string{
	"github.com/slack-go/slack":           "adapters/slack",
	"github.com/bwmarrin/discordgo":       "adapters/discord",
	"github.com/blevesearch/bleve/v2":     "catalog/search",
	"github.com/blevesearch/vellum":       "catalog/search",
	"modernc.org/sqlite":                  "internal/store",
	"github.com/jackc/pgx/v5":             "internal/store",
	"github.com/go-ldap/ldap/v3":          "catalog/ingest/ldap",
	"database/sql":                        "internal/store",
	"github.com/coreos/go-oidc/v3":        "adapters/web/signin",
	"gopkg.in/yaml.v3":                    "internal/yamldoc",
	"github.com/prometheus/client_golang": "cmd/backchannel",
}

type pkg struct {
	ImportPath string
	Imports    []string
}

func list(t *testing.T) []pkg {
	t.Helper()
	cmd := exec.Command("go", "list", "-deps", "-json=ImportPath,Imports", "./...")
	cmd.Dir = root(t)
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var pkgs []pkg
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p pkg
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return pkgs
		} else if err != nil {
			t.Fatal(err)
		}
		if p.ImportPath == module || strings.HasPrefix(p.ImportPath, module+"/") {
			pkgs = append(pkgs, p)
		}
	}
}

func root(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

func matches(pattern, path string) bool {
	base, below := strings.CutSuffix(pattern, "/...")
	return path == base && !below || below && (path == base || strings.HasPrefix(path, base+"/"))
}

// allowed returns what a package may import, and whether any row names it. A conformance suite (bottest, cardtest, ...)
// may import what its package may, that package, and other suites.
func allowed(path string) (may []string, known bool) {
	base := path
	for strings.HasSuffix(base, "test") && strings.Contains(base, "/") {
		base = base[:strings.LastIndex(base, "/")]
		may = append(may, base)
	}
	for _, r := range rules {
		if matches(r.pattern, base) {
			return append(may, r.may...), true
		}
	}
	return nil, false
}

func permits(may []string, path, imported string) bool {
	if slices.Contains(may, "*") || slices.Contains(may, imported) {
		return true
	}
	if slices.Contains(may, "leaves") && slices.ContainsFunc(leaves, func(l string) bool { return matches(l, imported) }) {
		return true
	}
	if strings.HasSuffix(path, "test") && strings.HasSuffix(imported, "test") {
		return true
	}
	return strings.HasPrefix(imported, path+"/internal/") || strings.HasPrefix(path, imported+"/") && strings.HasPrefix(imported, "adapters/")
}

func TestImports(t *testing.T) {
	pkgs := list(t)
	if len(pkgs) < 10 {
		t.Fatalf("only %d packages listed", len(pkgs))
	}
	for _, p := range pkgs {
		path := strings.TrimPrefix(p.ImportPath, module+"/")
		may, known := allowed(path)
		if !known {
			t.Errorf("%s is in no row of the table", path)
			continue
		}
		for _, i := range p.Imports {
			imported, ours := strings.CutPrefix(i, module+"/")
			if ours && !permits(may, path, imported) {
				t.Errorf("%s must not import %s", path, imported)
			}
			for vendor, home := range vendors {
				if (i == vendor || strings.HasPrefix(i, vendor+"/")) && path != home && !strings.HasPrefix(path, home+"/") {
					t.Errorf("%s must not import %s: it belongs to %s", path, i, home)
				}
			}
		}
	}
}

func TestTheTableDenies(t *testing.T) {
	for _, tt := range []struct {
		path, imported string
		want           bool
	}{
		{"bot", "bot/card", true},
		{"bot", "catalog", false},
		{"bot/card", "internal/fault", false},
		{"adapters/terminal", "catalog", false},
		{"adapters/web", "catalog/search", true},
		{"commands", "plugins/oncall", false},
		{"commands/understand", "docs", false},
		{"bot/card/cardtest", "bot/card", true},
		{"catalog/search", "catalog/descriptor", false},
		{"cmd/backchannel", "plugins/oncall", true},
	} {
		may, _ := allowed(tt.path)
		if got := permits(may, tt.path, tt.imported); got != tt.want {
			t.Errorf("%s may import %s: %v, want %v", tt.path, tt.imported, got, tt.want)
		}
	}
	if _, known := allowed("helpers"); known {
		t.Error("a package that no row names is accepted")
	}
}

// TestTheCoreNamesNoPlatform keeps platforms out of the core: their capabilities are data.
func TestTheCoreNamesNoPlatform(t *testing.T) {
	name := regexp.MustCompile(`(?i)slack|discord`)
	files := 0
	for _, top := range []string{"bot", "catalog", "commands", "scaffold", "docs"} {
		err := filepath.WalkDir(filepath.Join(root(t), top), func(path string, d os.DirEntry, err error) error {
			if errors.Is(err, os.ErrNotExist) {
				return nil
			}
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			files++
			src, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			for n, line := range strings.Split(string(src), "\n") {
				if name.MatchString(line) {
					t.Errorf("%s:%d names a platform: %s", path, n+1, strings.TrimSpace(line))
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if files < 10 {
		t.Fatalf("only %d files looked at", files)
	}
}
