package search

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search/searchtest"
)

// alive is what lives of this process, in bytes.
func alive() int64 {
	runtime.GC()
	runtime.GC() // what pools held until the first
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// lived returns a Reader that make makes, after so many edits of every entity, and its memory.
func lived(t *testing.T, entities []*catalog.Entity, rounds int, make func() *Reader) (*Reader, int64) {
	t.Helper()
	before := alive()
	r := make()
	gen := r.Generation()
	for round := range rounds {
		for from := 0; from < len(entities); from += 100 {
			c := catalog.Changes{Generation: gen + 1}
			for i := from; i < min(from+100, len(entities)); i++ {
				e := *entities[i]
				e.Title = fmt.Sprint(e.Name, round)
				searchtest.Owner(fmt.Sprintf("group:passing-%d-%d", round, i))(&e)
				c.Upserts = append(c.Upserts, &e)
			}
			gen++
			r = r.next(c)
		}
	}
	after := alive()
	return r, after - before
}

// TestImageLetsGo: what was read from an image in big pieces does not stay when all entities have changed since, neither
// in memory nor in the next image.
func TestImageLetsGo(t *testing.T) {
	entities := searchtest.Generate(1500)
	path := t.TempDir() + "/catalog.image"
	anew := func() *Reader {
		var own []*catalog.Entity // as a store reads them
		for _, e := range entities {
			record, _ := catalog.StoredRecord(e.Record().Stored())
			own = append(own, record.Entity())
		}
		return NewReader(catalog.Changes{Generation: 1, Mark: "m", Upserts: own}, nil, Options{})
	}
	if err := anew().WriteImage(path); err != nil {
		t.Fatal(err)
	}
	first := len(imageOf(t, anew(), "form"))
	imaged := func() *Reader {
		r, err := ReadImage(path, Options{})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	for _, rounds := range []int{0, 1, 5} {
		_, a := lived(t, entities, rounds, anew)
		r, b := lived(t, entities, rounds, imaged)
		t.Logf("after %d rounds: %d kB anew, %d kB from an image", rounds, a>>10, b>>10)
		if b > a+a/4 {
			t.Errorf("after %d rounds an image takes %d kB, %d kB without it", rounds, b>>10, a>>10)
		}
		if next := len(imageOf(t, r, "form")); next > 2*first {
			t.Errorf("after %d rounds the next image takes %d kB, the first %d kB", rounds, next>>10, first>>10)
		}
	}
}
