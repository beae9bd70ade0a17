//go:build corpus

package oncall_test

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/descriptor"
	"github.com/backchannel-portal/backchannel/plugins"
)

// TestCorpusQuestions answers every on-call question of the sample company that names its entity.
func TestCorpusQuestions(t *testing.T) {
	qa := filepath.Join(os.Getenv("SHARED"), "qa")
	entities := sampleCatalog(t, qa)
	s := open(t, filepath.Join(qa, "oncall.yaml"))
	f, err := os.Open(filepath.Join(qa, "dev.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	asked := 0
	for sc := bufio.NewScanner(f); sc.Scan(); {
		var q struct {
			ID, Intent, Outcome string
			Entities, Facts     []string
		}
		if err := json.Unmarshal(sc.Bytes(), &q); err != nil {
			t.Fatal(err)
		}
		if q.Intent != "oncall" || len(q.Entities) == 0 || q.Outcome == "choose" {
			continue
		}
		asked++
		for i, ref := range q.Entities {
			checkQuestion(t, s, entities, q.ID, ref, q.Outcome, q.Facts[i])
		}
	}
	t.Logf("%d on-call questions", asked)
	if asked == 0 {
		t.Error("no question was asked")
	}
}

func sampleCatalog(t *testing.T, qa string) map[string]*catalog.Entity {
	files, err := filepath.Glob(filepath.Join(qa, "catalog", "*.yaml"))
	if err != nil || len(files) == 0 {
		t.Fatal("no catalog below SHARED", err)
	}
	out := map[string]*catalog.Entity{}
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range descriptor.Read(f, data, descriptor.Options{}) {
			if d.Entity != nil {
				out[d.Entity.Ref.String()] = d.Entity
			}
		}
	}
	return out
}

func checkQuestion(t *testing.T, s plugins.OnCall, entities map[string]*catalog.Entity, id, ref, outcome, fact string) {
	t.Helper()
	e := entities[ref]
	if e == nil {
		t.Fatalf("%s: there is no %s", id, ref)
	}
	q := plugins.OnCallQuery{Services: []string{e.Annotation(plugins.PagerDutyService)}}
	owner := e.Owner
	if e.Ref.Kind == "group" {
		owner = e.Ref
	}
	for g := entities[owner.String()]; g != nil && len(q.Groups) < 10; {
		q.Groups = append(q.Groups, g.Ref)
		up := g.Relations.List()
		parent := slices.IndexFunc(up, func(r catalog.Relation) bool { return r.Type == "childOf" })
		if parent < 0 {
			break
		}
		g = entities[up[parent].Target.String()]
	}
	shifts, err := s.Shifts(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	if outcome == "not_found" {
		if len(shifts) != 0 {
			t.Errorf("%s: %s has a schedule: %+v", id, ref, shifts)
		}
		return
	}
	if len(shifts) == 0 || !strings.Contains(fact, shifts[0].Person.Name) {
		t.Errorf("%s: %s: %+v, want %s", id, ref, shifts, fact)
	}
}
