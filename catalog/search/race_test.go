package search_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/catalog/search"
	st "github.com/backchannel-portal/backchannel/catalog/search/searchtest"
)

// TestReadersWhileChanging reads through all methods while entities, docs and the whole catalog are replaced, and
// checks that each view is consistent in itself.
func TestReadersWhileChanging(t *testing.T) {
	feed := st.NewFeed(st.Generate(300)...)
	l := startLive(t, feed, search.Options{})
	var stop atomic.Bool
	var readers sync.WaitGroup
	for range 4 {
		readers.Go(func() {
			for !stop.Load() {
				v := l.Reader().For(catalog.Viewer{})
				n := 0
				for e := range v.Entities(search.Filter{}) {
					if _, ok := v.Entity(e.Ref); !ok {
						t.Errorf("%s is listed but not there", e.Ref)
					}
					v.Relations(e.Ref)
					n++
				}
				if n != v.Count(search.Filter{}) {
					t.Errorf("listed %d, counted %d", n, v.Count(search.Filter{}))
				}
				for _, h := range v.Search(search.Query{Text: "edited order thing", Any: true}) {
					if _, ok := v.Entity(h.Entity.Ref); !ok {
						t.Errorf("%s is found but not there", h.Entity.Ref)
					}
				}
				v.Resolve("editd-thing-3", search.ResolveOptions{})
				v.SearchDocs(search.Query{Text: "manual"})
			}
		})
	}
	var gen catalog.Generation
	for i := range 24 {
		ref := fmt.Sprintf("component:edited-thing-%d", i%7)
		switch {
		case i%10 == 9:
			gen = feed.Push(catalog.Changes{Full: true, Upserts: st.Generate(200 + i)})
		case i%5 == 4:
			gen = feed.Drop(ref)
		default:
			gen = feed.Put(st.Entity(ref, st.About(fmt.Sprint("edited ", i)), st.Owner("group:editors")))
		}
		l.SetDocs(st.Ref(ref), []search.Doc{{Entity: st.Ref(ref), Title: "Manual", Text: fmt.Sprint("manual ", i)}})
	}
	eventually(t, "the last change", textAt(l, gen))
	stop.Store(true)
	readers.Wait()
}
