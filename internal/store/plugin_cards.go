package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/backchannel-portal/backchannel/plugins"
)

// pluginCards implements plugins.CardStore.
type pluginCards struct{ db *DB }

// PluginCards returns the cards of plugins in this database.
func (db *DB) PluginCards() plugins.CardStore { return pluginCards{db} }

// Card implements plugins.CardStore.
func (c pluginCards) Card(ctx context.Context, plugin, key string) (card []byte, err error) {
	err = c.db.read(ctx, "read a card of a plugin", func(t *tx) error {
		err := t.QueryRowContext(ctx, `SELECT card FROM plugin_cards WHERE plugin = $1 AND name = $2`, words(plugin), words(key)).Scan(&card)
		if errors.Is(err, sql.ErrNoRows) {
			card = nil
			return nil
		}
		return err
	})
	return card, err
}

// PutCard implements plugins.CardStore.
func (c pluginCards) PutCard(ctx context.Context, plugin, key string, card []byte, at time.Time) error {
	return c.db.write(ctx, "keep a card of a plugin", func(t *tx) error {
		_, err := t.ExecContext(ctx, `INSERT INTO plugin_cards (plugin, name, card, put_at) VALUES ($1, $2, $3, $4)
			ON CONFLICT (plugin, name) DO UPDATE SET card = excluded.card, put_at = excluded.put_at WHERE plugin_cards.put_at < excluded.put_at`,
			words(plugin), words(key), card, micros(at))
		return err
	})
}

// Sweep implements plugins.CardStore.
func (c pluginCards) Sweep(ctx context.Context, before time.Time) (n int, err error) {
	err = c.db.write(ctx, "forget cards of plugins", func(t *tx) error {
		res, err := t.ExecContext(ctx, `DELETE FROM plugin_cards WHERE put_at < $1`, micros(before))
		if err != nil {
			return err
		}
		gone, err := res.RowsAffected()
		n = int(gone)
		return err
	})
	return n, err
}
