package store

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search/searchtest"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/store/storetest"
)

// oneFile is a delta of one file that defines one component with a title.
func oneFile(origin, location, name, title string) catalog.Delta {
	e := searchtest.Entity("component:"+name, searchtest.Title(title))
	var hash [32]byte
	copy(hash[:], "h"+title)
	return catalog.Delta{Origin: origin, Files: []catalog.File{{Location: location, Hash: hash, Entities: []*catalog.Entity{e}, Text: []byte("name: " + name)}}}
}

func apply(t testing.TB, db *DB, d catalog.Delta) catalog.Generation {
	t.Helper()
	g, err := db.Catalog().Apply(context.Background(), d)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func changes(t testing.TB, db *DB, after catalog.Generation) catalog.Changes {
	t.Helper()
	c, err := db.Catalog().Changes(context.Background(), after)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestReplicas lets several handles on one database write at once while others follow: every generation is somebody's,
// none is missed, and in the end all followers know the same.
func TestReplicas(t *testing.T) {
	const replicas, rounds = 3, 30
	storetest.Each(t, func(t *testing.T, url string) {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		var handles []*DB
		for range replicas {
			handles = append(handles, openAt(t, url, clock))
		}
		var mu sync.Mutex
		var generations []catalog.Generation
		var writers, followers sync.WaitGroup
		last := catalog.Generation(1 + replicas*rounds)
		for i, db := range handles {
			writers.Go(func() {
				for r := range rounds {
					g, err := db.Catalog().Apply(ctx, oneFile(fmt.Sprint(i), fmt.Sprint(r%7), fmt.Sprintf("e%d-%d", i, r%7), fmt.Sprint(r)))
					if err != nil {
						t.Error(err)
						return
					}
					mu.Lock()
					generations = append(generations, g)
					mu.Unlock()
				}
			})
			followers.Go(func() { follow(ctx, t, db, last) })
		}
		writers.Wait()
		followers.Wait()
		slices.Sort(generations)
		for i, g := range generations {
			if g != catalog.Generation(i+2) {
				t.Fatalf("generation %d is missing or doubled: %v", i+2, generations)
			}
		}
	})
}

// follow takes every change up to a generation and compares what it knows then with what the store holds.
func follow(ctx context.Context, t *testing.T, db *DB, last catalog.Generation) {
	known := map[catalog.Ref]string{}
	for at := catalog.Generation(0); at < last; {
		if err := db.Catalog().Wait(ctx, at); err != nil {
			t.Error(err)
			return
		}
		c, err := db.Catalog().Changes(ctx, at)
		if err != nil {
			t.Error(err)
			return
		}
		if c.Generation > at && !c.Full && len(c.Upserts)+len(c.Deletes) == 0 {
			t.Errorf("generations %d to %d hold nothing", at, c.Generation)
		}
		at = c.Generation
		for _, e := range c.Upserts {
			known[e.Ref] = e.Title
		}
	}
	all, err := db.Catalog().Changes(ctx, 0)
	if err != nil {
		t.Error(err)
		return
	}
	for _, e := range all.Upserts {
		if known[e.Ref] != e.Title {
			t.Errorf("%s is %q to a follower and %q in the store", e.Ref, known[e.Ref], e.Title)
		}
	}
}

// TestSameDeltaAtOnce: replicas that report the same change do it once.
func TestSameDeltaAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		var handles []*DB
		for range 3 {
			handles = append(handles, openAt(t, url, clock))
		}
		for step := range 5 {
			var wg sync.WaitGroup
			for _, db := range handles {
				wg.Go(func() {
					d := catalog.Delta{Origin: "o", Full: true}
					for i := range 40 {
						d.Files = append(d.Files, oneFile("o", fmt.Sprint(i), fmt.Sprintf("e%d", i), fmt.Sprint(step)).Files...)
					}
					if _, err := db.Catalog().Apply(context.Background(), d); err != nil {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			if c := changes(t, handles[0], 0); c.Generation != catalog.Generation(step+2) || len(c.Upserts) != 40 {
				t.Fatalf("step %d: generation %d with %d entities", step, c.Generation, len(c.Upserts))
			}
		}
	})
}

// TestFarBehind: a reader that missed what was pruned since reads everything anew; one that did not goes on.
func TestFarBehind(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		now := clock()
		db := openAt(t, url, func() time.Time { return now })
		ctx := context.Background()
		apply(t, db, oneFile("o", "a", "a", "A"))
		apply(t, db, oneFile("o", "b", "b", "B"))
		before := apply(t, db, catalog.Delta{Origin: "o", Gone: []string{"a"}})
		swept, err := db.Catalog().Sweep(ctx, []string{"o"}, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range [][]catalog.Fact{{{Entity: searchtest.Ref("component:b"), Key: "k", Value: "v"}}, nil} {
			if _, err := db.Catalog().ApplyFacts(ctx, "p", []catalog.Ref{searchtest.Ref("component:b")}, f); err != nil {
				t.Fatal(err)
			}
		}
		prune := Retention{Feed: time.Hour, History: 24 * time.Hour}
		if err := db.Catalog().Prune(ctx, prune); err != nil {
			t.Fatal(err)
		}
		if c := changes(t, db, before); c.Full || len(c.Deletes) != 1 || len(c.Facts) != 1 {
			t.Errorf("nothing was old enough: %+v", c)
		}
		now = now.Add(2 * time.Hour)
		if err := db.Catalog().Prune(ctx, prune); err != nil {
			t.Fatal(err)
		}
		for after, full := range map[catalog.Generation]bool{before: true, swept: true, swept + 2: false} {
			if c := changes(t, db, after); c.Full != full {
				t.Errorf("after %d: full %v", after, c.Full)
			}
		}
		if past, err := db.Catalog().History(ctx, searchtest.Ref("component:b")); err != nil || len(past) != 1 {
			t.Errorf("history %+v, %v", past, err)
		}
		now = now.Add(24 * time.Hour)
		if err := db.Catalog().Prune(ctx, prune); err != nil {
			t.Fatal(err)
		}
		if past, err := db.Catalog().History(ctx, searchtest.Ref("component:b")); err != nil || len(past) != 0 {
			t.Errorf("history is kept for ever: %+v, %v", past, err)
		}
	})
}

// TestHistory: owner, lifecycle and facts with their times, through changes of hands, removal and return.
func TestHistory(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		now := clock()
		db := openAt(t, url, func() time.Time { return now })
		ctx := context.Background()
		pay := searchtest.Ref("component:pay")
		step := func(location, owner, lifecycle string) {
			t.Helper()
			e := searchtest.Entity("component:pay", searchtest.Owner(owner), searchtest.Lifecycle(lifecycle))
			apply(t, db, catalog.Delta{Origin: "o", Files: []catalog.File{{Location: location, Hash: [32]byte{1, byte(now.Unix() / 60)}, Entities: []*catalog.Entity{e}}}})
			if _, err := db.Catalog().ApplyFacts(ctx, "inventory", []catalog.Ref{pay}, []catalog.Fact{{Entity: pay, Key: "go", Value: lifecycle + "!", Source: "go.mod:1", AsOf: now}}); err != nil {
				t.Fatal(err)
			}
			now = now.Add(time.Minute)
		}
		step("a", "group:one", "experimental")
		step("a", "group:two", "experimental")
		step("a", "group:two", "production")
		apply(t, db, catalog.Delta{Origin: "o", Gone: []string{"a"}})
		if _, err := db.Catalog().Sweep(ctx, []string{"o"}, 0); err != nil {
			t.Fatal(err)
		}
		now = now.Add(-90 * time.Second) // the clock is put back
		step("b", "group:one", "production")
		past, err := db.Catalog().History(ctx, pay)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, p := range past {
			last := "now"
			if !p.Last.IsZero() {
				last = fmt.Sprint(p.Last.Sub(clock()))
			}
			got = append(got, fmt.Sprintf("%s %s=%s %v to %s", p.Producer, p.Key, p.Value, p.First.Sub(clock()), last))
		}
		want := []string{
			" lifecycle=experimental 0s to 2m0s", " lifecycle=production 1m30s to now", " lifecycle=production 2m0s to 3m0s",
			" owner=group:default/one 0s to 1m0s", " owner=group:default/two 1m0s to 3m0s", " owner=group:default/one 1m30s to now",
			"inventory go=experimental! 0s to 2m0s", "inventory go=production! 2m0s to now",
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("history:\n%v\nwant:\n%v", got, want)
		}
	})
}

