package scaffold_test

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/scaffold"
)

func workspace(t *testing.T, l scaffold.WorkspaceLimits) (*scaffold.Workspace, string) {
	t.Helper()
	dir := t.TempDir()
	w, err := scaffold.NewWorkspace(dir, l)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.Close(); err != nil {
			t.Error(err)
		}
		checkEmpty(t, dir)
	})
	return w, dir
}

func TestWorkspaceKeepsWhatIsWritten(t *testing.T) {
	w, _ := workspace(t, scaffold.WorkspaceLimits{})
	binary := []byte{0, 1, 2, 255, '\n'}
	for _, f := range []struct {
		path string
		data []byte
		mode fs.FileMode
	}{{"a/b/run.sh", []byte("#!/bin/sh"), 0o755}, {"./bin", binary, 0o644}, {"a/./c//d", nil, 0}, {"ö/😀", []byte("x"), 0o400}} {
		if err := w.WriteFile(f.path, f.data, f.mode); err != nil {
			t.Fatal(err)
		}
	}
	if data, err := w.ReadFile("bin"); err != nil || !bytes.Equal(data, binary) {
		t.Fatal(data, err)
	}
	var got []string
	files, err := w.Files()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		got = append(got, fmt.Sprintf("%s %d %o", f.Path, f.Size, f.Mode.Perm()))
	}
	if g, want := strings.Join(got, ", "), "a/b/run.sh 9 755, a/c/d 0 644, bin 5 644, ö/😀 1 600"; g != want {
		t.Fatalf("%s\nwant %s", g, want)
	}
	if n, size := w.Usage(); n != 8 || size != 15 {
		t.Fatal(n, size)
	}
	if err := w.WriteFile("bin", []byte("shorter than before?"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := w.Rename("a", "z/y", false); err != nil {
		t.Fatal(err)
	}
	if err := w.Rename("bin", "z/y/b/run.sh", false); !fault.Is(err, fault.Invalid) {
		t.Fatal(err)
	}
	if err := w.Rename("bin", "z/y/b/run.sh", true); err != nil {
		t.Fatal(err)
	}
	if err := w.Remove("z"); err != nil {
		t.Fatal(err)
	}
	if n, size := w.Usage(); n != 2 || size != 1 {
		t.Fatal(n, size)
	}
	if err := w.Remove("z"); !fault.Is(err, fault.NotFound) {
		t.Fatal(err)
	}
}

func TestWorkspaceRefusesPaths(t *testing.T) {
	w, _ := workspace(t, scaffold.WorkspaceLimits{})
	for _, path := range []string{
		"../x", "a/../../x", "/etc/passwd", "..", "a\x00b", ".git/config", "sub/.GIT/hooks/pre-commit", "git~1/x",
		strings.Repeat("a", 300), strings.Repeat("a/", 700) + "b", "/", "//x",
	} {
		for doing, err := range map[string]error{
			"write": w.WriteFile(path, nil, 0), "mkdir": w.Mkdir(path), "remove": w.Remove(path), "from": w.Rename(path, "ok", true),
			"to": w.Rename("ok", path, true), "chmod": w.Chmod(path, 0o644),
		} {
			if !fault.Is(err, fault.Forbidden) && !fault.Is(err, fault.Invalid) {
				t.Errorf("%s %q: %v", doing, path, err)
			}
		}
		if _, err := w.ReadFile(path); !fault.Is(err, fault.Forbidden) && !fault.Is(err, fault.Invalid) {
			t.Errorf("read %q: %v", path, err)
		}
	}
	if err := w.Remove("."); !fault.Is(err, fault.Forbidden) {
		t.Error(err)
	}
	if err := w.Rename(".", "x", true); !fault.Is(err, fault.Invalid) {
		t.Error(err)
	}
}

// TestWorkspaceFollowsNoLink: a program that ran in the folder may have left symbolic links; none is followed.
func TestWorkspaceFollowsNoLink(t *testing.T) {
	w, dir := workspace(t, scaffold.WorkspaceLimits{})
	secret := filepath.Join(dir, "secret")
	if err := os.WriteFile(secret, []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := w.WriteFile("real/file", []byte("x"), 0); err != nil {
		t.Fatal(err)
	}
	for name, to := range map[string]string{"out": secret, "up": "..", "in": "real", "same": "real/file"} {
		if err := os.Symlink(to, filepath.Join(w.Dir(), name)); err != nil {
			t.Fatal(err)
		}
	}
	for _, path := range []string{"out", "up/secret", "in/file", "same"} {
		if data, err := w.ReadFile(path); !fault.Is(err, fault.Forbidden) {
			t.Errorf("read %s: %q, %v", path, data, err)
		}
		if err := w.WriteFile(path, []byte("y"), 0); !fault.Is(err, fault.Forbidden) && !fault.Is(err, fault.Invalid) {
			t.Errorf("write %s: %v", path, err)
		}
	}
	if _, err := w.Files(); !fault.Is(err, fault.Forbidden) {
		t.Error(err)
	}
	if data, err := os.ReadFile(secret); err != nil || string(data) != "secret" {
		t.Errorf("%q, %v", data, err)
	}
	if err := os.Remove(secret); err != nil {
		t.Fatal(err)
	}
}

func TestWorkspaceHasBounds(t *testing.T) {
	l := scaffold.WorkspaceLimits{Entries: 10, Bytes: 100, File: 60}
	for _, tt := range []struct {
		name string
		do   func(w *scaffold.Workspace, i int) error
		want string
	}{
		{"files", func(w *scaffold.Workspace, i int) error { return w.WriteFile(fmt.Sprint(i), nil, 0) }, "more than 10 files and folders"},
		{"folders", func(w *scaffold.Workspace, i int) error { return w.Mkdir(strings.Repeat("d/", i+1)) }, "more than 10 files and folders"},
		{"a file", func(w *scaffold.Workspace, _ int) error { return w.WriteFile("f", make([]byte, 61), 0) }, "f has more than 60 bytes"},
		{"bytes", func(w *scaffold.Workspace, i int) error { return w.WriteFile(fmt.Sprint(i), make([]byte, 30), 0) }, "more than 100 bytes"},
	} {
		w, _ := workspace(t, l)
		var err error
		for i := 0; i < 20 && err == nil; i++ {
			err = tt.do(w, i)
		}
		if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
	w, _ := workspace(t, l)
	for range 50 { // one file written again and again takes no more room
		if err := w.WriteFile("same", make([]byte, 60), 0); err != nil {
			t.Fatal(err)
		}
	}
}

func TestEmptyWorkspace(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "b")
	w, err := scaffold.EmptyWorkspace(dir, scaffold.WorkspaceLimits{})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.WriteFile("x", nil, 0); err != nil {
		t.Fatal(err)
	}
	temp, _, err := w.Temp()
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(temp); !os.IsNotExist(err) {
		t.Error("the temporary folder is left")
	}
	if _, err := scaffold.EmptyWorkspace(dir, scaffold.WorkspaceLimits{}); !fault.Is(err, fault.Invalid) {
		t.Errorf("a folder with files is taken: %v", err)
	}
	if _, err := scaffold.EmptyWorkspace(filepath.Join(dir, "x"), scaffold.WorkspaceLimits{}); !fault.Is(err, fault.Invalid) {
		t.Errorf("a file is taken: %v", err)
	}
}

func TestArchive(t *testing.T) {
	a, _ := workspace(t, scaffold.WorkspaceLimits{})
	if err := a.WriteFile("x/run", []byte("data"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := a.Mkdir("empty/dir"); err != nil {
		t.Fatal(err)
	}
	var packed, again bytes.Buffer
	if err := a.Archive(t.Context(), &packed); err != nil {
		t.Fatal(err)
	}
	b, _ := workspace(t, scaffold.WorkspaceLimits{})
	if err := b.Restore(t.Context(), bytes.NewReader(packed.Bytes())); err != nil {
		t.Fatal(err)
	}
	if err := b.Archive(t.Context(), &again); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(packed.Bytes(), again.Bytes()) {
		t.Error("what was restored is not what was kept")
	}
	if e, err := b.Stat("x/run"); err != nil || e.Mode.Perm() != 0o755 {
		t.Error(e, err)
	}
}

// TestSweepWorkspaces: what a process that died left is removed, what is in use is not.
func TestSweepWorkspaces(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"run-old", "tmp-old", "run-new", "other"} {
		if err := os.MkdirAll(filepath.Join(dir, name, "files"), 0o700); err != nil {
			t.Fatal(err)
		}
		if old := time.Now().Add(-time.Hour); strings.HasSuffix(name, "old") || name == "other" {
			if err := os.Chtimes(filepath.Join(dir, name), old, old); err != nil {
				t.Fatal(err)
			}
		}
	}
	n, err := scaffold.SweepWorkspaces(dir, time.Now().Add(-time.Minute))
	if err != nil || n != 2 {
		t.Fatal(n, err)
	}
	left, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(left) != 2 {
		t.Fatal(left, err)
	}
	if n, err := scaffold.SweepWorkspaces(filepath.Join(dir, "none"), time.Now()); n != 0 || err != nil {
		t.Fatal(n, err)
	}
}
