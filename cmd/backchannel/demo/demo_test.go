package demo

import (
	"archive/zip"
	"bytes"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/backchannel-portal/backchannel/docs/handbook"
)

// contents reads an archive into a map, so that the comparison does not depend on the compressor's version.
func contents(t *testing.T, data []byte) map[string]string {
	t.Helper()
	r, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, f := range r.File {
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(in)
		if err != nil {
			t.Fatal(err)
		}
		in.Close()
		files[f.Name] = string(body)
	}
	return files
}

func TestArchiveIsTheTree(t *testing.T) {
	packed, err := Pack("../testdata/demo")
	if err != nil {
		t.Fatal(err)
	}
	want, got := contents(t, packed), contents(t, archive)
	for name, body := range want {
		if got[name] != body {
			t.Errorf("%s is not in demo.zip as it stands in the tree; run go generate ./cmd/backchannel/demo", name)
		}
	}
	for name := range got {
		if _, ok := want[name]; !ok {
			t.Errorf("demo.zip has %s, the tree has not; run go generate ./cmd/backchannel/demo", name)
		}
	}
	again, err := Pack("../testdata/demo")
	if err != nil || !bytes.Equal(packed, again) {
		t.Errorf("packing twice gives different archives (%v)", err)
	}
}

func TestUnpack(t *testing.T) {
	dir := t.TempDir()
	if err := Unpack(dir); err != nil {
		t.Fatal(err)
	}
	files := contents(t, archive)
	n := 0
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, _ := filepath.Rel(dir, path)
		if strings.HasPrefix(filepath.ToSlash(name), handbookDir+"/") {
			return nil // not from the archive
		}
		n++
		body, err := os.ReadFile(path)
		if string(body) != files[filepath.ToSlash(name)] {
			t.Errorf("%s differs from the archive", name)
		}
		return err
	})
	if err != nil || n != len(files) {
		t.Errorf("%d files unpacked, %d in the archive, %v", n, len(files), err)
	}
	if _, err := os.Stat(filepath.Join(dir, Config)); err != nil {
		t.Error(err)
	}
	if err := Unpack(filepath.Join(dir, "missing")); err == nil {
		t.Error("unpacking into a missing folder gave no error")
	}
}

// TestTheHandbookIsThere: every page of the manual is unpacked and in its navigation.
func TestTheHandbookIsThere(t *testing.T) {
	dir := t.TempDir()
	if err := Unpack(dir); err != nil {
		t.Fatal(err)
	}
	nav, err := os.ReadFile(filepath.Join(dir, handbookDir, "mkdocs.yml"))
	if err != nil {
		t.Fatal(err)
	}
	pages, err := fs.Glob(handbook.Files, "*.md")
	if err != nil || len(pages) < 10 {
		t.Fatal(len(pages), err)
	}
	decisions, err := fs.Glob(handbook.Files, "adr/*.md")
	if err != nil || len(decisions) < 10 {
		t.Fatal(len(decisions), err)
	}
	for _, page := range append(pages, decisions...) {
		if !strings.Contains(string(nav), page+"\n") {
			t.Errorf("docs/handbook/README.md does not name %s, so it is not in the navigation", page)
		}
		if _, err := os.Stat(filepath.Join(dir, handbookDir, "docs", page)); err != nil {
			t.Error(err)
		}
	}
}
