package slack

import (
	slackapi "github.com/slack-go/slack"

	"github.com/backchannel-portal/backchannel/bot"
)

// UserAnnotations are the annotations with which a User of the catalog names its account: that of Backstage's notifications, whose value
// may also be a channel or an address, and one that is plainly an account.
func UserAnnotations() []string { return []string{"slack.com/user-id", "slack.com/bot-notify"} }

// UserAnnotations implements bot.Accounts.
func (a *Adapter) UserAnnotations() []string { return UserAnnotations() }

// Account implements bot.Accounts. Ids of users are Slack's own within a workspace; somebody of another workspace is
// known by both.
func (a *Adapter) Account(who bot.Actor, at bot.Address) (bot.Account, bool) {
	acc := bot.Account{IDs: []string{who.Workspace + "/" + who.ID}}
	if who.Workspace == at.Workspace {
		acc.IDs = append(acc.IDs, who.ID)
	}
	s := a.live.Load()
	if s == nil || who.ID == "" {
		return acc, false
	}
	p := s.people.lookup(at.Workspace, who.ID)
	acc.Guest, acc.Unsure = p.guest, p.unsure
	if !p.guest {
		acc.Email = p.email
	}
	return acc, p.known || p.unsure
}

// News implements bot.AccountsNews.
func (a *Adapter) News() uint64 {
	if s := a.live.Load(); s != nil {
		return s.people.news.Load()
	}
	return 0
}

// identify takes over who somebody is. Guests, people of other organisations, bots and accounts that were closed
// (docs.slack.dev/reference/objects/user-object) are no members of the workspace.
func (p *person) identify(u *slackapi.User) {
	p.known = true
	p.guest = u.IsRestricted || u.IsUltraRestricted || u.IsStranger || u.IsBot || u.Deleted
	p.email = u.Profile.Email
}
