package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"

	"github.com/backchannel-portal/backchannel/plugins"
)

// pluginRuns implements plugins.Runs.
type pluginRuns struct {
	chat
	clock func() time.Time
}

// Runs returns the runs of build pipelines in this database.
func (db *DB) Runs(clock func() time.Time) plugins.Runs { return pluginRuns{chat{db: db}, clock} }

// Put implements plugins.Runs.
func (c pluginRuns) Put(ctx context.Context, runs []plugins.Run) (changed []plugins.Run, err error) {
	for _, r := range runs {
		if err := plugins.CheckRun(r); err != nil {
			return nil, err
		}
	}
	runs = slices.Clone(runs)
	slices.SortStableFunc(runs, func(a, b plugins.Run) int { // in one order, so that two writers wait for each other
		return cmp.Or(cmp.Compare(a.Provider, b.Provider), cmp.Compare(a.Project, b.Project), cmp.Compare(a.ID, b.ID))
	})
	at := c.clock()
	err = c.db.write(ctx, "keep runs of builds", func(t *tx) error {
		changed = nil
		for _, r := range runs {
			next, fresh, err := putRun(ctx, t, r.Rounded(), at)
			if err != nil {
				return err
			}
			if fresh {
				changed = append(changed, next)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return changed, nil
}

func putRun(ctx context.Context, t *tx, r plugins.Run, at time.Time) (plugins.Run, bool, error) {
	r.Kept = at
	r = r.Rounded()
	doc, err := document(r)
	if err != nil {
		return r, false, err
	}
	res, err := t.ExecContext(ctx, `INSERT INTO plugin_runs (provider, project, id, run, kept_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
		words(r.Provider), words(r.Project), words(r.ID), doc, micros(at))
	if err != nil {
		return r, false, err
	}
	if n, err := res.RowsAffected(); n > 0 || err != nil {
		return r, n > 0, err
	}
	was, err := scanRun(t.QueryRowContext(ctx, `SELECT run FROM plugin_runs WHERE provider = $1 AND project = $2 AND id = $3`+t.dialect.forUpdate,
		words(r.Provider), words(r.Project), words(r.ID)).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return r, false, nil // swept meanwhile: it was old
	}
	if err != nil {
		return r, false, err
	}
	next, fresh := r.After(was)
	if !fresh {
		return was, false, nil
	}
	next.Kept = r.Kept
	if doc, err = document(next); err != nil {
		return r, false, err
	}
	_, err = t.ExecContext(ctx, `UPDATE plugin_runs SET run = $4, kept_at = $5 WHERE provider = $1 AND project = $2 AND id = $3`,
		words(r.Provider), words(r.Project), words(r.ID), doc, micros(at))
	return next, true, err
}

func scanRun(scan func(...any) error) (r plugins.Run, err error) {
	var doc []byte
	if err := scan(&doc); err != nil {
		return r, err
	}
	return r, parse(doc, &r)
}

// Since implements plugins.Runs.
func (c pluginRuns) Since(ctx context.Context, at time.Time, n int) ([]plugins.Run, error) {
	return chatRows(ctx, c.chat, "read runs of builds", func(rows *sql.Rows) (plugins.Run, error) { return scanRun(rows.Scan) },
		`SELECT run FROM plugin_runs WHERE kept_at >= $1 ORDER BY kept_at, provider, project, id LIMIT $2`, micros(at), n)
}

// Sweep implements plugins.Runs.
func (c pluginRuns) Sweep(ctx context.Context, before time.Time) (n int, err error) {
	err = c.db.write(ctx, "forget runs of builds", func(t *tx) error {
		res, err := t.ExecContext(ctx, `DELETE FROM plugin_runs WHERE kept_at < $1`, micros(before))
		if err != nil {
			return err
		}
		gone, err := res.RowsAffected()
		n = int(gone)
		return err
	})
	return n, err
}
