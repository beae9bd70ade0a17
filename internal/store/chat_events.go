package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
)

type chatTasks struct{ chat }

// Begin implements bot.Tasks.
func (c chatTasks) Begin(ctx context.Context, t bot.Task) (bool, error) {
	if err := bot.CheckTask(t.Data); err != nil {
		return false, err
	}
	task, err := document(t)
	if err != nil {
		return false, err
	}
	n, err := c.exec(ctx, "begin a task", `INSERT INTO chat_tasks (key, task, begun_at) VALUES ($1, $2, $3) ON CONFLICT (key) DO NOTHING`,
		words(t.Key), task, micros(t.Begun))
	return n > 0, err
}

// errKnownEvent ends the transaction of an event that is in the log.
var errKnownEvent = errors.New("the event is in the log")

// Append implements bot.Tasks.
func (c chatTasks) Append(ctx context.Context, key string, e bot.TaskEvent) (added bool, err error) {
	if err := bot.CheckTask(e.Data); err != nil {
		return false, err
	}
	err = c.db.write(ctx, "append to the log of a task", func(t *tx) error {
		added = false
		var n int64 // the row is locked from here on, so numbers have no gaps
		err := t.QueryRowContext(ctx, `
			UPDATE chat_tasks SET events = events + 1, ended = $2
			WHERE key = $1 AND NOT ended AND ($2 OR events < $3) RETURNING events`, words(key), e.Last, bot.MaxTaskEvents).Scan(&n)
		if errors.Is(err, sql.ErrNoRows) {
			return c.known(ctx, t, key)
		}
		if err != nil {
			return err
		}
		res, err := t.ExecContext(ctx, `
			INSERT INTO chat_task_events (key, n, id, kind, data, at, final) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`,
			words(key), n, words(e.ID), words(e.Kind), []byte(e.Data), micros(e.At), e.Last)
		if err != nil {
			return err
		}
		rows, err := res.RowsAffected()
		if err == nil && rows == 0 {
			return errKnownEvent
		}
		added = true
		return err
	})
	if errors.Is(err, errKnownEvent) {
		return false, nil
	}
	return added && err == nil, err
}

// known is NotFound for a task that is not.
func (c chatTasks) known(ctx context.Context, t *tx, key string) error {
	var known bool
	err := t.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM chat_tasks WHERE key = $1)`, words(key)).Scan(&known)
	if err == nil && !known {
		return bot.NoTask(key)
	}
	return err
}

// sinceRows bounds what one Since returns.
const sinceRows = 500

// Since implements bot.Tasks.
func (c chatTasks) Since(ctx context.Context, key string, n int64) (task bot.Task, events []bot.TaskEvent, err error) {
	err = c.db.read(ctx, "read the log of a task", func(t *tx) error {
		task, events = bot.Task{}, nil
		var doc []byte
		var begun int64
		var stop, over bool
		err := t.QueryRowContext(ctx, `SELECT task, begun_at, stop, ended FROM chat_tasks WHERE key = $1`, words(key)).Scan(&doc, &begun, &stop, &over)
		if errors.Is(err, sql.ErrNoRows) {
			return bot.NoTask(key)
		}
		if err != nil {
			return err
		}
		if err := parse(doc, &task); err != nil {
			return err
		}
		task.Begun, task.Stop, task.Over = instant(begun), stop, over
		return t.each(ctx, `SELECT n, id, kind, data, at, final FROM chat_task_events WHERE key = $1 AND n > $2 ORDER BY n LIMIT $3`, func(rows *sql.Rows) error {
			var e bot.TaskEvent
			var at int64
			if err := rows.Scan(&e.N, &e.ID, &e.Kind, (*[]byte)(&e.Data), &at, &e.Last); err != nil {
				return err
			}
			e.At = instant(at)
			events = append(events, e)
			return nil
		}, words(key), n, sinceRows)
	})
	return task, events, err
}

// Cancel implements bot.Tasks.
func (c chatTasks) Cancel(ctx context.Context, key string) (first bool, err error) {
	err = c.db.write(ctx, "cancel a task", func(t *tx) error {
		res, err := t.ExecContext(ctx, `UPDATE chat_tasks SET stop = TRUE WHERE key = $1 AND NOT stop AND NOT ended`, words(key))
		if err != nil {
			return err
		}
		n, err := res.RowsAffected()
		if first = n > 0; first || err != nil {
			return err
		}
		return c.known(ctx, t, key)
	})
	return first, err
}

// Sweep implements bot.Sweeper.
func (c chatTasks) Sweep(ctx context.Context, before time.Time) (int, error) {
	const events = `DELETE FROM chat_task_events WHERE key IN (SELECT key FROM chat_tasks WHERE begun_at < $1)`
	if _, err := c.exec(ctx, "forget the logs of old tasks", events, micros(before)); err != nil {
		return 0, err
	}
	return c.sweep(ctx, "chat_tasks", "key", "begun_at", before)
}
