package fetch

import (
	"os"
	"path/filepath"
	"testing"
)

// TestRepository: a template on the disk reaches what its repository holds, of an unpacked archive too, and no more.
func TestRepository(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ mark, want string }{
		"a checkout":             {"r/.git/", "r"},
		"an archive":             {"r/.github/", "r"},
		"an archive, by licence": {"r/LICENSE", "r"},
		"nothing that says":      {"r/README.md", "r/templates/go"},
		"a licence of its own":   {"r/templates/go/LICENSE", "r/templates/go"},
	} {
		dir := t.TempDir()
		at := filepath.Join(dir, filepath.FromSlash(tt.mark))
		for _, d := range []string{filepath.Join(dir, "r", "templates", "go"), filepath.Dir(at)} {
			if err := os.MkdirAll(d, 0o755); err != nil {
				t.Fatal(err)
			}
		}
		if tt.mark[len(tt.mark)-1] == '/' {
			if err := os.MkdirAll(at, 0o755); err != nil {
				t.Fatal(err)
			}
		} else if err := os.WriteFile(at, nil, 0o644); err != nil {
			t.Fatal(err)
		}
		if got := Repository(filepath.Join(dir, "r", "templates", "go", "template.yaml")); got != filepath.Join(dir, filepath.FromSlash(tt.want)) {
			t.Errorf("%s: %s, want %s", name, got, tt.want)
		}
	}
}
