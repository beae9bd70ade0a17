package discord

import "github.com/backchannel-portal/backchannel/bot"

// UserAnnotations are the annotations with which a User of the catalog names its account.
func UserAnnotations() []string { return []string{"discord.com/user-id"} }

// UserAnnotations implements bot.Accounts.
func (a *Adapter) UserAnnotations() []string { return UserAnnotations() }

// Account implements bot.Accounts. An id is one account's on all of Discord, which tells bots no addresses; whoever
// takes part in a guild is a member of it.
func (a *Adapter) Account(who bot.Actor, _ bot.Address) (bot.Account, bool) {
	return bot.Account{IDs: []string{who.ID}}, true
}
