package bottest

import (
	"slices"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
)

func (b *stateBench) sessions() {
	ada := bot.Session{
		ID: "5e", Actor: bot.Actor{Platform: "p", Workspace: "W1", ID: "ada"}, Name: "Ada", Email: "ada@example.com", User: "user:default/ada", IDToken: "ey.j.x", Provider: "5a",
		Begun: b.now, Seen: b.now, Expires: b.now.Add(time.Hour), Ends: b.now.Add(10 * time.Hour),
	}
	other, bob := ada, ada
	other.ID, bob.ID, bob.Actor.ID = "5f", "60", "bob"
	other.Provider, bob.Provider, bob.Expires = "", "", b.now.Add(2*time.Hour)
	for _, s := range []bot.Session{ada, other, bob} {
		b.ok(b.a.Sessions.Put(b.ctx, s))
	}
	got, err := b.b.Sessions.Get(b.ctx, "5e", b.now)
	b.ok(err)
	b.same("the session", ada, got)
	all, err := b.b.SessionBook.Of(b.ctx, ada.Actor)
	b.ok(err)
	b.same("the sessions of an actor", []bot.Session{ada, other}, all)
	_, err = b.b.Sessions.Get(b.ctx, "5e", ada.Expires)
	b.missing("a session at its end", err)
	ada.Expires, ada.Seen = b.now.Add(3*time.Hour), b.now.Add(time.Minute)
	b.ok(b.b.Sessions.Touch(b.ctx, ada))
	got, err = b.a.Sessions.Get(b.ctx, "5e", other.Expires)
	b.ok(err)
	b.same("a session that goes on", ada, got)
	for _, want := range []int{1, 0} {
		n, err := b.a.Sessions.End(b.ctx, other.Actor, "5f")
		b.ok(err)
		b.same("one session", want, n)
	}
	_, err = b.b.Sessions.Get(b.ctx, "5f", b.now)
	b.missing("a session that was ended", err)
	b.missing("to go on with it", b.b.Sessions.Touch(b.ctx, other))
	n, err := b.b.Sessions.End(b.ctx, ada.Actor, "")
	b.ok(err)
	b.same("sessions of an actor", 1, n)
	_, err = b.a.Sessions.Get(b.ctx, "5e", b.now)
	b.missing("a session of somebody who was signed out", err)
	n, err = b.a.Sessions.Sweep(b.ctx, b.now.Add(2*time.Hour+time.Second))
	b.ok(err)
	b.same("swept", 1, n)
	_, err = b.a.Sessions.Get(b.ctx, "60", b.now)
	b.missing("a swept session", err)
	b.sessionsAt(ada, bob)
}

// sessionsAt ends sessions with those at the provider.
func (b *stateBench) sessionsAt(ada, bob bot.Session) {
	ada.Provider, bob.Provider = "5a", ""
	for _, s := range []bot.Session{ada, bob} {
		b.ok(b.a.Sessions.Put(b.ctx, s))
	}
	for provider, want := range map[string]int{"": 0, "5b": 0, "5a": 1} {
		n, err := b.b.SessionBook.EndAt(b.ctx, provider)
		b.ok(err)
		b.same("sessions that began with "+provider, want, n)
	}
	left, err := b.a.SessionBook.Of(b.ctx, ada.Actor)
	b.ok(err)
	b.same("sessions that are left", 0, len(left))
	_, err = b.a.Sessions.Get(b.ctx, bob.ID, b.now)
	b.ok(err)
	_, err = b.a.Sessions.End(b.ctx, bob.Actor, "")
	b.ok(err)
}

func (b *stateBench) apiTokens() {
	ci := bot.APIToken{ID: "t1", Hash: "ab", Name: "ci", Scopes: []string{"read", "ask"}, User: "user:default/ci", By: "operator", Made: b.now}
	old := bot.APIToken{ID: "t0", Hash: "cd", Name: "old", Scopes: []string{"read"}, By: "operator", Made: b.now.Add(-time.Hour), Expires: b.now}
	for _, t := range []bot.APIToken{ci, old} {
		b.ok(b.a.APITokens.Put(b.ctx, t))
	}
	got, err := b.b.APITokens.ByHash(b.ctx, "ab", b.now)
	b.ok(err)
	b.same("the token", ci, got)
	_, err = b.b.APITokens.ByHash(b.ctx, "cd", b.now)
	b.missing("a token that has expired", err)
	_, err = b.b.APITokens.ByHash(b.ctx, "t1", b.now)
	b.missing("a token by its id", err)
	ci.Used = b.now.Add(time.Minute)
	b.ok(b.b.APITokens.Touch(b.ctx, "t1", ci.Used))
	all, err := b.a.APITokens.List(b.ctx)
	b.ok(err)
	b.same("all tokens", []bot.APIToken{old, ci}, slices.Clone(all))
	for _, want := range []bool{true, false} {
		was, err := b.a.APITokens.Remove(b.ctx, "t1")
		b.ok(err)
		b.same("revoked", want, was)
	}
	_, err = b.b.APITokens.ByHash(b.ctx, "ab", b.now)
	b.missing("a token that was revoked", err)
}
