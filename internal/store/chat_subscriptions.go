package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
)

// chatNews keeps what subjects were and what is told of their changes; both change together.
type chatNews struct{ chat }

// Subjects implements bot.Watches.
func (c chatNews) Subjects(ctx context.Context) ([]bot.Watch, error) {
	return chatRows(ctx, c.chat, "read what is subscribed to", func(rows *sql.Rows) (w bot.Watch, err error) {
		var seen []byte
		err = rows.Scan(&w.Subject, &w.Topic, &seen, &w.Number, &w.Generation)
		w.Seen = seen
		return w, err
	}, `SELECT s.subject, s.topic, w.seen, COALESCE(w.number, 0), COALESCE(w.generation, 0)
		FROM (SELECT DISTINCT subject, topic FROM chat_subscriptions) s
		LEFT JOIN chat_watches w ON w.subject = s.subject AND w.topic = s.topic ORDER BY s.subject, s.topic`)
}

// Advance implements bot.Watches.
func (c chatNews) Advance(ctx context.Context, w bot.Watch, news []bot.News) (advanced bool, err error) {
	err = c.db.write(ctx, "keep what is new", func(t *tx) error {
		query := `UPDATE chat_watches SET seen = $3, number = $4, generation = $5 WHERE subject = $1 AND topic = $2 AND number = $4 - 1`
		if w.Number == 1 {
			query = `INSERT INTO chat_watches (subject, topic, seen, number, generation) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`
		}
		n, err := changed(t.ExecContext(ctx, query, words(w.Subject), words(w.Topic), []byte(w.Seen), w.Number, int64(w.Generation)))
		if advanced = n > 0; err != nil || !advanced {
			return err
		}
		for _, n := range news {
			args := append(append([]any{n.ID}, channelOf(n.To)...), words(n.Subject), words(n.Topic), []byte(n.Change), micros(n.Found))
			_, err := t.ExecContext(ctx, `
				INSERT INTO chat_news (id, platform, workspace, channel, subject, topic, change, found_at, post, told_at)
				VALUES ($1, $2, $3, $4, $5, $6, $7, $8, '', 0)`, args...)
			if err != nil {
				return err
			}
		}
		return nil
	})
	return advanced, err
}

// Forget implements bot.Watches.
func (c chatNews) Forget(ctx context.Context) (int, error) {
	return c.exec(ctx, "forget what nobody subscribes to", `
		DELETE FROM chat_watches WHERE NOT EXISTS (
			SELECT 1 FROM chat_subscriptions s WHERE s.subject = chat_watches.subject AND s.topic = chat_watches.topic)`)
}

const newsColumns = `id, platform, workspace, channel, subject, topic, change, found_at, post, told_at`

func scanNews(rows *sql.Rows) (n bot.News, err error) {
	var change []byte
	var found, told int64
	err = rows.Scan(&n.ID, &n.To.Platform, &n.To.Workspace, &n.To.Channel, &n.Subject, &n.Topic, &change, &found, &n.Post, &told)
	n.Change, n.Found, n.Told = change, instant(found), instant(told)
	return n, err
}

// Untold implements bot.Newsroom.
func (c chatNews) Untold(ctx context.Context, n int) ([]bot.News, error) {
	return chatRows(ctx, c.chat, "read what is to be told", scanNews, `SELECT `+newsColumns+` FROM chat_news WHERE told_at = 0 ORDER BY id LIMIT $1`, n)
}

// Bundle implements bot.Newsroom.
func (c chatNews) Bundle(ctx context.Context, post string, ids []string) error {
	return c.eachNews(ctx, "gather what is to be told", ids, `UPDATE chat_news SET post = $2 WHERE id = $1 AND post = ''`, words(post))
}

// Told implements bot.Newsroom.
func (c chatNews) Told(ctx context.Context, post string, at time.Time) error {
	_, err := c.exec(ctx, "keep what was told", `UPDATE chat_news SET told_at = $2 WHERE post = $1 AND told_at = 0`, words(post), micros(at))
	return err
}

// Drop implements bot.Newsroom.
func (c chatNews) Drop(ctx context.Context, ids []string) error {
	return c.eachNews(ctx, "drop what nobody is to hear", ids, `DELETE FROM chat_news WHERE id = $1`)
}

// eachNews runs one statement for each id in one transaction.
func (c chatNews) eachNews(ctx context.Context, doing string, ids []string, query string, args ...any) error {
	return c.db.write(ctx, doing, func(t *tx) error {
		for _, id := range ids {
			if _, err := t.ExecContext(ctx, query, append([]any{id}, args...)...); err != nil {
				return err
			}
		}
		return nil
	})
}

// Posts implements bot.NewsLog.
func (c chatNews) Posts(ctx context.Context, at bot.Address, since time.Time) ([]bot.NewsPost, error) {
	told, err := chatRows(ctx, c.chat, "read what a place was told", scanNews, `
		SELECT `+newsColumns+` FROM chat_news WHERE platform = $1 AND workspace = $2 AND channel = $3 AND told_at > 0 AND told_at >= $4`,
		append(channelOf(at), micros(since))...)
	return bot.NewsPosts(told), err
}

// Sweep implements bot.Sweeper.
func (c chatNews) Sweep(ctx context.Context, before time.Time) (int, error) {
	return c.exec(ctx, "forget what was told", `DELETE FROM chat_news WHERE found_at < $1 AND (told_at = 0 OR told_at < $1)`, micros(before))
}
