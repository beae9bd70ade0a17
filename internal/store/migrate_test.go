package store

import (
	"context"
	"fmt"
	"io/fs"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/store/storetest"
)

// laterRelease is a release with that many more levels, whose last migration is the given SQL.
func laterRelease(t testing.TB, levels int, statements ...string) release {
	t.Helper()
	r := thisRelease()
	files := fstest.MapFS{}
	err := fs.WalkDir(r.migrations, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(r.migrations, path)
		files[path] = &fstest.MapFile{Data: data}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for i, s := range statements {
		for _, dialect := range []string{"sqlite", "postgres"} {
			files[fmt.Sprintf("%s/%05d_later.sql", dialect, 90_000+i)] = &fstest.MapFile{Data: []byte("-- +goose Up\n" + s + ";\n")}
		}
	}
	return release{migrations: files, level: r.level + levels}
}

func openRelease(t testing.TB, url string, r release) (*DB, error) {
	t.Helper()
	db, err := Open(context.Background(), Options{URL: url, Clock: clock, release: r})
	if err == nil {
		t.Cleanup(func() {
			if err := db.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	return db, err
}

// TestManyStartAtOnce: of several processes that find an empty database, one makes the schema.
func TestManyStartAtOnce(t *testing.T) {
	storetest.EachBare(t, func(t *testing.T, url string) {
		var wg sync.WaitGroup
		for i := range 6 {
			wg.Go(func() {
				db, err := openRelease(t, url, thisRelease())
				if err != nil {
					t.Error(err)
					return
				}
				apply(t, db, oneFile("o", fmt.Sprint(i), fmt.Sprintf("e%d", i), "T"))
			})
		}
		wg.Wait()
		if c := changes(t, open(t, url), 0); len(c.Upserts) != 6 {
			t.Errorf("%d entities", len(c.Upserts))
		}
	})
}

// TestUpgradeUnderLoad: replicas of two versions beside each other work on, forwards and back.
func TestUpgradeUnderLoad(t *testing.T) {
	const column = `ALTER TABLE catalog_definitions ADD COLUMN colour TEXT NOT NULL DEFAULT ''`
	storetest.EachBare(t, func(t *testing.T, url string) {
		old, err := openRelease(t, url, thisRelease())
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(context.Background())
		var wg sync.WaitGroup
		steps := make(chan struct{}, 1000)
		load := func(name string, db *DB) {
			wg.Go(func() {
				for i := 0; ctx.Err() == nil && i < 1000; i++ {
					_, err := db.Catalog().Apply(ctx, oneFile(name, fmt.Sprint(i%5), fmt.Sprintf("%s%d", name, i%5), fmt.Sprint(i)))
					if err == nil {
						_, err = db.Catalog().Changes(ctx, 0)
					}
					if err != nil && ctx.Err() == nil {
						t.Errorf("%s, step %d: %v", name, i, err)
						return
					}
					steps <- struct{}{}
				}
			})
		}
		work := func() { // until everybody has done something more
			for range 20 {
				select {
				case <-steps:
				case <-time.After(20 * time.Second):
					t.Fatal("nothing moves")
				}
			}
		}
		load("old", old)
		work()
		next, err := openRelease(t, url, laterRelease(t, 1, column))
		if err != nil {
			t.Fatal(err)
		}
		load("next", next)
		work()
		back, err := openRelease(t, url, thisRelease()) // a replica that is rolled back
		if err != nil {
			t.Fatal(err)
		}
		load("back", back)
		work()
		stop()
		wg.Wait()
	})
}

// TestTwoVersionsApart: a program that the schema has left behind refuses to start, and one that runs refuses to write.
func TestTwoVersionsApart(t *testing.T) {
	storetest.EachBare(t, func(t *testing.T, url string) {
		old, err := openRelease(t, url, thisRelease())
		if err != nil {
			t.Fatal(err)
		}
		apply(t, old, oneFile("o", "a", "a", "A"))
		if _, err := openRelease(t, url, laterRelease(t, 2, `CREATE TABLE later (id INTEGER)`)); err != nil {
			t.Fatal(err)
		}
		_, starts := openRelease(t, url, thisRelease())
		_, writes := old.Catalog().Apply(context.Background(), oneFile("o", "a", "a", "B"))
		for err, kind := range map[error]fault.Kind{starts: fault.Invalid, writes: fault.Upstream} {
			if !fault.Is(err, kind) || !strings.Contains(err.Error(), "made by a newer Backchannel") || strings.Contains(err.Error(), "\n") {
				t.Error(err)
			}
		}
	})
}

// TestBrokenMigration: a migration that fails leaves what was there, and what comes next can mend it.
func TestBrokenMigration(t *testing.T) {
	storetest.EachBare(t, func(t *testing.T, url string) {
		db, err := openRelease(t, url, thisRelease())
		if err != nil {
			t.Fatal(err)
		}
		apply(t, db, oneFile("o", "a", "a", "A"))
		if _, err := openRelease(t, url, laterRelease(t, 1, "CREATE TABLE half (id INTEGER);\nINSERT INTO nowhere VALUES (1)")); err == nil || !strings.Contains(err.Error(), "migrate the database") {
			t.Fatal(err)
		}
		apply(t, db, oneFile("o", "b", "b", "B"))
		mended, err := openRelease(t, url, laterRelease(t, 1, `CREATE TABLE half (id INTEGER)`))
		if err != nil {
			t.Fatal(err)
		}
		if c := changes(t, mended, 0); len(c.Upserts) != 2 {
			t.Errorf("%d entities", len(c.Upserts))
		}
	})
}
