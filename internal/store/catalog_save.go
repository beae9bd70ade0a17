package store

import (
	"context"
	"database/sql"
	"maps"
	"slices"

	"github.com/backchannel-portal/backchannel/catalog"
)

// save writes back what a change made of a model.
func (w *turn) save(ctx context.Context, m *model, c *change) error {
	w.nextFile = m.nextFile
	w.changed = w.changed || !c.empty()
	for _, step := range []func(context.Context, *model, *change) error{
		w.dropDefinitions, w.saveFiles, w.saveTexts, w.saveDefinitions, w.saveGone, w.saveProblems,
	} {
		if err := step(ctx, m, c); err != nil {
			return err
		}
	}
	return w.savePast(ctx, c.past)
}

// next is the generation of what the turn changes.
func (w *turn) next() int64 { return int64(w.generation) + 1 }

// dropDefinitions deletes the rows of definitions that are gone, and of those that are written anew.
func (w *turn) dropDefinitions(ctx context.Context, m *model, c *change) error {
	var files, positions []int64
	drop := func(d *definition) {
		files, positions = append(files, d.file.order), append(positions, int64(d.position))
	}
	for _, d := range c.dropped {
		drop(d)
	}
	for _, f := range m.files {
		for _, d := range f.defs {
			if d.stored && !d.written {
				drop(d)
			}
		}
	}
	return w.remove(ctx, "catalog_definitions", len(files),
		keyColumn{name: "file_id", array: intArray, ints: files}, keyColumn{name: "position", array: intArray, ints: positions})
}

func (w *turn) saveFiles(ctx context.Context, m *model, c *change) error {
	var removed []int64
	for _, f := range c.removed {
		removed = append(removed, f.order)
	}
	var fresh []*file
	for _, f := range m.inOrder() {
		if f.changed && !f.fresh {
			removed = append(removed, f.order)
		}
		if f.changed || f.fresh {
			fresh = append(fresh, f)
		}
	}
	if err := w.remove(ctx, "catalog_files", len(removed), keyColumn{name: "id", array: intArray, ints: removed}); err != nil {
		return err
	}
	problems := make([]string, len(fresh))
	for i, f := range fresh {
		var err error
		if problems[i], err = writeProblems(f.problems); err != nil {
			return err
		}
	}
	return w.insert(ctx, "catalog_files",
		[]string{"id", "origin", "location", "hash", "stale", "problems", "gone_at", "dropped", "problems_generation"},
		len(fresh), func(i int) []any {
			f := fresh[i]
			return []any{f.order, f.origin, f.location, hashColumn(f.hash), f.stale, problems[i], f.goneAt, f.dropped, f.problemsGeneration}
		})
}

// hashColumn is a hash as a column; one that is not known is empty.
func hashColumn(h [32]byte) []byte {
	if h == [32]byte{} {
		return []byte{}
	}
	return h[:]
}

// saveTexts keeps the descriptors as they were read.
func (w *turn) saveTexts(ctx context.Context, m *model, c *change) error {
	var old []int64
	for _, f := range c.removed {
		old = append(old, f.order)
	}
	var with []*file
	for _, f := range m.files {
		if f.text == nil {
			continue
		}
		if with = append(with, f); !f.fresh {
			old = append(old, f.order)
		}
	}
	if err := w.remove(ctx, "catalog_texts", len(old), keyColumn{name: "file_id", array: intArray, ints: old}); err != nil {
		return err
	}
	slices.SortFunc(with, func(a, b *file) int { return int(a.order - b.order) })
	return w.insert(ctx, "catalog_texts", []string{"file_id", "text"}, len(with), func(i int) []any {
		return []any{with[i].order, with[i].text}
	})
}

