//go:build corpus

package search_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/descriptor"
	"github.com/backchannel-portal/backchannel/catalog/search"
)

// descriptionFloor is the share of questions by description whose entity must be among the first three findings for
// the whole sentence, question words and all. It only rises.
const descriptionFloor = 0.90

// TestCorpusDescriptions searches the sample company with questions that describe an entity without naming it.
func TestCorpusDescriptions(t *testing.T) {
	root := os.Getenv("SHARED")
	if root == "" {
		t.Fatal("SHARED must name the folder of the shared material")
	}
	v := companyView(t, filepath.Join(root, "qa", "catalog"))
	raw, err := os.ReadFile(filepath.Join(root, "qa", "dev.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	asked, first, third := 0, 0, 0
	for lines := bufio.NewScanner(bytes.NewReader(raw)); lines.Scan(); {
		var q struct {
			ID, Text       string
			Entities, Tags []string
			Thread         []any
		}
		if err := json.Unmarshal(lines.Bytes(), &q); err != nil {
			t.Fatal(err)
		}
		if len(q.Entities) != 1 || len(q.Thread) > 0 || !slices.Contains(q.Tags, "description") {
			continue
		}
		asked++
		rank := -1
		hits := v.Search(search.Query{Text: q.Text, Any: true, Limit: 10})
		for i, h := range hits {
			if h.Entity.Ref.String() == q.Entities[0] {
				rank = i
			}
		}
		if rank == 0 {
			first++
		}
		if rank >= 0 && rank < 3 {
			third++
			continue
		}
		t.Logf("%s %s: want %s, at %d", q.ID, q.Text, q.Entities[0], rank)
		for _, h := range hits[:min(3, len(hits))] {
			t.Logf("      %s %.2f %d/%d %q", h.Entity.Ref, h.Score, h.Terms, h.Of, h.Entity.Description)
		}
	}
	t.Logf("descriptions: %d asked, %d first, %d among three", asked, first, third)
	if float64(third) < descriptionFloor*float64(asked) {
		t.Errorf("below %.2f", descriptionFloor)
	}
}

func companyView(t *testing.T, dir string) search.View {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.yaml"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no descriptors in %s: %v", dir, err)
	}
	c := catalog.Changes{Generation: 1}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range descriptor.Read(file, data, descriptor.Options{}) {
			if d.Entity != nil {
				c.Upserts = append(c.Upserts, d.Entity)
			}
		}
	}
	r := search.NewReader(c, nil, search.Options{})
	t.Cleanup(func() { _ = r.Close() })
	return r.For(catalog.Viewer{})
}