// TestRestless: of a descriptor that never comes to rest the latest values are kept, and all of one that does.
func TestRestless(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		now := clock()
		db := openAt(t, url, func() time.Time { return now })
		file := func(name, owner string, version byte) catalog.File {
			e := searchtest.Entity("component:"+name, searchtest.Owner(owner), searchtest.Lifecycle("production"))
			return catalog.File{Location: name, Hash: [32]byte{1, version}, Entities: []*catalog.Entity{e}}
		}
		for i := range 30 {
			d := catalog.Delta{Origin: "o", Files: []catalog.File{file("flips", fmt.Sprint("group:", i%2), byte(i))}}
			if i < 3 {
				d.Files = append(d.Files, file("calm", fmt.Sprint("group:", i), byte(i)))
			}
			apply(t, db, d)
			now = now.Add(time.Minute)
		}
		owners := func(name string) (out []string) {
			past, err := db.Catalog().History(t.Context(), searchtest.Ref("component:"+name))
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range past {
				if p.Key == keyOwner {
					out = append(out, fmt.Sprint(p.Value, " ", p.First.Sub(clock())))
				}
			}
			return out
		}
		if got := owners("flips"); len(got) != 30 {
			t.Errorf("%d owners were noted: %v", len(got), got)
		}
		if err := db.Catalog().Prune(t.Context(), Retention{Feed: time.Hour, Changes: 3}); err != nil {
			t.Fatal(err)
		}
		want := []string{"group:default/0 26m0s", "group:default/1 27m0s", "group:default/0 28m0s", "group:default/1 29m0s"}
		if got := owners("flips"); !slices.Equal(got, want) {
			t.Errorf("%v are left of what flips, not %v", got, want)
		}
		if got := owners("calm"); len(got) != 3 {
			t.Errorf("%v are left of what came to rest", got)
		}
		if all := changes(t, db, 0).Upserts; len(all) != 2 {
			t.Errorf("there are %d entities", len(all))
		}
	})
}

