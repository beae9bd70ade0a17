//go:build corpus

package inventory

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/scm"
	"github.com/backchannel-portal/backchannel/internal/yamldoc"
)

// TestCorpusQuestions checks that every version question of the question file can be answered from the facts alone: each
// version or component it wants is in the facts about the technology it names, and what is not there is not found.
func TestCorpusQuestions(t *testing.T) {
	qa := filepath.Join(os.Getenv("SHARED"), "qa")
	facts, titles := scanCompany(t, qa)
	t.Logf("coverage: %+v", Cover(facts, nil))
	f, err := os.Open(filepath.Join(qa, "dev.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	asked := 0
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var q struct {
			ID, Text, Intent, Outcome, Range string
			Entities, Facts, Tech            []string
			Types                            []string
		}
		if err := json.Unmarshal(lines.Bytes(), &q); err != nil {
			t.Fatal(err)
		}
		if q.Intent != "version" || len(q.Tech) == 0 {
			continue
		}
		asked++
		if _, ok := Builtin().Technology(q.Tech[0]); !ok {
			t.Errorf("%s %s: no technology %q", q.ID, q.Text, q.Tech[0])
		}
		uses := Fleet(facts, q.Tech[0])
		if len(q.Entities) > 0 {
			uses = nil
			for _, e := range q.Entities {
				ref, _ := catalog.ParseRef(e, "", "")
				uses = append(uses, Of(facts, ref, q.Tech[0])...)
			}
		}
		r, err := ParseRange(strings.TrimPrefix(q.Range, "="))
		if q.Range != "" && err != nil {
			t.Error(err)
		}
		var have []string
		for _, u := range uses {
			if r.Contains(u.Version()) && (q.Types == nil || slices.Contains(q.Types, titles[u.Entity.String()].kind)) {
				have = append(have, u.Version(), u.Entity.Name, titles[u.Entity.String()].title)
			}
		}
		if q.Outcome == "not_found" && len(have) > 0 {
			t.Errorf("%s %s: found %v", q.ID, q.Text, have)
		}
		for _, want := range q.Facts {
			ok := false
			for alt := range strings.SplitSeq(want, " || ") {
				ok = ok || slices.Contains(have, alt)
			}
			if !ok {
				t.Errorf("%s %s: %q is not in %v", q.ID, q.Text, want, have)
			}
		}
		t.Logf("%s %s (%s): %d uses, %v", q.ID, q.Text, q.Range, len(uses), have)
	}
	if asked < 40 {
		t.Errorf("only %d version questions", asked)
	}
}

type described struct{ title, kind string }

func scanCompany(t *testing.T, qa string) (memory, map[string]described) {
	t.Helper()
	trees, err := scm.New([]scm.Mirror{{URL: "https://github.com/harborlane/", Dir: "repos"}}, qa)
	if err != nil {
		t.Fatal(err)
	}
	files, _ := filepath.Glob(filepath.Join(qa, "catalog", "*.yaml"))
	var facts memory
	titles := map[string]described{}
	start := time.Now()
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		docs, err := yamldoc.Documents(bytes.TrimSpace(data), yamldoc.DefaultLimits())
		if err != nil {
			t.Fatal(err)
		}
		for d := range docs {
			meta := d.Root.Get("metadata")
			if d.Root.Get("kind").Str() != "Component" {
				continue
			}
			ref := catalog.MakeRef("component", meta.Get("namespace").Str(), meta.Get("name").Str())
			titles[ref.String()] = described{meta.Get("title").Str(), d.Root.At("spec", "type").Str()}
			source := meta.At("annotations", "backstage.io/source-location").Str()
			tree, err := trees.Open(t.Context(), source)
			if err != nil {
				continue
			}
			r, err := Scan(t.Context(), tree, Options{})
			if err != nil {
				t.Error(err)
			}
			for _, p := range r.Problems {
				t.Errorf("%s: %+v", ref, p)
			}
			facts = append(facts, r.Facts(ref, start)...)
			tree.Close()
		}
	}
	return facts, titles
}
