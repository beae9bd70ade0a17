package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
)

type chatSubscriptions struct{ chat }

// Put implements bot.Subscriptions.
func (c chatSubscriptions) Put(ctx context.Context, s bot.Subscription) (added bool, err error) {
	subscriber, err := document(s.By)
	if err != nil {
		return false, err
	}
	args := append(address(s.Address), words(s.Subject), words(s.Topic), subscriber, words(string(s.Lang)), words(s.Zone), s.Muted, micros(s.Since), s.Direct)
	err = c.db.write(ctx, "keep a subscription", func(t *tx) error {
		res, err := t.ExecContext(ctx, `
			INSERT INTO chat_subscriptions (platform, workspace, channel, thread, subject, topic, subscriber, lang, zone, muted, since, direct)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT DO NOTHING`, args...)
		if err != nil {
			return err
		}
		n, err := res.RowsAffected()
		if added = n > 0; added || err != nil {
			return err
		}
		_, err = t.ExecContext(ctx, `
			UPDATE chat_subscriptions SET subscriber = $7, lang = $8, zone = $9, muted = $10, since = $11, direct = $12
			WHERE platform = $1 AND workspace = $2 AND channel = $3 AND thread = $4 AND subject = $5 AND topic = $6`, args...)
		return err
	})
	return added, err
}

// Remove implements bot.Subscriptions.
func (c chatSubscriptions) Remove(ctx context.Context, at bot.Address, subject, topic string) (bool, error) {
	n, err := c.exec(ctx, "end a subscription", `
		DELETE FROM chat_subscriptions
		WHERE platform = $1 AND workspace = $2 AND channel = $3 AND thread = $4 AND subject = $5 AND topic = $6`,
		append(address(at), words(subject), words(topic))...)
	return n > 0, err
}

const subscriptionColumns = `platform, workspace, channel, thread, subject, topic, subscriber, lang, zone, muted, since, direct`

func scanSubscription(rows *sql.Rows) (s bot.Subscription, err error) {
	var subscriber []byte
	var since int64
	if err := rows.Scan(&s.Address.Platform, &s.Address.Workspace, &s.Address.Channel, &s.Address.Thread, &s.Subject, &s.Topic,
		&subscriber, &s.Lang, &s.Zone, &s.Muted, &since, &s.Direct); err != nil {
		return s, err
	}
	s.Since = instant(since)
	return s, parse(subscriber, &s.By)
}

// Of implements bot.Subscriptions.
func (c chatSubscriptions) Of(ctx context.Context, at bot.Address) ([]bot.Subscription, error) {
	return chatRows(ctx, c.chat, "read subscriptions", scanSubscription, `
		SELECT `+subscriptionColumns+` FROM chat_subscriptions
		WHERE platform = $1 AND workspace = $2 AND channel = $3 AND thread = $4 ORDER BY subject, topic`, address(at)...)
}

// About implements bot.Subscriptions.
func (c chatSubscriptions) About(ctx context.Context, subject, topic string) ([]bot.Subscription, error) {
	return chatRows(ctx, c.chat, "read subscriptions", scanSubscription, `
		SELECT `+subscriptionColumns+` FROM chat_subscriptions
		WHERE subject = $1 AND topic = $2 ORDER BY platform, workspace, channel, thread`, words(subject), words(topic))
}

// End implements bot.Subscriptions.
func (c chatSubscriptions) End(ctx context.Context, platform, workspace, channel string) (int, error) {
	return c.exec(ctx, "end subscriptions", `
		DELETE FROM chat_subscriptions WHERE platform = $1 AND workspace = $2 AND ($3 = '' OR channel = $3)`,
		words(platform), words(workspace), words(channel))
}

type chatFollowers struct {
	chat
	seal *Seal
}

// sealedFollower is the place that a follower's secret is bound to.
func sealedFollower(f bot.Follower) string {
	return "follower " + words(f.Key) + " " + words(f.Address.Key()) + " " + words(f.Message)
}

// Follow implements bot.Followers.
func (c chatFollowers) Follow(ctx context.Context, f bot.Follower) error {
	var secret []byte
	if f.Secret != "" {
		secret = c.seal.seal(sealedFollower(f), []byte(f.Secret))
	}
	args := append([]any{words(f.Key)}, address(f.Address)...)
	_, err := c.exec(ctx, "keep a follower", `
		INSERT INTO chat_followers (key, platform, workspace, channel, thread, message, lang, since, private, secret)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING`,
		append(args, words(f.Message), words(string(f.Lang)), micros(f.Since), f.Private, secret)...)
	return err
}

// Of implements bot.Followers. A secret that cannot be opened is none: the message is then one that cannot be edited.
func (c chatFollowers) Of(ctx context.Context, key string) ([]bot.Follower, error) {
	return chatRows(ctx, c.chat, "read the followers", func(rows *sql.Rows) (f bot.Follower, err error) {
		var since int64
		var secret []byte
		err = rows.Scan(&f.Key, &f.Address.Platform, &f.Address.Workspace, &f.Address.Channel, &f.Address.Thread, &f.Message, &f.Lang, &since, &f.Private, &secret)
		f.Since = instant(since)
		if err == nil && secret != nil {
			if plain, bad := c.seal.open(sealedFollower(f), secret); bad == nil {
				f.Secret = string(plain)
			}
		}
		return f, err
	}, `SELECT key, platform, workspace, channel, thread, message, lang, since, private, secret FROM chat_followers
		WHERE key = $1 ORDER BY since, platform, workspace, channel, thread, message`, words(key))
}

// followedKeys bounds what Keys returns.
const followedKeys = 5000

// Keys implements bot.Followers.
func (c chatFollowers) Keys(ctx context.Context) ([]string, error) {
	return chatRows(ctx, c.chat, "read what is followed", func(rows *sql.Rows) (key string, err error) {
		return key, rows.Scan(&key)
	}, `SELECT DISTINCT key FROM chat_followers ORDER BY key LIMIT $1`, followedKeys)
}

// End implements bot.Followers.
func (c chatFollowers) End(ctx context.Context, key string) error {
	_, err := c.exec(ctx, "forget the followers", `DELETE FROM chat_followers WHERE key = $1`, words(key))
	return err
}

// Sweep implements bot.Sweeper.
func (c chatFollowers) Sweep(ctx context.Context, before time.Time) (int, error) {
	return c.exec(ctx, "forget old followers", `DELETE FROM chat_followers WHERE since < $1`, micros(before))
}
