package store

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// State is how a database was found.
type State struct {
	Kind   string // SQLite or PostgreSQL
	Exists bool   // it has our tables
	Level  int    // of its schema
	Knows  int    // the level of this program's
}

// Look finds out how the database at a URL is without changing it. Errors are those of Open.
func Look(ctx context.Context, address string) (State, error) {
	scheme, rest, _ := strings.Cut(address, ":")
	switch scheme {
	case "sqlite":
		return lookSQLite(ctx, strings.TrimPrefix(rest, "//"))
	case "postgres", "postgresql":
		return lookPostgres(ctx, address)
	default:
		return State{}, fault.New(fault.Invalid, "the store's URL must start with sqlite: or postgres://, not with %q", scheme+":")
	}
}

func lookSQLite(ctx context.Context, path string) (State, error) {
	s := State{Kind: "SQLite", Knows: schemaLevel}
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return s, nil
	case err != nil:
		return s, fault.Wrap(fault.Invalid, err, "look at the database")
	case !info.Mode().IsRegular():
		return s, fault.New(fault.Invalid, "%s is not a file", path)
	case info.Size() == 0:
		return s, nil
	}
	db, err := sql.Open("sqlite", readOnlyDSN(path))
	if err != nil {
		return s, fault.Wrap(fault.Invalid, err, "open the database")
	}
	defer db.Close()
	return s.look(ctx, db, sqliteDialect, `SELECT count(*) FROM sqlite_master WHERE name = 'store_schema'`)
}

// readOnlyDSN opens a file beside others without changing it.
func readOnlyDSN(path string) string {
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + url.Values{"mode": {"ro"}, "_pragma": {"busy_timeout(" + busyTimeout + ")"}}.Encode()
}

func lookPostgres(ctx context.Context, address string) (State, error) {
	s := State{Kind: "PostgreSQL", Knows: schemaLevel}
	config, err := pgx.ParseConfig(address)
	if err != nil {
		return s, fault.New(fault.Invalid, "the store's URL cannot be read") // the cause repeats the URL, which has a password
	}
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = connectTimeout
	}
	db := stdlib.OpenDB(*config)
	defer db.Close()
	return s.look(ctx, db, postgresDialect, `SELECT count(*) FROM pg_class WHERE oid = to_regclass('store_schema')`)
}

func (s State) look(ctx context.Context, db *sql.DB, d dialect, tables string) (State, error) {
	plain := &DB{dialect: d} // for the words of its errors
	var n int
	if err := db.QueryRowContext(ctx, tables).Scan(&n); err != nil {
		return s, plain.fault(err, "look at the database")
	}
	if n == 0 {
		return s, nil
	}
	var err error
	s.Exists = true
	s.Level, err = readLevel(ctx, db)
	return s, plain.fault(err, "read the version of the schema")
}
