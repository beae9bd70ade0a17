package store

import (
	"context"
	"database/sql"
	"slices"

	"github.com/backchannel-portal/backchannel/catalog"
)

const selectFacts = `SELECT entity, producer, key, value, source, as_of, since FROM catalog_facts WHERE `

func scanFact(rows *sql.Rows) (catalog.Fact, error) {
	f, err := scanFactRow(rows)
	return f.Fact, err
}

// factRow is a fact with since when it has had its value, in microseconds.
type factRow struct {
	catalog.Fact
	since int64
}

func scanFactRow(rows *sql.Rows) (factRow, error) {
	var f factRow
	var entity string
	var asOf int64
	err := rows.Scan(&entity, &f.Producer, &f.Key, &f.Value, &f.Source, &asOf, &f.since)
	f.Entity, f.AsOf = splitRef(entity), instant(asOf)
	if f.Value == "" {
		f.Source, f.AsOf = "", instant(0)
	}
	return f, err
}

// ApplyFacts implements catalog.Store in the way that Memory does. A value that changes or is withdrawn goes into the
// history.
func (c *Catalog) ApplyFacts(ctx context.Context, producer string, entities []catalog.Ref, facts []catalog.Fact) (catalog.Generation, error) {
	producer = clean(producer)
	about := make(map[catalog.Ref]bool, len(entities))
	names := make([]string, 0, len(entities))
	for _, ref := range entities {
		if ref = splitRef(clean(ref.String())); !about[ref] {
			about[ref] = true
			names = append(names, ref.String())
		}
	}
	next := make(map[factKey]catalog.Fact, len(facts))
	for _, f := range facts {
		f.Entity, f.Producer, f.Key = splitRef(clean(f.Entity.String())), producer, clean(f.Key)
		f.Value, f.Source, f.AsOf = clean(f.Value), clean(f.Source), instant(micros(f.AsOf))
		if about[f.Entity] && f.Value != "" {
			next[factKey{f.Entity, factName{producer, f.Key}}] = f
		}
	}
	if len(about) == 0 {
		return c.generation(ctx)
	}
	return c.turn(ctx, "store facts", func(w *turn) error {
		e := factEdit{turn: w, want: next}
		if err := eachAmong(ctx, w.tx, selectFacts+`producer = $1 AND %s`, "entity", names, e.compare, producer); err != nil {
			return err
		}
		for _, f := range e.want {
			e.rows = append(e.rows, factRow{f, w.now})
		}
		return e.save(ctx)
	})
}

// generation is the present one.
func (c *Catalog) generation(ctx context.Context) (catalog.Generation, error) {
	var g catalog.Generation
	err := c.db.reader.QueryRowContext(ctx, `SELECT generation FROM catalog_state WHERE id = 1`).Scan(&g)
	return g, c.db.ended(ctx, err, "read the catalog")
}

// factEdit compares the facts that are known with those that should be.
type factEdit struct {
	*turn
	want map[factKey]catalog.Fact // less what has been compared
	old  []factRow                // to be replaced
	rows []factRow
	past []past
}

func (e *factEdit) compare(rows *sql.Rows) error {
	was, err := scanFactRow(rows)
	if err != nil {
		return err
	}
	key := factKey{was.Entity, factName{was.Producer, was.Key}}
	f, ok := e.want[key]
	delete(e.want, key)
	same := f.Value == was.Value
	switch {
	case !ok && was.Value == "", ok && same && f.Source == was.Source && f.AsOf.Equal(was.AsOf):
		return nil
	case !ok:
		f = catalog.Fact{Entity: was.Entity, Producer: was.Producer, Key: was.Key}
	}
	since := e.now
	if same {
		since = was.since
	} else if was.Value != "" {
		e.past = append(e.past, past{was.Entity, was.Producer, was.Key, was.Value, was.Source, was.since, max(e.now, was.since)})
	}
	e.old, e.rows = append(e.old, was), append(e.rows, factRow{f, since})
	return nil
}

func (e *factEdit) save(ctx context.Context) error {
	if len(e.rows) == 0 {
		return nil
	}
	e.changed = true
	entity, producer, key := keyColumn{name: "entity", array: textArray}, keyColumn{name: "producer", array: textArray}, keyColumn{name: "key", array: textArray}
	for _, f := range e.old {
		entity.texts = append(entity.texts, f.Entity.String())
		producer.texts = append(producer.texts, f.Producer)
		key.texts = append(key.texts, f.Key)
	}
	if err := e.remove(ctx, "catalog_facts", len(e.old), entity, producer, key); err != nil {
		return err
	}
	slices.SortFunc(e.rows, func(a, b factRow) int { return compareFacts(a.Fact, b.Fact) })
	err := e.insert(ctx, "catalog_facts", []string{"entity", "producer", "key", "value", "source", "as_of", "since", "generation"}, len(e.rows),
		func(i int) []any {
			f := &e.rows[i]
			return []any{f.Entity.String(), f.Producer, f.Key, f.Value, f.Source, micros(f.AsOf), f.since, e.next()}
		})
	if err != nil {
		return err
	}
	return e.savePast(ctx, e.past)
}
