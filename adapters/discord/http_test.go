package discord

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/adapters/discord/discordtest"
	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
)

func echo(_ context.Context, ev *bot.Event) (bot.Reply, error) {
	switch in := ev.Input.(type) {
	case bot.Invoked:
		return bot.Say{Message: words("echo " + in.Args)}, nil
	case bot.Said:
		return bot.Say{Message: words("echo " + in.Text)}, nil
	}
	return bot.Nothing{}, nil
}

func TestSignatures(t *testing.T) {
	h := start(t, ModeHTTP, echo)
	h.running()
	ping := []byte(`{"type":1}`)
	now := strconv.FormatInt(time.Now().Unix(), 10)
	old := strconv.FormatInt(time.Now().Add(-10*time.Minute).Unix(), 10)
	good := h.discord.Sign(now, ping)
	for _, tt := range []struct {
		name, at, signature string
		body                []byte
		want                int
	}{
		{"good", now, good, ping, http.StatusOK},
		{"another body", now, good, []byte(`{"type":2}`), http.StatusUnauthorized},
		{"another moment", strconv.FormatInt(time.Now().Unix()+1, 10), good, ping, http.StatusUnauthorized},
		{"old", old, h.discord.Sign(old, ping), ping, http.StatusUnauthorized},
		{"none", now, "", ping, http.StatusUnauthorized},
		{"no moment", "", good, ping, http.StatusUnauthorized},
		{"no hexadecimal", now, strings.Repeat("z", 128), ping, http.StatusUnauthorized},
		{"flipped", now, strings.Repeat("0", 128), ping, http.StatusUnauthorized},
		{"signed nonsense", now, h.discord.Sign(now, []byte("{")), []byte("{"), http.StatusBadRequest},
	} {
		status, answer, err := h.discord.DeliverSigned(t.Context(), h.url, tt.body, tt.at, tt.signature)
		if err != nil || status != tt.want {
			t.Errorf("%s: %d %s %v, want %d", tt.name, status, answer, err, tt.want)
		}
		if tt.want == http.StatusOK && strings.TrimSpace(string(answer)) != `{"type":1}` {
			t.Errorf("a ping is answered with %s", answer)
		}
	}
}

func TestWithoutAKeyNothingIsTaken(t *testing.T) {
	a := New(Config{Mode: ModeHTTP}, Deps{})
	if a.verify(strconv.FormatInt(time.Now().Unix(), 10), strings.Repeat("0", 128), nil) {
		t.Error("a signature is taken without a key")
	}
}

func TestQuickAnswersComeAtOnce(t *testing.T) {
	h := start(t, ModeHTTP, echo)
	body, token := h.discord.Payload(discordtest.Interaction{Type: isCommand, Channel: "1", User: snow("a"), Data: commandData("backchannel", "hi")})
	h.interact(body)
	if kind, _ := h.discord.Answer(token); kind != answerMessage {
		t.Errorf("the first answer has type %d", kind)
	}
	if m := h.sees(snow("a"), "1", "echo hi"); m.User == "" {
		t.Error("the answer to a command is public")
	}
	body, _ = h.discord.Payload(discordtest.Interaction{Type: isCommand, Channel: "2", User: snow("a"), Direct: true, Data: commandData("backchannel", "hello")})
	h.interact(body)
	if m := h.sees(snow("a"), "2", "echo hello"); m.User != "" {
		t.Error("in a direct message an answer goes away")
	}
}

func TestSlowAnswersAreDeferred(t *testing.T) {
	h := start(t, ModeHTTP, func(ctx context.Context, ev *bot.Event) (bot.Reply, error) {
		time.Sleep(200 * time.Millisecond)
		return bot.Say{Message: words("at last")}, nil
	}, func(h *harness) { h.a.tune.budget = 20 * time.Millisecond })
	body, token := h.discord.Payload(discordtest.Interaction{Type: isCommand, Channel: "1", User: snow("a"), Data: commandData("oncall", "")})
	h.interact(body)
	if kind, data := h.discord.Answer(token); kind != answerLater || string(data) != `{"flags":64}` {
		t.Errorf("the first answer is %d %s", kind, data)
	}
	if m := h.sees(snow("a"), "1", "at last"); m.User == "" {
		t.Error("the answer is public")
	}
}

