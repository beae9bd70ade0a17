package store

import (
	"context"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
)

// notifyChannel is the one channel that PostgreSQL carries our topics on.
const notifyChannel = "backchannel"

// The rhythm of listening.
const (
	safetyPoll   = 5 * time.Second        // a notification lost on the way costs no more than this
	localPoll    = 250 * time.Millisecond // how soon another process's write to a SQLite file is noticed
	reconnectMin = 100 * time.Millisecond // after the listening connection broke, doubling
	reconnectMax = 10 * time.Second
)

// signals wakes those who wait for topics. A topic is a short word such as "catalog".
type signals struct {
	mu      sync.Mutex
	waiting map[string]chan struct{}
}

func newSignals() *signals { return &signals{waiting: map[string]chan struct{}{}} }

// watch returns a channel that is closed at the next signal of a topic. Take it before looking at the database, so
// that nothing can happen in between.
func (s *signals) watch(topic string) <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.waiting[topic]
	if c == nil {
		c = make(chan struct{})
		s.waiting[topic] = c
	}
	return c
}

// send wakes those who wait for the topics.
func (s *signals) send(topics ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, topic := range topics {
		if c := s.waiting[topic]; c != nil {
			close(c)
			delete(s.waiting, topic)
		}
	}
}

// all wakes everybody, to look again.
func (s *signals) all() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for topic, c := range s.waiting {
		close(c)
		delete(s.waiting, topic)
	}
}

// listen passes the signals of other processes on until ctx is done.
func (db *DB) listen(ctx context.Context) {
	if !db.dialect.postgres() {
		db.pollFile(ctx)
		return
	}
	pause := reconnectMin
	for ctx.Err() == nil {
		start := time.Now()
		err := db.arrive(ctx)
		if err == nil {
			err = db.listenOnce(ctx)
		}
		if ctx.Err() != nil {
			return
		}
		db.signals.all() // what was missed is found by looking; what is broken is noticed
		if time.Since(start) > reconnectMax {
			pause = reconnectMin
		}
		db.log.Warn("the database's notifications are interrupted", "err", db.fault(err, "listen"), "retry", pause)
		sleep(ctx, pause)
		pause = min(2*pause, reconnectMax)
	}
}

// listenOnce listens on a connection of its own until it breaks.
func (db *DB) listenOnce(ctx context.Context) error {
	conn, err := pgx.ConnectConfig(ctx, db.pool.Config().ConnConfig)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx)) //nolint:errcheck // it is given up
	if _, err := conn.Exec(ctx, `LISTEN `+notifyChannel); err != nil {
		return err
	}
	db.signals.all()
	for {
		wait, cancel := context.WithTimeout(ctx, safetyPoll)
		n, err := conn.WaitForNotification(wait)
		quiet := wait.Err() != nil && ctx.Err() == nil
		cancel()
		switch {
		case err == nil:
			db.signals.send(n.Payload)
		case !quiet:
			return err
		default: // a connection that died without a word is found out by asking
			db.signals.all()
			asked, cancel := context.WithTimeout(ctx, connectTimeout)
			err := conn.Ping(asked)
			cancel()
			if err != nil {
				return err
			}
		}
	}
}

// pollFile wakes everybody when another process has written to the file.
func (db *DB) pollFile(ctx context.Context) {
	var last int64
	for ctx.Err() == nil {
		conn, err := db.reader.Conn(ctx)
		if err != nil {
			sleep(ctx, localPoll)
			continue
		}
		for ctx.Err() == nil {
			var version int64 // changes with every commit of another connection
			if err := conn.QueryRowContext(ctx, `PRAGMA data_version`).Scan(&version); err != nil {
				break
			}
			if version != last {
				last = version
				db.signals.all()
			}
			sleep(ctx, localPoll)
		}
		conn.Close() //nolint:errcheck // a connection that failed is thrown away
	}
}

func sleep(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}
