package store

import (
	"context"
	"database/sql"
	"errors"

	"github.com/backchannel-portal/backchannel/plugins"
)

type pluginKeeper struct{ chat }

// Keeper returns what plugins keep in this database.
func (db *DB) Keeper() plugins.Keeper { return pluginKeeper{chat{db}} }

// Kept implements plugins.Keeper.
func (c pluginKeeper) Kept(ctx context.Context, name string) (k plugins.Kept, err error) {
	var at int64
	var state []byte
	err = c.db.reader.QueryRowContext(ctx, `SELECT state, at FROM plugin_kept WHERE name = $1`, words(name)).Scan(&state, &at)
	if errors.Is(err, sql.ErrNoRows) {
		return k, plugins.NotKept(name)
	}
	if err != nil {
		return k, c.db.fault(err, "read what a plugin keeps")
	}
	return plugins.Kept{State: state, At: instant(at)}, nil
}

// Keep implements plugins.Keeper.
func (c pluginKeeper) Keep(ctx context.Context, name string, k plugins.Kept) error {
	if err := plugins.CheckKept(name, k); err != nil {
		return err
	}
	_, err := c.exec(ctx, "keep what a plugin read", `
		INSERT INTO plugin_kept (name, state, at) VALUES ($1, $2, $3)
		ON CONFLICT (name) DO UPDATE SET state = excluded.state, at = excluded.at`, words(name), []byte(k.State), micros(k.At))
	return err
}
