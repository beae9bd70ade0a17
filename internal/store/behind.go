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
		db.log.Error("a newer program has changed the database, this one does not write to it any more", "err", why)
	case news:
		db.log.Info("the database is as this program knows it again")
	}
	return why
}

// topicSchema is signalled when the level of the schema is raised.
const topicSchema = "schema"

// watchLevel asks for the level of the schema when it is told that it changed, and from time to time in case that was
// missed, until ctx is done. Who does not write to the catalog would not notice otherwise.
func (db *DB) watchLevel(ctx context.Context) {
	for ctx.Err() == nil {
		moved := db.signals.watch(topicSchema)
		if db.late.err() == nil { // else it is judged when the database arrives
			db.lookAtLevel(ctx)
		}
		wait, cancel := context.WithTimeout(ctx, safetyPoll)
		select {
		case <-wait.Done():
		case <-moved:
		}
		cancel()
	}
}

func (db *DB) lookAtLevel(ctx context.Context) {
	asked, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	if level, err := readLevel(asked, db.reader); err == nil { // one that is away says nothing about its schema
		_ = db.judge(level) // kept for those who ask
	}
}
