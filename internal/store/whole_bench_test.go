package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"time"

	"gopkg.in/yaml.v3"

	fromfile "github.com/backchannel-portal/backchannel/catalog/ingest/file"
	"github.com/backchannel-portal/backchannel/catalog/search"
	"github.com/backchannel-portal/backchannel/catalog/search/searchtest"
)

// BenchmarkWholeLoad takes 100,000 entities from descriptor files to answers and words, through the source, the store
// and the reader, and compares that with the sum of its bare parts: yaml.v3 decoding the same bytes, bleve's builder
// indexing the same texts, and the same rows put into the same tables. Then it looks at the unchanged files again.
func BenchmarkWholeLoad(b *testing.B) {
	entities := searchtest.Generate(100_000)
	dir := b.TempDir()
	var texts [][]byte
	for i, part := range slices.Collect(slices.Chunk(entities, 1000)) {
		var text bytes.Buffer
		for _, e := range part {
			fmt.Fprintf(&text, "---\n%s\n", e.Document.JSON())
		}
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("part-%03d.yaml", i)), text.Bytes(), 0o600); err != nil {
			b.Fatal(err)
		}
		texts = append(texts, text.Bytes())
	}
	onEach(b, func(b *testing.B, db *DB) {
		var cold, again, floor cost
		for b.Loop() {
			empty(b, db)
			src, err := fromfile.New(fromfile.Options{Target: filepath.Join(dir, "*.yaml")})
			if err != nil {
				b.Fatal(err)
			}
			runtime.GC()
			cold.add(func() { load(b, db, src) })
			again.add(func() { applyFrom(b, db, src) })
			tables := readTables(b, db)
			empty(b, db)
			runtime.GC()
			floor.add(func() {
				bareYAML(b, texts)
				if err := searchtest.BareIndex(filepath.Join(b.TempDir(), "floor"), entities); err != nil {
					b.Fatal(err)
				}
				bareRows(b, db, tables)
			})
		}
		report(b, cold, floor)
		b.ReportMetric(cold.wall.Seconds()/again.wall.Seconds(), "x-unchanged")
	})
}

func applyFrom(b *testing.B, db *DB, src *fromfile.Source) {
	d, err := src.Read(context.Background())
	if err != nil {
		b.Fatal(err)
	}
	if len(d.Files) == 0 {
		b.Fatal("there is nothing to load")
	}
	if _, err := db.Catalog().Apply(context.Background(), d); err != nil {
		b.Fatal(err)
	}
}

// load reads and stores, and waits until names and words are found.
func load(b *testing.B, db *DB, src *fromfile.Source) {
	applyFrom(b, db, src)
	live := search.New(db.Catalog(), search.Options{Dir: b.TempDir()})
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- live.Run(ctx) }()
	for r := live.Reader(); r.Generation() == 0 || r.TextGeneration() < r.Generation(); r = live.Reader() {
		time.Sleep(5 * time.Millisecond)
	}
	stop()
	if err := <-done; err != nil {
		b.Fatal(err)
	}
}

func bareYAML(b *testing.B, texts [][]byte) {
	for _, text := range texts {
		d := yaml.NewDecoder(bytes.NewReader(text))
		for {
			var v map[string]any
			if err := d.Decode(&v); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				b.Fatal(err)
			}
		}
	}
}

func bareRows(b *testing.B, db *DB, tables []table) {
	ctx := context.Background()
	err := db.write(ctx, "load", func(t *tx) error {
		for _, x := range tables {
			if err := t.insert(ctx, x.name, x.columns, len(x.rows), func(i int) []any { return x.rows[i] }); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
}
