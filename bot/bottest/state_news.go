package bottest

import (
	"encoding/json"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
)

func (b *stateBench) bindings() {
	at := func(workspace, channel string) bot.Address {
		return bot.Address{Platform: "p", Workspace: workspace, Channel: channel}
	}
	one := bot.Binding{Address: at("W", "C2"), Entity: "component:default/a", Since: b.now}
	b.ok(b.a.Bindings.Bind(b.ctx, one))
	one.Entity, one.Since = "component:default/b", b.now.Add(time.Second)
	b.ok(b.b.Bindings.Bind(b.ctx, one))
	first := bot.Binding{Address: at("W", "C1"), Entity: "system:default/s", Since: b.now}
	other := bot.Binding{Address: at("W2", "C1"), Entity: "system:default/s", Since: b.now}
	b.ok(b.a.Bindings.Bind(b.ctx, first))
	b.ok(b.a.Bindings.Bind(b.ctx, other))
	got, err := b.b.Bindings.All(b.ctx)
	b.ok(err)
	b.same("all bindings", []bot.Binding{first, one, other}, got)
	for _, want := range []bool{true, false} {
		if was, err := b.b.Bindings.Unbind(b.ctx, one.Address); was != want || err != nil {
			b.Errorf("Unbind: %v, %v; want %v", was, err, want)
		}
	}
	b.ok(b.a.Bindings.Bind(b.ctx, one))
	for _, step := range []struct {
		workspace, channel string
		want               int
	}{{"W", "C1", 1}, {"W", "C9", 0}, {"W", "", 1}, {"W", "", 0}} {
		if n, err := b.b.Bindings.End(b.ctx, "p", step.workspace, step.channel); n != step.want || err != nil {
			b.Errorf("End(%q, %q) = %d, %v; want %d", step.workspace, step.channel, n, err, step.want)
		}
	}
	got, err = b.a.Bindings.All(b.ctx)
	b.ok(err)
	b.same("what is left", []bot.Binding{other}, got)
}

func (b *stateBench) news(id, channel, subject string) bot.News {
	return bot.News{
		ID: id, To: bot.Address{Platform: "p", Workspace: "W", Channel: channel}, Subject: subject, Topic: "ownership",
		Change: json.RawMessage(`[{"from":"a","to":"b"}]`), Found: b.now,
	}
}

func (b *stateBench) subscribe(channel, subject string) {
	s := b.subscription(channel, subject, "ownership")
	if _, err := b.a.Subscriptions.Put(b.ctx, s); err != nil {
		b.Fatal(err)
	}
}

// watches: what was seen goes on by one with its news, for all replicas, and ends with the last subscription.
func (b *stateBench) watches() {
	b.subscribe("C1", "x")
	b.subscribe("C2", "x")
	got, err := b.b.Watches.Subjects(b.ctx)
	b.ok(err)
	b.same("at first", []bot.Watch{{Subject: "x", Topic: "ownership"}}, got)
	first := bot.Watch{Subject: "x", Topic: "ownership", Seen: json.RawMessage(`{"a":1}`), Number: 1, Generation: 7}
	b.once(func(s bot.State) (bool, error) { return s.Watches.Advance(b.ctx, first, nil) })
	second := first
	second.Seen, second.Number, second.Generation = json.RawMessage(`{"a":2}`), 2, 9
	one, two := b.news("n1", "C1", "x"), b.news("n2", "C2", "x")
	if ok, err := b.b.Watches.Advance(b.ctx, second, []bot.News{two, one}); !ok || err != nil {
		b.Errorf("Advance: %v, %v", ok, err)
	}
	if ok, err := b.a.Watches.Advance(b.ctx, second, []bot.News{b.news("n3", "C1", "x")}); ok || err != nil {
		b.Errorf("the same once more: %v, %v", ok, err)
	}
	got, err = b.a.Watches.Subjects(b.ctx)
	b.ok(err)
	b.same("then", []bot.Watch{second}, got)
	untold, err := b.a.News.Untold(b.ctx, 10)
	b.ok(err)
	b.same("news", []bot.News{one, two}, untold)
	if n, err := b.a.Watches.Forget(b.ctx); n != 0 || err != nil {
		b.Errorf("Forget: %d, %v", n, err)
	}
	for _, c := range []string{"C1", "C2"} {
		_, err := b.a.Subscriptions.Remove(b.ctx, bot.Address{Platform: "p", Workspace: "W", Channel: c}, "x", "ownership")
		b.ok(err)
	}
	if n, err := b.b.Watches.Forget(b.ctx); n != 1 || err != nil {
		b.Errorf("Forget without subscriptions: %d, %v", n, err)
	}
	b.subscribe("C1", "x")
	got, err = b.b.Watches.Subjects(b.ctx)
	b.ok(err)
	b.same("a new beginning", []bot.Watch{{Subject: "x", Topic: "ownership"}}, got)
}

