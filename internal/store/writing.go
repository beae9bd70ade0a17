package store

import (
	"context"
	"database/sql"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// writing is the side of a database that changes rows. It refuses while the program must not write: a row that is put
// into a schema which this program does not know is worse than one that is missing, which everything here can bear.
type writing struct {
	raw     *sql.DB // for migrations
	refused func() error
}

// ExecContext runs a statement that changes rows.
func (w *writing) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if err := w.refused(); err != nil {
		return nil, err
	}
	return w.raw.ExecContext(ctx, query, args...)
}

// QueryRowContext runs a statement that changes rows and returns one; why not is what scanning it returns.
func (w *writing) QueryRowContext(ctx context.Context, query string, args ...any) row {
	if err := w.refused(); err != nil {
		return noRow{err}
	}
	return w.raw.QueryRowContext(ctx, query, args...)
}

// Conn returns a connection for a transaction that changes rows.
func (w *writing) Conn(ctx context.Context) (*sql.Conn, error) {
	if err := w.refused(); err != nil {
		return nil, err
	}
	return w.raw.Conn(ctx)
}

// row is what a statement has returned, or why it did not.
type row interface{ Scan(into ...any) error }

type noRow struct{ err error }

func (r noRow) Scan(...any) error { return r.err }

// refused says why nothing may be written now, as an error of kind Upstream: those who make do without a database
// that is away make do without this one in the same way.
func (db *DB) refused() error { return refusal(db.Behind()) }

func refusal(why error) error { return fault.Wrap(fault.Upstream, why, "write to the database") }
