package store

import (
	"context"
	"errors"
	"strings"
	"sync"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// presence is whether a database that may come later is there.
type presence uint8

const (
	present presence = iota
	awaited          // it has not answered yet
	refused          // it answered, and has a schema that this program must not touch
)

// late is the state of a database that was opened with Options.Late.
type late struct {
	mu    sync.Mutex
	state presence
	why   error // unless present
}

func (l *late) set(state presence, why error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.state, l.why = state, why
}

// err says why the database is not there yet.
func (l *late) err() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.why
}

// refusal says why the database must not be used although it answers.
func (l *late) refusal() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.state != refused {
		return nil
	}
	return l.why
}

// arrive brings the schema of a database up to date that was not there when it was opened.
func (db *DB) arrive(ctx context.Context) error {
	if db.late.err() == nil {
		return nil
	}
	db.late.set(awaited, db.late.err()) // one that was refused is asked again: it may have been restored
	err := db.migratePostgres(ctx)
	switch {
	case err == nil:
		db.log.Info("the database is there now")
		db.late.set(present, nil)
	case fault.Is(err, fault.Invalid):
		db.log.Error("the database is there but cannot be used", "err", err)
		db.late.set(refused, err)
	default:
		db.late.set(awaited, err)
	}
	return err
}

// away tells a database that cannot be reached, or is starting, from one that does not want us: a wrong password is to
// be mended, not waited for.
func away(err error) bool {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return strings.HasPrefix(e.Code, "57P") || e.Code == "53300" // shutting down or starting; too many connections
	}
	_, ok := errors.AsType[*pgconn.ConnectError](err)
	return ok || errors.Is(err, context.DeadlineExceeded)
}
