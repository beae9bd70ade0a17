package store

import (
	"cmp"
	"context"
	"database/sql"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// Options say where the database is.
type Options struct {
	// URL is "sqlite:PATH" for a file of our own, or "postgres://USER:PASSWORD@HOST/DATABASE?..." (libpq's form).
	URL string
	// Late accepts a PostgreSQL that cannot be reached now: what needs it fails with kind Upstream until it answers
	// and its schema is up to date.
	Late   bool
	Clock  func() time.Time // nil: time.Now
	Logger *slog.Logger     // nil: slog.Default()

	release release // what this program knows of the schema; tests play other versions
}

// DB is an open database. It is safe for concurrent use; Close ends it.
type DB struct {
	dialect dialect
	writer  *writing
	reader  *sql.DB
	pool    *pgxpool.Pool // PostgreSQL only
	often   *statements   // of reader; SQLite only
	clock   func() time.Time
	log     *slog.Logger
	release release

	late    late
	behind  behind
	signals *signals
	stop    context.CancelFunc
	done    chan struct{} // closed when what goes on in the background has ended
}

// Open opens the database, creates or migrates its schema, and starts to listen for changes of other processes. A
// schema that a program two versions away has made is refused. Several processes may open one database at once.
func Open(ctx context.Context, o Options) (*DB, error) {
	db := &DB{clock: o.Clock, log: o.Logger, release: o.release, signals: newSignals(), done: make(chan struct{})}
	if db.clock == nil {
		db.clock = time.Now
	}
	if db.log == nil {
		db.log = slog.Default()
	}
	if db.release.migrations == nil {
		db.release = thisRelease()
	}
	db.writer = &writing{refused: db.refused}
	var err error
	scheme, rest, _ := strings.Cut(o.URL, ":")
	switch scheme {
	case "sqlite":
		err = db.openSQLite(ctx, rest)
	case "postgres", "postgresql":
		err = db.openPostgres(ctx, o.URL)
		if o.Late && away(err) && ctx.Err() == nil {
			db.log.Warn("the database is away; what needs it waits", "err", err)
			db.late.set(awaited, err)
			err = nil
		}
	default:
		return nil, fault.New(fault.Invalid, "the store's URL must start with sqlite: or postgres://, not with %q", scheme+":")
	}
	if err != nil {
		db.closePools()
		return nil, err
	}
	listening, stop := context.WithCancel(context.WithoutCancel(ctx))
	db.stop = stop
	var beside sync.WaitGroup
	beside.Go(func() { db.listen(listening) })
	beside.Go(func() { db.watchLevel(listening) })
	go func() {
		defer close(db.done)
		beside.Wait()
	}()
	return db, nil
}

// Close stops listening and closes the database. Those who wait for changes get an error.
func (db *DB) Close() error {
	db.stop()
	<-db.done
	return db.closePools()
}

func (db *DB) closePools() error {
	var first error
	for _, p := range []*sql.DB{db.writer.raw, db.reader} {
		if p == nil {
			continue
		}
		if err := p.Close(); err != nil && first == nil {
			first = err
		}
	}
	if db.pool != nil {
		db.pool.Close()
	}
	return first
}

// Ping reports whether the database answers and is one that this program may work on.
func (db *DB) Ping(ctx context.Context) error {
	if err := cmp.Or(db.late.err(), db.Behind()); err != nil {
		return err
	}
	return db.fault(db.reader.PingContext(ctx), "ask the database")
}

// now is the time that rows are stamped with, as the database keeps it: microseconds since 1970 in UTC.
func (db *DB) now() int64 { return micros(db.clock()) }

// micros turns an instant into a column; the zero time is 0.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// instant turns a column into an instant in UTC.
func instant(micros int64) time.Time {
	if micros == 0 {
		return time.Time{}
	}
	return time.UnixMicro(micros).UTC()
}
