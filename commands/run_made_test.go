package commands

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/catalog/search/searchtest"
)

// TestWhatATemplateMade: a question what a template made is none for a template to start from, however the template is
// called in it.
func TestWhatATemplateMade(t *testing.T) {
	goService, springService := searchtest.Entity("template:go-service"), searchtest.Entity("template:spring-service")
	goService.Title, springService.Title = "Go service", "Spring service"
	view := search.NewReader(catalog.Changes{
		Generation: 1, Full: true, Upserts: []*catalog.Entity{goService, springService},
	}, nil, search.Options{}).For(catalog.Viewer{})
	for text, want := range map[string]struct {
		entities, candidates int
		unknown              []string
		topic                string
	}{
		"which services came from template go-service":    {entities: 1},
		"which services came from template go-service v2": {entities: 1, topic: "v2"},
		"what was made with the go template":              {entities: 1},
		"which services came from the service template":   {candidates: 2},
		"what was made with the knitting template":        {unknown: []string{"knitting"}},
		"哪些服务是用 spring 模板创建的":                             {entities: 1},
	} {
		r, ok := aboutMade(view, Question{Text: text})
		if !ok || len(r.Entities) != want.entities || len(r.Candidates) != want.candidates || r.Topic != want.topic || !cmp.Equal(r.Unknown, want.unknown) {
			t.Errorf("%q: %+v, %v", text, r, ok)
		}
	}
	for _, text := range []string{"I need a template for a go service", "what comes with the deploy", "which services were made by the payments team"} {
		if r, ok := aboutMade(view, Question{Text: text}); ok {
			t.Errorf("%q: %+v", text, r)
		}
	}
}
