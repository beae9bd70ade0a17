package bottest

import (
	"time"

	"github.com/backchannel-portal/backchannel/bot"
)

// forget: a workspace that the bot has left takes its conversations and forms with it, and no other's.
func (b *stateBench) forget() {
	gone := bot.Address{Platform: "p", Workspace: "Wgone_%", Channel: "C", Thread: "1"}
	like := bot.Address{Platform: "p", Workspace: "WgoneX2", Channel: "C"}
	elsewhere := bot.Address{Platform: "q", Workspace: "Wgone_%", Channel: "C"}
	var said []bot.Conversation
	for _, at := range []bot.Address{gone, like, elsewhere} {
		said = append(said, bot.Conversation{Key: at.Key(), Turns: []bot.Turn{{Text: "who owns it", At: b.now}}})
		b.ok(b.a.Drafts.Save(b.ctx, bot.Draft{ID: at.Key(), Form: "f", Actor: bot.Actor{ID: at.Key()}, Address: at, Expires: b.now.Add(time.Hour)}))
	}
	b.ok(b.a.Threads.Save(b.ctx, said))
	n, err := b.b.Traces.Forget(b.ctx, gone.Platform, gone.Workspace)
	b.ok(err)
	b.same("how many were forgotten", 2, n)
	n, err = b.a.Traces.Forget(b.ctx, gone.Platform, gone.Workspace)
	b.ok(err)
	b.same("how many are left", 0, n)
	for _, at := range []bot.Address{like, elsewhere} {
		left, err := b.a.Traces.Of(b.ctx, bot.Actor{ID: at.Key()}, []bot.Address{at})
		b.ok(err)
		b.same("forms left in "+at.Key(), 1, len(left.Drafts))
	}
}
