package store

import (
	"context"
	"fmt"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/catalogtest"
	"github.com/backchannel-portal/backchannel/internal/store/storetest"
)

// The benchmark of the whole load links bleve, whose workers live as long as the process.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(storetest.Main(m).WithSchema(makeSchema), goleak.IgnoreTopFunction("github.com/blevesearch/bleve_index_api.AnalysisWorker"))
}

// makeSchema migrates a database that tests get copies of.
func makeSchema(url string) error {
	db, err := Open(context.Background(), Options{URL: url, Clock: clock})
	if err != nil {
		return err
	}
	return db.Close()
}

func clock() time.Time { return catalogtest.Start.Add(time.Hour) }

func TestMemory(t *testing.T) {
	catalogtest.Test(t, func(_ *testing.T, clock func() time.Time) catalog.Store { return NewMemory(clock) })
}

// TestShortHistory runs the suite on a store that forgets at once, so that every reader gets everything.
func TestShortHistory(t *testing.T) {
	m := NewMemory(clock)
	m.history.limit = 3
	for i := range 10 {
		name := fmt.Sprintf("e%d", i)
		e := &catalog.Entity{Ref: catalog.MakeRef("component", "", name), Name: name}
		if _, err := m.Apply(context.Background(), catalog.Delta{Files: []catalog.File{{Location: name, Hash: [32]byte{1}, Entities: []*catalog.Entity{e}}}}); err != nil {
			t.Fatal(err)
		}
	}
	for after, want := range map[catalog.Generation]struct {
		full    bool
		upserts int
	}{0: {true, 10}, 1: {true, 10}, 7: {true, 10}, 8: {false, 3}, 10: {false, 1}, 11: {false, 0}} {
		c, err := m.Changes(context.Background(), after)
		if err != nil || c.Full != want.full || len(c.Upserts) != want.upserts {
			t.Errorf("after %d: full %v with %d entities, %v", after, c.Full, len(c.Upserts), err)
		}
	}
}

func TestClockFillsIn(t *testing.T) {
	m := NewMemory(clock)
	if _, err := m.Apply(context.Background(), catalog.Delta{Origin: "o"}); err != nil {
		t.Fatal(err)
	}
	if c, _ := m.Changes(context.Background(), 0); !c.Checked["o"].Equal(clock()) {
		t.Error(c.Checked)
	}
}

// BenchmarkApply loads 10,000 entities and then changes one of them.
func BenchmarkApply(b *testing.B) {
	files := make([]catalog.File, 10_000)
	for i := range files {
		name := fmt.Sprintf("e%d", i)
		e := &catalog.Entity{Ref: catalog.MakeRef("component", "", name), Name: name, Document: catalog.NewDocument([]byte(name))}
		files[i] = catalog.File{Location: name, Hash: [32]byte{1}, Entities: []*catalog.Entity{e}}
	}
	b.Run("load", func(b *testing.B) {
		for b.Loop() {
			if _, err := NewMemory(clock).Apply(context.Background(), catalog.Delta{Full: true, Files: files}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("one", func(b *testing.B) {
		m := NewMemory(clock)
		if _, err := m.Apply(context.Background(), catalog.Delta{Full: true, Files: files}); err != nil {
			b.Fatal(err)
		}
		for i := 0; b.Loop(); i++ {
			f := files[0]
			e := *f.Entities[0]
			e.Document = catalog.NewDocument(fmt.Append(nil, i))
			f.Hash, f.Entities = [32]byte{2, byte(i), byte(i >> 8), byte(i >> 16)}, []*catalog.Entity{&e}
			g, err := m.Apply(context.Background(), catalog.Delta{Files: []catalog.File{f}})
			if err != nil {
				b.Fatal(err)
			}
			if c, err := m.Changes(context.Background(), g-1); err != nil || len(c.Upserts) != 1 {
				b.Fatal(len(c.Upserts), err)
			}
		}
	})
}
