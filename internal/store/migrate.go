package store

import (
	"context"
	"database/sql"
	"embed"
	"io/fs"

	"github.com/pressly/goose/v3"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

//go:embed migrations
var migrations embed.FS

// schemaLevel counts the releases that changed the schema. Raise it by one with the first migration after a release.
// Migrations of one level only add to the schema, so that a program of the level before can run on it; what it made
// superfluous is dropped by the level after.
const schemaLevel = 1

// release is what a program knows of the schema.
type release struct {
	migrations fs.FS // folders sqlite and postgres with files NNNNN_name.sql
	level      int   // of its own schema
}

func thisRelease() release {
	below, err := fs.Sub(migrations, "migrations")
	if err != nil {
		below = migrations // cannot be: the name is a constant
	}
	return release{migrations: below, level: schemaLevel}
}

// migrate applies what is missing, with the migration lock held. The level is raised before the first migration: a
// migration that is interrupted leaves a schema that the next start completes and that an old program still refuses
// or accepts by the new rule.
func (db *DB) migrate(ctx context.Context) error {
	level, err := db.schemaLevel(ctx)
	if err != nil {
		return err
	}
	if err := db.compatible(level); err != nil {
		return err
	}
	if level < db.release.level {
		_, err := db.writer.raw.ExecContext(ctx, `UPDATE store_schema SET level = $1, changed_at = $2 WHERE id = 1`, db.release.level, db.now())
		if err != nil {
			return db.fault(err, "record the version of the schema")
		}
		if db.dialect.postgres() { // those that it leaves behind write no more rows than they must
			if _, err := db.writer.raw.ExecContext(ctx, `SELECT pg_notify($1, $2)`, notifyChannel, topicSchema); err != nil {
				return db.fault(err, "tell of the version of the schema")
			}
		}
	}
	files, err := fs.Sub(db.release.migrations, db.dialect.name)
	if err != nil {
		return fault.Wrap(fault.Internal, err, "read the migrations")
	}
	dialect := goose.DialectSQLite3
	if db.dialect.postgres() {
		dialect = goose.DialectPostgres
	}
	// Files are numbered by area, so that one may come after a higher number was applied.
	p, err := goose.NewProvider(dialect, db.writer.raw, files, goose.WithDisableGlobalRegistry(true),
		goose.WithAllowOutofOrder(true), goose.WithTableName("store_migrations"), goose.WithSlog(db.log))
	if err != nil {
		return fault.Wrap(fault.Internal, err, "read the migrations")
	}
	if _, err := p.Up(ctx); err != nil {
		return db.fault(err, "migrate the database; it is as it was before the migration that failed")
	}
	return nil
}

// schemaLevel reads the level of the database's schema; a new database is at 0.
func (db *DB) schemaLevel(ctx context.Context) (int, error) {
	for _, statement := range []string{
		`CREATE TABLE IF NOT EXISTS store_schema (id INTEGER PRIMARY KEY, level INTEGER NOT NULL, changed_at BIGINT NOT NULL)`,
		`INSERT INTO store_schema (id, level, changed_at) VALUES (1, 0, 0) ON CONFLICT (id) DO NOTHING`,
	} {
		if _, err := db.writer.raw.ExecContext(ctx, statement); err != nil {
			return 0, db.fault(err, "prepare the database")
		}
	}
	level, err := readLevel(ctx, db.writer.raw)
	return level, db.fault(err, "read the version of the schema")
}

func readLevel(ctx context.Context, q interface {
	QueryRowContext(context.Context, string, ...any) *sql.Row
}) (level int, err error) {
	err = q.QueryRowContext(ctx, `SELECT level FROM store_schema WHERE id = 1`).Scan(&level)
	return level, err
}

// compatible reports whether this program runs on a schema of the given level: its own, an earlier one that it
// migrates, or the next one, which an upgrade under way has made.
func (db *DB) compatible(level int) error {
	if level <= db.release.level+1 {
		return nil
	}
	return fault.New(fault.Invalid, "the database has schema %d, made by a newer Backchannel; this one knows schema %d and can run on %d at most: start the newer version, or restore a backup from before the upgrade",
		level, db.release.level, db.release.level+1)
}
