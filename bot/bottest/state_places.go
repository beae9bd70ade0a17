package bottest

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

func (b *stateBench) installations() {
	one := bot.Installation{
		Platform: "p", Workspace: "W1", Name: "Acme", Secrets: map[string]string{"bot": "xoxb-very-secret"}, Data: json.RawMessage(`{"scopes":["commands"]}`),
		By: bot.Actor{Platform: "p", Workspace: "W1", ID: "alice"}, Installed: b.now,
	}
	two := bot.Installation{Platform: "p", Workspace: "W0", Installed: b.now}
	b.ok(b.a.Installations.Save(b.ctx, one))
	b.ok(b.a.Installations.Save(b.ctx, two))
	b.ok(b.a.Installations.Save(b.ctx, bot.Installation{Platform: "q", Workspace: "W1"}))
	got, err := b.b.Installations.Load(b.ctx, "p", "W1")
	b.ok(err)
	b.same("the installation", one, got)
	one.Secrets = map[string]string{"bot": "rotated"}
	b.ok(b.b.Installations.Save(b.ctx, one))
	all, err := b.a.Installations.List(b.ctx, "p")
	b.ok(err)
	b.same("all of the platform", []bot.Installation{two, one}, all)
	for range 2 {
		b.ok(b.a.Installations.Remove(b.ctx, "p", "W1"))
	}
	_, err = b.b.Installations.Load(b.ctx, "p", "W1")
	b.missing("a removed installation", err)
}

func (b *stateBench) subscription(channel, subject, topic string) bot.Subscription {
	return bot.Subscription{
		Address: bot.Address{Platform: "p", Workspace: "W", Channel: channel}, Subject: subject, Topic: topic,
		By: bot.Actor{Platform: "p", Workspace: "W", ID: "alice"}, Lang: lang.Chinese, Zone: "Asia/Shanghai", Since: b.now,
	}
}

func (b *stateBench) subscriptions() {
	one, two, three := b.subscription("C1", "component:default/x", "lifecycle"), b.subscription("C1", "component:default/a", "lifecycle"), b.subscription("C2", "component:default/x", "lifecycle")
	other := b.subscription("C2", "component:default/x", "ownership")
	b.once(func(s bot.State) (bool, error) { return s.Subscriptions.Put(b.ctx, one) })
	for _, s := range []bot.Subscription{two, three, other} {
		if added, err := b.a.Subscriptions.Put(b.ctx, s); !added || err != nil {
			b.Errorf("Put: %v, %v", added, err)
		}
	}
	one.Muted, one.Direct = true, true
	if added, err := b.b.Subscriptions.Put(b.ctx, one); added || err != nil {
		b.Errorf("muting: %v, %v", added, err)
	}
	got, err := b.a.Subscriptions.Of(b.ctx, one.Address)
	b.ok(err)
	b.same("of a channel", []bot.Subscription{two, one}, got)
	got, err = b.b.Subscriptions.About(b.ctx, "component:default/x", "lifecycle")
	b.ok(err)
	b.same("about a subject", []bot.Subscription{one, three}, got)
	for _, want := range []bool{true, false} {
		if was, err := b.b.Subscriptions.Remove(b.ctx, one.Address, one.Subject, one.Topic); was != want || err != nil {
			b.Errorf("Remove: %v, %v", was, err)
		}
	}
}

func (b *stateBench) subscriptionsEnd() {
	for _, s := range []bot.Subscription{b.subscription("C1", "a", "t"), b.subscription("C1", "b", "t"), b.subscription("C2", "a", "t"), b.subscription("C3", "a", "t")} {
		if _, err := b.a.Subscriptions.Put(b.ctx, s); err != nil {
			b.Fatal(err)
		}
	}
	for _, step := range []struct {
		workspace, channel string
		want               int
	}{{"W", "C1", 2}, {"other", "", 0}, {"W", "", 2}, {"W", "", 0}} {
		if n, err := b.b.Subscriptions.End(b.ctx, "p", step.workspace, step.channel); n != step.want || err != nil {
			b.Errorf("End(%q, %q) = %d, %v; want %d", step.workspace, step.channel, n, err, step.want)
		}
	}
}

func (b *stateBench) followers() {
	f := func(message string, at time.Time) bot.Follower {
		return bot.Follower{Key: "run:1", Address: bot.Address{Platform: "p", Workspace: "W", Channel: "C"}, Message: message, Lang: lang.English, Since: at}
	}
	first, second := f("m2", b.now), f("m1", b.now.Add(time.Second))
	second.Private, second.Secret = true, "https://example.test/a capability"
	for range 2 {
		b.ok(b.a.Followers.Follow(b.ctx, second))
		b.ok(b.b.Followers.Follow(b.ctx, first))
	}
	got, err := b.b.Followers.Of(b.ctx, "run:1")
	b.ok(err)
	b.same("followers", []bot.Follower{first, second}, got)
	keys, err := b.a.Followers.Keys(b.ctx)
	b.ok(err)
	b.same("what is followed", []string{"run:1"}, keys)
	b.sweeps(b.a.Followers, b.now.Add(time.Millisecond), 1)
	b.ok(b.a.Followers.End(b.ctx, "run:1"))
	b.ok(b.a.Followers.End(b.ctx, "run:1"))
	if got, err := b.b.Followers.Of(b.ctx, "run:1"); len(got) != 0 || err != nil {
		b.Errorf("after the end: %v, %v", got, err)
	}
}

// hostile gives every part text that databases stumble over.
func (b *stateBench) hostile() {
	for i, s := range []string{"\x00", "a\xff\xfeb", "'; DROP TABLE chat_inbox; --", strings.Repeat("数", 5000), "\u202e\u0007"} {
		id := fmt.Sprint(i, s)
		if _, err := b.a.Inbox.Put(b.ctx, id, b.now); err != nil {
			b.Errorf("inbox, %.20q: %v", s, err)
		}
		if fresh, err := b.b.Inbox.Put(b.ctx, id, b.now); fresh || err != nil {
			b.Errorf("inbox again, %.20q: %v, %v", s, fresh, err)
		}
		r := b.record(id, s, b.now)
		r.What, r.Answer.Entities = s, []string{s}
		b.ok(b.a.Audit.Append(b.ctx, []bot.Record{r}))
		b.ok(b.a.Threads.Save(b.ctx, []bot.Conversation{b.conversation(id, b.now, s)}))
		b.ok(b.a.Intents.Save(b.ctx, []bot.StoredIntent{{ID: fmt.Sprint(i), Intent: card.Intent{Name: s, Args: []string{s}}, Expires: b.now}}))
		d := b.draft(fmt.Sprint(i))
		d.Values["x"] = []string{s}
		b.ok(b.a.Drafts.Save(b.ctx, d))
		sub := b.subscription("C", s, s)
		sub.Zone = s
		if _, err := b.a.Subscriptions.Put(b.ctx, sub); err != nil {
			b.Errorf("subscriptions, %.20q: %v", s, err)
		}
		p := b.post(id, b.now)
		if _, err := b.a.Outbox.Put(b.ctx, p); err != nil {
			b.Errorf("outbox, %.20q: %v", s, err)
		}
		p.Error, p.ID = s, s
		b.ok(b.a.Outbox.Update(b.ctx, p))
	}
}
