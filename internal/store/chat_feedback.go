package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
)

type chatFeedback struct{ chat }

// Put implements bot.FeedbackStore.
func (c chatFeedback) Put(ctx context.Context, f bot.Feedback) (fresh bool, err error) {
	f.State, f.Outcome, f.Closed, f.ClosedBy = bot.FeedbackOpen, "", time.Time{}, bot.Actor{}
	doc, err := document(f)
	if err != nil {
		return false, err
	}
	slot := f.Slot()
	err = c.db.write(ctx, "keep feedback", func(t *tx) error {
		for range 2 { // what is in the way may be closed between the two statements
			res, err := t.ExecContext(ctx, `
				INSERT INTO chat_feedback (id, slot, state, actor, feedback, at) VALUES ($1, $2, 'open', $3, $4, $5) ON CONFLICT DO NOTHING`,
				words(f.ID), slot, words(f.By.Key()), doc, micros(f.At))
			if err != nil {
				return err
			}
			n, err := res.RowsAffected()
			if fresh = n > 0; fresh || err != nil {
				return err
			}
			if added, err := addFeedback(ctx, t, slot, f); added || err != nil {
				return err
			}
		}
		return nil // the id is known
	})
	return fresh && err == nil, err
}

// addFeedback adds to the open feedback of a slot what the same person says anew, and reports whether there is some. Its
// row is locked, so that nobody else changes it in between.
func addFeedback(ctx context.Context, t *tx, slot string, f bot.Feedback) (bool, error) {
	var id string
	var was []byte
	err := t.QueryRowContext(ctx, `SELECT id, feedback FROM chat_feedback WHERE slot = $1 AND state = 'open'`+t.dialect.forUpdate, slot).Scan(&id, &was)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	var old bot.Feedback
	if err == nil {
		err = parse(was, &old)
	}
	if err != nil {
		return false, err
	}
	again, err := document(old.Again(f))
	if err != nil {
		return false, err
	}
	_, err = t.ExecContext(ctx, `UPDATE chat_feedback SET feedback = $2 WHERE id = $1`, id, again)
	return true, err
}

func scanFeedback(scan func(...any) error) (f bot.Feedback, err error) {
	var doc []byte
	if err := scan(&doc); err != nil {
		return f, err
	}
	return f, parse(doc, &f)
}

// Get implements bot.FeedbackStore.
func (c chatFeedback) Get(ctx context.Context, id string) (bot.Feedback, error) {
	f, err := scanFeedback(c.db.reader.QueryRowContext(ctx, `SELECT feedback FROM chat_feedback WHERE id = $1`, words(id)).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return f, bot.NoFeedback(id)
	}
	return f, c.db.fault(err, "read feedback")
}

// openFeedback bounds what Open returns.
const openFeedback = 5000

// Open implements bot.FeedbackStore.
func (c chatFeedback) Open(ctx context.Context) ([]bot.Feedback, error) {
	return chatRows(ctx, c.chat, "read feedback", func(rows *sql.Rows) (bot.Feedback, error) { return scanFeedback(rows.Scan) },
		`SELECT feedback FROM chat_feedback WHERE state = 'open' ORDER BY at, id LIMIT $1`, openFeedback)
}

// Close implements bot.FeedbackStore.
func (c chatFeedback) Close(ctx context.Context, f bot.Feedback) (closed bool, err error) {
	err = c.db.write(ctx, "close feedback", func(t *tx) error {
		closed = false
		res, err := t.ExecContext(ctx, `UPDATE chat_feedback SET state = $2, closed_at = $3 WHERE id = $1 AND state = 'open'`,
			words(f.ID), string(f.State), micros(f.Closed))
		if err != nil {
			return err
		}
		n, err := res.RowsAffected()
		if err != nil {
			return err
		}
		old, err := scanFeedback(t.QueryRowContext(ctx, `SELECT feedback FROM chat_feedback WHERE id = $1`, words(f.ID)).Scan)
		if errors.Is(err, sql.ErrNoRows) {
			return bot.NoFeedback(f.ID)
		}
		if err != nil || n == 0 {
			return err
		}
		old.State, old.Outcome, old.Closed, old.ClosedBy = f.State, f.Outcome, f.Closed, f.ClosedBy
		doc, err := document(old)
		if err != nil {
			return err
		}
		closed = true
		_, err = t.ExecContext(ctx, `UPDATE chat_feedback SET feedback = $2 WHERE id = $1`, old.ID, doc)
		return err
	})
	return closed && err == nil, err
}

// Sweep implements bot.Sweeper.
func (c chatFeedback) Sweep(ctx context.Context, before time.Time) (int, error) {
	return c.sweep(ctx, "chat_feedback", "id", "closed_at", before)
}
