package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/catalog/search/searchtest"
	"github.com/backchannel-portal/backchannel/internal/store/storetest"
)

// company is a catalog of 100,000 entities with about 450,000 relations, counted in both directions, a file each.
func company(version byte) catalog.Delta {
	entities := searchtest.Generate(100_000)
	d := catalog.Delta{Origin: "generated", Full: true, Checked: time.Unix(1, 0), Files: make([]catalog.File, len(entities))}
	for i, e := range entities {
		text := e.Document.JSON()
		d.Files[i] = catalog.File{Location: e.Source.Location, Hash: sha256.Sum256(append(text, version)), Entities: []*catalog.Entity{e}, Text: text}
	}
	return d
}

// onEach runs a benchmark on an empty database of each kind.
func onEach(b *testing.B, run func(b *testing.B, db *DB)) {
	for name, url := range map[string]func(testing.TB) string{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		b.Run(name, func(b *testing.B) { run(b, openAt(b, url(b), clock)) })
	}
}

// BenchmarkColdLoad loads a company into an empty database, and compares that with putting the same columns into the
// same tables bare (COPY, or prepared inserts in one transaction); then it reads the unchanged company again.
func BenchmarkColdLoad(b *testing.B) {
	d := company(1)
	onEach(b, func(b *testing.B, db *DB) {
		ctx := context.Background()
		apply := func() {
			if _, err := db.Catalog().Apply(ctx, d); err != nil {
				b.Fatal(err)
			}
		}
		var cold, bare, again cost
		for b.Loop() {
			empty(b, db)
			runtime.GC()
			cold.add(apply)
			again.add(apply)
			tables := readTables(b, db)
			empty(b, db)
			runtime.GC()
			bare.add(func() { bareRows(b, db, tables) })
		}
		report(b, cold, bare)
		b.ReportMetric(cold.wall.Seconds()/again.wall.Seconds(), "x-unchanged")
	})
}

// bulkTables are those that a load fills.
var bulkTables = []string{"catalog_files", "catalog_texts", "catalog_definitions"}

func empty(b *testing.B, db *DB) {
	b.Helper()
	names := append([]string{"catalog_gone", "catalog_history", "catalog_origins"}, bulkTables...)
	statement := "TRUNCATE " + strings.Join(names, ", ")
	if !db.dialect.postgres() {
		statement = "DELETE FROM " + strings.Join(names, "; DELETE FROM ")
	}
	if _, err := db.writer.raw.Exec(statement); err != nil {
		b.Fatal(err)
	}
}

// table is the content of a table.
type table struct {
	name    string
	columns []string
	rows    [][]any
}

func readTables(b *testing.B, db *DB) (out []table) {
	b.Helper()
	for _, name := range bulkTables {
		rows, err := db.reader.Query(`SELECT * FROM ` + name)
		if err != nil {
			b.Fatal(err)
		}
		x := table{name: name}
		if x.columns, err = rows.Columns(); err != nil {
			b.Fatal(err)
		}
		for rows.Next() {
			values, into := make([]any, len(x.columns)), make([]any, len(x.columns))
			for i := range values {
				into[i] = &values[i]
			}
			if err := rows.Scan(into...); err != nil {
				b.Fatal(err)
			}
			x.rows = append(x.rows, values)
		}
		if err := rows.Err(); err != nil {
			b.Fatal(err)
		}
		rows.Close()
		out = append(out, x)
	}
	return out
}

// BenchmarkStart reads a whole company from the database, and compares that with reading the same columns bare; "answer"
// is the same ratio for a start from the image that the process before left, up to answers to a name, a misspelt one,
// words and a title, and "anew" for one without an image, which makes the snapshot and the names.
func BenchmarkStart(b *testing.B) {
	onEach(b, func(b *testing.B, db *DB) {
		ctx := context.Background()
		d := company(1)
		if _, err := db.Catalog().Apply(ctx, d); err != nil {
			b.Fatal(err)
		}
		asked := askable(b, &d)
		image := filepath.Join(b.TempDir(), "catalog.image")
		var write, start, bare, plain, made cost
		for b.Loop() {
			runtime.GC()
			var c catalog.Changes
			plain.add(func() {
				var err error
				if c, err = db.Catalog().Changes(ctx, 0); err != nil || len(c.Upserts) != 100_000 {
					b.Fatal(len(c.Upserts), err)
				}
			})
			var r *search.Reader
			made.add(func() {
				r = search.NewReader(c, nil, search.Options{})
				firstAnswers(b, r, asked)
			})
			write.add(func() {
				if err := r.WriteImage(image); err != nil {
					b.Fatal(err)
				}
			})
			c, r = catalog.Changes{}, nil
			runtime.GC()
			bare.add(func() { bareRecords(b, db) })
			runtime.GC()
			start.add(func() {
				old, err := search.ReadImage(image, search.Options{})
				if err != nil {
					b.Fatal(err)
				}
				now, err := old.CatchUp(ctx, db.Catalog())
				if err != nil {
					b.Fatal(err)
				}
				firstAnswers(b, now, asked)
			})
		}
		report(b, plain, bare)
		b.ReportMetric(start.wall.Seconds()/bare.wall.Seconds(), "answer-ratio")
		b.ReportMetric(start.cpu.Seconds()/bare.cpu.Seconds(), "answer-cpu-ratio")
		b.ReportMetric((plain.wall+made.wall).Seconds()/bare.wall.Seconds(), "anew-ratio")
		b.ReportMetric((plain.cpu+made.cpu).Seconds()/bare.cpu.Seconds(), "anew-cpu-ratio")
		b.ReportMetric(write.cpu.Seconds()/float64(b.N), "image-cpu-s")
	})
}

