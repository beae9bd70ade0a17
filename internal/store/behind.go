package store

import (
	"context"
	"sync"
)

// behind is whether a newer program has left this one behind while it ran.
type behind struct {
	mu  sync.Mutex
	why error // nil: it has not
}

func (b *behind) err() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.why
}

// set notes what the schema says, and reports whether that is news.
func (b *behind) set(why error) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	news := (b.why == nil) != (why == nil)
	b.why = why
	return news
}

// Behind says, as an error of kind Invalid, that a newer program has changed the schema so far since the database was
// opened that this one must not work on it any more. It is nil while that is not so, and again once a backup from
// before the upgrade was restored. It is a few seconds old at most while the database answers.
func (db *DB) Behind() error { return db.behind.err() }

// judge takes in the level that the schema has now; its error is that of compatible.
func (db *DB) judge(level int) error {
	why := db.compatible(level)
	switch news := db.behind.set(why); {
	case news && why != nil:
		db.log.Error("a newer program has changed the database, this one does not write the catalog any more", "err", why)
	case news:
		db.log.Info("the database is as this program knows it again")
	}
	return why
}

// watchLevel asks for the level of the schema from time to time until ctx is done. A newer program says nothing when
// it changes it, and who does not write would not notice.
func (db *DB) watchLevel(ctx context.Context) {
	for ; ctx.Err() == nil; sleep(ctx, safetyPoll) {
		if db.late.err() != nil {
			continue // the schema is judged when the database arrives
		}
		asked, cancel := context.WithTimeout(ctx, connectTimeout)
		level, err := readLevel(asked, db.reader)
		cancel()
		if err == nil { // one that is away says nothing about its schema
			_ = db.judge(level) // kept for those who ask
		}
	}
}
