//go:build corpus

package form

import (
	"cmp"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/backchannel-portal/backchannel/internal/yamldoc"
)

// TestCorpusForms: every real template has a form, and so has the form with its defaults submitted.
func TestCorpusForms(t *testing.T) {
	files, _ := filepath.Glob(filepath.Join(os.Getenv("SHARED"), "corpus", "templates", "*.y*ml"))
	least, err := strconv.Atoi(os.Getenv("FORMS_MIN"))
	if err != nil {
		t.Fatal("FORMS_MIN: ", err)
	}
	good, fields, most := 0, 0, 0
	notices := map[string]int{}
	for _, file := range files {
		f, spent, err := corpusForm(file)
		if err != nil {
			t.Logf("%s: %v", filepath.Base(file), err)
			continue
		}
		good++
		most = max(most, spent)
		for _, p := range f.Pages {
			fields += len(p.Fields)
		}
		for _, n := range f.Notices {
			notices[n.Message]++
		}
	}
	total := 0
	for _, text := range slices.SortedFunc(maps.Keys(notices), func(a, b string) int {
		return cmp.Or(notices[b]-notices[a], strings.Compare(a, b))
	}) {
		total += notices[text]
		t.Logf("%3d %s", notices[text], text)
	}
	t.Logf("forms: %d of %d templates, %d fields, %d notices; the costliest took %d of %d steps", good, len(files), fields, total, most, maxWork)
	if good < least || good < len(files) {
		t.Errorf("%d templates have a form, at least %d did", good, least)
	}
}

func corpusForm(file string) (f *Form, spent int, err error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, 0, err
	}
	docs, err := yamldoc.Documents(data, yamldoc.Limits{})
	if err != nil {
		return nil, 0, err
	}
	var root *node
	for d := range docs {
		if d.Err == nil && d.Root.Get("kind").Str() == "Template" && root == nil {
			root = d.Root
		}
	}
	tmpl, err := Read(filepath.Base(file), root)
	if err != nil {
		return nil, 0, err
	}
	if f, err = tmpl.Form(nil, Options{}); err != nil {
		return nil, 0, err
	}
	for _, src := range tmpl.pages {
		e := newEngine(src.schema, "", "")
		e.settle(src.schema, &node{Kind: yamldoc.Map})
		spent += maxWork - e.work
	}
	_, _, err = tmpl.Submit(f.State, map[string][]string{}, Options{})
	return f, spent, err
}
