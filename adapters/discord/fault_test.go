package discord

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/adapters/discord/discordtest"
	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/internal/fault"
)

func button(label, intent string) card.Action {
	return card.Action{Label: label, Intent: card.Intent{Name: intent}}
}

// TestDiscordIsAway: a press takes effect once, its answer comes when Discord is back, and so do those of messages;
// the gateway connects again.
func TestDiscordIsAway(t *testing.T) {
	var pressed, said atomic.Int32
	took, away := make(chan struct{}, 2), make(chan struct{})
	var h *harness
	h = start(t, ModeGateway, func(_ context.Context, ev *bot.Event) (bot.Reply, error) {
		switch ev.Input.(type) {
		case bot.Invoked:
			return bot.Say{Message: words("ready", button("Go", "go"))}, nil
		case bot.Pressed:
			pressed.Add(1)
			took <- struct{}{}
			<-away
			h.wait("an acknowledgement in vain", func() bool { return h.discord.Calls("callback") > 1 })
			return bot.Update{Message: words("gone")}, nil
		case bot.Said:
			said.Add(1)
			took <- struct{}{}
			<-away
			return bot.Say{Message: words("told")}, nil
		}
		return bot.Nothing{}, nil
	}, func(h *harness) {
		h.a.tune.quick, h.a.tune.slice, h.a.tune.budget = 100*time.Millisecond, 3*time.Second, time.Second
	})
	h.connected(1, "the connection")
	h.command("x")
	m := h.sees(snow("a"), "1", "ready")
	h.press(m, "Go")
	h.dispatch("MESSAGE_CREATE", h.discord.Said("", "2", snow("a"), "<@"+discordtest.BotUser+"> hello", false))
	<-took
	<-took
	h.discord.Down(true)
	close(away)
	h.wait("attempts in vain", func() bool {
		return h.discord.Calls("edit") > 3 && h.discord.Calls("history") > 3 && h.discord.Calls("gateway") > 1
	})
	h.discord.Down(false)
	h.sees(snow("a"), discordtest.DirectWith(snow("a")), "gone") // the press was not acknowledged in time
	h.sees(snow("a"), "2", "told")
	h.connected(2, "the connection again")
	if pressed.Load() != 1 || said.Load() != 1 || len(h.discord.Shown(snow("a"), "1")) != 1 || len(h.discord.Shown(snow("a"), "2")) != 1 {
		t.Errorf("pressed %d times, said %d times; %+v", pressed.Load(), said.Load(), h.discord.Shown(snow("a"), "2"))
	}
}

// TestTenMinutes: an answer waits for ten minutes, and is given up when its interaction is over.
func TestTenMinutes(t *testing.T) {
	for away, want := range map[time.Duration]bool{10 * time.Minute: true, time.Hour: false} {
		var mu sync.Mutex
		began := time.Unix(1_800_000_000, 0)
		now := began
		a := New(Config{}, Deps{Inbox: bot.NewMemoryInbox(10, time.Hour), Now: func() time.Time { mu.Lock(); defer mu.Unlock(); return now }})
		a.tune.backoffMin, a.tune.backoffMax = time.Microsecond, time.Microsecond
		s := newSession(t.Context(), a, nil)
		c := &courier{s: s, ev: &bot.Event{}, until: began.Add(lasts)}
		var order []string
		tries := 0
		c.send(func(context.Context) error {
			mu.Lock()
			defer mu.Unlock()
			tries++
			if now = now.Add(a.tune.slice); now.Sub(began) < away {
				return fault.New(fault.Upstream, "away")
			}
			order = append(order, "first")
			return nil
		})
		c.send(func(context.Context) error { order = append(order, "second"); return nil })
		s.Finish(patience)
		if got := strings.Join(order, " "); (got == "first second") != want || tries > 40 {
			t.Errorf("away for %v: %q after %d tries", away, got, tries)
		}
	}
}

func TestAnAnswerThatIsLost(t *testing.T) {
	h := start(t, ModeGateway, echo, func(h *harness) { h.a.tune.quick, h.a.tune.slice = 200*time.Millisecond, 200*time.Millisecond })
	h.connected(1, "the connection")
	h.discord.Fail("post", discordtest.Failure{Late: true}, discordtest.Failure{Hang: true})
	h.says("once") // repeated with its nonce
	h.discord.Fail("post", discordtest.Failure{Late: true}, discordtest.Failure{Hang: true}, discordtest.Failure{Hang: true}, discordtest.Failure{Hang: true})
	h.says("twice")
	h.discord.ForgetNonces() // it is looked for in the history
	time.Sleep(500 * time.Millisecond)
	if n := len(h.discord.Shown(snow("a"), "1")); n != 2 {
		t.Errorf("%d messages", n)
	}
}

func TestAnAnswerThatIsTooLate(t *testing.T) {
	slow := make(chan struct{})
	h := start(t, ModeHTTP, func(_ context.Context, ev *bot.Event) (bot.Reply, error) {
		if in, ok := ev.Input.(bot.Invoked); ok && in.Args == "slow" {
			<-slow
		}
		return bot.Say{Message: words("at last")}, nil
	}, func(h *harness) { h.a.tune.budget = 10 * time.Millisecond })
	for _, direct := range []bool{false, true} {
		who := "730000000000000001"
		channel := map[bool]string{false: "1", true: "2"}[direct]
		body, token := h.discord.Payload(discordtest.Interaction{Type: isCommand, Channel: channel, User: who, Direct: direct, Data: commandData("backchannel", "slow")})
		h.interact(body)
		h.discord.End(token)
		slow <- struct{}{}
		if direct {
			h.sees(who, channel, "at last")
		} else {
			h.sees(who, discordtest.DirectWith(who), "at last")
		}
	}
	who := "730000000000000002"
	h.discord.CloseChannel(discordtest.DirectWith(who), 50007) // takes no direct messages
	body, token := h.discord.Payload(discordtest.Interaction{Type: isCommand, Channel: "1", User: who, Data: commandData("backchannel", "slow")})
	h.interact(body)
	h.discord.End(token)
	slow <- struct{}{}
	if m := h.sees(who, "1", "in time"); m.User != "" || strings.Contains(m.Text, "at last") || !strings.Contains(m.Text, "<@"+who+">") {
		t.Errorf("%+v", m)
	}
}

