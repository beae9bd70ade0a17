package store

import (
	"context"
	"database/sql"
	"slices"
	"time"

	"github.com/backchannel-portal/backchannel/catalog"
)

// topicCatalog wakes those who wait for the catalog.
const topicCatalog = "catalog"

// Catalog is the catalog in a database. It is safe for concurrent use, by several processes too: writers take turns,
// so generations have no gaps and a reader never misses one.
type Catalog struct{ db *DB }

var (
	_ catalog.Store     = (*Catalog)(nil)
	_ catalog.Marked    = (*Catalog)(nil)
	_ catalog.Historian = (*Catalog)(nil)
	_ catalog.Locations = (*Catalog)(nil)
	_ catalog.Texts     = (*Catalog)(nil)
)

// Catalog returns the catalog that the database holds.
func (db *DB) Catalog() *Catalog { return &Catalog{db} }

// turn is a writer's turn at the catalog: one transaction, alone.
type turn struct {
	*tx
	db         *DB
	generation catalog.Generation // of the last change; what the turn changes gets the next
	changed    bool
	nextFile   int64
	now        int64
}

// turn runs do while no other writer is at work, and wakes the readers.
func (c *Catalog) turn(ctx context.Context, what string, do func(*turn) error) (catalog.Generation, error) {
	var out catalog.Generation
	err := c.db.write(ctx, what, func(t *tx) error {
		w := &turn{tx: t, db: c.db}
		var level int
		err := t.QueryRowContext(ctx, `SELECT generation, next_file, (SELECT level FROM store_schema WHERE id = 1)
			FROM catalog_state WHERE id = 1`+t.dialect.forUpdate).Scan(&w.generation, &w.nextFile, &level)
		if err != nil {
			return err
		}
		// Not before the lock: who had it meanwhile has written later times.
		w.now = c.db.now()
		if err := refusal(c.db.judge(level)); err != nil { // another process has upgraded it since we started
			return err
		}
		if err := do(w); err != nil {
			return err
		}
		if out = w.generation; w.changed {
			out++
		}
		if _, err := t.ExecContext(ctx, `UPDATE catalog_state SET generation = $1, looked = looked + 1, next_file = $2 WHERE id = 1`, int64(out), w.nextFile); err != nil {
			return err
		}
		if err := w.mark(ctx, out); err != nil {
			return err
		}
		return t.notify(ctx, topicCatalog)
	})
	if err != nil {
		return 0, err
	}
	return out, nil
}

// Apply implements catalog.Store. It reads the hashes of the origin's files first and touches only what differs.
func (c *Catalog) Apply(ctx context.Context, d catalog.Delta) (catalog.Generation, error) {
	d = cleanDelta(d)
	return c.turn(ctx, "store a change of the catalog", func(w *turn) error {
		known, err := w.known(ctx, &d)
		if err != nil {
			return err
		}
		files, gone := differing(known, &d)
		if len(files)+len(gone) > 0 {
			if err := w.merge(ctx, d.Origin, known, files, gone); err != nil {
				return err
			}
		}
		checked := micros(d.Checked)
		if checked == 0 {
			checked = w.now
		}
		_, err = w.ExecContext(ctx, `INSERT INTO catalog_origins (origin, checked_at) VALUES ($1, $2)
			ON CONFLICT (origin) DO UPDATE SET checked_at = excluded.checked_at`, d.Origin, checked)
		return err
	})
}

// merge applies what differs to the part of the catalog that it touches.
func (w *turn) merge(ctx context.Context, origin string, known map[string]*file, files []catalog.File, gone []string) error {
	var touched []*file
	var refs []catalog.Ref
	for i := range files {
		if f := known[files[i].Location]; f != nil {
			touched = append(touched, f)
		}
		for _, e := range files[i].Entities {
			refs = append(refs, e.Ref)
		}
	}
	more := len(files) - len(touched)
	for _, location := range gone {
		touched = append(touched, known[location])
	}
	m, err := w.load(ctx, touched, more, refs)
	if err != nil {
		return err
	}
	change := newChange(len(refs))
	m.apply(origin, files, gone, w.now, change)
	return w.save(ctx, m, change)
}

