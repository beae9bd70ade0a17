package store

import (
	"context"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
)

type chatKeys struct {
	chat
	seal *Seal
}

const keyPlace = "signing key"

// Rotate implements bot.KeyStore.
func (c chatKeys) Rotate(ctx context.Context, candidate bot.SigningKey, age time.Duration) (keys []bot.SigningKey, err error) {
	err = c.db.write(ctx, "read the keys of buttons", func(t *tx) error {
		keys = nil
		if err := t.alone(ctx, "chat_keys"); err != nil { // there may be no row to lock
			return err
		}
		_, err := t.ExecContext(ctx, `
			INSERT INTO chat_keys (since, secret) SELECT $1, $2
			WHERE NOT EXISTS (SELECT 1 FROM chat_keys WHERE since >= $3)`,
			micros(candidate.From), c.seal.seal(keyPlace, candidate.Secret), micros(candidate.From.Add(-age)))
		if err != nil {
			return err
		}
		if _, err := t.ExecContext(ctx, `DELETE FROM chat_keys WHERE since NOT IN (SELECT since FROM chat_keys ORDER BY since DESC LIMIT 2)`); err != nil {
			return err
		}
		rows, err := t.QueryContext(ctx, `SELECT since, secret FROM chat_keys ORDER BY since DESC`)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var since int64
			var sealed []byte
			if err := rows.Scan(&since, &sealed); err != nil {
				return err
			}
			secret, err := c.seal.open(keyPlace, sealed)
			if err != nil {
				return err
			}
			keys = append(keys, bot.SigningKey{Secret: secret, From: instant(since)})
		}
		return rows.Err()
	})
	return keys, err
}
