// Package catalogtest holds what every catalog.Store must do, as a suite that each implementation runs.
package catalogtest

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/backchannel-portal/backchannel/catalog"
)

// Start is the time at which the deltas of the suite were checked; later steps add to it.
var Start = time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)

// Test runs the suite. newStore returns an empty store that goes by the given clock; it registers its own clean-up
// with t.
func Test(t *testing.T, newStore func(t *testing.T, clock func() time.Time) catalog.Store) {
	for name, run := range map[string]func(*bench){
		"empty":            testEmpty,
		"apply":            testApply,
		"no change":        testNoChange,
		"full":             testFull,
		"last good":        testLastGood,
		"unreadable":       testUnreadable,
		"opaque":           testOpaque,
		"duplicates":       testDuplicates,
		"within a file":    testDuplicateWithinFile,
		"same by two ways": testSameByTwoWays,
		"file problems":    testProblems,
		"orphans":          testOrphans,
		"orphan returns":   testOrphanReturns,
		"orphan beaten":    testOrphanBeaten,
		"orphan unread":    testOrphanUnreadable,
		"dropped origin":   testDroppedOrigin,
		"clock jumps":      testClockJumps,
		"everything kept":  testEverythingKept,
		"many":             testMany,
		"random":           testRandom,
		"facts":            testFacts,
		"facts of several": testFactsApart,
		"history":          testHistory,
		"checked":          testChecked,
		"wait":             testWait,
		"called off":       testCancelled,
		"concurrency":      testConcurrency,
	} {
		t.Run(name, func(t *testing.T) {
			b := &bench{T: t, now: Start.Add(time.Hour)}
			b.store = newStore(t, b.clock)
			run(b)
		})
	}
}

// bench is a store under test.
type bench struct {
	*testing.T
	store catalog.Store
	steps int
	mu    sync.Mutex
	now   time.Time
}

func (b *bench) clock() time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.now
}

// wait moves the store's clock.
func (b *bench) wait(d time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.now = b.now.Add(d)
}

// sweep removes what has been an orphan for a day; without origins, the one that apply takes is configured.
func (b *bench) sweep(origins ...string) catalog.Generation {
	b.Helper()
	if origins == nil {
		origins = []string{"file:all"}
	}
	g, err := b.store.Sweep(context.Background(), origins, grace)
	if err != nil {
		b.Fatal(err)
	}
	return g
}

const grace = 24 * time.Hour

func (b *bench) apply(d catalog.Delta) catalog.Generation {
	b.Helper()
	if d.Origin == "" {
		d.Origin = "file:all"
	}
	if d.Checked.IsZero() {
		d.Checked = Start
	}
	g, err := b.store.Apply(context.Background(), d)
	if err != nil {
		b.Fatal(err)
	}
	return g
}

func (b *bench) changes(after catalog.Generation) catalog.Changes {
	b.Helper()
	c, err := b.store.Changes(context.Background(), after)
	if err != nil {
		b.Fatal(err)
	}
	return c
}

// expect compares the changes after a generation, rendered one a line, with what they should be.
func (b *bench) expect(after catalog.Generation, want ...string) catalog.Generation {
	b.Helper()
	b.steps++
	c := b.changes(after)
	if diff := cmp.Diff(want, render(c)); diff != "" && len(want)+len(render(c)) > 0 {
		b.Errorf("step %d: changes after %d differ (-want +got):\n%s", b.steps, after, diff)
	}
	return c.Generation
}

// content compares all that the store holds.
func (b *bench) content(want ...string) {
	b.Helper()
	c := b.changes(0)
	if !c.Full {
		b.Error("changes after 0 are not full")
	}
	if diff := cmp.Diff(want, render(c)); diff != "" && len(want)+len(render(c)) > 0 {
		b.Errorf("content differs (-want +got):\n%s", diff)
	}
}

func render(c catalog.Changes) []string {
	out := []string{}
	for _, e := range c.Upserts {
		line := fmt.Sprintf("%s %s at %s:%d", e.Ref, e.Title, e.Source.Location, e.Source.Line)
		for _, p := range e.Problems {
			line += " " + p.Code
		}
		out = append(out, line)
	}
	for _, r := range c.Deletes {
		out = append(out, "no "+r.String())
	}
	for _, f := range c.Facts {
		out = append(out, fmt.Sprintf("%s %s %s=%q from %q", f.Entity, f.Producer, f.Key, f.Value, f.Source))
	}
	for location, ps := range c.Problems {
		line := "problems of " + location + ":"
		for _, p := range ps {
			line += fmt.Sprintf(" %s@%d", p.Code, p.Line)
		}
		out = append(out, line)
	}
	slices.Sort(out)
	return out
}

// entity is a component at a line of a file.
func entity(name, title, location string, line int) *catalog.Entity {
	text, _ := json.Marshal(map[string]string{"name": name, "title": title})
	return &catalog.Entity{
		Ref: ref(name), APIVersion: "backstage.io/v1alpha1", Kind: "Component", Namespace: "default", Name: name,
		Title: title, Document: catalog.NewDocument(text), Source: catalog.Provenance{Origin: "file:all", Location: location, Line: line},
		Relations: catalog.NewRelations(catalog.Relation{Type: "ownedBy", Target: catalog.MakeRef("group", "", "team")}),
	}
}

func ref(name string) catalog.Ref { return catalog.MakeRef("component", "", name) }

// file is a file that holds entities called name=title, one a line; version makes its hash.
func file(location string, version byte, entities ...string) catalog.File {
	f := catalog.File{Location: location, Hash: [32]byte{1, version}}
	for i, text := range entities {
		name, title := text, ""
		for j := range text {
			if text[j] == '=' {
				name, title = text[:j], text[j+1:]
			}
		}
		f.Entities = append(f.Entities, entity(name, title, location, i+1))
	}
	return f
}

func broken(f catalog.File, names ...string) catalog.File {
	for _, n := range names {
		f.Broken = append(f.Broken, ref(n))
		f.Problems = append(f.Problems, catalog.Problem{Code: catalog.ProblemInvalid, Line: 9, Message: n + " is broken"})
	}
	return f
}
