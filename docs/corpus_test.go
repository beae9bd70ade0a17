//go:build corpus

package docs_test

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/descriptor"
	"github.com/backchannel-portal/backchannel/docs"
	"github.com/backchannel-portal/backchannel/internal/scm"
)

// TestCorpusQuestions loads the documentation of the sample company and looks for every page its questions ask for.
func TestCorpusQuestions(t *testing.T) {
	qa := filepath.Join(os.Getenv("SHARED"), "qa")
	files, err := filepath.Glob(filepath.Join(qa, "catalog", "*.yaml"))
	if err != nil || len(files) == 0 {
		t.Fatal("no catalog below SHARED", err)
	}
	var entities []*catalog.Entity
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range descriptor.Read(f, data, descriptor.Options{}) {
			if d.Entity != nil {
				entities = append(entities, d.Entity)
			}
		}
	}
	trees, err := scm.New([]scm.Mirror{{URL: "https://github.com/harborlane/", Dir: "repos"}}, qa)
	if err != nil {
		t.Fatal(err)
	}
	l := docs.NewLibrary(trees, func() time.Time { return now })
	sections := load(t, l, entities...)
	written, pages, definitions := 0, 0, 0
	for _, e := range entities {
		if s, ok := l.Site(e.Ref); ok {
			if !s.API {
				written++
			}
			for _, p := range s.Pages {
				if s.API || p.Path == docs.DefinitionPage {
					definitions++
				} else {
					pages++
				}
				if _, err := l.HTML(e.Ref, p.Path, base, ""); err != nil {
					t.Error(err)
				}
			}
		}
	}
	t.Logf("%d sites, %d with pages of their own, %d pages, %d definitions", len(sections), written, pages, definitions)
	if written != 33 || pages != 84 || definitions == 0 || len(l.Problems()) != 0 {
		t.Errorf("%d sites, %d pages, %d definitions, problems %v", written, pages, definitions, l.Problems())
	}
	askForPages(t, l, filepath.Join(qa, "dev.jsonl"))
}

func askForPages(t *testing.T, l *docs.Library, path string) {
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	asked := 0
	for sc := bufio.NewScanner(f); sc.Scan(); {
		var q struct {
			ID, Intent, Page string
			Entities, Facts  []string
		}
		if err := json.Unmarshal(sc.Bytes(), &q); err != nil {
			t.Fatal(err)
		}
		if q.Intent != "docs" || q.Page == "" || len(q.Entities) == 0 {
			continue
		}
		asked++
		ref, err := catalog.ParseRef(q.Entities[0], "", "")
		if err != nil {
			t.Fatal(err)
		}
		path := strings.TrimSuffix(q.Page, ".md")
		if path == "index" {
			path = ""
		}
		p, ok := l.Page(ref, path)
		if !ok {
			t.Errorf("%s: %v has no page %s", q.ID, ref, q.Page)
			continue
		}
		said := p.Title + " " + p.Source + " docs/" + ref.Namespace + "/" + ref.Kind + "/" + ref.Name + "/" + p.Path
		names := func(fact string) bool { return strings.Contains(said, strings.TrimSpace(fact)) }
		if len(q.Facts) > 0 && !slices.ContainsFunc(strings.Split(q.Facts[0], "||"), names) {
			t.Errorf("%s: %q says none of %v", q.ID, said, q.Facts)
		}
	}
	t.Logf("%d questions name a page", asked)
	if asked == 0 {
		t.Error("no question names a page")
	}
}
