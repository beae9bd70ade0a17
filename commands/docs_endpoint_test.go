package commands_test

import (
	"log/slog"
	"strings"
	"testing"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/commands"
	"github.com/backchannel-portal/backchannel/internal/store"
)

// TestEndpoint asks for an operation that the definition of an API has.
func TestEndpoint(t *testing.T) {
	t.Parallel()
	st := store.NewMemory(clock)
	apply(t, st, "testdata/catalog.yaml")
	all, err := st.Changes(t.Context(), 0)
	check(t, err)
	operation := search.Doc{
		Entity: catalog.MakeRef("api", "", "parcel-api"), Anchor: "post-labels", Title: "Parcel API", Heading: "POST /labels", Text: "Prints a label", Lang: "en",
	}
	reader := search.NewReader(all, append(pages(), operation), search.Options{Logger: slog.New(slog.DiscardHandler)})
	t.Cleanup(func() { check(t, reader.Close()) })
	c := nordwind(t, func(d *commands.Deps) { d.View = func(v catalog.Viewer) search.View { return reader.For(v) } })
	for q, want := range map[string]bool{"which endpoint of the parcel api prints a label": true, "parcel api": false, "where is the endpoint of parcels for labels?": true, "which api does parcels provide": false} {
		_, message := c.Ask(t.Context(), commands.Question{Text: q, Now: now})
		if said := card.Plain(message); strings.Contains(said, "/docs/default/api/parcel-api#post-labels") != want {
			t.Errorf("%s: %s", q, said)
		}
	}
}
