package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/backchannel-portal/backchannel/cmd/backchannel/config"
)

func TestMermaid(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, text := range map[string]string{"m.js": "var mermaid", "empty.js": ""} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for path, want := range map[string]string{"": "", "m.js": "var mermaid", filepath.Join(dir, "m.js"): "var mermaid"} {
		got, err := mermaid(&config.Config{Dir: dir, Docs: config.Docs{Mermaid: path}})
		if err != nil || string(got) != want {
			t.Errorf("%q: %q, %v", path, got, err)
		}
	}
	for path, want := range map[string]string{"none.js": "none.js", "empty.js": "docs.mermaid is to be a script", ".": "docs.mermaid"} {
		if _, err := mermaid(&config.Config{Dir: dir, Docs: config.Docs{Mermaid: path}}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", path, err)
		}
	}
}