// askable returns an entity with a title and a name of several words.
func askable(b *testing.B, d *catalog.Delta) *catalog.Entity {
	for _, f := range d.Files {
		if e := f.Entities[0]; e.Title != "" && e.Kind == "Component" && strings.Count(e.Name, "-") == 3 {
			return e
		}
	}
	b.Fatal("there is no such entity")
	return nil
}

// firstAnswers asks for an entity in each way in which one is found by what it is called.
func firstAnswers(b *testing.B, r *search.Reader, e *catalog.Entity) {
	v := r.For(catalog.Viewer{})
	parts := strings.Split(e.Name, "-")
	slices.Reverse(parts)
	for _, name := range []string{e.Name, e.Name[:5] + e.Name[6:], strings.Join(parts, " "), e.Title} {
		found := v.Resolve(name, search.ResolveOptions{Limit: 50})
		if !slices.ContainsFunc(found, func(c search.Candidate) bool { return c.Entity.Ref == e.Ref }) {
			b.Fatalf("%q does not find %s", name, e.Ref)
		}
	}
}

// bareRecords reads the columns of a start into memory.
func bareRecords(b *testing.B, db *DB) {
	ctx := context.Background()
	var kept [][]byte // what a start reads stays
	err := db.read(ctx, "read", func(t *tx) error {
		return t.each(ctx, `SELECT file_id, position, record FROM catalog_definitions WHERE counts`, func(rows *sql.Rows) error {
			var file, position int64
			var record []byte
			err := rows.Scan(&file, &position, &record)
			kept = append(kept, record)
			return err
		})
	})
	if err != nil || len(kept) != 100_000 {
		b.Fatal(len(kept), err)
	}
}

// BenchmarkFeed changes one file through one handle and waits until another one has read the change: as another
// replica does on PostgreSQL, or another part of the process on SQLite.
func BenchmarkFeed(b *testing.B) {
	files := make([]catalog.File, 10_000)
	for i := range files {
		e := searchtest.Entity(fmt.Sprintf("component:e%d", i))
		files[i] = catalog.File{Location: fmt.Sprint(i), Hash: sha256.Sum256([]byte(e.Name)), Entities: []*catalog.Entity{e}}
	}
	for name, url := range map[string]func(testing.TB) string{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		b.Run(name, func(b *testing.B) {
			ctx := context.Background()
			at := url(b)
			db := openAt(b, at, clock)
			reader := db
			if name == "postgres" {
				reader = openAt(b, at, clock)
			}
			g, err := db.Catalog().Apply(ctx, catalog.Delta{Origin: "o", Full: true, Files: files})
			if err != nil {
				b.Fatal(err)
			}
			var committed, total []time.Duration
			for i := 0; b.Loop(); i++ {
				read := make(chan error, 1)
				after := g
				go func() {
					err := reader.Catalog().Wait(ctx, after)
					if err == nil {
						_, err = reader.Catalog().Changes(ctx, after)
					}
					read <- err
				}()
				time.Sleep(2 * time.Millisecond)
				e := *files[i%len(files)].Entities[0]
				e.Title = fmt.Sprint(i)
				start := time.Now()
				g, err = db.Catalog().Apply(ctx, catalog.Delta{Origin: "o", Files: []catalog.File{{Location: fmt.Sprint(i % len(files)), Hash: sha256.Sum256([]byte(e.Title)), Entities: []*catalog.Entity{&e}}}})
				if err != nil {
					b.Fatal(err)
				}
				done := time.Now()
				if err := <-read; err != nil {
					b.Fatal(err)
				}
				committed, total = append(committed, max(0, time.Since(done))), append(total, time.Since(start))
			}
			for name, list := range map[string][]time.Duration{"after-commit": committed, "whole": total} {
				slices.Sort(list)
				b.ReportMetric(float64(list[len(list)/2].Microseconds()), name+"-p50-us")
				b.ReportMetric(float64(list[len(list)*99/100].Microseconds()), name+"-p99-us")
			}
		})
	}
}
