package store

import (
	"context"
	"database/sql"
	"slices"
	"time"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/fault"
)

// Changes implements catalog.Store. A reader that is further behind than the store remembers gets everything.
func (c *Catalog) Changes(ctx context.Context, after catalog.Generation) (catalog.Changes, error) {
	return c.changes(ctx, after, func(*tx) (bool, error) { return true, nil })
}

// ChangesSince implements catalog.Marked.
func (c *Catalog) ChangesSince(ctx context.Context, after catalog.Generation, mark string) (catalog.Changes, error) {
	return c.changes(ctx, after, func(t *tx) (bool, error) { return t.hasBeen(ctx, after, mark) })
}

// changes reads what happened after a generation; everything, unless the reader may build on it.
func (c *Catalog) changes(ctx context.Context, after catalog.Generation, may func(*tx) (bool, error)) (catalog.Changes, error) {
	var out catalog.Changes
	err := c.db.read(ctx, "read the catalog", func(t *tx) error {
		out = catalog.Changes{Problems: map[string][]catalog.Problem{}, Checked: map[string]time.Time{}}
		var floor catalog.Generation
		err := t.QueryRowContext(ctx, `SELECT generation, floor, COALESCE((SELECT mark FROM catalog_marks m WHERE m.generation = s.generation), '')
			FROM catalog_state s WHERE id = 1`).Scan(&out.Generation, &floor, &out.Mark)
		if err != nil {
			return err
		}
		known, err := may(t)
		if err != nil {
			return err
		}
		if !known || after > out.Generation || after < floor {
			after = 0
		}
		err = t.each(ctx, `SELECT origin, checked_at FROM catalog_origins`, func(rows *sql.Rows) error {
			var origin string
			var at int64
			err := rows.Scan(&origin, &at)
			out.Checked[origin] = instant(at)
			return err
		})
		if err != nil || after == out.Generation {
			return err
		}
		out.Full = after == 0
		r := reading{tx: t, after: int64(after), out: &out}
		for _, step := range []func(context.Context) error{r.entities, r.gone, r.facts, r.problems} {
			if err := step(ctx); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return catalog.Changes{}, err
	}
	return out, nil
}

// reading collects the changes after a generation; after 0, everything.
type reading struct {
	*tx
	after int64
	out   *catalog.Changes
	moved []string // locations whose problems changed
}

// entities reads the definitions that came to count or changed.
func (r *reading) entities(ctx context.Context) error {
	where := `counts AND generation > $1`
	if r.after == 0 {
		where = `counts AND generation + 0 > $1` // everything: the index does not help
	}
	var records recordReader
	err := r.records(ctx, `SELECT file_id, position, record FROM catalog_definitions WHERE `+where, records.add, r.after)
	if r.out.Upserts = records.done(); err != nil || len(records.foreign) == 0 {
		return err
	}
	files := make([]int64, 0, len(records.foreign))
	for at := range records.foreign {
		files = append(files, at.file)
	}
	var u unpacker
	err = eachAmong(ctx, r.tx, `SELECT file_id, position, packed, document FROM catalog_definitions WHERE `+where+` AND %s`, "file_id", unique(files),
		func(rows *sql.Rows) error {
			var at definitionKey
			var packed, document sql.RawBytes
			if err := rows.Scan(&at.file, &at.position, &packed, &document); err != nil || !records.foreign[at] {
				return err
			}
			e, err := u.entity(string(packed), document)
			if err != nil {
				return err
			}
			r.out.Upserts = append(r.out.Upserts, e)
			return nil
		}, r.after)
	slices.SortFunc(r.out.Upserts, byRef)
	return err
}

// unique returns the values, each once and in order.
func unique(values []int64) []int64 {
	slices.Sort(values)
	return slices.Compact(values)
}

// gone reads what is no longer there.
func (r *reading) gone(ctx context.Context) error {
	if r.after == 0 {
		return nil
	}
	err := r.each(ctx, `SELECT what, name FROM catalog_gone WHERE generation > $1`, func(rows *sql.Rows) error {
		var what, name string
		if err := rows.Scan(&what, &name); err != nil {
			return err
		}
		if what == goneProblems {
			r.moved = append(r.moved, name)
		} else {
			r.out.Deletes = append(r.out.Deletes, splitRef(name))
		}
		return nil
	}, r.after)
	slices.SortFunc(r.out.Deletes, catalog.Ref.Compare)
	return err
}

func (r *reading) facts(ctx context.Context) error {
	where := `generation > $1`
	if r.after == 0 {
		where = `generation > $1 AND value <> ''`
	}
	err := r.each(ctx, selectFacts+where, func(rows *sql.Rows) error {
		f, err := scanFact(rows)
		r.out.Facts = append(r.out.Facts, f)
		return err
	}, r.after)
	slices.SortFunc(r.out.Facts, compareFacts)
	return err
}

// problems reads what is wrong with the files whose problems changed; after 0, with all that have any.
func (r *reading) problems(ctx context.Context) error {
	if r.after == 0 {
		return r.allProblems(ctx)
	}
	err := r.each(ctx, `SELECT DISTINCT location FROM catalog_files WHERE problems_generation > $1`, func(rows *sql.Rows) error {
		var location string
		err := rows.Scan(&location)
		r.moved = append(r.moved, location)
		return err
	}, r.after)
	if err != nil {
		return err
	}
	for _, location := range r.moved {
		r.out.Problems[location] = []catalog.Problem{}
	}
	err = eachAmong(ctx, r.tx, `SELECT location, problems FROM catalog_files WHERE problems <> '' AND %s ORDER BY id`, "location", r.moved, r.fileProblems)
	if err != nil {
		return err
	}
	err = eachAmong(ctx, r.tx, `SELECT f.location, d.line, d.repeated FROM catalog_files f JOIN catalog_definitions d ON d.file_id = f.id
		WHERE d.repeated <> '' AND %s ORDER BY d.file_id, d.position`, "f.location", r.moved, r.repeated)
	r.sortProblems()
	return err
}

// allProblems goes by the small indexes of what has problems, not by the files.
func (r *reading) allProblems(ctx context.Context) error {
	if err := r.each(ctx, `SELECT location, problems FROM catalog_files WHERE problems <> '' ORDER BY id`, r.fileProblems); err != nil {
		return err
	}
	var files []int64
	err := r.each(ctx, `SELECT file_id FROM catalog_definitions WHERE repeated <> ''`, func(rows *sql.Rows) error {
		var id int64
		err := rows.Scan(&id)
		files = append(files, id)
		return err
	})
	if err != nil {
		return err
	}
	err = eachAmong(ctx, r.tx, `SELECT f.location, d.line, d.repeated FROM catalog_definitions d JOIN catalog_files f ON f.id = d.file_id
		WHERE d.repeated <> '' AND %s ORDER BY d.file_id, d.position`, "d.file_id", unique(files), r.repeated)
	r.sortProblems()
	return err
}

func (r *reading) fileProblems(rows *sql.Rows) error {
	var location, column string
	if err := rows.Scan(&location, &column); err != nil {
		return err
	}
	list, err := readProblems(column)
	for _, p := range list {
		r.problem(location, p)
	}
	return err
}

func (r *reading) repeated(rows *sql.Rows) error {
	var location, why string
	var line int
	if err := rows.Scan(&location, &line, &why); err != nil {
		return err
	}
	r.problem(location, repetition(line, why))
	return nil
}

func (r *reading) problem(location string, p catalog.Problem) {
	if !slices.Contains(r.out.Problems[location], p) {
		r.out.Problems[location] = append(r.out.Problems[location], p)
	}
}

func (r *reading) sortProblems() {
	for _, list := range r.out.Problems {
		slices.SortStableFunc(list, func(a, b catalog.Problem) int { return a.Line - b.Line })
	}
}

// Wait implements catalog.Store. It fails while the database cannot be asked.
func (c *Catalog) Wait(ctx context.Context, after catalog.Generation) error {
	seen := int64(-1)
	for {
		moved := c.db.signals.watch(topicCatalog)
		var now catalog.Generation
		var looked int64
		err := c.db.reader.QueryRowContext(ctx, `SELECT generation, looked FROM catalog_state WHERE id = 1`).Scan(&now, &looked)
		if err != nil {
			return c.db.ended(ctx, err, "wait for the catalog")
		}
		if now > after || seen >= 0 && looked != seen {
			return nil
		}
		seen = looked
		select {
		case <-moved:
		case <-ctx.Done():
			return ctx.Err()
		case <-c.db.done:
			return fault.New(fault.Upstream, "the store is closed")
		}
	}
}
