package discord

import (
	"bytes"
	"context"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/adapters/discord/discordtest"
	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/bot/card/cardtest"
)

// everything answers with each kind of reply there is, by the last word of the question.
func everything(_ context.Context, ev *bot.Event) (bot.Reply, error) {
	switch in := ev.Input.(type) {
	case bot.Asked:
		return bot.Suggest{Options: []card.FormOption{{Value: "component:default/checkout", Label: "Checkout", Hint: "service"}}}, nil
	case bot.Submitted:
		return bot.Invalid{Fields: map[string]string{"name": "Use lower case"}}, nil
	case bot.Pressed:
		if strings.HasPrefix(in.Token, "share") {
			return bot.Share{Message: words("for all"), Done: words("shared")}, nil
		}
		return bot.Update{Message: words("pressed")}, nil
	case bot.Invoked:
		return reply(in.Args), nil
	case bot.Said:
		return reply(in.Text), nil
	}
	return bot.Nothing{}, nil
}

func reply(args string) bot.Reply {
	person := card.Span{Kind: card.Person, Text: "Mei Lin", User: "730000000000000001"}
	switch args {
	case "long":
		return bot.Say{Message: words(strings.Repeat("A long answer. ", 400))}
	case "slow":
		return bot.Work{Note: words("looking"), Run: func(context.Context) (bot.Reply, error) {
			time.Sleep(1500 * time.Millisecond) // three times the grace
			return bot.Say{Message: words("found")}, nil
		}}
	case "form":
		return bot.Open{Form: serviceForm(true)}
	case "follow":
		return bot.Follow{Now: words("step 1"), Shown: func(context.Context, bot.Follower) error { return nil }}
	}
	m := words("hello", button("Press", "press"), button("Share", "share"), card.Action{Label: "Ask", Confirm: "Sure?", Intent: card.Intent{Name: "ask"}})
	m.Blocks = append(m.Blocks, card.Text{Spans: []card.Span{person}})
	return bot.Say{Message: m}
}

// TestTraffic keeps what is sent to each of Discord's routes, so that it can be held against Discord's own description.
func TestTraffic(t *testing.T) {
	sent := append(overHTTP(t), overGateway(t)...)
	kinds := map[string][]string{}
	for _, s := range sent {
		name := strings.ReplaceAll(s.Route, " ", "-")
		if text := anonymous(s.Body); !slices.Contains(kinds[name], text) {
			kinds[name] = append(kinds[name], text)
		}
	}
	files := map[string][]byte{}
	for name, all := range kinds {
		slices.Sort(all)
		files[name] = []byte(strings.Join(all, ""))
	}
	for _, route := range []string{"answer", "callback", "direct", "edit", "follow", "post", "set-commands", "thread", "update"} {
		if files[route] == nil {
			t.Errorf("nothing was sent to %s", route)
		}
	}
	cardtest.Compare(t, "testdata/traffic", files)
}

