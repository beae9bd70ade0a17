package discord

import (
	"testing"

	"github.com/backchannel-portal/backchannel/bot"
)

func TestAccounts(t *testing.T) {
	t.Parallel()
	var accounts bot.Accounts = &Adapter{}
	acc, known := accounts.Account(bot.Actor{Platform: platform, Workspace: "8190", ID: "42"}, bot.Address{})
	if !known || acc.Guest || acc.Email != "" || len(acc.IDs) != 1 || acc.IDs[0] != "42" {
		t.Errorf("%+v, %v", acc, known)
	}
	if keys := accounts.UserAnnotations(); len(keys) != 1 || keys[0] != "discord.com/user-id" {
		t.Errorf("%v", keys)
	}
}
