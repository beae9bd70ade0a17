package commands_test

import (
	"log/slog"
	"strings"
	"testing"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/commands"
	"github.com/backchannel-portal/backchannel/internal/lang"
	"github.com/backchannel-portal/backchannel/internal/store"
)

// documented is the company with documentation of the ledger besides that of the parcels.
func documented(t *testing.T, more ...search.Doc) company {
	t.Helper()
	st := store.NewMemory(clock)
	apply(t, st, "testdata/catalog.yaml")
	all, err := st.Changes(t.Context(), 0)
	check(t, err)
	ledger := search.Doc{Entity: catalog.MakeRef("component", "", "ledgerd"), Page: "scanner", Title: "When scans stop", Text: "The ledger waits. Restart the scanner.", Lang: "en"}
	reader := search.NewReader(all, append(append(pages(), ledger), more...), search.Options{Logger: slog.New(slog.DiscardHandler)})
	t.Cleanup(func() { check(t, reader.Close()) })
	return nordwind(t, func(d *commands.Deps) { d.View = func(v catalog.Viewer) search.View { return reader.For(v) } })
}

func TestDocsOfWhoIsAsked(t *testing.T) {
	t.Parallel()
	c := documented(t)
	for _, tt := range []struct {
		question string
		outcome  bot.Outcome
		entities string
		has      []string
		lacks    string
	}{
		{"docs for parcels", bot.Answered, "component:default/parcels", []string{"Docs of Parcel Service", "answers in milliseconds", "Pages: "}, "Restart"},
		{"how do I rebuild the index in parcels", bot.Answered, "component:default/parcels", []string{"parcels/reindex", "Stop the writer first."}, "do not say"},
		{"what to do when scans stop", bot.Choose, "component:default/ledgerd component:default/parcels", []string{"Ledger: When scans stop", "Parcel Service: When scans stop"}, "Restart"},
		{"what to do when scans stop in ledgerd", bot.Answered, "component:default/ledgerd", []string{"ledgerd/scanner", "Restart the scanner"}, "do not say"},
		{"how do I rebuild the index in shopfront", bot.Answered, "component:default/parcels", []string{"The docs of Shop do not say. Elsewhere:", "Rebuilding the index"}, "ledgerd"},
	} {
		answer, message := c.Ask(t.Context(), commands.Question{Text: tt.question, Now: now})
		said := card.Plain(message)
		if answer.Intent != "docs" || answer.Outcome != tt.outcome || strings.Join(answer.Entities, " ") != tt.entities {
			t.Errorf("%s: %s %s %q\n%s", tt.question, answer.Intent, answer.Outcome, answer.Entities, said)
		}
		contains(t, said, tt.has...)
		if strings.Contains(said, tt.lacks) {
			t.Errorf("%s: it says %q\n%s", tt.question, tt.lacks, said)
		}
	}
}

// TestChosenDocs presses the button of one of several that may be meant.
func TestChosenDocs(t *testing.T) {
	t.Parallel()
	c := documented(t)
	_, message := c.Ask(t.Context(), commands.Question{Text: "what to do when scans stop", Now: now})
	pressed := 0
	for _, b := range message.Blocks {
		a, _ := b.(card.Actions)
		for _, it := range a.Items {
			if !it.Choice {
				continue
			}
			pressed++
			said := readable(t, reply(t, c.Intents()[it.Intent.Name], happens(bot.Pressed{Intent: it.Intent}, lang.English)))
			contains(t, said, "When scans stop", "in the docs of "+it.Label)
		}
	}
	if pressed != 2 {
		t.Errorf("%d to choose from", pressed)
	}
}

// TestDefinitionsAreNoChoice has the definition of an API say the same as somebody's page.
func TestDefinitionsAreNoChoice(t *testing.T) {
	t.Parallel()
	c := documented(t, search.Doc{Entity: catalog.MakeRef("api", "", "parcel-api"), Anchor: "x", Title: "Rebuilding the index", Heading: "Undo it", Text: "The old index stays for a day.", Lang: "en"})
	answer, message := c.Ask(t.Context(), commands.Question{Text: "how do I undo rebuilding the index", Now: now})
	if answer.Outcome != bot.Answered || strings.Join(answer.Entities, " ") != "component:default/parcels" {
		t.Errorf("%s %q\n%s", answer.Outcome, answer.Entities, card.Plain(message))
	}
}
