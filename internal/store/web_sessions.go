package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/internal/fault"
)

type webSessions struct {
	chat
	seal *Seal
}

// sessionPlace is what the sealed value of a session is bound to.
func sessionPlace(id string) string { return "session " + id }

// Put implements bot.Sessions.
func (c webSessions) Put(ctx context.Context, s bot.Session) error {
	data, err := document(s)
	if err != nil {
		return err
	}
	args := append([]any{words(s.ID)}, actorColumns(s.Actor)...)
	_, err = c.exec(ctx, "keep a session", `
		INSERT INTO web_sessions (id, platform, workspace, actor, session, expires_at, provider) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (id) DO UPDATE SET session = excluded.session, expires_at = excluded.expires_at, provider = excluded.provider`,
		append(args, c.seal.seal(sessionPlace(s.ID), data), micros(s.Expires), words(s.Provider))...)
	return err
}

// Get implements bot.Sessions.
func (c webSessions) Get(ctx context.Context, id string, now time.Time) (s bot.Session, err error) {
	var sealed []byte
	err = c.db.reader.QueryRowContext(ctx, `SELECT session FROM web_sessions WHERE id = $1 AND expires_at > $2`, words(id), micros(now)).Scan(&sealed)
	if errors.Is(err, sql.ErrNoRows) {
		return s, fault.New(fault.NotFound, "there is no such session")
	}
	if err != nil {
		return s, c.db.fault(err, "read a session")
	}
	return c.opened(id, sealed)
}

func (c webSessions) opened(id string, sealed []byte) (s bot.Session, err error) {
	data, err := c.seal.open(sessionPlace(id), sealed)
	if err != nil {
		return s, err
	}
	return s, parse(data, &s)
}

// Of implements bot.SessionBook.
func (c webSessions) Of(ctx context.Context, a bot.Actor) ([]bot.Session, error) {
	all, err := chatRows(ctx, c.chat, "list the sessions of an actor", func(rows *sql.Rows) (s bot.Session, err error) {
		var id string
		var sealed []byte
		if err := rows.Scan(&id, &sealed); err != nil {
			return s, err
		}
		return c.opened(id, sealed)
	}, `SELECT id, session FROM web_sessions WHERE platform = $1 AND workspace = $2 AND actor = $3`, actorColumns(a)...)
	bot.SortSessions(all)
	return all, err
}

// EndAt implements bot.SessionBook.
func (c webSessions) EndAt(ctx context.Context, provider string) (int, error) {
	return c.exec(ctx, "end the sessions of one at the identity provider", `DELETE FROM web_sessions WHERE provider = $1 AND provider <> ''`, words(provider))
}

// Touch implements bot.Sessions.
func (c webSessions) Touch(ctx context.Context, s bot.Session) error {
	data, err := document(s)
	if err != nil {
		return err
	}
	n, err := c.exec(ctx, "go on with a session", `UPDATE web_sessions SET session = $1, expires_at = $2 WHERE id = $3`,
		c.seal.seal(sessionPlace(s.ID), data), micros(s.Expires), words(s.ID))
	if err == nil && n == 0 {
		err = fault.New(fault.NotFound, "there is no such session")
	}
	return err
}

// End implements bot.Sessions.
func (c webSessions) End(ctx context.Context, a bot.Actor, id string) (int, error) {
	return c.exec(ctx, "end the sessions of an actor", `
		DELETE FROM web_sessions WHERE platform = $1 AND workspace = $2 AND actor = $3 AND ($4 = '' OR id = $5)`,
		append(actorColumns(a), words(id), words(id))...)
}

// Sweep implements bot.Sweeper.
func (c webSessions) Sweep(ctx context.Context, before time.Time) (int, error) {
	return c.sweep(ctx, "web_sessions", "id", "expires_at", before)
}

type webTokens struct{ chat }

// Put implements bot.APITokens.
func (c webTokens) Put(ctx context.Context, t bot.APIToken) error {
	used := t.Used
	t.Used = time.Time{}
	data, err := document(t)
	if err != nil {
		return err
	}
	_, err = c.exec(ctx, "keep a token", `
		INSERT INTO web_tokens (id, hash, token, made_at, expires_at, used_at) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (id) DO UPDATE SET hash = excluded.hash, token = excluded.token, expires_at = excluded.expires_at`,
		words(t.ID), words(t.Hash), data, micros(t.Made), micros(t.Expires), micros(used))
	return err
}

func scanToken(row interface{ Scan(...any) error }) (t bot.APIToken, err error) {
	var data []byte
	var used int64
	if err := row.Scan(&data, &used); err != nil {
		return t, err
	}
	err = parse(data, &t)
	t.Used = instant(used)
	return t, err
}

// ByHash implements bot.APITokens.
func (c webTokens) ByHash(ctx context.Context, hash string, now time.Time) (bot.APIToken, error) {
	t, err := scanToken(c.db.reader.QueryRowContext(ctx, `
		SELECT token, used_at FROM web_tokens WHERE hash = $1 AND (expires_at = 0 OR expires_at > $2)`, words(hash), micros(now)))
	if errors.Is(err, sql.ErrNoRows) {
		return t, fault.New(fault.NotFound, "there is no such token")
	}
	return t, c.db.fault(err, "read a token")
}

// List implements bot.APITokens.
func (c webTokens) List(ctx context.Context) ([]bot.APIToken, error) {
	return chatRows(ctx, c.chat, "list the tokens", func(rows *sql.Rows) (bot.APIToken, error) { return scanToken(rows) },
		`SELECT token, used_at FROM web_tokens ORDER BY made_at, id`)
}

// Remove implements bot.APITokens.
func (c webTokens) Remove(ctx context.Context, id string) (bool, error) {
	n, err := c.exec(ctx, "revoke a token", `DELETE FROM web_tokens WHERE id = $1`, words(id))
	return n > 0, err
}

// Touch implements bot.APITokens.
func (c webTokens) Touch(ctx context.Context, id string, at time.Time) error {
	_, err := c.exec(ctx, "note the use of a token", `UPDATE web_tokens SET used_at = $1 WHERE id = $2`, micros(at), words(id))
	return err
}
