package search

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/backchannel-portal/backchannel/catalog"
)

func (d *dirty) entity(ref catalog.Ref) {
	if d.entities == nil {
		d.entities = make(map[catalog.Ref]bool)
	}
	d.entities[ref] = true
}

// doc notes that documentation was replaced; the first one replaced since the last update is what the index holds.
func (d *dirty) doc(ref catalog.Ref, was docSet) {
	if d.docs == nil {
		d.docs = make(map[catalog.Ref]docSet)
	}
	if _, ok := d.docs[ref]; !ok {
		d.docs[ref] = was
	}
}

// textChanges returns the entities whose text differs after a change: the changed ones, and those whose owner is
// called otherwise now.
func textChanges(old, r *Reader, c catalog.Changes) []catalog.Ref {
	out := slices.Clone(c.Deletes)
	for _, e := range c.Upserts {
		out = append(out, e.Ref)
		_, was := old.snapshot.find(e.Ref)
		if was != nil && was.DisplayName() == e.DisplayName() {
			continue
		}
		id, _ := r.snapshot.find(e.Ref)
		for _, ed := range r.snapshot.nodes.at(id).edges {
			if r.snapshot.relTypes[ed.relType()] == "ownerOf" {
				out = append(out, r.snapshot.nodes.ref(ed.target))
			}
		}
	}
	return out
}

// followText keeps the text index up with the Reader until ctx is done.
func (l *Live) followText(ctx context.Context, t *text) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-l.wake:
		}
		if err := l.catchUp(ctx, t); err != nil && ctx.Err() == nil {
			l.log.Error("text index is rebuilt after an error", "error", err)
			l.mu.Lock()
			l.dirty.all = true
			l.publish(l.reader.Load())
			l.mu.Unlock()
			sleep(ctx, 2*time.Second)
		}
	}
}

// catchUp brings the text index to the present Reader: by a batch after small changes, by a new one after big ones.
func (l *Live) catchUp(ctx context.Context, t *text) error {
	l.mu.Lock()
	r, d := l.reader.Load(), l.dirty
	l.dirty = dirty{}
	l.mu.Unlock()
	const few = 2000
	if t.entities.Load() == nil && !d.all {
		if d.entities == nil && d.docs == nil {
			return nil
		}
		d.all = true
	}
	if d.all || len(d.entities) > max(few, r.Size()/4) {
		return t.rebuild(ctx, r)
	}
	docs := make([]docChange, 0, len(d.docs))
	for ref, was := range d.docs {
		docs = append(docs, docChange{ref, was})
	}
	return t.update(r, slices.Collect(maps.Keys(d.entities)), docs)
}
