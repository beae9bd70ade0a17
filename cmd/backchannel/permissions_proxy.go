package main

import (
	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/catalog/access"
)

// mayProxy decides whether somebody on the web may ask an upstream, which rules name as a command; change says that it
// may change something there.
func (g *guard) mayProxy(who bot.Actor, command string, change bool) bool {
	ev := &bot.Event{Actor: who, Address: bot.Address{Platform: webPages, Workspace: who.Workspace}, Channel: bot.Channel{Direct: true}, Input: bot.Said{}}
	p, _ := g.person(ev)
	act := access.Ask
	if change {
		act = access.Run
	}
	return g.policy.Decide(access.Request{Who: p, At: place(ev), Act: act, Command: command}).Allowed
}
