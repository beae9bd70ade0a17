package commands

import (
	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/catalog"
)

// Subscriptions is what the commands need to have places told of changes. Store and Watches are required.
type Subscriptions struct {
	Store   bot.Subscriptions
	Watches bot.Watches
	// Topics can be subscribed to besides the built-in ones: those of plugins.
	Topics []Topic
	// History tells since when something is as it is; nil: since it was found so.
	History catalog.Historian
	// Commit names the commit that a descriptor was read at, "" where that is not known. Nil: it never is.
	Commit func(catalog.Provenance) string
}

func (c *Commands) subscribeCommands() []subCommand { return nil }

// Topic is something about entities that can be subscribed to.
type Topic interface{ Name() string }
