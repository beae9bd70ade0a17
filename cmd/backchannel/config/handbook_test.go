package config

import (
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/backchannel-portal/backchannel/docs/handbook"
	"github.com/backchannel-portal/backchannel/internal/yamldoc"
	"github.com/backchannel-portal/backchannel/plugins/proxy"
)

var (
	yamlBlock = regexp.MustCompile("(?ms)^( *)```ya?ml(?: title=\"[^\"]*\")?\n(.*?)^ *```$")
	named     = regexp.MustCompile(`\$\{([A-Z0-9_]+)\}`)
)

// TestHandbook loads every piece of configuration that the handbook shows, each as if it were all there is: a key that is
// misspelt on a page, or was renamed since, fails here. Secrets that a page takes from the environment are there.
func TestHandbook(t *testing.T) {
	keys := map[string]bool{}
	for _, f := range reflect.VisibleFields(reflect.TypeFor[Config]()) {
		keys[strings.ToLower(f.Name)] = f.Tag.Get("yaml") != "-"
	}
	read := map[string]int{}
	pages, err := fs.Glob(handbook.Files, "*.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range pages {
		text, err := fs.ReadFile(handbook.Files, page)
		if err != nil {
			t.Fatal(err)
		}
		for _, at := range yamlBlock.FindAllSubmatchIndex(text, -1) {
			line := strings.Count(string(text[:at[0]]), "\n") + 1
			block := strings.ReplaceAll("\n"+string(text[at[4]:at[5]]), "\n"+string(text[at[2]:at[3]]), "\n")
			if page == "sources.md" && strings.HasPrefix(block, "\n- ") { // locations
				block = "catalog:\n  locations:" + strings.ReplaceAll(strings.TrimRight(block, "\n"), "\n", "\n    ")
			}
			if !configures(block, keys) {
				continue
			}
			read[page]++
			if err := accepts(t, block); err != nil {
				t.Errorf("%s, line %d: %v", page, line, err)
			}
		}
	}
	for _, page := range []string{"circleci", "configuration", "discord", "lighthouse", "oncall", "permissions", "plugins", "proxy", "slack", "sources", "techradar"} {
		if read[page+".md"] == 0 {
			t.Errorf("no configuration was found on the page %s", page)
		}
	}
}

// configures reports whether a piece of YAML is one of backchannel.yaml: every key of its top level is one of its keys.
func configures(block string, keys map[string]bool) bool {
	root, err := yamldoc.Parse([]byte(block), yamldoc.Limits{})
	if err != nil || root.Kind != yamldoc.Map || len(root.Fields) == 0 {
		return false
	}
	for _, p := range root.Fields {
		if !keys[p.Key] {
			return false
		}
	}
	return true
}

// accepts loads a configuration in a folder of its own, which has the files that it takes secrets from, and makes its
// upstreams.
func accepts(t *testing.T, block string) error {
	t.Helper()
	dir := t.TempDir()
	for _, m := range reference.FindAllStringSubmatch(block, -1) {
		if path, ok := strings.CutPrefix(m[1], "file:"); ok {
			file := filepath.Join(dir, path)
			block = strings.ReplaceAll(block, m[0], "${file:"+file+"}")
			if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, []byte("secret-of-the-handbook-0123456789abcdef"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	path := filepath.Join(dir, "backchannel.yaml")
	if err := os.WriteFile(path, []byte(block), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := Load(path, func(name string) (string, bool) {
		return "https://secret.example.com/0123456789abcdef", named.MatchString("${" + name + "}")
	})
	if err != nil {
		return err
	}
	var all []proxy.Config
	for _, e := range c.Proxy.Endpoints {
		u, err := e.Upstream()
		if err != nil {
			return err
		}
		all = append(all, u)
	}
	p, err := proxy.New(all, proxy.Options{})
	if err != nil {
		return err
	}
	p.Close()
	return nil
}
