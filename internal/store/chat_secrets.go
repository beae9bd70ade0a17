package store

import (
	"context"
	"database/sql"
	"errors"
	"maps"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
)

type chatSecrets struct {
	chat
	seal *Seal
}

// secretPlace is what a sealed value is bound to.
func secretPlace(key string) string { return "secret " + words(key) }

// Keep implements bot.Secrets.
func (c chatSecrets) Keep(ctx context.Context, key string, values map[string]string, expires time.Time) error {
	return c.db.write(ctx, "keep a secret", func(t *tx) error {
		var sealed []byte // there is a row from here on, and it is locked: of two who keep at once, the second finds the first's
		err := t.QueryRowContext(ctx, `
			INSERT INTO chat_secrets (key, sealed, expires_at) VALUES ($1, $2, $3)
			ON CONFLICT (key) DO UPDATE SET expires_at = excluded.expires_at RETURNING sealed`,
			words(key), c.seal.seal(secretPlace(key), []byte("{}")), micros(expires)).Scan(&sealed)
		if err != nil {
			return err
		}
		all, err := c.opened(key, sealed)
		if err != nil {
			return err
		}
		maps.Copy(all, values)
		if err := bot.CheckSecrets(all); err != nil {
			return err
		}
		data, err := document(all)
		if err != nil {
			return err
		}
		_, err = t.ExecContext(ctx, `UPDATE chat_secrets SET sealed = $2 WHERE key = $1`, words(key), c.seal.seal(secretPlace(key), data))
		return err
	})
}

func (c chatSecrets) opened(key string, sealed []byte) (map[string]string, error) {
	data, err := c.seal.open(secretPlace(key), sealed)
	if err != nil {
		return nil, err
	}
	out := map[string]string{}
	return out, parse(data, &out)
}

// Values implements bot.Secrets.
func (c chatSecrets) Values(ctx context.Context, key string, now time.Time) (map[string]string, error) {
	var sealed []byte
	err := c.db.reader.QueryRowContext(ctx, `SELECT sealed FROM chat_secrets WHERE key = $1 AND expires_at > $2`, words(key), micros(now)).Scan(&sealed)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, c.db.fault(err, "read a secret")
	}
	return c.opened(key, sealed)
}

// Drop implements bot.Secrets.
func (c chatSecrets) Drop(ctx context.Context, key string) error {
	_, err := c.exec(ctx, "forget a secret", `DELETE FROM chat_secrets WHERE key = $1`, words(key))
	return err
}

// Sweep implements bot.Sweeper.
func (c chatSecrets) Sweep(ctx context.Context, before time.Time) (int, error) {
	return c.sweep(ctx, "chat_secrets", "key", "expires_at", before)
}
