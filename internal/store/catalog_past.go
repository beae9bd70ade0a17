package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"

	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/internal/fault"
)

// History implements catalog.Historian.
func (c *Catalog) History(ctx context.Context, entity catalog.Ref) ([]catalog.Past, error) {
	name := clean(entity.String())
	var out []catalog.Past
	add := func(rows *sql.Rows) error {
		var p catalog.Past
		var first, last int64
		err := rows.Scan(&p.Producer, &p.Key, &p.Value, &p.Source, &first, &last)
		p.First, p.Last = instant(first), instant(last)
		out = append(out, p)
		return err
	}
	err := c.db.read(ctx, "read the history of an entity", func(t *tx) error {
		out = nil
		if err := t.each(ctx, `SELECT producer, key, value, source, first_seen, last_seen FROM catalog_history WHERE entity = $1`, add, name); err != nil {
			return err
		}
		if err := t.each(ctx, `SELECT producer, key, value, source, since, 0 FROM catalog_facts WHERE entity = $1 AND value <> ''`, add, name); err != nil {
			return err
		}
		return t.each(ctx, `SELECT owner, owner_since, lifecycle, lifecycle_since, location, line FROM catalog_definitions WHERE ref = $1 AND counts`,
			func(rows *sql.Rows) error {
				var owner, lifecycle string
				var ownerSince, lifecycleSince int64
				var at fault.Position
				err := rows.Scan(&owner, &ownerSince, &lifecycle, &lifecycleSince, &at.File, &at.Line)
				for _, p := range []catalog.Past{{Key: keyOwner, Value: owner, First: instant(ownerSince)}, {Key: keyLifecycle, Value: lifecycle, First: instant(lifecycleSince)}} {
					if p.Source = at.String(); p.Value != "" {
						out = append(out, p)
					}
				}
				return err
			}, name)
	})
	slices.SortFunc(out, func(a, b catalog.Past) int {
		return cmp.Or(cmp.Compare(a.Producer, b.Producer), cmp.Compare(a.Key, b.Key), a.First.Compare(b.First), endOf(a).Compare(endOf(b)))
	})
	return out, err
}

// endOf orders what still is behind all that was.
func endOf(p catalog.Past) time.Time {
	if p.Last.IsZero() {
		return time.Unix(1<<40, 0)
	}
	return p.Last
}

// Text implements catalog.Texts.
func (c *Catalog) Text(ctx context.Context, origin, location string) (text []byte, hash [32]byte, err error) {
	var sum []byte
	err = c.db.reader.QueryRowContext(ctx, `SELECT t.text, f.hash FROM catalog_files f JOIN catalog_texts t ON t.file_id = f.id
		WHERE f.origin = $1 AND f.location = $2`, clean(origin), clean(location)).Scan(&text, &sum)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, hash, fault.New(fault.NotFound, "there is no text of %s", location)
	}
	copy(hash[:], sum)
	return text, hash, c.db.ended(ctx, err, "read a descriptor")
}

// Retention says how long what grows is kept.
type Retention struct {
	Feed    time.Duration // that something is gone, and marks of states; a reader that was away for longer reads everything anew
	History time.Duration // what facts, owners and lifecycles were; 0: for ever
	Changes int           // so many values that a fact, an owner or a lifecycle had; 0: all
}

// Prune removes what is older than its retention.
func (c *Catalog) Prune(ctx context.Context, r Retention) error {
	if err := c.pruneOld(ctx, r); err != nil || r.Changes == 0 {
		return err
	}
	return c.pruneRestless(ctx, r.Changes)
}

func (c *Catalog) pruneOld(ctx context.Context, r Retention) error {
	return c.db.write(ctx, "remove old entries", func(t *tx) error {
		var generation int64
		if err := t.QueryRowContext(ctx, `SELECT generation FROM catalog_state WHERE id = 1`+t.dialect.forUpdate).Scan(&generation); err != nil {
			return err
		}
		before := c.db.now() - r.Feed.Microseconds()
		var floor int64
		for _, q := range []string{`FROM catalog_gone WHERE gone_at < $1`, `FROM catalog_facts WHERE value = '' AND since < $1`} {
			var last sql.NullInt64
			if err := t.QueryRowContext(ctx, `SELECT max(generation) `+q, before).Scan(&last); err != nil {
				return err
			}
			floor = max(floor, last.Int64)
			if _, err := t.ExecContext(ctx, `DELETE `+q, before); err != nil {
				return err
			}
		}
		if _, err := t.ExecContext(ctx, `UPDATE catalog_state SET floor = `+t.dialect.greatest+`(floor, $1) WHERE id = 1`, floor); err != nil {
			return err
		}
		if err := t.pruneMarks(ctx, generation, before); err != nil || r.History == 0 {
			return err
		}
		_, err := t.ExecContext(ctx, `DELETE FROM catalog_history WHERE last_seen < $1`, c.db.now()-r.History.Microseconds())
		return err
	})
}

