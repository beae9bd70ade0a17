package store

import (
	"context"
	"database/sql"

	"github.com/backchannel-portal/backchannel/bot"
)

type chatBindings struct{ chat }

// channelOf returns the columns of the channel of an address.
func channelOf(a bot.Address) []any { return address(a)[:3] }

// Bind implements bot.Bindings.
func (c chatBindings) Bind(ctx context.Context, b bot.Binding) error {
	_, err := c.exec(ctx, "bind a channel", `
		INSERT INTO chat_bindings (platform, workspace, channel, entity, since) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (platform, workspace, channel) DO UPDATE SET entity = excluded.entity, since = excluded.since`,
		append(channelOf(b.Address), words(b.Entity), micros(b.Since))...)
	return err
}

// Unbind implements bot.Bindings.
func (c chatBindings) Unbind(ctx context.Context, at bot.Address) (bool, error) {
	n, err := c.exec(ctx, "end the binding of a channel", `
		DELETE FROM chat_bindings WHERE platform = $1 AND workspace = $2 AND channel = $3`, channelOf(at)...)
	return n > 0, err
}

// All implements bot.Bindings.
func (c chatBindings) All(ctx context.Context) ([]bot.Binding, error) {
	return chatRows(ctx, c.chat, "read the bindings of channels", func(rows *sql.Rows) (b bot.Binding, err error) {
		var since int64
		err = rows.Scan(&b.Address.Platform, &b.Address.Workspace, &b.Address.Channel, &b.Entity, &since)
		b.Since = instant(since)
		return b, err
	}, `SELECT platform, workspace, channel, entity, since FROM chat_bindings ORDER BY platform, workspace, channel`)
}

// End implements bot.Bindings.
func (c chatBindings) End(ctx context.Context, platform, workspace, channel string) (int, error) {
	return c.exec(ctx, "end the bindings of channels", `
		DELETE FROM chat_bindings WHERE platform = $1 AND workspace = $2 AND ($3 = '' OR channel = $3)`,
		words(platform), words(workspace), words(channel))
}