func TestAnotherReplicaAnswers(t *testing.T) {
	h := start(t, ModeGateway, func(context.Context, *bot.Event) (bot.Reply, error) {
		return bot.Say{Message: words(strings.Repeat("a long answer. ", 600))}, nil
	})
	h.connected(1, "the connection")
	h.discord.Fail("callback", discordtest.Failure{Status: 400, Code: answeredAlready})
	body, _ := h.discord.Payload(discordtest.Interaction{Type: isCommand, Channel: "1", User: snow("a"), Data: commandData("backchannel", "x")})
	h.interact(body)
	h.wait("the answer", func() bool { return h.discord.Calls("callback") == 1 })
	time.Sleep(100 * time.Millisecond)
	if n := h.discord.Calls("follow") + h.discord.Calls("post"); n != 0 {
		t.Errorf("%d messages beside the other's", n)
	}
}

func TestALostAcknowledgementIsOurs(t *testing.T) {
	h := start(t, ModeGateway, echo)
	h.connected(1, "the connection")
	h.forgive = []string{"a second answer"}
	h.discord.Fail("callback", discordtest.Failure{Late: true})
	body, _ := h.discord.Payload(discordtest.Interaction{Type: isCommand, Channel: "1", User: snow("a"), Data: commandData("backchannel", strings.Repeat("x", 900))})
	h.interact(body)
	h.sees(snow("a"), "1", "echo xxx")
}

// TestRateLimits has many answers in one channel, whose bucket takes five in a while: none is lost, and the bucket's
// headers are heeded.
func TestRateLimits(t *testing.T) {
	h := start(t, ModeGateway, echo)
	h.connected(1, "the connection")
	h.discord.Limit("post", 5, 300*time.Millisecond)
	for i := range 20 {
		h.dispatch("MESSAGE_CREATE", h.discord.Said("", "1", snow("a"), "<@"+discordtest.BotUser+"> n"+strings.Repeat("i", i), false))
	}
	h.wait("all", func() bool { return len(h.discord.Shown(snow("a"), "1")) == 20 })
	if n := h.discord.Calls("limited"); n > 2 {
		t.Errorf("%d requests came too early", n)
	}
}

func TestAStormOfLimits(t *testing.T) {
	h := start(t, ModeGateway, echo)
	h.connected(1, "the connection")
	for range 3 {
		h.discord.Fail("post", discordtest.Failure{Status: 429, RetryAfter: 0.05})
	}
	h.discord.Fail("post", discordtest.Failure{Status: 429, RetryAfter: 0.05, Global: true})
	var wg sync.WaitGroup
	for _, channel := range []string{"1", "2", "3"} {
		wg.Go(func() {
			h.dispatch("MESSAGE_CREATE", h.discord.Said("", channel, snow("a"), "<@"+discordtest.BotUser+"> hi", false))
			h.sees(snow("a"), channel, "echo hi")
		})
	}
	wg.Wait()
}

// trip answers requests from a list.
type trip struct {
	made    int
	answers []*http.Response
}

func (t *trip) RoundTrip(*http.Request) (*http.Response, error) {
	r := &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: http.NoBody}
	if t.made < len(t.answers) {
		r = t.answers[t.made]
	}
	t.made++
	return r, nil
}

func limited(after string, header ...string) *http.Response {
	r := &http.Response{StatusCode: http.StatusTooManyRequests, Header: http.Header{"Retry-After": {after}, "Content-Type": {"application/json"}}, Body: http.NoBody}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return r
}

func TestTheGuard(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	get := func(g *guard, path string) error {
		r, _ := http.NewRequest(http.MethodGet, "https://discord.example/api"+path, nil)
		_, err := g.RoundTrip(r)
		return err
	}
	wire := &trip{answers: []*http.Response{limited("30", "X-RateLimit-Global", "true")}}
	g := newGuard(wire, func() time.Time { return now })
	get(g, "/channels/1")
	if err := get(g, "/channels/2"); err == nil || get(g, "/webhooks/1/t/messages/@original") != nil {
		t.Errorf("a global limit: %v", err)
	}
	if now = now.Add(31 * time.Second); get(g, "/channels/2") != nil {
		t.Error("a global limit has no end")
	}
	wire = &trip{answers: []*http.Response{limited("60", "Content-Type", "text/html")}}
	g = newGuard(wire, func() time.Time { return now })
	if get(g, "/channels/1"); get(g, "/webhooks/1/t/messages/@original") == nil {
		t.Error("the network's limit is not heeded")
	}
	wire = &trip{}
	for range maxInvalid {
		wire.answers = append(wire.answers, &http.Response{StatusCode: http.StatusForbidden, Header: http.Header{}, Body: http.NoBody}, limited("1", "X-RateLimit-Scope", "shared"))
	}
	g = newGuard(wire, func() time.Time { return now })
	for range 3 * maxInvalid {
		get(g, "/channels/1")
	}
	if wire.made != 2*maxInvalid-1 || get(g, "/interactions/1/t/callback") == nil {
		t.Errorf("%d requests were made", wire.made)
	}
	if now = now.Add(invalidWindow); get(g, "/channels/1") != nil {
		t.Error("held back for ever")
	}
}
