// Package cardtest holds sample messages and forms that every adapter renders: each kind of block and span, both
// languages, the situations people meet, and hostile content. An adapter's test renders them all with Golden and
// keeps the result beside its code, so that a change of looks is a diff somebody reads.
package cardtest

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/backchannel-portal/backchannel/bot/card"
)

// Sample is a message with the name of its golden file.
type Sample struct {
	Name    string // lower case and dashes
	Message card.Message
}

// FormSample is a form with the name of its golden file.
type FormSample struct {
	Name string
	Form card.Form
}

var update = flag.Bool("update", false, "write the golden files anew")

// Golden renders every sample and compares it with dir/<name>.golden. A file that is missing, or that no sample has,
// fails the test. With -update the files are written instead.
func Golden(t *testing.T, dir string, render func(card.Message) []byte) {
	t.Helper()
	files := map[string][]byte{}
	for _, s := range Samples() {
		files[s.Name] = render(s.Message)
	}
	Compare(t, dir, files)
}

// GoldenForms is Golden for forms.
func GoldenForms(t *testing.T, dir string, render func(card.Form) []byte) {
	t.Helper()
	files := map[string][]byte{}
	for _, s := range Forms() {
		files[s.Name] = render(s.Form)
	}
	Compare(t, dir, files)
}

// Compare compares files with dir/<name>.golden, as Golden does with what it renders.
func Compare(t *testing.T, dir string, files map[string][]byte) {
	t.Helper()
	if *update {
		write(t, dir, files)
		return
	}
	there, err := filepath.Glob(filepath.Join(dir, "*.golden"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range there {
		if _, ok := files[strings.TrimSuffix(filepath.Base(path), ".golden")]; !ok {
			t.Errorf("%s belongs to no sample", path)
		}
	}
	for name, got := range files {
		path := filepath.Join(dir, name+".golden")
		want, err := os.ReadFile(path)
		if err != nil {
			t.Errorf("no golden file for %s; run the test with -update and read what it writes: %v", name, err)
			continue
		}
		if string(got) != string(want) {
			t.Errorf("%s differs:\n--- got\n%s\n--- want\n%s", path, clip(got), clip(want))
		}
	}
}

func write(t *testing.T, dir string, files map[string][]byte) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, got := range files {
		if err := os.WriteFile(filepath.Join(dir, name+".golden"), got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// clip keeps a failure readable.
func clip(b []byte) []byte {
	const most = 4000
	if len(b) > most {
		return append(b[:most:most], "…"...)
	}
	return b
}
