package search

import (
	"context"
	"fmt"
	"iter"
	"log/slog"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/blevesearch/bleve/v2/document"

	"github.com/backchannel-portal/backchannel/catalog"
)

// text is word search over entities and documentation. It is one object for the whole life of a Live and is behind
// its Readers at times: it holds ids only, and what it finds is looked up in the Reader that asks.
type text struct {
	an       *analyzer
	dir      string // "" keeps the indexes in memory
	log      *slog.Logger
	entities atomic.Pointer[index]
	sections atomic.Pointer[index]
	gen      atomic.Uint64
	builds   int        // numbers the directories; of the goroutine that builds
	lazy     *sync.Once // builds at first use, for a one-shot Reader
	kept     string     // what an earlier process left, until it is taken over or found to be of no use
}

func newText(log *slog.Logger) *text { return &text{an: newAnalyzer(), log: log} }

func (t *text) generation() catalog.Generation { return catalog.Generation(t.gen.Load()) }

// rebuild replaces both indexes by new ones of what r holds. The first time, the one of entities may be there already.
func (t *text) rebuild(ctx context.Context, r *Reader) error {
	kept := t.kept
	t.kept = ""
	if kept == "" || !t.takeOver(kept, r) {
		if err := t.replace(&t.entities, entityFields(), t.allEntities(ctx, r)); err != nil {
			return err
		}
	}
	if err := t.replace(&t.sections, docFields(), t.allSections(ctx, r)); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	t.gen.Store(uint64(r.Generation()))
	return nil
}

func (t *text) replace(at *atomic.Pointer[index], fields []field, docs iter.Seq[indexable]) error {
	dir := ""
	if t.dir != "" {
		t.builds++
		dir = filepath.Join(t.dir, "index-"+strconv.Itoa(t.builds))
	}
	x, err := buildIndex(dir, fields, docs)
	if err != nil {
		return fmt.Errorf("build text index: %w", err)
	}
	if old := at.Swap(x); old != nil {
		return old.retire()
	}
	return nil
}

// update brings the indexes to what r holds about some entities and about the documentation of others. was holds
// the numbers of documentation that may be in the index still.
func (t *text) update(r *Reader, entities []catalog.Ref, docs []docChange) error {
	err := t.entities.Load().apply(func(yield func(string, *document.Document) bool) {
		for _, ref := range entities {
			var doc *document.Document
			if _, e := r.snapshot.find(ref); e != nil {
				doc = t.entity(r, e)
			}
			if !yield(ref.String(), doc) {
				return
			}
		}
	})
	if err != nil {
		return fmt.Errorf("update text index: %w", err)
	}
	err = t.sections.Load().apply(func(yield func(string, *document.Document) bool) {
		for _, d := range docs {
			for i := range d.was.sections {
				if !yield(sectionID(d.ref, d.was.number, i), nil) {
					return
				}
			}
			set, _ := r.docs.get(d.ref)
			for i, section := range set.sections {
				if id := sectionID(d.ref, set.number, i); !yield(id, t.an.section(id, section)) {
					return
				}
			}
		}
	})
	if err != nil {
		return fmt.Errorf("update docs index: %w", err)
	}
	t.gen.Store(uint64(r.Generation()))
	return nil
}

// docChange says that the documentation of an entity was replaced, and what it was in the index.
type docChange struct {
	ref catalog.Ref
	was docSet
}

func (t *text) allEntities(ctx context.Context, r *Reader) iter.Seq[indexable] {
	return func(yield func(indexable) bool) {
		for _, id := range r.snapshot.order {
			if ctx.Err() != nil || !yield(func() *document.Document { return t.entity(r, r.snapshot.passing(id)) }) {
				return
			}
		}
	}
}

func (t *text) entity(r *Reader, e *catalog.Entity) *document.Document {
	_, owner := r.snapshot.find(e.Owner)
	return t.an.entity(e, owner)
}

func (t *text) allSections(ctx context.Context, r *Reader) iter.Seq[indexable] {
	return func(yield func(indexable) bool) {
		more := true
		r.docs.each(func(ref catalog.Ref, set docSet) {
			for i, d := range set.sections {
				id := sectionID(ref, set.number, i)
				if more = more && ctx.Err() == nil && yield(func() *document.Document { return t.an.section(id, d) }); !more {
					return
				}
			}
		})
	}
}

// sectionID is the id of a section in the index.
func sectionID(ref catalog.Ref, number uint64, i int) string {
	return ref.String() + "\x00" + strconv.FormatUint(number, 36) + "\x00" + strconv.Itoa(i)
}

// section finds what a section's id stands for in r, or nil when that has been replaced since.
func (r *Reader) section(id string) *Doc {
	parts := strings.Split(id, "\x00")
	if len(parts) != 3 {
		return nil
	}
	ref, err := catalog.ParseRef(parts[0], "", "")
	if err != nil {
		return nil
	}
	set, ok := r.docs.get(ref)
	i, err := strconv.Atoi(parts[2])
	if !ok || err != nil || i >= len(set.sections) || strconv.FormatUint(set.number, 36) != parts[1] {
		return nil
	}
	return set.sections[i]
}

// search asks the index that at holds, whatever replaces it meanwhile.
func (t *text) search(at *atomic.Pointer[index], q textQuery) ([]textHit, int) {
	for range 8 {
		x := at.Load()
		if x == nil {
			return nil, 0
		}
		if !x.use() {
			continue
		}
		hits, of, err := x.search(t.an, q)
		x.done()
		if err != nil {
			t.log.Error("word search failed", "error", err)
			return nil, of
		}
		return hits, of
	}
	return nil, 0
}

// close retires the indexes and removes their directories.
func (t *text) close() error {
	var first error
	for _, at := range [...]*atomic.Pointer[index]{&t.entities, &t.sections} {
		if x := at.Swap(nil); x != nil {
			if err := x.retire(); err != nil && first == nil {
				first = err
			}
		}
	}
	return first
}