func TestAButtonThatAsksFirst(t *testing.T) {
	pressed := make(chan bot.Pressed, 2)
	h := start(t, ModeHTTP, func(ctx context.Context, ev *bot.Event) (bot.Reply, error) {
		if p, ok := ev.Input.(bot.Pressed); ok {
			pressed <- p
			return bot.Update{Message: words("stopped")}, nil
		}
		return bot.Say{Message: words("running", card.Action{Label: "Cancel", Style: card.Danger, Confirm: "Stop the run?", Intent: card.Intent{Name: "cancel", Args: []string{"run-1"}}})}, nil
	})
	body, _ := h.discord.Payload(discordtest.Interaction{Type: isCommand, Channel: "1", User: snow("a"), Data: commandData("backchannel", "run")})
	h.interact(body)
	m := h.sees(snow("a"), "1", "running")
	h.press(m, "Cancel")
	question := h.sees(snow("a"), "1", "Stop the run?")
	if len(pressed) != 0 || question.User == "" {
		t.Fatal("the button did something before it was confirmed, or asks aloud")
	}
	h.press(question, "Cancel")
	h.sees(snow("a"), "1", "stopped")
	if p := <-pressed; p.Token != "cancel|run-1" {
		t.Errorf("pressed %+v", p)
	}
	h.a.asks.texts = map[string]string{} // as after a restart
	body, _ = h.discord.Payload(discordtest.Interaction{Type: isCommand, Channel: "2", User: snow("a"), Data: commandData("backchannel", "run")})
	h.interact(body)
	m = h.sees(snow("a"), "2", "running")
	h.a.asks.texts = map[string]string{}
	h.pressIn("2", m, "Cancel")
	h.sees(snow("a"), "2", "Are you sure?")
}

func (h *harness) press(m discordtest.Shown, label string) { h.pressIn("1", m, label) }

func (h *harness) pressIn(channel string, m discordtest.Shown, label string) {
	h.t.Helper()
	for _, b := range m.Buttons {
		if b.Label == label {
			body, _ := h.discord.Payload(discordtest.Interaction{Type: isComponent, Channel: channel, User: snow("a"), On: m.ID, Data: pressData(b)})
			h.interact(body)
			return
		}
	}
	h.t.Fatalf("no button %s in %+v", label, m)
}

func TestSuggestions(t *testing.T) {
	h := start(t, ModeHTTP, func(ctx context.Context, ev *bot.Event) (bot.Reply, error) {
		in, ok := ev.Input.(bot.Asked)
		if !ok || in.What != card.FieldEntity || len(in.Path) != 1 {
			t.Errorf("asked %+v", ev.Input)
		}
		var out []card.FormOption
		for _, name := range []string{"checkout", "checkout search"} {
			if strings.HasPrefix(name, in.Query) {
				out = append(out, card.FormOption{Value: name, Label: "The " + name, Hint: "service"})
			}
		}
		if in.Query == "who owns che" || in.Query == "owns che" {
			out = append(out, card.FormOption{Value: "who-cares", Label: "A search found this"})
		}
		if in.Query == "long" {
			for range 40 {
				out = append(out, card.FormOption{Value: "x", Label: strings.Repeat("long ", 40)})
			}
			out = append(out, card.FormOption{Value: strings.Repeat("x", 101), Label: "too long to be a value"})
		}
		return bot.Suggest{Options: out}, nil
	})
	for query, want := range map[string]string{
		"":                       `{"choices":[{"name":"The checkout · service","value":"checkout"},{"name":"The checkout search · service","value":"checkout search"}]}`,
		"checkout s":             `{"choices":[{"name":"The checkout search · service","value":"checkout search"}]}`,
		"who owns che":           `{"choices":[{"name":"who owns The checkout · service","value":"who owns checkout"},{"name":"who owns The checkout search · service","value":"who owns checkout search"}]}`,
		"who owns checkout sear": `{"choices":[{"name":"who owns The checkout search · service","value":"who owns checkout search"}]}`,
		"nothing of the kind":    `{"choices":[]}`,
	} {
		body, token := h.discord.Payload(discordtest.Interaction{Type: isTyping, Channel: "1", User: snow("a"), Data: typingData("backchannel", query)})
		h.interact(body)
		if kind, data := h.discord.Answer(token); kind != answerChoices || string(data) != want {
			t.Errorf("%q: %d %s, want %s", query, kind, data, want)
		}
	}
	body, token := h.discord.Payload(discordtest.Interaction{Type: isTyping, Channel: "1", User: snow("a"), Data: typingData("oncall", "long")})
	h.interact(body)
	_, data := h.discord.Answer(token)
	var got choices
	if json.Unmarshal(data, &got) != nil || len(got.Choices) != maxChoices {
		t.Errorf("%d choices", len(got.Choices))
	}
}

