package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

const (
	connectTimeout = 5 * time.Second
	migrationLock  = 0x6261636b63686e // "backchn", the advisory lock that a migration holds
)

// openPostgres opens a pool. One more connection outside of it listens for the changes of other processes.
func (db *DB) openPostgres(ctx context.Context, url string) error {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return fault.Wrap(fault.Invalid, err, "read the store's URL")
	}
	if config.ConnConfig.ConnectTimeout == 0 || config.ConnConfig.ConnectTimeout > time.Minute {
		config.ConnConfig.ConnectTimeout = connectTimeout
	}
	if config.ConnConfig.RuntimeParams["application_name"] == "" {
		config.ConnConfig.RuntimeParams["application_name"] = "backchannel"
	}
	config.PrepareConn = func(context.Context, *pgx.Conn) (bool, error) { return true, db.late.refusal() }
	db.dialect = postgresDialect
	if db.pool, err = pgxpool.NewWithConfig(ctx, config); err != nil {
		return db.fault(err, "open the database")
	}
	db.writer.raw = stdlib.OpenDBFromPool(db.pool)
	db.reader = db.writer.raw
	return db.migratePostgres(ctx)
}

// migratePostgres brings the schema up to date; the first of several processes does it while the others wait.
func (db *DB) migratePostgres(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, migrationTimeout)
	defer cancel()
	conn, err := pgx.ConnectConfig(ctx, db.pool.Config().ConnConfig)
	if err != nil {
		return db.fault(err, "connect to the database")
	}
	defer conn.Close(context.WithoutCancel(ctx)) //nolint:errcheck // closing frees the lock either way
	if _, err := conn.Exec(ctx, `SELECT pg_advisory_lock($1)`, int64(migrationLock)); err != nil {
		return db.fault(err, "lock the database for a migration")
	}
	return db.migrate(ctx)
}
