//go:build unix

package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestRootRestoresForTheService restores as root into the folder of a service that runs as somebody else: what is put
// there belongs to the service, which could not read it otherwise.
func TestRootRestoresForTheService(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("only root can give files away")
	}
	const service = 65532
	dir := t.TempDir()
	data := filepath.Join(dir, "data")
	file := filepath.Join(dir, "backchannel.yaml")
	config := "catalog: {locations: [{type: file, target: ./pay.yaml}]}\nstore: {data_dir: " + data + "}\n"
	pay := "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {name: pay}\nspec: {type: service, lifecycle: production, owner: a}\n"
	for name, text := range map[string]string{file: config, filepath.Join(dir, "pay.yaml"): pay} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	command := func(args ...string) {
		t.Helper()
		var out bytes.Buffer
		if code := run(t.Context(), append(args, "--config", file), streams{strings.NewReader(""), &out, &out}); code != exitDone {
			t.Fatalf("%v: exit code %d\n%s", args, code, out.String())
		}
	}
	command("token", "create", "--name", "ci", "--scope", "read") // makes the store
	if err := os.WriteFile(filepath.Join(data, "store.key"), []byte(strings.Repeat("0f", 32)), 0o600); err != nil {
		t.Fatal(err)
	}
	saved := filepath.Join(dir, "saved")
	command("backup", saved)
	if err := os.RemoveAll(data); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(data, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(data, service, service); err != nil {
		t.Fatal(err)
	}
	command("restore", saved)
	found, err := os.ReadDir(data)
	if err != nil {
		t.Fatal(err)
	}
	if len(found) < 2 {
		t.Errorf("only %d files were restored", len(found))
	}
	for _, f := range found {
		info, err := f.Info()
		if err != nil {
			t.Fatal(err)
		}
		if of := info.Sys().(*syscall.Stat_t); of.Uid != service || of.Gid != service {
			t.Errorf("%s belongs to %d:%d", f.Name(), of.Uid, of.Gid)
		}
	}
}
