package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"strings"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/internal/fault"
)

// ChatState returns what conversations keep in the database. The seal encrypts workspace tokens and signing keys.
func (db *DB) ChatState(seal *Seal) bot.State {
	c := chat{db}
	return bot.State{
		Inbox:         chatInbox{c},
		Threads:       chatThreads{c},
		Keys:          chatKeys{c, seal},
		Audit:         newChatAudit(c),
		Outbox:        chatOutbox{c},
		Intents:       chatIntents{c},
		Drafts:        chatDrafts{c},
		Installations: chatInstallations{c, seal},
		Links:         chatLinks{c},
		Subscriptions: chatSubscriptions{c},
		Followers:     chatFollowers{c, seal},
		Bindings:      chatBindings{c},
		Watches:       chatNews{c},
		News:          chatNews{c},
		NewsLog:       chatNews{c},
		Traces:        chatTraces{c},
		Tasks:         chatTasks{c},
		Secrets:       chatSecrets{c, seal},
		Feedback:      chatFeedback{c},
		Sessions:      webSessions{c, seal},
		SessionBook:   webSessions{c, seal},
		APITokens:     webTokens{c},
	}
}

// chat is what the parts of the state have in common.
type chat struct{ db *DB }

// sweepBatch is how many rows one statement removes, so that it never holds the others up for long.
const sweepBatch = 1000

// exec runs one statement and returns how many rows it changed.
func (c chat) exec(ctx context.Context, doing, query string, args ...any) (int, error) {
	res, err := c.db.writer.ExecContext(ctx, query, args...)
	if err != nil {
		return 0, c.db.fault(err, doing)
	}
	n, err := res.RowsAffected()
	return int(n), c.db.fault(err, doing)
}

// sweep deletes the rows of a table whose column lies before a time, some at a time. Instants of 0 are none and stay.
func (c chat) sweep(ctx context.Context, table, id, column string, before time.Time) (int, error) {
	total := 0
	for {
		n, err := c.exec(ctx, "forget what is old in "+table,
			`DELETE FROM `+table+` WHERE `+id+` IN (SELECT `+id+` FROM `+table+` WHERE `+column+` > 0 AND `+column+` < $1 ORDER BY `+column+` LIMIT $2)`,
			micros(before), sweepBatch)
		total += n
		if err != nil || n < sweepBatch {
			return total, err
		}
	}
}

// chatRows reads all rows of a query.
func chatRows[T any](ctx context.Context, c chat, doing string, scan func(*sql.Rows) (T, error), query string, args ...any) ([]T, error) {
	rows, err := c.db.query(ctx, query, args...)
	if err != nil {
		return nil, c.db.fault(err, doing)
	}
	defer rows.Close()
	var out []T
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, c.db.fault(err, doing)
		}
		out = append(out, v)
	}
	return out, c.db.fault(rows.Err(), doing)
}

// document encodes a column of JSON; what we keep always encodes.
func document(v any) ([]byte, error) {
	data, err := json.Marshal(v)
	return data, fault.Wrap(fault.Internal, err, "encode a row")
}

// parse decodes a column of JSON.
func parse(data []byte, v any) error {
	return fault.Wrap(fault.Invalid, json.Unmarshal(data, v), "read a row of the database")
}

// words makes a text fit a column: UTF-8 without NUL, which PostgreSQL refuses.
func words(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "�"), "\x00", "�")
}

// address returns the columns of an address.
func address(a bot.Address) []any {
	return []any{words(a.Platform), words(a.Workspace), words(a.Channel), words(a.Thread)}
}
