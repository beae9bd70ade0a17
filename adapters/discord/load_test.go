package discord

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/adapters/discord/discordtest"
	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
)

// TestManyAtOnce has 200 people ask and press at once, some twice. The fake Discord complains of a second first answer.
func TestManyAtOnce(t *testing.T) {
	const people = 200
	for _, mode := range []string{ModeHTTP, ModeGateway} {
		t.Run(mode, func(t *testing.T) {
			var mu sync.Mutex
			pressed := map[string]int{}
			h := start(t, mode, func(_ context.Context, ev *bot.Event) (bot.Reply, error) {
				if in, ok := ev.Input.(bot.Invoked); ok {
					return bot.Say{Message: words("echo "+in.Args, card.Action{Label: "More", Intent: card.Intent{Name: "more"}})}, nil
				}
				mu.Lock()
				defer mu.Unlock()
				pressed[ev.Actor.ID]++
				return bot.Update{Message: words("more")}, nil
			})
			var wg sync.WaitGroup
			for i := range people {
				wg.Go(func() {
					who, where := snow(fmt.Sprint("person", i)), snow(fmt.Sprint("channel", i%20))
					text := fmt.Sprintf("question-%d-", i)
					body, _ := h.discord.Payload(discordtest.Interaction{Type: isCommand, Channel: where, User: who, Data: commandData("backchannel", text)})
					h.interact(body)
					m := h.finds(who, where, text)
					body, _ = h.discord.Payload(discordtest.Interaction{Type: isComponent, Channel: where, User: who, On: m.ID, Data: pressData(m.Buttons[0])})
					h.interact(body)
					h.interact(h.repeat(body))
					h.finds(who, where, "more")
				})
			}
			wg.Wait()
			mu.Lock()
			defer mu.Unlock()
			if len(pressed) != people {
				t.Errorf("%d people pressed", len(pressed))
			}
			for who, n := range pressed {
				if n != 1 {
					t.Errorf("%s pressed %d times", who, n)
				}
			}
		})
	}
}

// finds is sees for many at a time: it looks now and then, and not at every change of anything.
func (h *harness) finds(user, channel, text string) discordtest.Shown {
	for end := time.Now().Add(5 * patience); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		for _, m := range h.discord.Shown(user, channel) {
			if strings.Contains(m.Text, text) {
				return m
			}
		}
	}
	h.t.Errorf("%s looked in vain for %s", user, text)
	return discordtest.Shown{Buttons: make([]discordtest.Press, 1)}
}

// BenchmarkRender fits and renders the usual answer.
func BenchmarkRender(b *testing.B) {
	m := answerCard()
	b.ReportAllocs()
	for b.Loop() {
		for _, part := range card.Fit(m, limits()) {
			render(part, plainTokens{}, bot.Actor{})
		}
	}
}