// watchesRace: of many who advance a state one does, and only its news are there.
func (b *stateBench) watchesRace() {
	b.subscribe("C1", "x")
	var done atomic.Int32
	var g sync.WaitGroup
	for i := range 8 {
		g.Go(func() {
			s := []bot.State{b.a, b.b}[i%2]
			w := bot.Watch{Subject: "x", Topic: "ownership", Seen: json.RawMessage(`{}`), Number: 1, Generation: uint64(i)}
			ok, err := s.Watches.Advance(b.ctx, w, []bot.News{b.news(fmt.Sprint("n", i), "C1", "x")})
			if err != nil {
				b.Errorf("Advance: %v", err)
			}
			if ok {
				done.Add(1)
			}
		})
	}
	g.Wait()
	untold, err := b.a.News.Untold(b.ctx, 10)
	b.ok(err)
	if done.Load() != 1 || len(untold) != 1 {
		b.Errorf("%d advanced it, with %d news", done.Load(), len(untold))
	}
}

// newsroom: news belong to one post, are told once, and are known for a while.
func (b *stateBench) newsroom() {
	b.subscribe("C1", "x")
	all := []bot.News{b.news("n1", "C1", "x"), b.news("n2", "C1", "x"), b.news("n3", "C1", "y"), b.news("n4", "C2", "x")}
	w := bot.Watch{Subject: "x", Topic: "ownership", Seen: json.RawMessage(`{}`), Number: 1}
	if ok, err := b.a.Watches.Advance(b.ctx, w, all); !ok || err != nil {
		b.Fatalf("Advance: %v, %v", ok, err)
	}
	b.ok(b.a.News.Bundle(b.ctx, "k1", []string{"n1", "n2"}))
	b.ok(b.b.News.Bundle(b.ctx, "k2", []string{"n2", "n3", "n9"}))
	b.ok(b.b.News.Drop(b.ctx, []string{"n4", "n9"}))
	untold, err := b.b.News.Untold(b.ctx, 2)
	b.ok(err)
	all[0].Post, all[1].Post, all[2].Post = "k1", "k1", "k2"
	b.same("bundled", all[:2], untold)
	b.ok(b.a.News.Told(b.ctx, "k1", b.now.Add(time.Minute)))
	b.ok(b.b.News.Told(b.ctx, "k1", b.now.Add(time.Hour)))
	untold, err = b.b.News.Untold(b.ctx, 10)
	b.ok(err)
	b.same("what is left to tell", all[2:3], untold)
	posts, err := b.b.NewsLog.Posts(b.ctx, all[0].To, b.now)
	b.ok(err)
	b.same("what was told", []bot.NewsPost{{Key: "k1", Subject: "x", Told: b.now.Add(time.Minute)}}, posts)
	posts, err = b.b.NewsLog.Posts(b.ctx, all[0].To, b.now.Add(2*time.Minute))
	b.ok(err)
	b.same("told since", []bot.NewsPost{}, posts)
	b.sweeps(b.a.News, b.now, 0)
	b.sweeps(b.a.News, b.now.Add(time.Second), 1) // what was never told
	b.sweeps(b.a.News, b.now.Add(time.Hour), 2)
}
