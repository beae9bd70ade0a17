package discord

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/adapters/discord/discordtest"
	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
)

// lateHandler answers slowly, and says which buttons were made for whoever presses them.
type lateHandler struct {
	tokens *bot.Tokens
	slow   chan struct{} // receives from whoever is slow
	form   bool          // a submission is refused once
	got    chan bot.Event
}

func (l *lateHandler) Handle(_ context.Context, ev *bot.Event) (bot.Reply, error) {
	buttons := []card.Action{{Label: "More", Intent: card.Intent{Name: "more"}}, {Label: "Remove", Confirm: "Sure?", Intent: card.Intent{Name: "remove"}}}
	switch in := ev.Input.(type) {
	case bot.Invoked:
		switch in.Args {
		case "slow":
			<-l.slow
		case "form":
			return bot.Open{Form: serviceForm(false)}, nil
		}
		return bot.Whisper{Message: words("at last", buttons...)}, nil
	case bot.Pressed:
		i, err := l.tokens.Open(in.Token, ev.Actor)
		if err != nil {
			return bot.Whisper{Message: words("refused: " + err.Error())}, nil
		}
		return bot.Update{Message: words("pressed "+i.Name, buttons...)}, nil
	case bot.Changed:
		return bot.Open{Form: serviceForm(slices.Contains(in.Values["database"], "true"))}, nil
	case bot.Submitted:
		l.got <- *ev
		<-l.slow
		if !l.form {
			l.form = true
			return bot.Invalid{Fields: map[string]string{"name": "too short"}}, nil
		}
		return bot.Whisper{Message: words("made it", buttons...)}, nil
	}
	return bot.Nothing{}, nil
}

func startLate(t *testing.T, mode string) (*harness, *lateHandler) {
	l := &lateHandler{tokens: bot.NewTokens([][]byte{[]byte("0123456789abcdef0123456789abcdef")}, time.Hour, time.Now), slow: make(chan struct{}), got: make(chan bot.Event, 9)}
	return start(t, mode, l.Handle, func(h *harness) {
		h.a.deps.Tokens = l.tokens
		h.a.tune.budget = 10 * time.Millisecond
	}), l
}

// directly is what somebody does in the direct message; it returns the token of the interaction.
func (h *harness) directly(kind int, on string, data any) string {
	h.t.Helper()
	body, token := h.discord.Payload(discordtest.Interaction{Type: kind, Channel: discordtest.DirectWith(snow("a")), User: snow("a"), Direct: true, On: on, Data: data})
	h.interact(body)
	return token
}

func (h *harness) pressDirectly(m discordtest.Shown, label string) string {
	h.t.Helper()
	for _, b := range m.Buttons {
		if b.Label == label {
			return h.directly(isComponent, m.ID, pressData(b))
		}
	}
	h.t.Fatalf("no button %q in %+v", label, m)
	return ""
}

// TestButtonsOfALateAnswerWork: an answer that comes as a direct message has buttons that work there, those that ask
// first as well.
func TestButtonsOfALateAnswerWork(t *testing.T) {
	h, l := startLate(t, ModeHTTP)
	mine := discordtest.DirectWith(snow("a"))
	h.discord.End(h.command("slow"))
	l.slow <- struct{}{}
	h.pressDirectly(h.sees(snow("a"), mine, "at last"), "More")
	m := h.sees(snow("a"), mine, "pressed more")
	h.pressDirectly(m, "Remove")
	h.pressDirectly(h.sees(snow("a"), mine, "Sure?"), "Remove")
	h.sees(snow("a"), mine, "pressed remove")
}

// TestALateUpdateStaysPrivate: what is to stand in a private message, and cannot any more, goes to the direct message,
// not to the channel. The question of a button is not asked there, where its own button would not work.
func TestALateUpdateStaysPrivate(t *testing.T) {
	h, _ := startLate(t, ModeGateway)
	h.connected(1, "the connection")
	mine := discordtest.DirectWith(snow("a"))
	h.command("fast")
	m := h.sees(snow("a"), "1", "at last")
	h.discord.Fail("callback", discordtest.Failure{Status: 404, Code: noInteraction})
	h.press(m, "Remove")
	h.wait("the question", func() bool { return h.discord.Calls("callback") == 2 })
	h.discord.Fail("callback", discordtest.Failure{Status: 404, Code: noInteraction})
	h.press(m, "More")
	h.pressDirectly(h.sees(snow("a"), mine, "pressed more"), "More")
	for _, channel := range []string{"1", mine} {
		for _, m := range h.discord.Shown(snow("b"), channel) {
			if channel == "1" || strings.Contains(m.Text, "Sure?") {
				t.Errorf("%s shows %+v", channel, m)
			}
		}
	}
}

// TestALateStepOfAForm: a form whose next step comes as a direct message goes on there, as of whoever opened it.
func TestALateStepOfAForm(t *testing.T) {
	h, l := startLate(t, ModeHTTP)
	mine := discordtest.DirectWith(snow("a"))
	h.submit(h.command("form"), "", map[string]any{"Name": "x", "Database": []string{"true"}})
	step := h.sees(snow("a"), "1", "New service")
	sent := h.submit(h.pressOn(step, any1), step.ID, map[string]any{"Engine": "pg"})
	first := <-l.got
	h.discord.End(sent)
	l.slow <- struct{}{}
	step = h.sees(snow("a"), mine, "too short")
	h.wait("its button", func() bool { return len(step.Buttons) == 1 })
	kind, raw := h.discord.Answer(h.directly(isComponent, step.ID, pressData(step.Buttons[0])))
	if kind != answerModal {
		t.Fatalf("the button is answered with %d %s; the log:\n%s", kind, raw, h.log)
	}
	h.directly(isModal, step.ID, filled(raw, map[string]any{"Name": "refunds", "Database": []string{"true"}}))
	second := <-l.got
	l.slow <- struct{}{}
	values := second.Input.(bot.Submitted).Values
	if second.Actor != first.Actor || second.Address != first.Address || values["name"][0] != "refunds" || values["engine"][0] != "pg" {
		t.Errorf("handed in %+v by %+v at %+v, first by %+v at %+v", values, second.Actor, second.Address, first.Actor, first.Address)
	}
	h.pressDirectly(h.sees(snow("a"), mine, "made it"), "More")
	h.sees(snow("a"), mine, "pressed more")

	other := h.discord.NewID() // of somebody else, who made the id up
	body, token := h.discord.Payload(discordtest.Interaction{Type: isComponent, Channel: discordtest.DirectWith(other), User: other, Direct: true, On: step.ID, Data: pressData(step.Buttons[0])})
	h.interact(body)
	if kind, raw := h.discord.Answer(token); kind == answerModal {
		t.Errorf("somebody else opens the form: %s", raw)
	}
}
