package main

import (
	"context"
	"errors"
	"io/fs"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/backchannel-portal/backchannel/adapters/slack"
	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/cmd/backchannel/config"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/store"
)

// slack asks Slack about the tokens, the scopes and the time.
func (d *doctor) slack(cfg *config.Config) {
	c := cfg.Slack
	if c == nil {
		d.ok("slack", "not configured")
		return
	}
	sent := time.Now()
	connect, err := slackConfig(c)
	if err != nil {
		d.fail("slack", "Correct slack.features in the configuration.", "%v", err)
		return
	}
	said, err := slack.Diagnose(d.s.ctx, connect, d.client)
	d.slackScopes("slack", said)
	switch {
	case fault.Is(err, fault.Forbidden) && strings.HasPrefix(err.Error(), "apps."):
		d.fail("slack", "Make an app-level token with the scope connections:write under Basic Information, and set slack.app_token.", "%v", err)
	case fault.Is(err, fault.Forbidden):
		d.fail("slack", "Copy the Bot User OAuth Token from OAuth & Permissions, and set slack.bot_token.", "%v", err)
	case err != nil:
		d.fail("slack", "Check that slack.com can be reached from here, through the proxy if there is one.", "%v", err)
	case c.BotToken != "" && len(said.Missing) == 0:
		d.ok("slack", "%s in %s, with every scope it needs", said.Bot, said.Team)
	}
	if c.ClientID != "" {
		d.slackInstallations(cfg, connect)
	}
	d.clock(said.Clock, sent)
}

// slackScopes says which scopes a token lacks, and what that switches off.
func (d *doctor) slackScopes(check string, said slack.Diagnosis) {
	for _, o := range said.Off {
		d.fail(check+" "+string(o.Feature), "Add them under OAuth & Permissions and install the app again, or take the feature out of slack.features. It is off until then; everything else works.", "the feature is off: the bot token lacks %s", strings.Join(o.Missing, ", "))
	}
	if len(said.Missing) > 0 {
		d.fail(check, "Add them under OAuth & Permissions (backchannel slack manifest lists all) and install the app again.", "the bot token lacks %s", strings.Join(said.Missing, ", "))
	}
}

// slackInstallations asks Slack about the token of every workspace and organisation that has installed the app.
func (d *doctor) slackInstallations(cfg *config.Config, connect slack.Config) {
	where := strings.TrimSuffix(cfg.Web.BaseURL, "/") + "/slack/install"
	if u, err := url.Parse(cfg.Web.BaseURL); err == nil && u.Scheme != "https" && u.Hostname() != "localhost" && !net.ParseIP(u.Hostname()).IsLoopback() {
		d.fail("slack", "Set web.base_url to the https address at which browsers reach Backchannel.", "Slack leads browsers back to https addresses only, and web.base_url is %s", cfg.Web.BaseURL)
	}
	if len(cfg.Audiences) == 0 {
		d.warn("slack", "Name the workspaces under audiences, if there are several.", "without audiences one workspace can install the app")
	}
	all, err := d.installations(cfg)
	if err != nil {
		d.fail("slack", "See the line about the store.", "the installations cannot be read: %v", err)
		return
	}
	asked := 0
	for _, i := range all {
		said, own, err := slack.DiagnoseInstallation(d.s.ctx, connect, i, d.client)
		if err == nil && !own {
			continue
		}
		asked++
		check := "slack " + i.Workspace
		d.slackScopes(check, said)
		switch {
		case err != nil:
			d.fail(check, "Install the app there again, at "+where+".", "%s: %v", i.Name, err)
		case len(said.Missing) == 0:
			d.ok(check, "installed in %s, with every scope it needs", i.Name)
		}
	}
	if asked == 0 {
		d.ok("slack", "nobody has installed the app yet; people do at %s", where)
	}
}

// installations reads who has installed the app, where there is a store of this version to read. It changes nothing.
func (d *doctor) installations(cfg *config.Config) ([]bot.Installation, error) {
	ctx, cancel := context.WithTimeout(d.s.ctx, doctorTimeout)
	defer cancel()
	p, err := store.Look(ctx, cfg.Store.URL)
	if err != nil || !p.Exists || p.Level != p.Knows {
		return nil, err
	}
	if cfg.Store.Secret == "" {
		if _, err := os.Stat(filepath.Join(cfg.Store.DataDir, "store.key")); errors.Is(err, fs.ErrNotExist) {
			return nil, nil // nothing was sealed yet
		}
	}
	seal, err := sealOf(cfg)
	if err != nil {
		return nil, err
	}
	db, err := store.Open(ctx, store.Options{URL: cfg.Store.URL, Clock: time.Now, Logger: d.s.logger()})
	if err != nil {
		return nil, err
	}
	defer db.Close()
	return db.ChatState(seal).Installations.List(ctx, "slack")
}
