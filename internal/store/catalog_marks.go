package store

import (
	"context"
	"crypto/rand"

	"github.com/backchannel-portal/backchannel/catalog"
)

// mark gives the state that a turn leaves a mark, unless it has one. Generations alone do not tell it from the state of
// another database, or of this one before a backup was restored.
func (w *turn) mark(ctx context.Context, generation catalog.Generation) error {
	if w.changed { // where only some tables were restored, there are marks of what has been undone
		if _, err := w.ExecContext(ctx, `DELETE FROM catalog_marks WHERE generation >= $1`, int64(generation)); err != nil {
			return err
		}
	}
	_, err := w.ExecContext(ctx, `INSERT INTO catalog_marks (generation, mark, made_at) VALUES ($1, $2, $3) ON CONFLICT (generation) DO NOTHING`,
		int64(generation), rand.Text(), w.now)
	return err
}

// hasBeen reports whether the catalog was in a state, as far as it remembers.
func (t *tx) hasBeen(ctx context.Context, generation catalog.Generation, mark string) (bool, error) {
	var n int
	err := t.QueryRowContext(ctx, `SELECT count(*) FROM catalog_marks WHERE generation = $1 AND mark = $2`, int64(generation), mark).Scan(&n)
	return n > 0, err
}

// pruneMarks forgets the marks of states that were left long ago.
func (t *tx) pruneMarks(ctx context.Context, generation, before int64) error {
	_, err := t.ExecContext(ctx, `DELETE FROM catalog_marks WHERE generation < $1 AND made_at < $2`, generation, before)
	return err
}
