package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/job"
)

type chatOutbox struct{ chat }

// Put implements bot.Outbox.
func (c chatOutbox) Put(ctx context.Context, p bot.Post) (bool, error) {
	message, err := document(p.Message)
	if err != nil {
		return false, err
	}
	args := append([]any{words(p.Key)}, address(p.To)...)
	n, err := c.exec(ctx, "put a post into the outbox", `
		INSERT INTO chat_posts (key, platform, workspace, channel, thread, message, state, attempts, message_id, error, added_at)
		VALUES ($1, $2, $3, $4, $5, $6, 'unsent', 0, '', '', $7) ON CONFLICT (key) DO NOTHING`, append(args, message, micros(p.Added))...)
	return n > 0, err
}

// Get implements bot.Outbox.
func (c chatOutbox) Get(ctx context.Context, key string) (p bot.Post, err error) {
	var message []byte
	var added int64
	err = c.db.reader.QueryRowContext(ctx, `
		SELECT key, platform, workspace, channel, thread, message, state, attempts, message_id, error, added_at, doubt FROM chat_posts WHERE key = $1`, words(key)).
		Scan(&p.Key, &p.To.Platform, &p.To.Workspace, &p.To.Channel, &p.To.Thread, &message, &p.State, &p.Attempts, &p.ID, &p.Error, &added, &p.Doubt)
	if errors.Is(err, sql.ErrNoRows) {
		return p, noPost(key)
	}
	if err != nil {
		return p, c.db.fault(err, "read a post")
	}
	p.Added = instant(added)
	return p, parse(message, &p.Message)
}

func noPost(key string) error { return fault.New(fault.NotFound, "there is no post %q", key) }

// Update implements bot.Outbox.
func (c chatOutbox) Update(ctx context.Context, p bot.Post) error {
	n, err := c.exec(ctx, "change a post", `
		UPDATE chat_posts SET
			state = CASE WHEN state = 'sent' THEN state ELSE $2 END,
			attempts = CASE WHEN state = 'sent' THEN attempts ELSE $3 END,
			message_id = CASE WHEN state = 'sent' THEN message_id ELSE $4 END,
			error = CASE WHEN state = 'sent' THEN error ELSE $5 END,
			doubt = CASE WHEN state = 'sent' THEN doubt ELSE $6 END
		WHERE key = $1`, words(p.Key), string(p.State), p.Attempts, words(p.ID), job.Cut(p.Error), p.Doubt)
	if err == nil && n == 0 {
		return noPost(p.Key)
	}
	return err
}

// Unsent implements bot.Outbox.
func (c chatOutbox) Unsent(ctx context.Context, before time.Time, n int) ([]string, error) {
	return chatRows(ctx, c.chat, "read the outbox", func(rows *sql.Rows) (key string, err error) {
		return key, rows.Scan(&key)
	}, `SELECT key FROM chat_posts WHERE state = 'unsent' AND added_at < $1 ORDER BY added_at, key LIMIT $2`, micros(before), n)
}

// Sweep implements bot.Sweeper.
func (c chatOutbox) Sweep(ctx context.Context, before time.Time) (int, error) {
	return c.sweep(ctx, "chat_posts", "key", "added_at", before)
}
