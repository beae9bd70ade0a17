package ingest

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/backchannel-portal/backchannel/internal/scm"
)

// mirrored returns the trees of https://example.com/acme/, with the given files below repos/.
func mirrored(t *testing.T, files map[string]string) (scm.Trees, string) {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		put(t, filepath.Join(dir, name), text)
	}
	trees, err := scm.New([]scm.Mirror{{URL: "https://example.com/acme/", Dir: "repos"}}, dir)
	if err != nil {
		t.Fatal(err)
	}
	return trees, dir
}

func put(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}

// TestWebPlaceholders: a descriptor from the web reads files of its own repository, and a local one what mirrors have.
func TestWebPlaceholders(t *testing.T) {
	trees, _ := mirrored(t, map[string]string{
		"repos/pay/defs/api.yaml": "api", "repos/pay/notes.txt": "notes", "repos/other/secret.txt": "secret", "outside.txt": "outside",
	})
	const web, local = "https://example.com/acme/pay/blob/main/defs/catalog-info.yaml", "/c/a.yaml"
	for _, c := range []struct {
		trees            scm.Trees
		from, name, want string
	}{
		{trees, web, "./api.yaml", "api"},
		{trees, web, "../notes.txt", "notes"},
		{trees, web, "https://example.com/acme/pay/blob/main/notes.txt", "notes"},
		{trees, web, "https://example.com/acme/other/blob/main/secret.txt", "error: a descriptor may only refer to files of its own repository"},
		{trees, web, "../../../../other/blob/main/secret.txt", "error: a descriptor may only refer"},
		{trees, web, "../../../../../../outside.txt", "error: a descriptor may only refer"},
		{trees, web, "/etc/hostname", "error: the path must be relative"},
		{trees, web, "./none.txt", "error: "},
		{trees, local, "https://example.com/acme/pay/blob/main/notes.txt", "notes"},
		{trees, local, "https://unknown.example.com/x", "error: "},
		{trees, local, "./a.txt", "error: local files cannot be read from here"},
		{nil, local, "https://example.com/acme/pay/blob/main/notes.txt", "error: no mirror has it"},
	} {
		content, _, err := New(Options{Trees: c.trees}).beside(context.Background(), c.from, dep{name: c.name})
		got := string(content.Data)
		if err != nil {
			got = "error: " + err.Error()
		}
		if got != c.want && !(strings.HasPrefix(c.want, "error") && strings.HasPrefix(got, c.want)) {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}