// Sweep implements catalog.Store.
func (c *Catalog) Sweep(ctx context.Context, origins []string, grace time.Duration) (catalog.Generation, error) {
	configured := make(map[string]bool, len(origins))
	for _, o := range origins {
		configured[clean(o)] = true
	}
	return c.turn(ctx, "remove what is gone from the catalog", func(w *turn) error {
		var others []string
		err := w.each(ctx, `SELECT DISTINCT origin FROM catalog_files`, func(rows *sql.Rows) error {
			var origin string
			if err := rows.Scan(&origin); err != nil {
				return err
			}
			if !configured[origin] {
				others = append(others, origin)
			}
			return nil
		})
		if err != nil {
			return err
		}
		var touched []*file
		add := func(rows *sql.Rows) error {
			f, err := scanFile(rows)
			touched = append(touched, f)
			return err
		}
		if err := w.each(ctx, selectFiles+`gone_at <> 0`, add); err != nil {
			return err
		}
		if err := eachAmong(ctx, w.tx, selectFiles+`gone_at = 0 AND %s`, "origin", others, add); err != nil {
			return err
		}
		if len(touched) > 0 {
			m, err := w.load(ctx, touched, 0, nil)
			if err != nil {
				return err
			}
			change := newChange(0)
			m.sweep(func(origin string) bool { return configured[origin] }, w.now, grace.Microseconds(), change)
			if err := w.save(ctx, m, change); err != nil {
				return err
			}
		}
		return w.forgetOrigins(ctx, configured)
	})
}

// forgetOrigins drops the origins that are not configured and have nothing left.
func (w *turn) forgetOrigins(ctx context.Context, configured map[string]bool) error {
	var empty []string
	err := w.each(ctx, `SELECT origin FROM catalog_origins o WHERE NOT EXISTS (SELECT 1 FROM catalog_files f WHERE f.origin = o.origin)`,
		func(rows *sql.Rows) error {
			var origin string
			if err := rows.Scan(&origin); err != nil {
				return err
			}
			if !configured[origin] {
				empty = append(empty, origin)
			}
			return nil
		})
	if err != nil {
		return err
	}
	return execAmong(ctx, w.tx, `DELETE FROM catalog_origins WHERE %s`, "origin", empty)
}

// differing returns the files of a delta that say something new, and the known ones that are gone.
func differing(known map[string]*file, d *catalog.Delta) (files []catalog.File, gone []string) {
	for i := range d.Files {
		n := &d.Files[i]
		f := known[n.Location]
		if f == nil || !f.same(n) {
			files = append(files, *n)
		}
		if f != nil {
			f.listed = true
		}
	}
	if !d.Full {
		for _, location := range d.Gone {
			if f := known[location]; f != nil && f.goneAt == 0 {
				gone = append(gone, location)
			}
		}
		return files, gone
	}
	for location, f := range known {
		if !f.listed && f.goneAt == 0 {
			gone = append(gone, location)
		}
	}
	slices.Sort(gone)
	return files, gone
}

// cleanDelta makes the keys of a delta such that every database accepts them.
func cleanDelta(d catalog.Delta) catalog.Delta {
	d.Origin = clean(d.Origin)
	copied := false
	for i := range d.Files {
		location := clean(d.Files[i].Location)
		if location == d.Files[i].Location {
			continue
		}
		if !copied {
			d.Files, copied = slices.Clone(d.Files), true
		}
		d.Files[i].Location = location
	}
	d.Gone = slices.Clone(d.Gone)
	for i := range d.Gone {
		d.Gone[i] = clean(d.Gone[i])
	}
	return d
}
