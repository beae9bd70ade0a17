package catalogtest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/backchannel-portal/backchannel/catalog"
)

func (b *bench) facts(producer string, entities []catalog.Ref, facts ...catalog.Fact) catalog.Generation {
	b.Helper()
	g, err := b.store.ApplyFacts(context.Background(), producer, entities, facts)
	if err != nil {
		b.Fatal(err)
	}
	return g
}

func testFacts(b *bench) {
	x := ref("x")
	fact := func(key, value string) catalog.Fact {
		return catalog.Fact{Entity: x, Key: key, Value: value, Source: "go.mod:1", AsOf: Start}
	}
	g := b.facts("inventory", []catalog.Ref{x}, fact("lang/go", "1.26"), fact("lang/java", "21"))
	b.expect(1, `component:default/x inventory lang/go="1.26" from "go.mod:1"`, `component:default/x inventory lang/java="21" from "go.mod:1"`)
	if again := b.facts("inventory", []catalog.Ref{x}, fact("lang/java", "21"), fact("lang/go", "1.26")); again != g {
		b.Errorf("the same facts again make generation %d of %d", again, g)
	}
	b.facts("inventory", []catalog.Ref{x}, fact("lang/go", "1.27"))
	g = b.expect(g, `component:default/x inventory lang/go="1.27" from "go.mod:1"`, `component:default/x inventory lang/java="" from ""`)
	b.content(`component:default/x inventory lang/go="1.27" from "go.mod:1"`)
	later := fact("lang/go", "1.27")
	later.AsOf = Start.Add(time.Hour)
	b.facts("inventory", []catalog.Ref{x}, later)
	if c := b.changes(g); len(c.Facts) != 1 || !c.Facts[0].AsOf.Equal(later.AsOf) {
		b.Errorf("a fact that was confirmed later is not reported: %+v", c.Facts)
	}
	b.facts("inventory", []catalog.Ref{x})
	b.content()
}

// testFactsApart: a call touches one producer and the entities it names, and nothing else.
func testFactsApart(b *bench) {
	x, y := ref("x"), ref("y")
	b.facts("inventory", []catalog.Ref{x, y}, catalog.Fact{Entity: x, Key: "k", Value: "1"}, catalog.Fact{Entity: y, Key: "k", Value: "2"})
	b.facts("docs", []catalog.Ref{x}, catalog.Fact{Entity: x, Producer: "whatever it says", Key: "k", Value: "3"})
	b.facts("docs", []catalog.Ref{x}, catalog.Fact{Entity: x, Key: "k", Value: "3"}, catalog.Fact{Entity: y, Key: "not asked", Value: "4"}, catalog.Fact{Entity: x, Key: "empty"})
	b.content(`component:default/x docs k="3" from ""`, `component:default/x inventory k="1" from ""`, `component:default/y inventory k="2" from ""`)
	b.facts("inventory", []catalog.Ref{y})
	b.content(`component:default/x docs k="3" from ""`, `component:default/x inventory k="1" from ""`)
}

// testHistory: a reader gets what happened since, however far behind: step by step, at once, or everything anew.
func testHistory(b *bench) {
	for i := range 50 {
		name := fmt.Sprintf("e%d", i%5)
		b.apply(catalog.Delta{Files: []catalog.File{file(name+".yaml", byte(i), fmt.Sprintf("%s=v%d", name, i))}})
	}
	all := b.changes(0)
	if len(all.Upserts) != 5 {
		b.Fatalf("%d entities", len(all.Upserts))
	}
	for after := catalog.Generation(1); after <= all.Generation; after++ {
		c := b.changes(after)
		want := min(5, int(all.Generation-after))
		if !c.Full && len(c.Upserts) != want || c.Generation != all.Generation {
			b.Errorf("after %d: %d entities, generation %d", after, len(c.Upserts), c.Generation)
		}
		for _, e := range c.Upserts {
			if e.Title < "v45" {
				b.Errorf("after %d: %s is at its version %s", after, e.Ref, e.Title)
			}
		}
	}
	if c := b.changes(all.Generation + 100); !c.Full || len(c.Upserts) != 5 {
		b.Error("a reader of another store's generations does not get everything")
	}
}

