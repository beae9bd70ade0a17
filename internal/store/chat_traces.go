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
		for _, task := range out.Tasks {
			if err := eraseTask(ctx, t, task); err != nil {
				return err
			}
		}
		_, err := t.ExecContext(ctx, `DELETE FROM chat_feedback WHERE actor = $1`, words(a.Key()))
		return err
	})
	return out, err
}

// eraseTask removes a task that is over, with its log and its followers, and who began one that is not.
func eraseTask(ctx context.Context, t *tx, task bot.Task) error {
	if task.Over {
		for _, query := range []string{`DELETE FROM chat_task_events WHERE key = $1`, `DELETE FROM chat_followers WHERE key = $1`, `DELETE FROM chat_tasks WHERE key = $1`} {
			if _, err := t.ExecContext(ctx, query, words(task.Key)); err != nil {
				return err
			}
		}
		return nil
	}
	task.By = bot.Actor{}
	doc, err := document(task)
	if err != nil {
		return err
	}
	_, err = t.ExecContext(ctx, `UPDATE chat_tasks SET task = $2 WHERE key = $1`, words(task.Key), doc)
	return err
}

// tasksOf reads the tasks that an actor began.
func tasksOf(ctx context.Context, t *tx, a bot.Actor) (out []bot.Task, err error) {
	err = t.each(ctx, `SELECT task, begun_at, stop, ended FROM chat_tasks`, func(rows *sql.Rows) error {
		var doc []byte
		var begun int64
		var task bot.Task
		var stop, over bool
		if err := rows.Scan(&doc, &begun, &stop, &over); err != nil {
			return err
		}
		if err := parse(doc, &task); err != nil {
			return err
		}
		if task.By.Key() == a.Key() {
			task.Begun, task.Stop, task.Over = instant(begun), stop, over
			out = append(out, task)
		}
		return nil
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
	if err != nil {
		return out, err
	}
	out.Tasks, err = tasksOf(ctx, t, a)
	out.Sort()
	return out, err
}
