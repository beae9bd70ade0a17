package store

import (
	"context"
	"database/sql"

	"github.com/backchannel-portal/backchannel/bot"
)

// chatTraces finds what is kept of a person by looking through everything: it is asked for rarely, and all of it
// expires but subscriptions.
type chatTraces struct{ chat }

// Of implements bot.TraceStore.
func (c chatTraces) Of(ctx context.Context, a bot.Actor, at []bot.Address) (out bot.Traces, err error) {
	err = c.db.read(ctx, "read what is kept of a person", func(t *tx) error {
		out, err = traces(ctx, t, a, at)
		return err
	})
	return out, err
}

// Erase implements bot.TraceStore.
func (c chatTraces) Erase(ctx context.Context, a bot.Actor, at []bot.Address) (out bot.Traces, err error) {
	err = c.db.write(ctx, "erase what is kept of a person", func(t *tx) error {
		if out, err = traces(ctx, t, a, at); err != nil {
			return err
		}
		for _, conv := range out.Conversations {
			if _, err := t.ExecContext(ctx, `DELETE FROM chat_threads WHERE key = $1`, conv.Key); err != nil {
				return err
			}
		}
		for _, d := range out.Drafts {
			if _, err := t.ExecContext(ctx, `DELETE FROM chat_drafts WHERE id = $1`, d.ID); err != nil {
				return err
			}
		}
		for _, s := range out.Subscriptions {
			_, err := t.ExecContext(ctx, `DELETE FROM chat_subscriptions
				WHERE platform = $1 AND workspace = $2 AND channel = $3 AND thread = $4 AND subject = $5 AND topic = $6`,
				append(address(s.Address), s.Subject, s.Topic)...)
			if err != nil {
				return err
			}
		}
		_, err := t.ExecContext(ctx, `DELETE FROM chat_feedback WHERE actor = $1`, words(a.Key()))
		return err
	})
	return out, err
}

// traces reads what is kept of an actor.
func traces(ctx context.Context, t *tx, a bot.Actor, at []bot.Address) (out bot.Traces, err error) {
	mine := bot.ConversationOf(a, at)
	err = t.each(ctx, `SELECT key, turns FROM chat_threads`, func(rows *sql.Rows) error {
		var conv bot.Conversation
		var turns []byte
		if err := rows.Scan(&conv.Key, &turns); err != nil || !mine(conv.Key) {
			return err
		}
		out.Conversations = append(out.Conversations, conv)
		return parse(turns, &out.Conversations[len(out.Conversations)-1].Turns)
	})
	if err != nil {
		return out, err
	}
	err = t.each(ctx, `SELECT draft FROM chat_drafts`, func(rows *sql.Rows) error {
		var draft []byte
		var d bot.Draft
		if err := rows.Scan(&draft); err != nil {
			return err
		}
		if err := parse(draft, &d); err != nil {
			return err
		}
		if d.Actor.Key() == a.Key() {
			out.Drafts = append(out.Drafts, d)
		}
		return nil
	})
	if err != nil {
		return out, err
	}
	err = t.each(ctx, `SELECT `+subscriptionColumns+` FROM chat_subscriptions`, func(rows *sql.Rows) error {
		s, err := scanSubscription(rows)
		if err == nil && s.By.Key() == a.Key() {
			out.Subscriptions = append(out.Subscriptions, s)
		}
		return err
	})
	if err != nil {
		return out, err
	}
	err = t.each(ctx, `SELECT feedback FROM chat_feedback WHERE actor = $1`, func(rows *sql.Rows) error {
		f, err := scanFeedback(rows.Scan)
		out.Feedback = append(out.Feedback, f)
		return err
	}, words(a.Key()))
	out.Sort()
	return out, err
}