func testChecked(b *bench) {
	g := b.apply(catalog.Delta{Files: []catalog.File{file("a.yaml", 1, "x")}})
	later := Start.Add(time.Minute)
	if again := b.apply(catalog.Delta{Checked: later}); again != g {
		b.Errorf("a confirmation makes generation %d of %d", again, g)
	}
	b.apply(catalog.Delta{Origin: "file:other", Checked: Start})
	c := b.changes(g)
	if !c.Checked["file:all"].Equal(later) || !c.Checked["file:other"].Equal(Start) {
		b.Errorf("checked at %v", c.Checked)
	}
}

func testWait(b *bench) {
	g := b.apply(catalog.Delta{Files: []catalog.File{file("a.yaml", 1, "x")}})
	if err := b.store.Wait(context.Background(), g-1); err != nil {
		b.Error("waiting for what has happened:", err)
	}
	for _, wake := range []func(){
		func() { b.apply(catalog.Delta{Files: []catalog.File{file("b.yaml", 1, "y")}}) },
		func() { b.apply(catalog.Delta{Checked: Start.Add(time.Hour)}) },
		func() { b.facts("p", []catalog.Ref{ref("x")}, catalog.Fact{Entity: ref("x"), Key: "k", Value: "v"}) },
	} {
		ctx, stop := context.WithTimeout(context.Background(), 20*time.Second)
		now := b.changes(0).Generation
		done := make(chan error, 1)
		started := make(chan struct{})
		go func() {
			close(started)
			done <- b.store.Wait(ctx, now)
		}()
		<-started
		time.Sleep(20 * time.Millisecond) // most often long enough to be waiting; not being so fails nothing but a confirmation
		wake()
		if err := <-done; err != nil {
			b.Error("waiting:", err)
		}
		stop()
	}
	ctx, stop := context.WithTimeout(context.Background(), 5*time.Millisecond)
	defer stop()
	if err := b.store.Wait(ctx, b.changes(0).Generation); !errors.Is(err, context.DeadlineExceeded) {
		b.Error("waiting in vain:", err)
	}
}

func testCancelled(b *bench) {
	ctx, stop := context.WithCancel(context.Background())
	stop()
	_, applied := b.store.Apply(ctx, catalog.Delta{Origin: "o"})
	_, facts := b.store.ApplyFacts(ctx, "p", nil, nil)
	_, changes := b.store.Changes(ctx, 0)
	for _, err := range []error{applied, facts, changes} {
		if !errors.Is(err, context.Canceled) {
			b.Error(err)
		}
	}
}

// testConcurrency: writers of different origins and a follower; in the end the follower knows what the store holds.
func testConcurrency(b *bench) {
	const writers, rounds = 4, 25
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for i := range rounds {
				f := file(fmt.Sprintf("%d.yaml", w), byte(i), fmt.Sprintf("w%d=v%d", w, i), fmt.Sprintf("w%d-%d", w, i))
				if _, err := b.store.Apply(context.Background(), catalog.Delta{Origin: fmt.Sprint(w), Files: []catalog.File{f}, Checked: Start}); err != nil {
					b.Error(err)
				}
			}
		})
	}
	stopped := make(chan struct{})
	go func() {
		wg.Wait()
		close(stopped)
	}()
	known := map[catalog.Ref]string{}
	var at catalog.Generation
	for last := false; !last; {
		select {
		case <-stopped:
			last = true
		default:
		}
		c := b.changes(at)
		if c.Generation < at {
			b.Fatalf("generation %d comes after %d", c.Generation, at)
		}
		if at = c.Generation; c.Full {
			clear(known)
		}
		for _, e := range c.Upserts {
			known[e.Ref] = e.Title
		}
		for _, r := range c.Deletes {
			delete(known, r)
		}
	}
	all := b.changes(0)
	if len(known) != len(all.Upserts) || len(known) != 2*writers {
		b.Errorf("the follower knows %d entities, the store %d", len(known), len(all.Upserts))
	}
	for _, e := range all.Upserts {
		if known[e.Ref] != e.Title {
			b.Errorf("%s is %q to the follower and %q in the store", e.Ref, known[e.Ref], e.Title)
		}
	}
}
