package store

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"strings"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
)

// topicThreads is signalled when conversations were saved.
const topicThreads = "threads"

const (
	threadBatch = 500  // conversations in one statement
	threadPage  = 1000 // conversations in one Since
)

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
		for batch := range slices.Chunk(cs, threadBatch) {
			if err := saveThreads(ctx, t, batch, mark); err != nil {
				return err
			}
			mark += int64(len(batch))
		}
		return t.notify(ctx, topicThreads)
	})
}

func saveThreads(ctx context.Context, t *tx, cs []bot.Conversation, mark int64) error {
	var b strings.Builder
	b.WriteString(`INSERT INTO chat_threads (key, turns, at, mark) VALUES `)
	args := make([]any, 0, 4*len(cs))
	for i, conv := range cs {
		turns, err := document(conv.Turns)
		if err != nil {
			return err
		}
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString("(" + placeholders(len(args)+1, 4) + ")")
		args = append(args, words(conv.Key), turns, micros(conv.At()), mark+int64(i)+1)
	}
	b.WriteString(` ON CONFLICT (key) DO UPDATE SET turns = excluded.turns, at = excluded.at, mark = excluded.mark WHERE chat_threads.at <= excluded.at`)
	_, err := t.ExecContext(ctx, b.String(), args...)
	return err
}

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
