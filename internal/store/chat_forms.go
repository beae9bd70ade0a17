package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/internal/fault"
)

type chatIntents struct{ chat }

// Save implements bot.IntentStore.
func (c chatIntents) Save(ctx context.Context, rows []bot.StoredIntent) error {
	const width, batchRows = 4, 500
	for batch := range slices.Chunk(rows, batchRows) {
		var b strings.Builder
		b.WriteString(`INSERT INTO chat_intents (id, intent, single, expires_at) VALUES `)
		args := make([]any, 0, width*len(batch))
		for i, r := range batch {
			intent, err := document(r.Intent)
			if err != nil {
				return err
			}
			if i > 0 {
				b.WriteString(", ")
			}
			b.WriteString("(" + placeholders(len(args)+1, width) + ")")
			args = append(args, words(r.ID), intent, r.Single, micros(r.Expires))
		}
		b.WriteString(` ON CONFLICT (id) DO NOTHING`)
		if _, err := c.exec(ctx, "save the intents of buttons", b.String(), args...); err != nil {
			return err
		}
	}
	return nil
}

// Load implements bot.IntentStore.
func (c chatIntents) Load(ctx context.Context, id string, now time.Time) (r bot.StoredIntent, err error) {
	var intent []byte
	var expires int64
	err = c.db.reader.QueryRowContext(ctx, `SELECT id, intent, single, expires_at FROM chat_intents WHERE id = $1 AND expires_at > $2`, words(id), micros(now)).
		Scan(&r.ID, &intent, &r.Single, &expires)
	if errors.Is(err, sql.ErrNoRows) {
		return r, fault.New(fault.NotFound, "there is no intent %q", id)
	}
	if err != nil {
		return r, c.db.fault(err, "read the intent of a button")
	}
	r.Expires = instant(expires)
	return r, parse(intent, &r.Intent)
}

// Use implements bot.IntentStore.
func (c chatIntents) Use(ctx context.Context, id string) (first bool, err error) {
	n, err := c.exec(ctx, "use the intent of a button", `UPDATE chat_intents SET used = TRUE WHERE id = $1 AND NOT used`, words(id))
	if err != nil || n > 0 {
		return n > 0, err
	}
	var known bool
	err = c.db.reader.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM chat_intents WHERE id = $1)`, words(id)).Scan(&known)
	if err == nil && !known {
		return false, fault.New(fault.NotFound, "there is no intent %q", id)
	}
	return false, c.db.fault(err, "read the intent of a button")
}

// Sweep implements bot.Sweeper.
func (c chatIntents) Sweep(ctx context.Context, before time.Time) (int, error) {
	return c.sweep(ctx, "chat_intents", "id", "expires_at", before)
}

type chatDrafts struct{ chat }

// Save implements bot.Drafts. What is saved is open, whatever it was.
func (c chatDrafts) Save(ctx context.Context, d bot.Draft) error {
	draft, err := document(d)
	if err != nil {
		return err
	}
	_, err = c.exec(ctx, "save a draft", `
		INSERT INTO chat_drafts (id, draft, expires_at) VALUES ($1, $2, $3)
		ON CONFLICT (id) DO UPDATE SET draft = excluded.draft, expires_at = excluded.expires_at, claimed_at = 0`, words(d.ID), draft, micros(d.Expires))
	return err
}

// Load implements bot.Drafts.
func (c chatDrafts) Load(ctx context.Context, id string, now time.Time) (bot.Draft, error) {
	return c.one(c.db.reader.QueryRowContext(ctx, `SELECT draft FROM chat_drafts WHERE id = $1 AND expires_at > $2 AND claimed_at = 0`, words(id), micros(now)), id)
}

// Take implements bot.Drafts.
func (c chatDrafts) Take(ctx context.Context, id string, now time.Time) (bot.Draft, error) {
	return c.one(c.db.writer.QueryRowContext(ctx, `DELETE FROM chat_drafts WHERE id = $1 AND expires_at > $2 AND claimed_at = 0 RETURNING draft`, words(id), micros(now)), id)
}

// Claim implements bot.Claims.
func (c chatDrafts) Claim(ctx context.Context, d bot.Draft, now time.Time) error {
	draft, err := document(d)
	if err != nil {
		return err
	}
	n, err := c.exec(ctx, "hand in a draft", `
		UPDATE chat_drafts SET draft = $2, claimed_at = $3 WHERE id = $1 AND expires_at > $3 AND claimed_at = 0`, words(d.ID), draft, micros(now))
	if err == nil && n == 0 {
		return fault.New(fault.NotFound, "there is no draft %q", d.ID)
	}
	return err
}

// Reclaim implements bot.Claims.
func (c chatDrafts) Reclaim(ctx context.Context, id string, before, now time.Time) (bot.Draft, error) {
	return c.one(c.db.writer.QueryRowContext(ctx, `
		UPDATE chat_drafts SET claimed_at = $3 WHERE id = $1 AND claimed_at > 0 AND claimed_at < $2 RETURNING draft`, words(id), micros(before), micros(now)), id)
}

// Claimed implements bot.Claims.
func (c chatDrafts) Claimed(ctx context.Context, before time.Time, n int) ([]bot.Draft, error) {
	return chatRows(ctx, c.chat, "read what was handed in", func(rows *sql.Rows) (d bot.Draft, err error) {
		var draft []byte
		if err := rows.Scan(&draft); err != nil {
			return d, err
		}
		return d, parse(draft, &d)
	}, `SELECT draft FROM chat_drafts WHERE claimed_at > 0 AND claimed_at < $1 ORDER BY claimed_at LIMIT $2`, micros(before), n)
}

// Drop implements bot.Claims.
func (c chatDrafts) Drop(ctx context.Context, id string) error {
	_, err := c.exec(ctx, "forget what was handed in", `DELETE FROM chat_drafts WHERE id = $1 AND claimed_at > 0`, words(id))
	return err
}

// Pending implements bot.Claims.
func (c chatDrafts) Pending(ctx context.Context, id string) (claimed bool, err error) {
	err = c.db.reader.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM chat_drafts WHERE id = $1 AND claimed_at > 0)`, words(id)).Scan(&claimed)
	if err != nil {
		return false, c.db.fault(err, "read what was handed in")
	}
	return claimed, nil
}

func (c chatDrafts) one(row row, id string) (d bot.Draft, err error) {
	var draft []byte
	if err := row.Scan(&draft); errors.Is(err, sql.ErrNoRows) {
		return d, fault.New(fault.NotFound, "there is no draft %q", id)
	} else if err != nil {
		return d, c.db.fault(err, "read a draft")
	}
	return d, parse(draft, &d)
}

// Sweep implements bot.Sweeper.
func (c chatDrafts) Sweep(ctx context.Context, before time.Time) (int, error) {
	return c.sweep(ctx, "chat_drafts", "id", "expires_at", before)
}
