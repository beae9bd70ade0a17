package descriptor

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// expected is a line of a verdict file: what the published Backstage libraries say about one document.
type expected struct {
	File      string
	Doc       int
	OK        bool
	Stage     string
	Error     string
	Ref       string
	Relations *[][3]string
}

func readVerdicts(t *testing.T, file string) []expected {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var out []expected
	s := bufio.NewScanner(f)
	s.Buffer(nil, 16<<20)
	for s.Scan() {
		var v expected
		if err := json.Unmarshal(s.Bytes(), &v); err != nil {
			t.Fatal(err)
		}
		out = append(out, v)
	}
	return out
}

// disagreement compares a document with the verdict on it; "" when they agree.
func disagreement(got *Document, want expected) string {
	if got == nil {
		return "no such document"
	}
	ref := ""
	if !got.Ref.IsZero() {
		ref = got.Ref.String()
	}
	switch {
	case got.OK != want.OK:
		return fmt.Sprintf("ok is %v with errors %v; want %v: %s %s", got.OK, got.Errors, want.OK, want.Stage, want.Error)
	case ref != want.Ref:
		return fmt.Sprintf("ref is %q, want %q", ref, want.Ref)
	case want.Relations != nil:
		sorted := slices.SortedFunc(slices.Values(*want.Relations), func(a, b [3]string) int { return slices.Compare(a[:], b[:]) })
		if diff := cmp.Diff(sorted, got.Relations()); diff != "" && len(sorted)+len(got.Relations()) > 0 {
			return "relations differ (-want +got):\n" + diff
		}
	}
	if !got.OK && (len(got.Errors) == 0 || got.Errors[0].Message == "" || got.Doc >= 0 && got.Errors[0].Line == 0) {
		return fmt.Sprintf("errors do not say what is wrong and where: %v", got.Errors)
	}
	return ""
}

// checkVerdicts reads the files below root and compares every document; it returns how many agree.
func checkVerdicts(t *testing.T, root string, verdicts []expected) (agree int) {
	t.Helper()
	docs := map[string][]Document{}
	for _, want := range verdicts {
		if _, ok := docs[want.File]; !ok {
			data, err := os.ReadFile(filepath.Join(root, want.File))
			if err != nil {
				t.Fatal(err)
			}
			docs[want.File] = Read(want.File, data, Options{})
		}
		var got *Document
		for i := range docs[want.File] {
			if d := &docs[want.File][i]; d.Doc == want.Doc {
				got = d
			}
		}
		if want.Stage == "null" {
			if got != nil {
				t.Errorf("%s#%d: an empty document gives %+v", want.File, want.Doc, got)
			} else {
				agree++
			}
			continue
		}
		if d := disagreement(got, want); d != "" {
			t.Errorf("%s#%d: %s", want.File, want.Doc, d)
			continue
		}
		agree++
	}
	count := map[string]int{}
	for _, v := range verdicts {
		if v.Stage != "null" {
			count[v.File]++
		}
	}
	for file, docs := range docs {
		if len(docs) != count[file] {
			t.Errorf("%s: %d documents, want %d", file, len(docs), count[file])
		}
	}
	return agree
}

func TestMutants(t *testing.T) {
	verdicts := readVerdicts(t, "testdata/mutant-verdicts.jsonl")
	if agree := checkVerdicts(t, "testdata", verdicts); agree != len(verdicts) {
		t.Errorf("agrees with %d of %d verdicts", agree, len(verdicts))
	}
}