func TestRateLimitsAndFaultsOfTheAPI(t *testing.T) {
	h := start(t, ModeHTTP, func(ctx context.Context, ev *bot.Event) (bot.Reply, error) {
		time.Sleep(50 * time.Millisecond)
		return bot.Say{Message: words("through")}, nil
	}, func(h *harness) { h.a.tune.budget = time.Millisecond })
	h.discord.Fail("edit", discordtest.Failure{Status: 429, RetryAfter: 0.05}, discordtest.Failure{Status: 503}, discordtest.Failure{Hang: true})
	body, _ := h.discord.Payload(discordtest.Interaction{Type: isCommand, Channel: "1", User: snow("a"), Data: commandData("oncall", "")})
	h.interact(body)
	h.sees(snow("a"), "1", "through")
	if n := h.discord.Calls("edit"); n != 4 {
		t.Errorf("%d edits", n)
	}
}

func TestCommandsAreRegisteredOnce(t *testing.T) {
	h := start(t, ModeHTTP, echo)
	h.wait("the commands", func() bool { return h.discord.Calls("set commands") == 1 })
	if err := h.a.register(t.Context()); err != nil || h.discord.Calls("set commands") != 1 {
		t.Errorf("registered %d times: %v", h.discord.Calls("set commands"), err)
	}
	for end := time.Now().Add(patience); ; time.Sleep(time.Millisecond) {
		if text, ok := h.a.Status(); ok {
			break
		} else if time.Now().After(end) {
			t.Fatalf("the status is %s", text)
		}
	}
}

func TestForeignInteractions(t *testing.T) {
	h := start(t, ModeHTTP, echo)
	h.running()
	for _, body := range []string{
		`{"type":2}`, `{"type":2,"id":"1","token":"t"}`, `{"type":2,"id":"1","token":"t","channel_id":"1"}`, `[]`, `null`, `{"type":"x"}`, `{"type":1,"data":5}`,
	} {
		at := strconv.FormatInt(time.Now().Unix(), 10)
		status, answer, err := h.discord.DeliverSigned(t.Context(), h.url, []byte(body), at, h.discord.Sign(at, []byte(body)))
		if err != nil || status != http.StatusBadRequest {
			t.Errorf("%s: %d %s %v", body, status, answer, err)
		}
	}
	// A component of another app's making, and a modal nobody opened, are answered with nothing.
	body, token := h.discord.Payload(discordtest.Interaction{Type: isComponent, Channel: "1", User: snow("a"), On: "9", Data: map[string]any{"custom_id": "theirs", "component_type": 2}})
	h.interact(body)
	if kind, _ := h.discord.Answer(token); kind != answerQuiet {
		t.Errorf("a foreign button is answered with %d", kind)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(`{"type":2,"id":"1","token":"t","channel_id":"1","user":{"id":"2"},"data":{"name":"x","options":[{"name":"text","value":1}]}}`))
	f.Add([]byte(`{"type":5,"id":"1","token":"t","channel_id":"1","user":{"id":"2"},"data":{"components":[{"type":18,"component":{"type":3,"values":["a"]}}]}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		in, err := decodeInteraction(body)
		if err != nil || in.Type == isPing {
			return
		}
		in.event()
		in.typed()
		in.pressed()
		in.label("x")
		in.focused()
	})
}

func TestPlainText(t *testing.T) {
	for in, want := range map[string]string{
		"<@9> who owns  checkout": "who owns checkout", "<@!9>hi": "hi", "hi <@8>": "hi <@8>", "</oncall:1> x": "/oncall x",
		"nice <:party:1> <a:y:2>": "nice :party: :y:", "a < b": "a < b", "<#5>": "<#5>", "": "",
	} {
		if got := plainText(in, "9"); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestTheMenuOfAMessage(t *testing.T) {
	h := start(t, ModeHTTP, func(_ context.Context, ev *bot.Event) (bot.Reply, error) {
		in := ev.Input.(bot.Invoked)
		return bot.Whisper{Message: words(in.Path[0] + " " + in.Quoted)}, nil
	})
	body, _ := h.discord.Payload(discordtest.Interaction{Type: isCommand, Channel: "1", User: snow("a"), Data: map[string]any{
		"name": "Who owns this?", "type": 3, "target_id": "8", "resolved": map[string]any{"messages": map[string]any{"8": map[string]any{"content": "checkout is down <:fire:1>"}}},
	}})
	h.interact(body)
	h.sees(snow("a"), "1", "owner_of_message checkout is down :fire:")
}
