package store

import (
	"context"
	"database/sql"

	"github.com/backchannel-portal/backchannel/bot"
)

// Forget implements bot.TraceStore.
func (c chatTraces) Forget(ctx context.Context, platform, workspace string) (n int, err error) {
	prefix := platform + ":" + workspace + ":"
	err = c.db.write(ctx, "forget a workspace", func(t *tx) error {
		res, err := t.ExecContext(ctx, `DELETE FROM chat_threads WHERE substr(key, 1, length($1)) = $2`, prefix, prefix)
		if err != nil {
			return err
		}
		gone, err := res.RowsAffected()
		if err != nil {
			return err
		}
		ids, err := draftsOf(ctx, t, platform, workspace)
		if err != nil {
			return err
		}
		for _, id := range ids {
			if _, err := t.ExecContext(ctx, `DELETE FROM chat_drafts WHERE id = $1`, id); err != nil {
				return err
			}
		}
		n = int(gone) + len(ids)
		return nil
	})
	return n, err
}

// draftsOf returns the ids of the forms in progress that were opened in a workspace.
func draftsOf(ctx context.Context, t *tx, platform, workspace string) (ids []string, err error) {
	err = t.each(ctx, `SELECT draft FROM chat_drafts`, func(rows *sql.Rows) error {
		var raw []byte
		var d bot.Draft
		if err := rows.Scan(&raw); err != nil {
			return err
		}
		if err := parse(raw, &d); err != nil {
			return err
		}
		if d.Address.Platform == platform && d.Address.Workspace == workspace {
			ids = append(ids, d.ID)
		}
		return nil
	})
	return ids, err
}