// saveDefinitions writes the rows of definitions that are new or say something else, and puts right those that count
// now or no longer.
func (w *turn) saveDefinitions(ctx context.Context, m *model, c *change) error {
	var rows, settled []*definition
	for _, f := range m.inOrder() {
		for _, d := range f.defs {
			if _, ok := c.refs[d.entity.Ref]; ok && d.counts {
				d.generation, d.settled = catalog.Generation(w.next()), false
			}
			switch {
			case !d.stored || !d.written:
				rows = append(rows, d)
			case !d.settled:
				settled = append(settled, d)
			}
		}
	}
	err := w.insert(ctx, "catalog_definitions", []string{"file_id", "position", "ref", "counts", "generation", "repeated", "location", "line",
		"title", "type", "lifecycle", "owner", "lifecycle_since", "owner_since", "packed", "document", "record"}, len(rows), func(i int) []any {
		d, e := rows[i], rows[i].entity
		return []any{d.file.order, int64(d.position), clean(e.Ref.String()), d.counts, int64(d.generation), clean(d.repeated),
			clean(e.Source.Location), int64(e.Source.Line), clean(e.Title), clean(e.Type), clean(e.Lifecycle), clean(owner(e)),
			d.since.lifecycle, d.since.owner, pack(e), documentColumn(e), e.Record().Stored()}
	})
	if err != nil {
		return err
	}
	return w.repeat(ctx, `UPDATE catalog_definitions SET counts = $1, generation = $2, repeated = $3, owner_since = $4, lifecycle_since = $5
		WHERE file_id = $6 AND position = $7`, len(settled), func(i int) []any {
		d := settled[i]
		return []any{d.counts, int64(d.generation), clean(d.repeated), d.since.owner, d.since.lifecycle, d.file.order, int64(d.position)}
	})
}

func documentColumn(e *catalog.Entity) []byte {
	if text := e.Document.JSON(); text != nil {
		return text
	}
	return []byte{}
}

// What catalog_gone speaks of.
const (
	goneEntity   = "entity"
	goneProblems = "problems"
)

// saveGone keeps in mind which entities are gone, for readers that have not heard of it.
func (w *turn) saveGone(ctx context.Context, m *model, c *change) error {
	some, err := w.some(ctx, "catalog_gone")
	if err != nil {
		return err
	}
	var here []string
	gone := map[string]int64{}
	for ref := range c.refs {
		switch {
		case m.current[ref] == nil:
			gone[clean(ref.String())] = w.next()
		case some:
			here = append(here, clean(ref.String()))
		}
	}
	if err := execAmong(ctx, w.tx, `DELETE FROM catalog_gone WHERE what = $1 AND %s`, "name", here, goneEntity); err != nil {
		return err
	}
	return w.insertGone(ctx, goneEntity, gone)
}

// insertGone notes what is gone since which generation.
func (w *turn) insertGone(ctx context.Context, what string, gone map[string]int64) error {
	names := slices.Sorted(maps.Keys(gone))
	if err := execAmong(ctx, w.tx, `DELETE FROM catalog_gone WHERE what = $1 AND %s`, "name", names, what); err != nil {
		return err
	}
	return w.insert(ctx, "catalog_gone", []string{"what", "name", "generation", "gone_at"}, len(names), func(i int) []any {
		return []any{what, names[i], gone[names[i]], w.now}
	})
}

// saveProblems marks the locations whose problems changed. Those without a file are kept in mind, and so is what the
// rows of removed files knew of earlier changes.
func (w *turn) saveProblems(ctx context.Context, _ *model, c *change) error {
	gone := map[string]int64{}
	for _, f := range c.removed {
		if f.problemsGeneration > 0 {
			gone[f.location] = f.problemsGeneration
		}
	}
	locations := slices.Sorted(maps.Keys(c.files))
	if err := execAmong(ctx, w.tx, `UPDATE catalog_files SET problems_generation = $1 WHERE %s`, "location", locations, w.next()); err != nil {
		return err
	}
	left := make(map[string]bool, len(locations))
	err := eachAmong(ctx, w.tx, `SELECT location FROM catalog_files WHERE %s`, "location", locations, func(rows *sql.Rows) error {
		var location string
		err := rows.Scan(&location)
		left[location] = true
		return err
	})
	if err != nil {
		return err
	}
	for _, location := range locations {
		if !left[location] {
			gone[location] = w.next()
		}
	}
	return w.insertGone(ctx, goneProblems, gone)
}

// savePast appends to the history.
func (w *turn) savePast(ctx context.Context, rows []past) error {
	return w.insert(ctx, "catalog_history", []string{"entity", "producer", "key", "value", "source", "first_seen", "last_seen"}, len(rows),
		func(i int) []any {
			p := &rows[i]
			return []any{clean(p.entity.String()), clean(p.producer), clean(p.key), clean(p.value), clean(p.source), p.first, p.last}
		})
}
