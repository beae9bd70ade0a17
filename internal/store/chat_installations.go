package store

import (
	"context"
	"database/sql"
	"errors"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/internal/fault"
)

type chatInstallations struct {
	chat
	seal *Seal
}

// installationPlace binds secrets to their row.
func installationPlace(platform, workspace string) string {
	return "installation " + words(platform) + " " + words(workspace)
}

// Save implements bot.Installations.
func (c chatInstallations) Save(ctx context.Context, i bot.Installation) error {
	secrets, err := document(i.Secrets)
	if err != nil {
		return err
	}
	installer, err := document(i.By)
	if err != nil {
		return err
	}
	_, err = c.exec(ctx, "save an installation", `
		INSERT INTO chat_installations (platform, workspace, name, secrets, data, installer, installed_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (platform, workspace) DO UPDATE SET
			name = excluded.name, secrets = excluded.secrets, data = excluded.data, installer = excluded.installer, installed_at = excluded.installed_at`,
		words(i.Platform), words(i.Workspace), words(i.Name), c.seal.seal(installationPlace(i.Platform, i.Workspace), secrets),
		[]byte(i.Data), installer, micros(i.Installed))
	return err
}

const installationColumns = `platform, workspace, name, secrets, data, installer, installed_at`

func (c chatInstallations) scan(row interface{ Scan(...any) error }) (i bot.Installation, err error) {
	var sealed, data, installer []byte
	var at int64
	if err := row.Scan(&i.Platform, &i.Workspace, &i.Name, &sealed, &data, &installer, &at); err != nil {
		return i, err
	}
	i.Data, i.Installed = data, instant(at)
	secrets, err := c.seal.open(installationPlace(i.Platform, i.Workspace), sealed)
	if err != nil {
		return i, err
	}
	return i, errors.Join(parse(secrets, &i.Secrets), parse(installer, &i.By))
}

// Load implements bot.Installations.
func (c chatInstallations) Load(ctx context.Context, platform, workspace string) (bot.Installation, error) {
	i, err := c.scan(c.db.reader.QueryRowContext(ctx, `
		SELECT `+installationColumns+` FROM chat_installations WHERE platform = $1 AND workspace = $2`, words(platform), words(workspace)))
	if errors.Is(err, sql.ErrNoRows) {
		return bot.Installation{}, fault.New(fault.NotFound, "%s is not installed in workspace %q", platform, workspace)
	}
	return i, c.db.fault(err, "read an installation")
}

// List implements bot.Installations.
func (c chatInstallations) List(ctx context.Context, platform string) ([]bot.Installation, error) {
	return chatRows(ctx, c.chat, "read the installations", func(rows *sql.Rows) (bot.Installation, error) { return c.scan(rows) },
		`SELECT `+installationColumns+` FROM chat_installations WHERE platform = $1 ORDER BY workspace`, words(platform))
}

// Remove implements bot.Installations.
func (c chatInstallations) Remove(ctx context.Context, platform, workspace string) error {
	_, err := c.exec(ctx, "remove an installation", `DELETE FROM chat_installations WHERE platform = $1 AND workspace = $2`, words(platform), words(workspace))
	return err
}
