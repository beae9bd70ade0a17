package main

import (
	"encoding/json"

	"github.com/backchannel-portal/backchannel/adapters/discord"
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
