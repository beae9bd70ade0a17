package fetch

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"text/template"
	"time"

	"github.com/backchannel-portal/backchannel/scaffold"
	engine "github.com/backchannel-portal/backchannel/scaffold/template"
)

// skeleton is 200 files of 177 kB, as many as reference measurements of Backstage's scaffolder have.
func skeleton(open string) map[string]string {
	files := map[string]string{"template.yaml": "x"}
	line := fmt.Sprintf("package %sname }} // of %sowner }}\n", open, open)
	filler := strings.Repeat("func handle(w http.ResponseWriter, r *http.Request) { serve(w, r) }\n", 11)
	for i := range 200 {
		files[fmt.Sprintf("s/pkg%d/file%d.go", i%20, i)] = line + filler + line
	}
	return files
}

// BenchmarkSkeleton renders a skeleton into a workspace: read, parsed, rendered and written. The floor reads, parses,
// renders and writes the same files with text/template, in turns with it.
func BenchmarkSkeleton(b *testing.B) {
	dir, bare := folder(b, skeleton("${{ values.")), folder(b, skeleton("{{ ."))
	in, err := engine.ParseJSON([]byte(`{"url": "./s", "values": {"name": "pay", "owner": "ops"}}`))
	if err != nil {
		b.Fatal(err)
	}
	a, e := templates(Sources{}), engine.New(engine.Config{})
	var ours, floor time.Duration
	for b.Loop() {
		ours += timed(b, func(w *scaffold.Workspace) error {
			c := &scaffold.Call{Input: in, Workspace: w, Engine: e, Template: scaffold.Origin{File: filepath.Join(dir, "template.yaml")}}
			_, err := a.Apply(b.Context(), c)
			return err
		})
		floor += timed(b, func(w *scaffold.Workspace) error { return textTemplates(b, bare, w) })
	}
	b.ReportMetric(float64(ours.Microseconds())/1000/float64(b.N), "ms/skeleton")
	b.ReportMetric(float64(floor.Microseconds())/1000/float64(b.N), "floor-ms")
	b.ReportMetric(float64(ours)/float64(floor), "ratio")
}

// timed measures what is done in a new workspace.
func timed(b *testing.B, do func(*scaffold.Workspace) error) time.Duration {
	b.Helper()
	w, err := scaffold.NewWorkspace("", scaffold.WorkspaceLimits{})
	if err != nil {
		b.Fatal(err)
	}
	began := time.Now()
	err = do(w)
	d := time.Since(began)
	if err != nil {
		b.Fatal(err)
	}
	if err := w.Close(); err != nil {
		b.Fatal(err)
	}
	return d
}

func textTemplates(b *testing.B, dir string, w *scaffold.Workspace) error {
	src, err := (Sources{}).openLocal(filepath.Join(dir, "template.yaml"), "./s", false)
	if err != nil {
		return err
	}
	items, err := list(b.Context(), src.files)
	if err != nil {
		return err
	}
	for _, it := range items {
		if strings.HasSuffix(it.path, "/") {
			continue
		}
		data, mode, err := readListed(src.files, it.path)
		if err != nil {
			return err
		}
		t, err := template.New("").Parse(string(data))
		if err != nil {
			return err
		}
		var out strings.Builder
		if err := t.Execute(&out, map[string]string{"name": "pay", "owner": "ops"}); err != nil {
			return err
		}
		if err := w.WriteFile(it.path, []byte(out.String()), mode); err != nil {
			return err
		}
	}
	return src.close()
}
