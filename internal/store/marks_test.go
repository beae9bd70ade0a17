package store

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/catalog/search/searchtest"
	"github.com/backchannel-portal/backchannel/internal/store/storetest"
)

func sinceThen(t testing.TB, db *DB, c catalog.Changes) catalog.Changes {
	t.Helper()
	out, err := db.Catalog().ChangesSince(context.Background(), c.Generation, c.Mark)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// titled stores one entity with a title and returns the state then.
func titled(t testing.TB, db *DB, title string) catalog.Changes {
	t.Helper()
	apply(t, db, oneFile("o", "a", "a", title))
	return changes(t, db, 0)
}

func execute(t testing.TB, db *DB, statement string, args ...any) {
	t.Helper()
	if _, err := db.writer.raw.Exec(statement, args...); err != nil {
		t.Fatal(err)
	}
}

// asBefore changes the title of the entity as a program does that knows nothing of marks.
func asBefore(t testing.TB, db *DB, title string) {
	t.Helper()
	was := changes(t, db, 0)
	titled(t, db, title)
	execute(t, db, `DELETE FROM catalog_marks WHERE generation > $1`, int64(was.Generation))
}

func TestMarks(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		db := open(t, url)
		one := titled(t, db, "A")
		if one.Mark == "" {
			t.Fatal("a state has no mark")
		}
		if c := sinceThen(t, db, one); c.Full || len(c.Upserts) > 0 || c.Mark != one.Mark || len(c.Checked) != 1 {
			t.Errorf("nothing happened: %+v", c)
		}
		apply(t, db, oneFile("o", "a", "a", "A"))
		if c := changes(t, db, 0); c.Mark != one.Mark {
			t.Error("a look at the sources makes a new mark")
		}
		two := titled(t, db, "B")
		if c := sinceThen(t, db, one); c.Full || len(c.Upserts) != 1 || c.Mark != two.Mark || c.Mark == one.Mark {
			t.Errorf("one change: %+v", c)
		}
		for name, c := range map[string]catalog.Changes{
			"another mark":  {Generation: one.Generation, Mark: two.Mark},
			"no mark":       {Generation: one.Generation},
			"ahead":         {Generation: two.Generation + 1, Mark: two.Mark},
			"another store": titled(t, openAt(t, another(t, url), clock), "A"),
		} {
			if got := sinceThen(t, db, c); !got.Full || len(got.Upserts) != 1 || got.Mark != two.Mark {
				t.Errorf("%s: %+v", name, got)
			}
		}
	})
}

// another is the URL of an empty database of the same kind.
func another(t testing.TB, url string) string {
	if url[:6] == "sqlite" {
		return storetest.SQLite(t)
	}
	return storetest.Postgres(t)
}

// TestMarksAfterARestore: what came after the backup is not taken for what came after the restore, whoever writes then.
func TestMarksAfterARestore(t *testing.T) {
	for name, write := range map[string]func(testing.TB, *DB, string){
		"this version":   func(t testing.TB, db *DB, title string) { titled(t, db, title) },
		"the one before": asBefore,
	} {
		t.Run(name, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, url string) {
				db, err := Open(t.Context(), Options{URL: url, Clock: clock})
				if err != nil {
					t.Fatal(err)
				}
				before := titled(t, db, "A")
				copied := filepath.Join(t.TempDir(), "copy")
				if err := Dump(t.Context(), url, copied); err != nil {
					t.Fatal(err)
				}
				undone := titled(t, db, "B")
				if err := db.Close(); err != nil {
					t.Fatal(err)
				}
				if err := Load(t.Context(), url, copied); err != nil {
					t.Fatal(err)
				}
				db = open(t, url)
				if c := sinceThen(t, db, undone); !c.Full || c.Generation != before.Generation {
					t.Errorf("behind it: %+v", c)
				}
				for range 3 {
					write(t, db, fmt.Sprint("C", changes(t, db, 0).Generation))
					if c := sinceThen(t, db, undone); !c.Full {
						t.Errorf("at generation %d: %+v", c.Generation, c)
					}
				}
				if c := sinceThen(t, db, before); c.Full || len(c.Upserts) != 1 {
					t.Errorf("from before the backup: %+v", c)
				}
			})
		})
	}
}

// TestMarksBesideTheVersionBefore: states that a program without marks makes have none until one with marks comes by.
func TestMarksBesideTheVersionBefore(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		db := open(t, url)
		one := titled(t, db, "A")
		asBefore(t, db, "B")
		if c := sinceThen(t, db, one); c.Full || len(c.Upserts) != 1 || c.Mark != "" {
			t.Errorf("%+v", c)
		}
		apply(t, db, oneFile("o", "a", "a", "B"))
		if c := changes(t, db, 0); c.Mark == "" || c.Generation != one.Generation+1 {
			t.Errorf("%+v", c)
		}
	})
}

