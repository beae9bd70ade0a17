package store

import (
	"context"
	"database/sql"
	"errors"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/internal/fault"
)

type chatLinks struct{ chat }

// prover is an actor as the column keeps it.
type prover struct {
	Platform  string `json:"p"`
	Workspace string `json:"w"`
	ID        string `json:"a"`
}

const linkColumns = `platform, workspace, actor, person, prover, since`

func scanLink(row interface{ Scan(...any) error }) (l bot.Link, err error) {
	var by prover
	var data string
	var at int64
	if err := row.Scan(&l.Actor.Platform, &l.Actor.Workspace, &l.Actor.ID, &l.User, &data, &at); err != nil {
		return l, err
	}
	l.Since = instant(at)
	err = parse([]byte(data), &by)
	l.By = bot.Actor{Platform: by.Platform, Workspace: by.Workspace, ID: by.ID}
	return l, err
}

func actorColumns(a bot.Actor) []any {
	return []any{words(a.Platform), words(a.Workspace), words(a.ID)}
}

// Put implements bot.Links.
func (c chatLinks) Put(ctx context.Context, l bot.Link) error {
	by, err := document(prover{l.By.Platform, l.By.Workspace, l.By.ID})
	if err != nil {
		return err
	}
	_, err = c.exec(ctx, "link an account", `
		INSERT INTO chat_links (`+linkColumns+`) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (platform, workspace, actor) DO UPDATE SET person = excluded.person, prover = excluded.prover, since = excluded.since`,
		append(actorColumns(l.Actor), words(l.User), words(string(by)), micros(l.Since))...)
	return err
}

// Of implements bot.Links.
func (c chatLinks) Of(ctx context.Context, a bot.Actor) (bot.Link, error) {
	l, err := scanLink(c.db.reader.QueryRowContext(ctx, `
		SELECT `+linkColumns+` FROM chat_links WHERE platform = $1 AND workspace = $2 AND actor = $3`, actorColumns(a)...))
	if errors.Is(err, sql.ErrNoRows) {
		return bot.Link{}, fault.New(fault.NotFound, "%s is not linked", a.Key())
	}
	return l, c.db.fault(err, "read a link")
}

// About implements bot.Links.
func (c chatLinks) About(ctx context.Context, user string) ([]bot.Link, error) {
	return chatRows(ctx, c.chat, "read the links of a person", func(rows *sql.Rows) (bot.Link, error) { return scanLink(rows) },
		`SELECT `+linkColumns+` FROM chat_links WHERE person = $1 ORDER BY platform, workspace, actor`, words(user))
}

// Remove implements bot.Links.
func (c chatLinks) Remove(ctx context.Context, a bot.Actor) (bool, error) {
	n, err := c.exec(ctx, "unlink an account", `DELETE FROM chat_links WHERE platform = $1 AND workspace = $2 AND actor = $3`, actorColumns(a)...)
	return n > 0, err
}
