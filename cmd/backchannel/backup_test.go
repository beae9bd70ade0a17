package main

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestABackupThatWasChangedIsRefused restores archives of which a bit was changed, one of them where nothing but the
// checksum at the end tells. What was there stays.
func TestABackupThatWasChangedIsRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file, saved, database := filepath.Join(dir, "backchannel.yaml"), filepath.Join(dir, "saved"), filepath.Join(dir, "data", "backchannel.db")
	if err := os.WriteFile(file, []byte("catalog: {locations: []}\nstore: {data_dir: "+filepath.Join(dir, "data")+"}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	command := func(args ...string) (int, string) {
		var out bytes.Buffer
		code := run(t.Context(), append(args, "--config", file), streams{strings.NewReader(""), &out, &out})
		return code, out.String()
	}
	for _, args := range [][]string{{"token", "create", "--name", "ci", "--scope", "read"}, {"backup", saved}} {
		if code, out := command(args...); code != exitDone {
			t.Fatalf("%v: exit code %d\n%s", args, code, out)
		}
	}
	whole, err := os.ReadFile(saved)
	if err != nil {
		t.Fatal(err)
	}
	changed := filepath.Join(dir, "changed")
	for name, at := range map[string]int{"the checksum": len(whole) - 8, "the length": len(whole) - 4, "the middle": len(whole) / 2} {
		bad := bytes.Clone(whole)
		bad[at] ^= 0x10
		if err := os.WriteFile(changed, bad, 0o600); err != nil {
			t.Fatal(err)
		}
		if code, out := command("restore", "--force", changed); code == exitDone || !strings.Contains(out, "is no backup that can be restored") {
			t.Errorf("%s: exit code %d\n%s", name, code, out)
		}
		if _, err := os.Stat(database + ".before-restore"); !os.IsNotExist(err) {
			t.Fatalf("%s: the database was replaced: %v", name, err)
		}
		if left, _ := fs.Glob(os.DirFS(filepath.Join(dir, "data")), ".restore-*"); len(left) != 0 {
			t.Errorf("%s: %v is left behind", name, left)
		}
	}
	if code, out := command("restore", "--force", saved); code != exitDone {
		t.Errorf("the whole one: exit code %d\n%s", code, out)
	}
}
