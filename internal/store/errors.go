package store

import (
	"context"
	"errors"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// fault classifies an error of the database and says in plain words what is wrong where that is known. Errors that are
// classified already, and those of a context, stay what they are; an attempt to connect has a deadline of its own, which
// is the database's silence.
func (db *DB) fault(err error, doing string) error {
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*fault.Error](err); ok || errors.Is(err, context.Canceled) {
		return err
	}
	if _, connecting := errors.AsType[*pgconn.ConnectError](err); !connecting && errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	if why := reason(err); why != "" {
		doing += ": " + why
	}
	return fault.Wrap(fault.Upstream, oneLine{err}, "%s", doing)
}

// oneLine is an error of a driver on one line: an attempt to connect to several addresses gives several.
type oneLine struct{ err error }

func (e oneLine) Error() string { return strings.Join(strings.Fields(e.err.Error()), " ") }
func (e oneLine) Unwrap() error { return e.err }

// ended is fault for what may have failed because ctx was done.
func (db *DB) ended(ctx context.Context, err error, doing string) error {
	if err != nil && ctx.Err() != nil {
		return ctx.Err()
	}
	return db.fault(err, doing)
}

// reason names the troubles that an operator can do something about.
func reason(err error) string {
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		switch e.Code() & 0xff { // without the extension
		case sqlite3.SQLITE_FULL:
			return "the disk that holds the database is full"
		case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_CANTOPEN:
			return "the database's file or folder cannot be written"
		case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
			return "the file is damaged or no database; restore a backup"
		case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
			return "another process holds the database's lock"
		}
		return ""
	}
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		switch e.Code {
		case "53100":
			return "the disk of the database is full"
		case "53300":
			return "the database has no connection left; raise max_connections or lower the pool's size"
		case "28P01", "28000":
			return "the database does not accept this user or password"
		case "3D000":
			return "there is no database of that name"
		case "42501":
			return "the database's user lacks a permission"
		case "57P01", "57P02", "57P03":
			return "the database is starting or shutting down"
		}
		return ""
	}
	if _, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		return "the database cannot be reached"
	}
	return ""
}
