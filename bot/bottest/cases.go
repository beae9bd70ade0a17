package bottest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
)

func (b *bench) answers() {
	b.set(func(_ context.Context, ev *bot.Event) (bot.Reply, error) {
		return bot.Say{Message: message("echo " + asked(ev))}, nil
	})
	for i, way := range b.Ways {
		text := "who owns checkout via " + string(way)
		b.driver.Ask(way, fmt.Sprint("answers-", i), "alice", "general", text)
		b.shows("alice", "general", "echo "+text)
	}
	for _, ev := range b.seen() {
		if ev.ID == "" || ev.Actor.ID == "" || ev.Address.Channel == "" || ev.Address.Platform == "" || ev.Time.IsZero() {
			b.Errorf("an event lacks its id, time, actor or address: %+v", ev)
		}
	}
}

func (b *bench) whispers() {
	b.set(func(context.Context, *bot.Event) (bot.Reply, error) {
		return bot.Whisper{Message: message("a secret")}, nil
	})
	b.driver.Ask(b.Ways[0], "whispers", "alice", "general", "psst")
	if s := b.shows("alice", "general", "a secret"); b.Whispers && !s.Private {
		b.Error("a whisper was shown to everybody")
	}
	if b.Whispers && b.sees("bob", "general", "a secret") {
		b.Error("somebody else sees a whisper")
	}
}

func (b *bench) nothing() {
	b.driver.Ask(b.Ways[0], "nothing", "alice", "general", "hush")
	b.until("the event", func() bool { return len(b.seen()) == 1 })
	time.Sleep(50 * time.Millisecond)
	if got := b.driver.Shown("alice", "general"); len(got) != 0 {
		b.Errorf("nothing was shown as %+v", got)
	}
}

func (b *bench) repeats() {
	way, ok := b.effectful()
	if !b.Repeats || !ok {
		return
	}
	b.set(func(context.Context, *bot.Event) (bot.Reply, error) { return bot.Say{Message: message("once")}, nil })
	for range 3 {
		b.driver.Ask(way, "repeats", "alice", "general", "again")
	}
	b.driver.Ask(way, "repeats-other", "alice", "general", "another")
	b.until("the other event", func() bool {
		return slices.ContainsFunc(b.seen(), func(ev *bot.Event) bool { return asked(ev) == "another" })
	})
	if n := len(b.seen()); n != 2 {
		b.Errorf("%d events for two happenings", n)
	}
}

// effectful is a way whose deliveries are de-duplicated: slash commands are reads and are not.
func (b *bench) effectful() (Way, bool) {
	for _, w := range b.Ways {
		if w != Slash {
			return w, true
		}
	}
	return "", false
}

func (b *bench) order() {
	way, ok := b.effectful()
	if !ok {
		return
	}
	b.set(func(_ context.Context, ev *bot.Event) (bot.Reply, error) {
		if asked(ev) == "number 0" {
			time.Sleep(50 * time.Millisecond)
		}
		return bot.Nothing{}, nil
	})
	const n = 5
	for i := range n {
		b.driver.Ask(way, fmt.Sprint("order-", i), "alice", "general", fmt.Sprint("number ", i))
	}
	b.until("all events", func() bool { return len(b.seen()) == n })
	for i, ev := range b.seen() {
		if want := fmt.Sprint("number ", i); asked(ev) != want {
			b.Errorf("event %d is %q, want %q", i, asked(ev), want)
		}
	}
}

func (b *bench) works() {
	release := make(chan struct{})
	b.set(func(context.Context, *bot.Event) (bot.Reply, error) {
		return bot.Work{Note: message("looking into it"), Run: func(ctx context.Context) (bot.Reply, error) {
			select {
			case <-release:
				return bot.Say{Message: message("found it")}, nil
			case <-ctx.Done():
				return nil, ctx.Err()
			}
		}}, nil
	})
	for i, way := range b.Ways {
		channel := fmt.Sprint("work-", i)
		b.driver.Ask(way, fmt.Sprint("works-", i), "alice", channel, "search")
		b.shows("alice", channel, "looking into it")
	}
	close(release)
	for i := range b.Ways {
		channel := fmt.Sprint("work-", i)
		b.shows("alice", channel, "found it")
		b.until("the note to go", func() bool { return !b.sees("alice", channel, "looking into it") })
	}
}