func TestMemoryLocations(t *testing.T) { testLocations(t, NewMemoryLocations(clock)) }

func testLocations(t *testing.T, c catalog.Locations) {
	t.Helper()
	ctx := t.Context()
	l := catalog.Location{Origin: "url:https://x/all.yaml", Type: "url", Target: "https://x/all.yaml", By: "U1", At: clock()}
	for _, want := range []bool{true, false} {
		if added, err := c.Register(ctx, l); err != nil || added != want {
			t.Error(added, err)
		}
	}
	if all, err := c.Locations(ctx); err != nil || len(all) != 1 || all[0] != l {
		t.Error(all, err)
	}
	if err := c.Unregister(ctx, l.Origin); err != nil {
		t.Error(err)
	}
	if err := c.Unregister(ctx, l.Origin); !fault.Is(err, fault.NotFound) {
		t.Error(err)
	}
}

func TestLocationsAndTexts(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		db, ctx := openAt(t, url, clock), context.Background()
		c := db.Catalog()
		testLocations(t, c)
		apply(t, db, oneFile("o", "a.yaml", "a", "A"))
		text, hash, err := c.Text(ctx, "o", "a.yaml")
		if err != nil || string(text) != "name: a" || string(hash[:2]) != "hA" {
			t.Errorf("%s %x %v", text, hash, err)
		}
		if _, _, err := c.Text(ctx, "o", "b.yaml"); !fault.Is(err, fault.NotFound) {
			t.Error(err)
		}
	})
}

// TestOddCharacters: what YAML can hold and PostgreSQL cannot.
func TestOddCharacters(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		db, ctx := openAt(t, url, clock), context.Background()
		e := searchtest.Entity("component:a", searchtest.Title("a\x00b"), searchtest.Owner("group:x\x00y"))
		d := catalog.Delta{Origin: "file:\xff", Files: []catalog.File{{Location: "a\x00\xff.yaml", Hash: [32]byte{1}, Entities: []*catalog.Entity{e},
			Problems: []catalog.Problem{{Code: "x", Message: "\x00"}}, Text: []byte{0, 255}}}}
		g := apply(t, db, d)
		if again := apply(t, db, d); again != g {
			t.Error("the same again is news")
		}
		fact := catalog.Fact{Entity: e.Ref, Key: "k\x00", Value: "v\xff", Source: "s\x00"}
		for range 2 {
			next, err := db.Catalog().ApplyFacts(ctx, "p\x00", []catalog.Ref{e.Ref}, []catalog.Fact{fact})
			if err != nil || next != g+1 {
				t.Error(next, err)
			}
		}
		if c := changes(t, db, 0); c.Upserts[0].Title != e.Title || len(c.Facts) != 1 || c.Facts[0].Value != "v\uFFFD" {
			t.Errorf("%+v", c)
		}
	})
}