// pruneRestless leaves the latest values of what changes all the time: a descriptor that two programs write in turns would
// else fill the disk long before its history is old.
func (c *Catalog) pruneRestless(ctx context.Context, most int) error {
	type series struct{ entity, producer, key string }
	var restless []series
	err := c.db.read(ctx, "look for what changes all the time", func(t *tx) error {
		restless = nil
		return t.each(ctx, `SELECT entity, producer, key FROM catalog_history GROUP BY entity, producer, key HAVING count(*) > $1`, func(rows *sql.Rows) error {
			var s series
			err := rows.Scan(&s.entity, &s.producer, &s.key)
			restless = append(restless, s)
			return err
		}, most)
	})
	for batch := range slices.Chunk(restless, 1000) {
		if err != nil {
			break
		}
		err = c.db.write(ctx, "shorten the history of what changes all the time", func(t *tx) error {
			for _, s := range batch {
				const of = `FROM catalog_history WHERE entity = $1 AND producer = $2 AND key = $3`
				_, err := t.ExecContext(ctx, `DELETE `+of+` AND first_seen < (SELECT first_seen `+of+` ORDER BY first_seen DESC LIMIT 1 OFFSET $4)`,
					s.entity, s.producer, s.key, most-1)
				if err != nil {
					return err
				}
			}
			return nil
		})
	}
	return err
}

// Locations implements catalog.Locations.
func (c *Catalog) Locations(ctx context.Context) ([]catalog.Location, error) {
	var out []catalog.Location
	err := c.db.read(ctx, "read the registered locations", func(t *tx) error {
		out = nil
		return t.each(ctx, `SELECT origin, type, target, registered_by, registered_at FROM catalog_locations ORDER BY origin`, func(rows *sql.Rows) error {
			var l catalog.Location
			var at int64
			err := rows.Scan(&l.Origin, &l.Type, &l.Target, &l.By, &at)
			l.At = instant(at)
			out = append(out, l)
			return err
		})
	})
	return out, err
}

// Register implements catalog.Locations.
func (c *Catalog) Register(ctx context.Context, l catalog.Location) (added bool, err error) {
	err = c.db.write(ctx, "register a location", func(t *tx) error {
		at := micros(l.At)
		if at == 0 {
			at = c.db.now()
		}
		r, err := t.ExecContext(ctx, `INSERT INTO catalog_locations (origin, type, target, registered_by, registered_at) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (origin) DO NOTHING`, clean(l.Origin), clean(l.Type), clean(l.Target), clean(l.By), at)
		if err != nil {
			return err
		}
		n, err := r.RowsAffected()
		added = n > 0
		return err
	})
	return added, err
}

// Unregister implements catalog.Locations.
func (c *Catalog) Unregister(ctx context.Context, origin string) error {
	return c.db.write(ctx, "unregister a location", func(t *tx) error {
		r, err := t.ExecContext(ctx, `DELETE FROM catalog_locations WHERE origin = $1`, clean(origin))
		if err != nil {
			return err
		}
		if n, err := r.RowsAffected(); err != nil || n > 0 {
			return err
		}
		return fault.New(fault.NotFound, "no location %s is registered", origin)
	})
}

// Disown forgets who registered the locations of one person, and returns how many these are. The locations stay.
func (c *Catalog) Disown(ctx context.Context, by string) (n int, err error) {
	err = c.db.write(ctx, "forget who registered locations", func(t *tx) error {
		n, err = changed(t.ExecContext(ctx, `UPDATE catalog_locations SET registered_by = '' WHERE registered_by = $1`, clean(by)))
		return err
	})
	return n, err
}

// EraseHistory forgets the values that the facts of an entity had, and returns how many. Present ones are written anew
// when they change.
func (c *Catalog) EraseHistory(ctx context.Context, entity catalog.Ref) (n int, err error) {
	err = c.db.write(ctx, "erase the history of an entity", func(t *tx) error {
		n, err = changed(t.ExecContext(ctx, `DELETE FROM catalog_history WHERE entity = $1`, entity.String()))
		return err
	})
	return n, err
}

// changed is the number of rows that a statement changed.
func changed(r sql.Result, err error) (int, error) {
	if err != nil {
		return 0, err
	}
	n, err := r.RowsAffected()
	return int(n), err
}
