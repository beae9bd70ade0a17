package search

import (
	"log/slog"
	"slices"
	"sync"

	"github.com/backchannel-portal/backchannel/catalog"
)

// Reader is the catalog at one generation: entities, names and documentation, and the text index that follows them.
// It is immutable and needs no closing.
type Reader struct {
	snapshot *snapshot
	names    *names
	docs     table[catalog.Ref, docSet]
	text     *text
}

// docSet is the documentation of one entity. Its number tells it from the sets it replaced, which the text index may
// still hold.
type docSet struct {
	number   uint64
	sections []*Doc
}

// Generation is the state of the catalog that r shows.
func (r *Reader) Generation() catalog.Generation { return r.snapshot.gen }

// TextGeneration is the state of the catalog that word search has caught up with. It may lag behind Generation: what
// changed since is found by name but not yet by its new words.
func (r *Reader) TextGeneration() catalog.Generation { return r.text.generation() }

// Size is the number of entities, whoever may see them.
func (r *Reader) Size() int { return r.snapshot.size() }

// For returns the catalog as a viewer may see it.
func (r *Reader) For(viewer catalog.Viewer) View {
	v := &view{r: r, s: r.snapshot, n: r.names}
	if viewer.Rules != nil {
		shown := r.snapshot.shown.of(r.snapshot, viewer.Rules)
		v.vis, v.telling = shown.set, shown.told
	}
	return v
}

// Docs implements View.
func (v *view) Docs(ref catalog.Ref) []*Doc {
	if _, ok := v.Entity(ref); !ok {
		return nil
	}
	set, _ := v.r.docs.get(ref)
	return slices.Clone(set.sections)
}

// emptyReader shows nothing yet.
func emptyReader(t *text) *Reader {
	return &Reader{snapshot: &snapshot{hot: new(entityCache)}, names: (&names{}).edit().commit(), text: t}
}

// lazyText is the text index of a Reader that is not followed: built in memory when it is first searched.
func lazyText(o Options) *text {
	log := o.Logger
	if log == nil {
		log = slog.Default()
	}
	t := newText(log)
	t.lazy = new(sync.Once)
	return t
}

// NewReader returns a Reader of one state that is not followed, for one-shot commands and tests. Its text index is
// built in memory when it is first searched. Close frees it.
func NewReader(c catalog.Changes, docs []Doc, o Options) *Reader {
	c.Full = true
	r := emptyReader(lazyText(o)).next(c)
	byEntity := make(map[catalog.Ref][]Doc)
	for _, d := range docs {
		byEntity[d.Entity] = append(byEntity[d.Entity], d)
	}
	for ref, list := range byEntity {
		r = r.withDocs(ref, docSet{1, pointers(list)})
	}
	return r
}

// Close frees the text index of a Reader made by NewReader or ReadImage; the Readers of a Live are freed with it.
func (r *Reader) Close() error {
	if r.text.lazy == nil {
		return nil
	}
	r.text.lazy.Do(func() {})
	return r.text.close()
}

func pointers(docs []Doc) []*Doc {
	docs = slices.Clone(docs)
	out := make([]*Doc, len(docs))
	for i := range docs {
		out[i] = &docs[i]
	}
	return out
}

// next returns the Reader after a change. r may be the zero Reader's successor only once: see snapshotEdit.
func (r *Reader) next(c catalog.Changes) *Reader {
	base := r
	if !c.Full && (r.snapshot.crowded() || r.names.crowded()) {
		base = r.next(r.snapshot.whole())
	}
	if c.Full {
		base = &Reader{snapshot: &snapshot{checked: r.snapshot.checked, hot: r.snapshot.hot}, names: &names{}}
	}
	se, ne := base.snapshot.edit(), base.names.edit()
	for _, ref := range c.Deletes {
		if id, was := se.remove(ref); was != nil {
			ne.replace(id, was, nil)
		}
	}
	entered := upsertAll(se, ne, c.Upserts)
	se.applyFacts(c.Facts)
	return &Reader{snapshot: se.commit(c), names: entered(), docs: r.docs, text: r.text}
}

// withDocs returns a Reader that differs in the documentation of one entity only.
func (r *Reader) withDocs(ref catalog.Ref, set docSet) *Reader {
	d := r.docs.edit()
	if len(set.sections) == 0 {
		d.remove(ref)
	} else {
		d.set(ref, set)
	}
	return &Reader{snapshot: r.snapshot, names: r.names, docs: d.table, text: r.text}
}
