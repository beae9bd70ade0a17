package search

import (
	"os"
	"path/filepath"
	"testing"
)

func TestHomes(t *testing.T) {
	parent := filepath.Join(t.TempDir(), "data", "index")
	first, err := openHome(parent)
	if err != nil {
		t.Fatal(err)
	}
	crashed := filepath.Join(parent, homePrefix+"crashed")
	foreign := filepath.Join(parent, "keep-me")
	for _, dir := range []string{crashed, foreign} {
		if err := os.MkdirAll(filepath.Join(dir, "index-1"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	second, err := openHome(parent)
	if err != nil {
		t.Fatal(err)
	}
	for dir, want := range map[string]bool{first.dir: true, second.dir: true, foreign: true, crashed: false} {
		if _, err := os.Stat(dir); (err == nil) != want {
			t.Errorf("%s exists: %v, want %v", dir, err == nil, want)
		}
	}
	for _, h := range []*home{first, second} {
		if err := h.close(); err != nil {
			t.Error(err)
		}
		if _, err := os.Stat(h.dir); err == nil {
			t.Errorf("%s is left behind", h.dir)
		}
	}
}

func TestHomeThatCannotBe(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := openHome(filepath.Join(file, "below")); err == nil {
		t.Error("a home below a file")
	}
}
