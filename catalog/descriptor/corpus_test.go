//go:build corpus

package descriptor

import (
	"os"
	"path/filepath"
	"testing"
)

// TestCorpus compares with the verdicts on real descriptors below $SHARED/corpus.
func TestCorpus(t *testing.T) {
	shared := os.Getenv("SHARED")
	if shared == "" {
		t.Fatal("SHARED must name the folder of the shared material")
	}
	root := filepath.Join(shared, "corpus")
	for _, name := range []string{"catalog-verdicts.jsonl", "mutant-verdicts.jsonl"} {
		verdicts := readVerdicts(t, filepath.Join(root, name))
		agree := checkVerdicts(t, root, verdicts)
		t.Logf("%s: agrees with %d of %d verdicts", name, agree, len(verdicts))
	}
	files, err := filepath.Glob(filepath.Join(root, "catalog", "*"))
	if err != nil || len(files) == 0 {
		t.Fatal(err, "no files")
	}
	for _, file := range files { // those without a verdict as well: they must only not crash
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		Read(file, data, Options{})
	}
}
