package inventory

import (
	"context"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

var update = flag.Bool("update", false, "rewrite the expected results in testdata")

// memTree is a source tree in memory; dir is its folder in the repository.
type memTree struct {
	fs.FS
	repo fs.FS
	dir  string
}

func (memTree) Where() string                 { return "https://git.example/acme/pay" }
func (memTree) Close() error                  { return nil }
func (t memTree) Repository() (fs.FS, string) { return t.repo, t.dir }
func (t memTree) Identity() string            { return "/mem/" + t.dir }

func newTree(t testing.TB, dir string, files map[string]string) memTree {
	t.Helper()
	m := fstest.MapFS{}
	for name, data := range files {
		m[name] = &fstest.MapFile{Data: []byte(data)}
	}
	sub, err := fs.Sub(m, dir)
	if err != nil {
		t.Fatal(err)
	}
	return memTree{sub, m, dir}
}

// TestScan runs the trees of testdata/scan. The comment of an archive may say "dir: FOLDER" for the component's folder
// in its repository and "skip: FOLDER"; the file "want" lists what is found.
func TestScan(t *testing.T) {
	archives, err := filepath.Glob("testdata/scan/*.txtar")
	if err != nil || len(archives) < 10 {
		t.Fatalf("%d archives, %v", len(archives), err)
	}
	for _, file := range archives {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			ar, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			files, want, dir := map[string]string{}, "", "."
			var o Options
			for line := range strings.Lines(string(ar.Comment)) {
				if d, ok := strings.CutPrefix(line, "dir: "); ok {
					dir = strings.TrimSpace(d)
				}
				if d, ok := strings.CutPrefix(line, "skip: "); ok {
					o.Skip = append(o.Skip, strings.TrimSpace(d))
				}
			}
			for _, f := range ar.Files {
				if f.Name == "want" {
					want = string(f.Data)
				} else {
					files[f.Name] = string(f.Data)
				}
			}
			r, err := Scan(context.Background(), newTree(t, dir, files), o)
			if err != nil {
				t.Fatal(err)
			}
			got := render(r)
			if *update {
				writeWant(t, file, ar, got)
				return
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("(-want +got)\n%s", d)
			}
		})
	}
}

func writeWant(t *testing.T, file string, ar *txtar.Archive, got string) {
	t.Helper()
	kept := ar.Files[:0]
	for _, f := range ar.Files {
		if f.Name != "want" {
			kept = append(kept, f)
		}
	}
	ar.Files = append(kept, txtar.File{Name: "want", Data: []byte(got)})
	if err := os.WriteFile(file, txtar.Format(ar), 0o644); err != nil {
		t.Fatal(err)
	}
}

// render lists items as "where  ecosystem package = technology: declared -> resolved => version", then problems.
func render(r Result) string {
	var b strings.Builder
	for _, it := range r.Items {
		fmt.Fprintf(&b, "%-28s %s %s", it.where(), it.Ecosystem, it.Package)
		if it.Tech != "" {
			fmt.Fprintf(&b, " = %s", it.Tech)
		}
		fmt.Fprintf(&b, ": %s -> %s => %s", it.Declared, it.Resolved, it.Version())
		if it.Dev {
			b.WriteString(" dev")
		}
		if it.Indirect {
			b.WriteString(" via")
		}
		if it.Place == PlaceImplied {
			b.WriteString(" implied")
		}
		b.WriteByte('\n')
	}
	for _, p := range r.Problems {
		fmt.Fprintf(&b, "problem %s:%d %s\n", p.File, p.Line, p.Message)
	}
	return b.String()
}
