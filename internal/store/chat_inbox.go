package store

import (
	"context"
	"time"
)

type chatInbox struct{ chat }

// Put implements bot.Inbox.
func (c chatInbox) Put(ctx context.Context, id string, at time.Time) (bool, error) {
	n, err := c.exec(ctx, "put a delivery into the inbox", `INSERT INTO chat_inbox (id, at) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING`, words(id), micros(at))
	return n > 0, err
}

// Sweep implements bot.Sweeper.
func (c chatInbox) Sweep(ctx context.Context, before time.Time) (int, error) {
	return c.sweep(ctx, "chat_inbox", "id", "at", before)
}