// What differs from run to run.
var (
	aSnowflake = regexp.MustCompile(`\b\d{17,20}\b`)
	aKey       = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}`)
	aNonce     = regexp.MustCompile(`"[A-Z2-7]{25}"`)
	aMark      = regexp.MustCompile(`"id": \d{7,10}\b`)
)

func anonymous(raw []byte) string {
	var out bytes.Buffer
	if json.Indent(&out, raw, "", "  ") != nil {
		return string(raw)
	}
	out.WriteByte('\n')
	text := aSnowflake.ReplaceAllString(out.String(), "100000000000000001")
	text = aKey.ReplaceAllString(text, "00000000-0000-7000-8000-000000000000")
	text = aNonce.ReplaceAllString(text, `"ABCDEFGHIJKLMNOPQRSTUVWXY"`)
	return aMark.ReplaceAllString(text, `"id": 1234567`)
}

// overHTTP is what is said over HTTP: at once, and after an acknowledgement.
func overHTTP(t *testing.T) []discordtest.Sent {
	h := start(t, ModeHTTP, everything, func(h *harness) { h.a.tune.budget = time.Minute })
	h.wait("the commands", func() bool { return h.discord.Calls("set commands") == 1 })
	body, _ := h.discord.Payload(discordtest.Interaction{Type: isTyping, Channel: "1", User: snow("a"), Data: typingData("backchannel", "che")})
	h.interact(body)
	h.talk()
	var late *harness
	late = start(t, ModeHTTP, func(ctx context.Context, ev *bot.Event) (bot.Reply, error) {
		if _, asked := ev.Input.(bot.Asked); !asked {
			n := len(late.discord.Sent())
			late.wait("the acknowledgement", func() bool { return len(late.discord.Sent()) > n })
		}
		return everything(ctx, ev)
	}, func(h *harness) { h.a.tune.budget = 100 * time.Millisecond })
	late.wait("the commands", func() bool { return late.discord.Calls("set commands") == 1 })
	late.talk()
	return append(h.discord.Sent(), late.discord.Sent()...)
}

// talk asks for every kind of reply, each in a channel of its own.
func (h *harness) talk() {
	h.t.Helper()
	h.in("1").command("hello")
	m := h.sees(snow("a"), "1", "hello")
	h.pressIn("1", m, "Ask")
	h.sees(snow("a"), "1", "Sure?")
	h.pressIn("1", m, "Press")
	h.sees(snow("a"), "1", "pressed")
	h.in("2").command("hello")
	h.pressIn("2", h.sees(snow("a"), "2", "hello"), "Share")
	h.sees(snow("b"), "2", "for all")
	h.in("3").command("long")
	h.wait("all of it", func() bool { return len(h.discord.Shown(snow("a"), "3")) == 2 })
	h.in("4").command("slow")
	h.sees(snow("a"), "4", "found")
	h.in("5").command("follow")
	h.sees(snow("b"), "5", "step 1")
	token := h.in("6").command("form")
	for range 2 { // it opens at once or behind a button, and is refused
		h.wait("an answer", func() bool { kind, _ := h.discord.Answer(token); return kind != 0 })
		on := ""
		if kind, _ := h.discord.Answer(token); kind != answerModal {
			m := h.sees(snow("a"), "6", "")
			on, token = m.ID, h.pressOn(m, any1)
			h.wait("the modal", func() bool { kind, _ := h.discord.Answer(token); return kind == answerModal })
		}
		token = h.submit(token, on, map[string]any{"Name": "Bad"})
	}
	h.sees(snow("a"), "6", "lower case")
	h.in("1")
}

// overGateway is what is said to messages, and of the bot's own accord.
func overGateway(t *testing.T) []discordtest.Sent {
	h := start(t, ModeGateway, everything, func(h *harness) { h.a.tune.budget = time.Minute })
	h.connected(1, "the connection")
	for i, what := range []string{"hello", "long", "slow", "follow"} {
		where := string(rune('1' + i))
		h.dispatch("MESSAGE_CREATE", h.discord.Said("", where, snow("a"), "<@"+discordtest.BotUser+"> "+what, false))
		h.sees(snow("a"), where, map[string]string{"hello": "hello", "long": "A long", "slow": "found", "follow": "step 1"}[what])
	}
	h.in("5").command("hello")
	h.sees(snow("a"), "5", "hello")
	root, err := h.a.Post(t.Context(), post("root", snow("c"), "news"))
	if err != nil {
		t.Fatal(err)
	}
	below := post("below", snow("c"), "more news")
	below.To.Thread = root
	for _, p := range []bot.Post{below, post("direct", "@"+snow("mei"), "for you")} {
		if _, err := h.a.Post(t.Context(), p); err != nil {
			t.Fatal(err)
		}
	}
	if err := h.a.Edit(t.Context(), bot.Follower{Address: bot.Address{Channel: snow("c")}, Message: root}, words("newer")); err != nil {
		t.Fatal(err)
	}
	return h.discord.Sent()
}
