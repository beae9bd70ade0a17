package store

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
)

// topicThreads is signalled when conversations were saved.
const topicThreads = "threads"

// threadPage is how many conversations one Since returns at most.
const threadPage = 1000

type chatThreads struct{ chat }

// Save implements bot.Threads. The row of marks is locked until the commit, so that marks grow in the order in which
// others can see them.
func (c chatThreads) Save(ctx context.Context, cs []bot.Conversation) error {
	cs = slices.Clone(cs)
	slices.SortFunc(cs, func(a, b bot.Conversation) int { return cmp.Or(cmp.Compare(a.Key, b.Key), b.At().Compare(a.At())) })
	cs = slices.CompactFunc(cs, func(a, b bot.Conversation) bool { return a.Key == b.Key })
	if len(cs) == 0 {
		return nil
	}
	return c.db.write(ctx, "save conversations", func(t *tx) error {
		var last int64
		err := t.QueryRowContext(ctx, `UPDATE chat_marks SET last = last + $1 WHERE id = 1 RETURNING last`, len(cs)).Scan(&last)
		if err != nil {
			return err
		}
		mark := last - int64(len(cs))
		turns := make([][]byte, len(cs))
		for i, conv := range cs {
			if turns[i], err = document(conv.Turns); err != nil {
				return err
			}
		}
		err = t.upsert(ctx, "INSERT INTO chat_threads (key, turns, at, mark)", saveThread, len(cs), func(i int) []any {
			return []any{words(cs[i].Key), turns[i], micros(cs[i].At()), mark + int64(i) + 1}
		})
		if err != nil {
			return err
		}
		return t.notify(ctx, topicThreads)
	})
}

// saveThread keeps the later one of two versions.
const saveThread = `ON CONFLICT (key) DO UPDATE SET turns = excluded.turns, at = excluded.at, mark = excluded.mark
	WHERE chat_threads.at <= excluded.at`

// Since implements bot.Threads.
func (c chatThreads) Since(ctx context.Context, mark int64) ([]bot.Conversation, int64, error) {
	cs, err := chatRows(ctx, c.chat, "read conversations", func(rows *sql.Rows) (conv bot.Conversation, err error) {
		var turns []byte
		if err := rows.Scan(&conv.Key, &turns, &mark); err != nil {
			return conv, err
		}
		return conv, parse(turns, &conv.Turns)
	}, `SELECT key, turns, mark FROM chat_threads WHERE mark > $1 ORDER BY mark LIMIT $2`, mark, threadPage)
	return cs, mark, err
}

// Wait implements bot.Threads.
func (c chatThreads) Wait(ctx context.Context, d time.Duration) error {
	return c.db.await(ctx, topicThreads, d)
}

// await waits for a topic, for the end of ctx, or for d.
func (db *DB) await(ctx context.Context, topic string, d time.Duration) error {
	moved := db.signals.watch(topic)
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-moved:
	case <-t.C:
	case <-ctx.Done():
	}
	return ctx.Err()
}

// Sweep implements bot.Sweeper.
func (c chatThreads) Sweep(ctx context.Context, before time.Time) (int, error) {
	return c.sweep(ctx, "chat_threads", "key", "at", before)
}
