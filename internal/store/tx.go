package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// tx is one transaction. Statements have $1 placeholders on both databases.
type tx struct {
	*sql.Tx
	conn    *sql.Conn
	dialect dialect
	topics  []string
}

// write runs do in a transaction that may change rows, and wakes those who wait for the topics it names. On SQLite it
// has the write lock from its first statement on. do runs again after a conflict that the database resolved by
// ending the transaction, so it must not change anything outside.
func (db *DB) write(ctx context.Context, what string, do func(*tx) error) error {
	const attempts = 5
	for attempt := 1; ; attempt++ {
		err := db.attempt(ctx, db.writer, &sql.TxOptions{}, do)
		if err == nil || attempt == attempts || !conflict(err) {
			return db.ended(ctx, err, what)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Duration(attempt) * 10 * time.Millisecond):
		}
	}
}

// read runs do in a transaction that sees one state of the database from its first statement on.
func (db *DB) read(ctx context.Context, what string, do func(*tx) error) error {
	o := sql.TxOptions{ReadOnly: true}
	if db.dialect.postgres() {
		o.Isolation = sql.LevelRepeatableRead
	}
	return db.ended(ctx, db.attempt(ctx, db.reader, &o, do), what)
}

// connections is a side of a database: the one that changes rows, or the one that reads.
type connections interface {
	Conn(ctx context.Context) (*sql.Conn, error)
}

func (db *DB) attempt(ctx context.Context, pool connections, o *sql.TxOptions, do func(*tx) error) error {
	conn, err := pool.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	if !db.dialect.postgres() {
		o = nil // the connection decides
	}
	raw, err := conn.BeginTx(ctx, o)
	if err != nil {
		return err
	}
	t := &tx{Tx: raw, conn: conn, dialect: db.dialect}
	defer raw.Rollback() //nolint:errcheck // after a commit it does nothing; before, the error that led here counts
	if err := do(t); err != nil {
		return err
	}
	if err := raw.Commit(); err != nil {
		return err
	}
	db.signals.send(t.topics...)
	return nil
}

// notify wakes those who wait for a topic, in this and other processes, once the transaction is committed.
func (t *tx) notify(ctx context.Context, topic string) error {
	t.topics = append(t.topics, topic)
	if !t.dialect.postgres() {
		return nil
	}
	_, err := t.ExecContext(ctx, `SELECT pg_notify($1, $2)`, notifyChannel, topic)
	return err
}

// alone keeps others from writing to a table until the transaction ends; they may read. On SQLite nobody else writes
// anyway.
func (t *tx) alone(ctx context.Context, table string) error {
	if !t.dialect.postgres() {
		return nil
	}
	_, err := t.ExecContext(ctx, `LOCK TABLE `+table+` IN EXCLUSIVE MODE`)
	return err
}

// conflict reports whether a transaction ended because of another one and may be tried again.
func conflict(err error) bool {
	pg, ok := errors.AsType[*pgconn.PgError](err)
	return ok && (pg.Code == "40001" || pg.Code == "40P01") // serialization failure, deadlock
}
