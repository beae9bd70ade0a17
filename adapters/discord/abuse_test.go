package discord

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/adapters/discord/discordtest"
	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// counting is a handler that counts what comes.
type counting struct {
	mu sync.Mutex
	n  map[string]int
}

func (c *counting) Handle(_ context.Context, ev *bot.Event) (bot.Reply, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.n == nil {
		c.n = map[string]int{}
	}
	c.n[fmt.Sprintf("%T", ev.Input)]++
	switch in := ev.Input.(type) {
	case bot.Invoked:
		if in.Args == "form" {
			return bot.Open{Form: serviceForm(false)}, nil
		}
		return bot.Say{Message: words("ready", button("Go", "go"))}, nil
	case bot.Pressed:
		return bot.Update{Message: words("gone")}, nil
	case bot.Submitted:
		return bot.Say{Message: words("handed in")}, nil
	case bot.Asked:
		return bot.Suggest{}, nil
	}
	return bot.Nothing{}, nil
}

func (c *counting) count(input string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.n["bot."+input]
}

// kinds are a payload of each kind of callback.
func (h *harness) kinds() map[string]discordtest.Interaction {
	return map[string]discordtest.Interaction{
		"command": {Type: isCommand, Data: commandData("backchannel", "x")},
		"menu":    {Type: isCommand, Data: map[string]any{"name": "Who owns this?", "type": messageCommand, "target_id": "8", "resolved": map[string]any{"messages": map[string]any{"8": map[string]any{"content": "checkout"}}}}},
		"typing":  {Type: isTyping, Data: typingData("backchannel", "che")},
		"press":   {Type: isComponent, On: "5", Data: map[string]any{"custom_id": "0.go", "component_type": 2}},
		"modal":   {Type: isModal, Data: map[string]any{"custom_id": "f:nobody's", "components": []any{}}},
	}
}

// TestForgedAndLate: nothing of a callback is looked at whose signature is not right now, whatever its kind.
func TestForgedAndLate(t *testing.T) {
	c := &counting{}
	h := start(t, ModeHTTP, c.Handle)
	h.running()
	now := strconv.FormatInt(time.Now().Unix(), 10)
	for name, in := range h.kinds() {
		in.Channel, in.User = "1", snow("a")
		body, _ := h.discord.Payload(in)
		good := h.discord.Sign(now, body)
		for _, tt := range []struct{ what, at, signature string }{
			{"unsigned", now, ""}, {"short", now, good[:64]}, {"long", now, good + "00"}, {"upper half", now, strings.Repeat("0", 64) + good[64:]},
			{"of another body", now, h.discord.Sign(now, append(body, ' '))}, {"of another moment", strconv.FormatInt(time.Now().Unix()-9, 10), good},
			{"moment as text", now + "x", good}, {"negative moment", "-" + now, good}, {"endless moment", strings.Repeat("1", 400), good},
			{"six minutes old", old(6 * time.Minute), h.discord.Sign(old(6*time.Minute), body)},
			{"of the future", old(-6 * time.Minute), h.discord.Sign(old(-6*time.Minute), body)},
		} {
			status, answer, err := h.discord.DeliverSigned(t.Context(), h.url, body, tt.at, tt.signature)
			if err != nil || status != http.StatusUnauthorized || strings.Contains(string(answer), snow("a")) {
				t.Errorf("%s, %s: %d %s %v", name, tt.what, status, answer, err)
			}
		}
	}
	if len(c.n) > 0 {
		t.Errorf("handled %v", c.n)
	}
}

func old(age time.Duration) string { return strconv.FormatInt(time.Now().Add(-age).Unix(), 10) }

