package commands_test

import (
	"strings"
	"testing"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/catalog/search/searchtest"
	"github.com/backchannel-portal/backchannel/commands"
)

// TestKeptEntities: an answer says of entities that no sound file describes now that it is so, once for all of them.
func TestKeptEntities(t *testing.T) {
	t.Parallel()
	crew := searchtest.Entity("group:crew")
	component := func(name, code string) *catalog.Entity {
		e := searchtest.Entity("component:" + name)
		e.Type, e.Lifecycle, e.Owner = "service", "production", crew.Ref
		e.Relations = catalog.NewRelations(catalog.Relation{Type: "ownedBy", Target: crew.Ref})
		e.Source = catalog.Provenance{Origin: "o", Location: name + ".yaml", Line: 1}
		if code != "" {
			e.Description = "Counts parcels at night"
			e.Problems = []catalog.Problem{{Code: code, Message: "it is so"}}
		}
		return catalog.Lean(e)
	}
	for _, tt := range []struct {
		name, asked   string
		pay, cart     string
		once, without string
	}{
		{"gone", "owner pay", catalog.ProblemOrphaned, "", "no file defines pay any more, it leaves the catalog soon", "last good"},
		{"invalid now", "owner pay", catalog.ProblemStale, "", "the present descriptor is invalid, this is the last good version", "no file"},
		{"sound", "owner ship", catalog.ProblemStale, catalog.ProblemOrphaned, "Crew", "any more"},
		{"both gone", "search parcels", catalog.ProblemOrphaned, catalog.ProblemOrphaned, "no file defines 2 of them any more", "last good"},
		{"away now", "owner till", "", "", "the descriptor of till cannot be read now, this is what it said last", "invalid"},
		{"both invalid now", "search parcels", catalog.ProblemStale, catalog.ProblemStale, "the present descriptors of 2 of them are invalid", "no file"},
	} {
		r := search.NewReader(catalog.Changes{Generation: 1, Upserts: []*catalog.Entity{
			component("cart", tt.cart), component("pay", tt.pay), component("ship", ""), component("till", catalog.ProblemStale), crew,
		}, Problems: map[string][]catalog.Problem{
			"till.yaml": {{Code: catalog.ProblemUnreadable, Message: "the file cannot be read: no such file"}},
			"cart.yaml": {{Code: catalog.ProblemInvalid, Line: 3, Message: "no owner"}},
			"pay.yaml":  {{Code: catalog.ProblemInvalid, Line: 3, Message: "no owner"}},
		}}, nil, search.Options{})
		t.Cleanup(func() { check(t, r.Close()) })
		h := mux(t, company{commands.New(commands.Deps{
			View: func(v catalog.Viewer) search.View { return r.For(v) }, Now: clock, Links: commands.Links{Base: "http://localhost:7007"},
		}), r.For(catalog.Viewer{})})
		_, _, m, _ := worked(t, h, slash(tt.asked))
		text := card.Plain(m)
		if strings.Count(strings.ToLower(text), strings.ToLower(tt.once)) != 1 || strings.Contains(text, tt.without) {
			t.Errorf("%s: want %q once, without %q:\n%s", tt.name, tt.once, tt.without, text)
		}
	}
}
