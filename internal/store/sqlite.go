package store

import (
	"context"
	"database/sql"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	_ "modernc.org/sqlite" // the driver "sqlite"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

const (
	sqliteReaders = 4
	busyTimeout   = "10000" // milliseconds that a writer of another process may keep us waiting
)

// openSQLite opens a file of our own: one connection writes, some others read beside it.
func (db *DB) openSQLite(ctx context.Context, path string) error {
	path = strings.TrimPrefix(path, "//")
	if path == "" || strings.HasPrefix(path, ":memory:") {
		return fault.New(fault.Invalid, "the store's URL needs a file, for example sqlite:./data/backchannel.db")
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fault.Wrap(fault.Invalid, err, "make the folder of the database")
	}
	if f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600); err != nil {
		return fault.Wrap(fault.Invalid, err, "open the database")
	} else if err := f.Close(); err != nil {
		return fault.Wrap(fault.Invalid, err, "open the database")
	}
	db.dialect = sqliteDialect
	var err error
	if db.writer.raw, err = sql.Open("sqlite", sqliteDSN(path, url.Values{"_txlock": {"immediate"}})); err != nil {
		return db.fault(err, "open the database")
	}
	db.writer.raw.SetMaxOpenConns(1)
	if err := db.migrateSQLite(ctx, path); err != nil {
		return err
	}
	if db.reader, err = sql.Open("sqlite", sqliteDSN(path, url.Values{"_pragma": {"query_only(1)"}})); err != nil {
		return db.fault(err, "open the database")
	}
	db.reader.SetMaxOpenConns(sqliteReaders)
	db.reader.SetMaxIdleConns(sqliteReaders)
	db.often = &statements{kept: map[string]*sql.Stmt{}}
	return db.fault(db.reader.PingContext(ctx), "open the database")
}

func sqliteDSN(path string, more url.Values) string {
	q := url.Values{"_pragma": {"busy_timeout(" + busyTimeout + ")", "journal_mode(WAL)", "synchronous(NORMAL)", "foreign_keys(1)", "cache_size(-32000)"}}
	for k, v := range more {
		q[k] = append(q[k], v...)
	}
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + q.Encode()
}

// migrateSQLite brings the schema up to date. A second database beside the first serves as the lock, because a
// migration needs its own transactions on the one that it changes; the system frees it with the process.
func (db *DB) migrateSQLite(ctx context.Context, path string) error {
	lock, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path + ".lock"}).EscapedPath()+"?"+
		url.Values{"_pragma": {"busy_timeout(60000)"}, "_txlock": {"exclusive"}}.Encode())
	if err != nil {
		return db.fault(err, "lock the database for a migration")
	}
	defer lock.Close()
	lock.SetMaxOpenConns(1)
	ctx, cancel := context.WithTimeout(ctx, migrationTimeout)
	defer cancel()
	held, err := lock.BeginTx(ctx, nil)
	if err != nil {
		return db.fault(err, "lock the database for a migration")
	}
	defer held.Rollback() //nolint:errcheck // nothing was written
	return db.migrate(ctx)
}

// migrationTimeout bounds how long a start waits for another process's migration and for its own.
const migrationTimeout = 10 * time.Minute
