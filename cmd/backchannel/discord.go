package main

import (
	"encoding/json"
	"strings"

	"github.com/backchannel-portal/backchannel/adapters/discord"
	"github.com/backchannel-portal/backchannel/cmd/backchannel/config"
	"github.com/backchannel-portal/backchannel/internal/fault"
)

type discordCmd struct {
	Commands discordCommandsCmd `cmd:"" help:"Print the slash commands that serve registers."`
}

type discordCommandsCmd struct{}

// Run prints the commands as the body of a bulk overwrite.
func (discordCommandsCmd) Run(s *session) error {
	if _, err := s.load(); err != nil {
		return err
	}
	enc := json.NewEncoder(s.out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return fault.Wrap(fault.Internal, enc.Encode(discord.Commands()), "print the commands")
}

func discordConfig(c *config.Discord) discord.Config {
	return discord.Config{Mode: c.Mode, Token: c.Token, ApplicationID: c.ApplicationID, PublicKey: c.PublicKey, APIURL: c.APIURL}
}

// connectDiscord makes the adapter.
func (s *service) connectDiscord(c *config.Discord) {
	s.discord = discord.New(discordConfig(c), discord.Deps{
		Tokens: s.tokens, Inbox: s.inbox, Drafts: s.base.state.Drafts, Installations: s.base.state.Installations, Log: s.log,
		Replicas: s.base.shared, Links: s.formPages(),
	})
}

// discord asks Discord about the token and the application.
func (d *doctor) discord(cfg *config.Config) {
	c := cfg.Discord
	if c == nil {
		d.ok("discord", "not configured")
		return
	}
	said, err := discord.Diagnose(d.s.ctx, discordConfig(c), d.client)
	switch {
	case fault.Is(err, fault.Forbidden):
		d.fail("discord", "Reset the token on the application's page Bot, and set discord.token.", "%v", err)
	case err != nil:
		d.fail("discord", "Check that discord.com can be reached from here, through the proxy if there is one.", "%v", err)
	case len(said.Wrong) > 0:
		d.fail("discord", "Compare discord with the application's page General Information.", "%s", strings.Join(said.Wrong, "; "))
	default:
		d.ok("discord", "the application is %s", said.Name)
	}
}
