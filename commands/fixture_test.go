package commands_test

import (
	"cmp"
	"context"
	"iter"
	"log/slog"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/descriptor"
	"github.com/backchannel-portal/backchannel/catalog/inventory"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/commands"
	"github.com/backchannel-portal/backchannel/internal/scm"
	"github.com/backchannel-portal/backchannel/internal/store"
	"github.com/backchannel-portal/backchannel/plugins"
	"github.com/backchannel-portal/backchannel/plugins/links"
	"github.com/backchannel-portal/backchannel/plugins/oncall"
	"github.com/backchannel-portal/backchannel/plugins/techradar"
)

// now is a Monday; Ada hands over at 10:00 in Berlin, which is past.
var now = time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)

func clock() time.Time { return now }

// company is the made-up company of testdata behind the commands.
type company struct {
	*commands.Commands
	view search.View
}

// nordwind reads the company as a running program would: descriptors, manifests, schedules, radar, docs.
func nordwind(t testing.TB, change ...func(*commands.Deps)) company {
	t.Helper()
	ctx := context.Background()
	st := store.NewMemory(clock)
	apply(t, st, "testdata/catalog.yaml")
	trees, err := scm.New([]scm.Mirror{{URL: "https://git.example/nordwind/", Dir: "testdata/repos"}}, ".")
	check(t, err)
	first, err := st.Changes(ctx, 0)
	check(t, err)
	run := inventory.NewRunner(inventory.Config{Trees: trees, Store: st, Now: clock, Components: func() iter.Seq[*catalog.Entity] {
		return slices.Values(slices.DeleteFunc(slices.Clone(first.Upserts), func(e *catalog.Entity) bool { return e.Kind != "Component" }))
	}})
	_, err = run.Pass(ctx)
	check(t, err)
	all, err := st.Changes(ctx, 0)
	check(t, err)
	reader := search.NewReader(all, pages(), search.Options{Logger: slog.New(slog.DiscardHandler)})
	t.Cleanup(func() { check(t, reader.Close()) })

	schedules := oncall.New("testdata/oncall.yaml", clock)
	check(t, schedules.Reload())
	radar := techradar.New("testdata/radar.json", clock)
	check(t, radar.Reload())
	table, err := links.New()
	check(t, err)
	deps := commands.Deps{
		View:    func(v catalog.Viewer) search.View { return reader.For(v) },
		Plugins: plugins.Capabilities{OnCall: schedules, Radar: radar, Builds: table, Audits: table},
		Links:   commands.Links{Base: "http://localhost:7007"},
		Now:     clock,
	}
	for _, c := range change {
		c(&deps)
	}
	return company{commands.New(deps), reader.For(catalog.Viewer{})}
}

func apply(t testing.TB, st *store.Memory, path string) {
	t.Helper()
	data, err := os.ReadFile(path)
	check(t, err)
	file := catalog.File{Location: path}
	for _, d := range descriptor.Read(path, data, descriptor.Options{Origin: "nordwind"}) {
		if !d.OK {
			t.Fatalf("%s:%d: %v", path, d.Line, d.Errors)
		}
		file.Entities = append(file.Entities, d.Entity)
	}
	delta := catalog.Delta{Origin: "nordwind", Full: true, Files: []catalog.File{file}, Checked: now.Add(-2 * time.Minute)}
	_, err = st.Apply(context.Background(), delta)
	check(t, err)
}

// pages are the docs of the parcel service.
func pages() []search.Doc {
	at := catalog.MakeRef("component", "", "parcels")
	doc := func(page, anchor, title, heading, text string) search.Doc {
		return search.Doc{Entity: at, Page: page, Anchor: anchor, Title: title, Heading: heading, Text: text, Lang: "en", Source: "docs/" + cmp.Or(page, "index") + ".md"}
	}
	return []search.Doc{
		doc("", "", "Parcel Service", "", "The service keeps one row a scan. It answers in milliseconds."),
		doc("reindex", "", "Rebuilding the index", "", "Stop the writer first. Then start the job and wait an hour."),
		doc("reindex", "undo", "Rebuilding the index", "Undo it", "The old index stays for a day."),
		doc("ops/oncall", "", "When scans stop", "", "Look at the queue. Restart the scanner when it is full."),
	}
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func ref(s string) catalog.Ref {
	r, err := catalog.ParseRef(s, "component", "")
	if err != nil {
		panic(err)
	}
	return r
}