func (b *bench) slow() {
	b.set(func(context.Context, *bot.Event) (bot.Reply, error) {
		time.Sleep(3500 * time.Millisecond) // longer than the three seconds that platforms give
		return bot.Say{Message: message("sorry for the wait")}, nil
	})
	b.driver.Ask(b.Ways[0], "slow", "alice", "general", "take your time")
	b.shows("alice", "general", "sorry for the wait")
	if n := len(b.seen()); n != 1 {
		b.Errorf("the event was handled %d times", n)
	}
}

func (b *bench) presses() {
	intent := card.Intent{Name: "next", Args: []string{"oncall", "component:default/checkout"}}
	b.set(func(_ context.Context, ev *bot.Event) (bot.Reply, error) {
		if p, ok := ev.Input.(bot.Pressed); ok {
			return bot.Whisper{Message: message("pressed " + strings.Join(p.Intent.Args, " "))}, nil
		}
		return bot.Say{Message: message("press here", card.Action{Label: "On call", Intent: intent})}, nil
	})
	b.driver.Ask(b.Ways[0], "presses", "alice", "general", "buttons")
	s := b.shows("alice", "general", "press here")
	if !slices.Contains(s.Buttons, "On call") {
		b.Fatalf("the button is not shown: %+v", s)
	}
	for range 2 {
		b.driver.Press("press-1", "alice", "general", s, "On call")
	}
	b.shows("alice", "general", "pressed oncall component:default/checkout")
	b.driver.Press("press-2", "alice", "general", s, "On call")
	want := 3
	if !b.Repeats {
		want = 4
	}
	b.until("the second press", func() bool { return len(b.seen()) >= want })
	if n := len(b.seen()); n != want {
		b.Errorf("%d events for a question and two presses", n)
	}
}

func (b *bench) updates() {
	b.set(func(_ context.Context, ev *bot.Event) (bot.Reply, error) {
		if _, ok := ev.Input.(bot.Pressed); ok {
			return bot.Update{Message: message("after")}, nil
		}
		return bot.Say{Message: message("before", card.Action{Label: "Change", Intent: card.Intent{Name: "change"}})}, nil
	})
	b.driver.Ask(b.Ways[0], "updates", "alice", "general", "change")
	b.driver.Press("update-press", "alice", "general", b.shows("alice", "general", "before"), "Change")
	b.shows("alice", "general", "after")
	b.until("the old message to go", func() bool { return !b.sees("alice", "general", "before") })
}

func (b *bench) shares() {
	b.set(func(_ context.Context, ev *bot.Event) (bot.Reply, error) {
		if _, ok := ev.Input.(bot.Pressed); ok {
			return bot.Share{Message: message("for everybody"), Done: message("shared, thanks")}, nil
		}
		return bot.Whisper{Message: message("for you", card.Action{Label: "Share", Intent: card.Intent{Name: "share"}})}, nil
	})
	b.driver.Ask(b.Ways[0], "shares", "alice", "general", "share")
	b.driver.Press("share-press", "alice", "general", b.shows("alice", "general", "for you"), "Share")
	if s := b.shows("bob", "general", "for everybody"); s.Private {
		b.Error("a shared message is private")
	}
	if b.Whispers {
		b.shows("alice", "general", "shared, thanks")
	}
}

func (b *bench) hostile() {
	const text = "<!channel> @everyone <@U1> [x](javascript:alert(1)) `a` *b* _c_ \u202eevil & <http://evil.example|here>"
	b.set(func(context.Context, *bot.Event) (bot.Reply, error) { return bot.Say{Message: message(text)}, nil })
	b.driver.Ask(b.Ways[0], "hostile", "alice", "general", text)
	s := b.shows("alice", "general", "evil")
	if strings.ContainsRune(s.Text, '\u202e') {
		b.Errorf("a direction override was shown: %q", s.Text)
	}
	if len(b.seen()) != 1 {
		b.Errorf("%d events", len(b.seen()))
	}
}

func (b *bench) long() {
	b.set(func(context.Context, *bot.Event) (bot.Reply, error) {
		var m card.Message
		for i := range 40 {
			m.Blocks = append(m.Blocks, card.Text{Spans: []card.Span{card.T(fmt.Sprintf("paragraph-%d %s", i, strings.Repeat("words and more words ", 40)))}})
		}
		return bot.Say{Message: m}, nil
	})
	b.driver.Ask(b.Ways[0], "long", "alice", "general", "tell me everything")
	for i := range 40 {
		b.shows("alice", "general", fmt.Sprintf("paragraph-%d ", i))
	}
}