// TestMarksThatAreLeftOver: marks of what was undone by hand, and a table that a restore did not know of.
func TestMarksThatAreLeftOver(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		db := open(t, url)
		titled(t, db, "A")
		undone := titled(t, db, "B")
		execute(t, db, `UPDATE catalog_state SET generation = generation - 1 WHERE id = 1`)
		titled(t, db, "C")
		if c := sinceThen(t, db, undone); !c.Full || c.Generation != undone.Generation {
			t.Errorf("%+v", c)
		}
		execute(t, db, `DELETE FROM store_migrations WHERE version_id = 122`)
		here := changes(t, db, 0)
		db = open(t, url)
		if c := sinceThen(t, db, here); !c.Full || c.Mark != "" {
			t.Errorf("after the migration: %+v", c)
		}
	})
}

func TestMarksArePruned(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		now := clock()
		db := openAt(t, url, func() time.Time { return now })
		one, two := titled(t, db, "A"), titled(t, db, "B")
		now = now.Add(time.Hour)
		three := titled(t, db, "C")
		now = now.Add(90 * time.Minute)
		if err := db.Catalog().Prune(t.Context(), Retention{Feed: 2 * time.Hour}); err != nil {
			t.Fatal(err)
		}
		for _, x := range []struct {
			state catalog.Changes
			full  bool
		}{{one, true}, {two, true}, {three, false}} {
			if c := sinceThen(t, db, x.state); c.Full != x.full {
				t.Errorf("generation %d: full %v", x.state.Generation, c.Full)
			}
		}
		now = now.Add(24 * time.Hour)
		if err := db.Catalog().Prune(t.Context(), Retention{Feed: 2 * time.Hour}); err != nil {
			t.Fatal(err)
		}
		if c := sinceThen(t, db, three); c.Full {
			t.Error("the present state has lost its mark")
		}
	})
}

// TestImageOfAStore: an image and what happened since is the same as everything read anew.
func TestImageOfAStore(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		db, path := open(t, url), filepath.Join(t.TempDir(), "catalog.image")
		var refs []catalog.Ref
		d := catalog.Delta{Origin: "o", Full: true}
		for i, e := range searchtest.Generate(60) {
			refs = append(refs, e.Ref)
			d.Files = append(d.Files, catalog.File{Location: fmt.Sprint(i), Hash: [32]byte{1, byte(i)}, Entities: []*catalog.Entity{e}})
		}
		apply(t, db, d)
		facts := func(value string) {
			f := catalog.Fact{Entity: refs[0], Key: "k", Value: value, Source: "s", AsOf: clock()}
			if _, err := db.Catalog().ApplyFacts(t.Context(), "p", refs[:2], []catalog.Fact{f}); err != nil {
				t.Fatal(err)
			}
		}
		facts("1")
		if err := search.NewReader(changes(t, db, 0), nil, search.Options{}).WriteImage(path); err != nil {
			t.Fatal(err)
		}
		facts("2")
		apply(t, db, oneFile("o", "new", "new", "New"))
		apply(t, db, catalog.Delta{Origin: "o", Gone: []string{"3"}, Files: []catalog.File{{Location: "5", Hash: [32]byte{9}, Problems: []catalog.Problem{{Code: catalog.ProblemInvalid, Message: "no"}}}}})
		if _, err := db.Catalog().Sweep(t.Context(), []string{"o"}, 0); err != nil {
			t.Fatal(err)
		}
		old, err := search.ReadImage(path, search.Options{})
		if err != nil {
			t.Fatal(err)
		}
		got, err := old.CatchUp(t.Context(), db.Catalog())
		if err != nil {
			t.Fatal(err)
		}
		want := search.NewReader(changes(t, db, 0), nil, search.Options{})
		if diff := cmp.Diff(all(want), all(got)); diff != "" {
			t.Errorf("-read anew +image\n%s", diff)
		}
	})
}

// all is what a Reader shows of everything.
func all(r *search.Reader) []string {
	v := r.For(catalog.Viewer{})
	out := []string{fmt.Sprint(r.Generation(), v.FileProblems(), v.FactsByKey("p", "k"), v.AsOf("o"))}
	for e := range v.Entities(search.Filter{}) {
		out = append(out, fmt.Sprint(e.Ref, e.Title, v.Relations(e.Ref), v.Problems(e.Ref), v.Facts(e.Ref, "p", "")))
	}
	return out
}
