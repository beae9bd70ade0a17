package store

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// Dump writes a consistent copy of the database at a URL to a file that must not exist, while services go on using
// it. The copy of SQLite is a database; that of PostgreSQL is pg_dump's custom format, which that program writes.
func Dump(ctx context.Context, address, file string) error {
	if _, err := os.Lstat(file); err == nil {
		return fault.New(fault.Invalid, "%s is there already", file)
	}
	s, err := Look(ctx, address)
	if err != nil {
		return err
	}
	if !s.Exists {
		return fault.New(fault.NotFound, "the store is empty: there is nothing to back up")
	}
	if s.Kind == "PostgreSQL" {
		return postgresProgram(ctx, address, "pg_dump", "--format=custom", "--no-owner", "--no-privileges", "--file="+file)
	}
	db, err := sql.Open("sqlite", readOnlyDSN(sqlitePath(address)))
	if err != nil {
		return fault.Wrap(fault.Invalid, err, "open the database")
	}
	defer db.Close()
	_, err = db.ExecContext(ctx, `VACUUM INTO ?`, file)
	return (&DB{dialect: sqliteDialect}).fault(err, "copy the database")
}

// Load puts a copy that Dump wrote in the place of the database at a URL. It refuses while a service uses it. What
// SQLite's file was before is kept beside it with the ending .before-restore.
func Load(ctx context.Context, address, file string) error {
	if kind, _, _ := strings.Cut(address, ":"); kind != "sqlite" {
		if err := unusedPostgres(ctx, address); err != nil {
			return err
		}
		return postgresProgram(ctx, address, "pg_restore", "--clean", "--if-exists", "--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error", file)
	}
	path := sqlitePath(address)
	if err := sound(ctx, file); err != nil {
		return err
	}
	if err := unusedSQLite(ctx, path); err != nil {
		return err
	}
	if err := os.Rename(path, path+".before-restore"); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fault.Wrap(fault.Invalid, err, "keep the database as it was")
	}
	for _, rest := range []string{"-wal", "-shm"} { // of the former file
		if err := os.Remove(path + rest); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fault.Wrap(fault.Invalid, err, "put the database aside")
		}
	}
	return fault.Wrap(fault.Invalid, os.Rename(file, path), "put the copy in place")
}

func sqlitePath(address string) string {
	return strings.TrimPrefix(strings.TrimPrefix(address, "sqlite:"), "//")
}

// sound checks a copy before it takes the place of anything.
func sound(ctx context.Context, file string) error {
	s, err := lookSQLite(ctx, file)
	if err != nil {
		return err
	}
	if !s.Exists {
		return fault.New(fault.Invalid, "the copy is no database of Backchannel")
	}
	if s.Level > s.Knows+1 {
		return fault.New(fault.Invalid, "the copy has schema %d, made by a newer Backchannel; this one knows schema %d", s.Level, s.Knows)
	}
	db, err := sql.Open("sqlite", readOnlyDSN(file))
	if err != nil {
		return fault.Wrap(fault.Invalid, err, "open the copy")
	}
	defer db.Close()
	var said string
	if err := db.QueryRowContext(ctx, `PRAGMA integrity_check(1)`).Scan(&said); err != nil || said != "ok" {
		return fault.New(fault.Invalid, "the copy is damaged: %s", said)
	}
	return nil
}

// errInUse is what a restore under a running service gets.
var errInUse = fault.New(fault.Invalid, "a Backchannel is running on this database; stop it, restore, and start it again")

// unusedSQLite reports whether nobody has the file open: leaving the write-ahead log needs it alone.
func unusedSQLite(ctx context.Context, path string) error {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?"+url.Values{"mode": {"rw"}, "_pragma": {"busy_timeout(1000)"}}.Encode())
	if err != nil {
		return fault.Wrap(fault.Invalid, err, "open the database")
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	var mode string
	if err := db.QueryRowContext(ctx, `PRAGMA journal_mode = DELETE`).Scan(&mode); err != nil || !strings.EqualFold(mode, "delete") {
		if why := reason(err); why != "" && !strings.Contains(why, "lock") {
			return nil // a damaged file is what a restore is for
		}
		return errInUse
	}
	return nil
}

// unusedPostgres reports whether no Backchannel is connected to the database. One that ended just now may still be.
func unusedPostgres(ctx context.Context, address string) error {
	config, err := pgx.ParseConfig(address)
	if err != nil {
		return fault.New(fault.Invalid, "the store's URL cannot be read")
	}
	db := stdlib.OpenDB(*config)
	defer db.Close()
	for end := time.Now().Add(leaving); ; {
		var n int
		err = db.QueryRowContext(ctx, `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'backchannel' AND pid <> pg_backend_pid()`).Scan(&n)
		switch {
		case err != nil:
			return (&DB{dialect: postgresDialect}).fault(err, "look at the database")
		case n == 0:
			return nil
		case time.Now().After(end):
			return errInUse
		}
		select {
		case <-ctx.Done():
			return fault.Wrap(fault.Upstream, ctx.Err(), "look at the database")
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// leaving is how long the server may take to notice that a program has ended that was stopped just now.
const leaving = 5 * time.Second

// postgresProgram runs a program of PostgreSQL's on the database at a URL. The password goes through the environment,
// which other users cannot read.
func postgresProgram(ctx context.Context, address, name string, args ...string) error {
	config, err := pgx.ParseConfig(address)
	if err != nil {
		return fault.New(fault.Invalid, "the store's URL cannot be read")
	}
	if _, err := exec.LookPath(name); err != nil {
		return fault.New(fault.Invalid, "the program %s is not here; install PostgreSQL's client programs, or run it where they are", name)
	}
	if name == "pg_restore" { // without a database it would print
		args = append([]string{"--dbname=" + config.Database}, args...)
	}
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = append(os.Environ(), "PGHOST="+config.Host, "PGPORT="+strconv.Itoa(int(config.Port)), "PGUSER="+config.User,
		"PGPASSWORD="+config.Password, "PGDATABASE="+config.Database, "PGCONNECT_TIMEOUT=10")
	if u, err := url.Parse(address); err == nil {
		for param, variable := range map[string]string{"sslmode": "PGSSLMODE", "sslrootcert": "PGSSLROOTCERT", "sslcert": "PGSSLCERT", "sslkey": "PGSSLKEY"} {
			if v := u.Query().Get(param); v != "" {
				cmd.Env = append(cmd.Env, variable+"="+v)
			}
		}
	}
	var said bytes.Buffer
	cmd.Stderr = &said
	if err := cmd.Run(); err != nil {
		first, _, _ := strings.Cut(strings.TrimSpace(said.String()), "\n")
		return fault.New(fault.Upstream, "%s: %s", name, strings.TrimPrefix(first, name+": "))
	}
	return nil
}
