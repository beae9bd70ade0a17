package bottest

import "github.com/backchannel-portal/backchannel/bot"

func (b *stateBench) links() {
	alice := bot.Link{
		Actor: bot.Actor{Platform: "q", Workspace: "W2", ID: "al"}, User: "user:default/alice",
		By: bot.Actor{Platform: "p", Workspace: "W1", ID: "alice"}, Since: b.now,
	}
	again := alice
	again.Actor.Workspace = "W1"
	for _, l := range []bot.Link{alice, again} {
		b.ok(b.a.Links.Put(b.ctx, l))
	}
	got, err := b.b.Links.Of(b.ctx, bot.Actor{Platform: "q", Workspace: "W2", ID: "al", Name: "Al"})
	b.ok(err)
	b.same("the link", alice, got)
	all, err := b.b.Links.About(b.ctx, "user:default/alice")
	b.ok(err)
	b.same("the links of a person", []bot.Link{again, alice}, all)
	alice.User = "user:default/bob"
	b.ok(b.b.Links.Put(b.ctx, alice))
	all, err = b.a.Links.About(b.ctx, "user:default/alice")
	b.ok(err)
	b.same("the links after one was given to another", []bot.Link{again}, all)
	for _, want := range []bool{true, false} {
		was, err := b.a.Links.Remove(b.ctx, alice.Actor)
		b.ok(err)
		b.same("removed", want, was)
	}
	_, err = b.b.Links.Of(b.ctx, alice.Actor)
	b.missing("a removed link", err)
}