// TestDoubled delivers everything twice. What has an effect has it once; questions are answered again.
func TestDoubled(t *testing.T) {
	for _, mode := range []string{ModeHTTP, ModeGateway} {
		t.Run(mode, func(t *testing.T) {
			c := &counting{}
			h := start(t, mode, c.Handle)
			h.command("x")
			m := h.sees(snow("a"), "1", "ready")
			press, _ := h.discord.Payload(discordtest.Interaction{Type: isComponent, Channel: "1", User: snow("a"), On: m.ID, Data: pressData(m.Buttons[0])})
			h.interact(press)
			h.interact(h.repeat(press))
			h.sees(snow("a"), "1", "gone")
			token := h.command("form")
			h.wait("the form", func() bool { kind, _ := h.discord.Answer(token); return kind == answerModal })
			_, raw := h.discord.Answer(token)
			modal, _ := h.discord.Payload(discordtest.Interaction{Type: isModal, Channel: "1", User: snow("a"), Data: filled(raw, map[string]any{"Name": "pay"})})
			h.interact(modal)
			again := h.repeat(modal)
			h.interact(again)
			h.sees(snow("a"), "1", "handed in")
			h.in("2").command("last") // what came before in its lane is done when this is
			h.sees(snow("a"), "2", "ready")
			time.Sleep(50 * time.Millisecond)
			if c.count("Pressed") != 1 || c.count("Submitted") != 1 || c.count("Invoked") != 3 {
				t.Errorf("handled %v", c.n)
			}
		})
	}
}

// TestOutOfOrderAndForeign: buttons and modals of forms that are over, were never opened, or are somebody else's say so
// and do nothing.
func TestOutOfOrderAndForeign(t *testing.T) {
	c := &counting{}
	h := start(t, ModeHTTP, c.Handle)
	token := h.command("form")
	_, raw := h.discord.Answer(token)
	gone := lang.Text(lang.English, lang.BotFormGone, nil)
	for i, tt := range []struct {
		what, user string
		kind       int
		data       any
	}{
		{"somebody else's modal", "b", isModal, filled(raw, map[string]any{"Name": "pay"})},
		{"a modal nobody opened", "a", isModal, map[string]any{"custom_id": "f:01900000-0000-7000-8000-000000000000", "components": []any{}}},
		{"a step nobody made", "a", isComponent, map[string]any{"custom_id": "o:01900000-0000-7000-8000-000000000000", "component_type": 2}},
		{"a choice nobody offered", "a", isComponent, map[string]any{"custom_id": "s:x", "component_type": 3, "values": []string{"99.99.x"}}},
		{"a form sent that is not there", "a", isComponent, map[string]any{"custom_id": "w:x", "component_type": 2}},
	} {
		where := fmt.Sprint(10 + i)
		body, _ := h.discord.Payload(discordtest.Interaction{Type: tt.kind, Channel: where, User: snow(tt.user), Data: tt.data})
		h.interact(body)
		h.sees(snow(tt.user), where, gone)
	}
	if c.count("Submitted") != 0 {
		t.Errorf("handled %v", c.n)
	}
	h.submit(token, "", map[string]any{"Name": "pay"}) // it is still there for its owner
	h.sees(snow("a"), "1", "handed in")
	for i, data := range []any{
		map[string]any{"custom_id": "another app's", "component_type": 2}, map[string]any{"custom_id": "", "component_type": 2}, map[string]any{},
		map[string]any{"custom_id": strings.Repeat("x", 4000), "component_type": 2}, map[string]any{"custom_id": "0.x", "component_type": 3, "values": []string{""}},
	} {
		body, token := h.discord.Payload(discordtest.Interaction{Type: isComponent, Channel: "20", User: snow("a"), On: fmt.Sprint(i), Data: data})
		h.interact(body)
		h.wait("an answer", func() bool { kind, _ := h.discord.Answer(token); return kind != 0 })
	}
}

// TestALateStep: a form that is gone on with after it was kept for too long says so.
func TestALateStep(t *testing.T) {
	var mu sync.Mutex
	var ahead time.Duration
	clock := func() time.Time { mu.Lock(); defer mu.Unlock(); return time.Now().Add(ahead) }
	c := &counting{}
	h := start(t, ModeGateway, c.Handle, func(h *harness) { h.a.desk = bot.NewDesk(bot.NewMemoryState().Drafts, clock) })
	h.connected(1, "the connection")
	token := h.command("form")
	h.wait("the form", func() bool { kind, _ := h.discord.Answer(token); return kind == answerModal })
	mu.Lock()
	ahead = 13 * time.Hour
	mu.Unlock()
	h.submit(token, "", map[string]any{"Name": "pay"})
	h.sees(snow("a"), "1", lang.Text(lang.English, lang.BotFormGone, nil))
	if c.count("Submitted") != 0 {
		t.Errorf("handled %v", c.n)
	}
}
