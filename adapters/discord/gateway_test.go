package discord

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/backchannel-portal/backchannel/adapters/discord/discordtest"
	"github.com/backchannel-portal/backchannel/bot"
)

func (h *harness) connected(n int, what string) *discordtest.Socket {
	h.t.Helper()
	h.wait(what, func() bool {
		return h.discord.Calls("identify")+h.discord.Calls("resume") >= n && len(h.discord.Sockets()) == 1
	})
	return h.discord.Sockets()[0]
}

func (h *harness) says(text string) {
	h.dispatch("MESSAGE_CREATE", h.discord.Said("", "1", snow("a"), "<@"+discordtest.BotUser+"> "+text, false))
	h.sees(snow("a"), "1", "echo "+text)
}

func TestASessionIsResumed(t *testing.T) {
	h := start(t, ModeGateway, echo)
	c := h.connected(1, "the connection")
	h.says("first")
	c.Missed("MESSAGE_CREATE", h.discord.Said("", "1", snow("a"), "<@"+discordtest.BotUser+"> missed", false))
	c.Drop()
	h.connected(2, "the connection again")
	h.sees(snow("a"), "1", "echo missed")
	h.says("second")
	if h.discord.Calls("identify") != 1 || h.discord.Calls("resume") != 1 {
		t.Errorf("%d sessions, %d resumptions", h.discord.Calls("identify"), h.discord.Calls("resume"))
	}
}

func TestDiscordAsksToReconnect(t *testing.T) {
	h := start(t, ModeGateway, echo)
	h.connected(1, "the connection").Reconnect()
	h.wait("to resume", func() bool { return h.discord.Calls("resume") == 1 && len(h.discord.Sockets()) == 1 })
	h.says("after")
}

func TestASessionThatCannotBeResumed(t *testing.T) {
	h := start(t, ModeGateway, echo)
	c := h.connected(1, "the connection")
	c.Invalidate()
	c.Drop()
	h.wait("a new session", func() bool { return h.discord.Calls("identify") == 2 && len(h.discord.Sockets()) == 1 })
	h.says("after")
}

func TestASilentConnectionIsDead(t *testing.T) {
	h := start(t, ModeGateway, echo, func(h *harness) {
		h.discord.Heartbeat, h.a.tune.silence = 100*time.Millisecond, 500*time.Millisecond
	})
	h.connected(1, "the connection").Silence()
	h.wait("another connection", func() bool { return h.discord.Calls("resume")+h.discord.Calls("identify") >= 2 })
	for end := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		if text, ok := h.a.Status(); ok {
			break
		} else if time.Now().After(end) {
			t.Fatalf("the status is %s", text)
		}
	}
}

func TestAWrongTokenIsSaid(t *testing.T) {
	h := start(t, ModeGateway, echo, func(h *harness) {
		h.a.cfg.Token = "wrong"
	})
	for end := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		text, _ := h.a.gateway.Status()
		if text != "connecting" || time.Now().After(end) {
			if text != "stopped: Discord refuses the bot's token (4004); set discord.token and restart" {
				t.Errorf("the status is %q", text)
			}
			break
		}
	}
}

func TestCloseCodes(t *testing.T) {
	for code, last := range map[int]bool{
		1000: false, 1006: false, 4000: false, 4001: false, 4002: false, 4003: false, 4004: true, 4005: false, 4007: false, 4008: false, 4009: false,
		4010: true, 4011: true, 4012: true, 4013: true, 4014: true,
	} {
		if why, got := trouble(fmt.Errorf("open: %w", &websocket.CloseError{Code: code})); got != last || !strings.Contains(why, fmt.Sprint(code)) {
			t.Errorf("%d: %q, the last %v", code, why, got)
		}
	}
	if why, last := trouble(&url.Error{Op: "Get", URL: "https://secret.example/token", Err: errors.New("refused")}); last || strings.Contains(why, "secret") {
		t.Errorf("%q %v", why, last)
	}
}

// TestTheLastCloseCodeStops: no session more is asked for, and the others of the service go on.
func TestTheLastCloseCodeStops(t *testing.T) {
	h := start(t, ModeGateway, echo, func(h *harness) { h.discord.Refuse(4014) })
	h.wait("the refusal", func() bool { return h.discord.Calls("identify") == 1 })
	for end := time.Now().Add(patience); ; time.Sleep(5 * time.Millisecond) {
		if text, ok := h.a.gateway.Status(); strings.HasPrefix(text, "stopped: Discord refuses the intents (4014)") && !ok {
			break
		} else if time.Now().After(end) {
			t.Fatalf("the status is %q", text)
		}
	}
	time.Sleep(300 * time.Millisecond)
	if n := h.discord.Calls("identify"); n != 1 {
		t.Errorf("%d sessions", n)
	}
}

// TestASessionThatEndsAtOnce is closed right after it began, again and again: it is tried more and more slowly.
func TestASessionThatEndsAtOnce(t *testing.T) {
	h := start(t, ModeGateway, echo, func(h *harness) { h.a.tune.backoffMin, h.a.tune.backoffMax = 100*time.Millisecond, 10*time.Second })
	for range 3 {
		h.connected(1, "a connection").Close(4000)
		h.wait("its end", func() bool { return len(h.discord.Sockets()) == 0 })
	}
	h.wait("another", func() bool { return len(h.discord.Sockets()) == 1 })
	if n := h.discord.Calls("identify") + h.discord.Calls("resume"); n != 4 {
		t.Errorf("%d attempts", n)
	}
}

// TestCodesThatEndASession begin it anew or resume it.
func TestCodesThatEndASession(t *testing.T) {
	for _, code := range []int{4000, 4007, 4009, 1001} {
		t.Run(fmt.Sprint(code), func(t *testing.T) {
			h := start(t, ModeGateway, echo)
			c := h.connected(1, "the connection")
			if code == 4007 || code == 4009 {
				c.Invalidate()
			}
			c.Close(code)
			h.connected(2, "the connection again")
			h.says("after")
		})
	}
}

func TestWhoIsNotMeantIsNotAnswered(t *testing.T) {
	var mu sync.Mutex
	var said []string
	h := start(t, ModeGateway, func(_ context.Context, ev *bot.Event) (bot.Reply, error) {
		mu.Lock()
		defer mu.Unlock()
		said = append(said, ev.Input.(bot.Said).Text)
		return bot.Nothing{}, nil
	})
	mention := "<@" + discordtest.BotUser + "> "
	h.dispatch("MESSAGE_CREATE", h.discord.Said("", "1", snow("a"), "to somebody else", false))
	h.dispatch("MESSAGE_CREATE", []byte(`{"id":"1","channel_id":"1","type":0,"content":"a bot","author":{"id":"5","bot":true}}`))
	h.dispatch("MESSAGE_CREATE", []byte(`{"id":"1","channel_id":"1","type":0,"content":"a webhook","webhook_id":"1","author":{"id":"5"}}`))
	h.dispatch("MESSAGE_CREATE", []byte(`{"id":"1","channel_id":"1","type":7,"content":"","author":{"id":"5"}}`))
	h.dispatch("MESSAGE_CREATE", []byte(`{"id":"1","channel_id":"1","type":0,"content":"ourselves","author":{"id":"`+discordtest.BotUser+`"}}`))
	h.dispatch("MESSAGE_CREATE", []byte(`{"author":{"id":"5"},"content":"no id"}`))
	h.dispatch("MESSAGE_CREATE", []byte(`5`))
	h.dispatch("MESSAGE_UPDATE", h.discord.Said("", "1", snow("a"), mention+"an edit", false))
	h.dispatch("MESSAGE_CREATE", h.discord.Said("", "1", snow("a"), mention+"who owns pay", false))
	h.dispatch("MESSAGE_CREATE", h.discord.Said("", "2", snow("a"), "directly", true))
	h.wait("both", func() bool { mu.Lock(); defer mu.Unlock(); return len(said) >= 2 || h.discord.Calls("never") > 0 })
	mu.Lock()
	defer mu.Unlock()
	if len(said) != 2 {
		t.Errorf("said %q", said)
	}
}

func TestAnswersReplyToTheMention(t *testing.T) {
	h := start(t, ModeGateway, echo)
	id := h.discord.NewID()
	h.dispatch("MESSAGE_CREATE", h.discord.Said(id, "1", snow("a"), "<@"+discordtest.BotUser+"> hi", false))
	if m := h.sees(snow("a"), "1", "echo hi"); m.ReplyTo != id || m.User != "" {
		t.Errorf("%+v", m)
	}
}

func TestAPostIsSentOnce(t *testing.T) {
	h := start(t, ModeGateway, echo)
	h.connected(1, "the connection")
	h.discord.Fail("post", discordtest.Failure{Status: 429, RetryAfter: 0.02}, discordtest.Failure{Hang: true}, discordtest.Failure{Status: 500})
	h.says("storm")
	if n := len(h.discord.Shown(snow("a"), "1")); n != 1 {
		t.Errorf("%d messages", n)
	}
}

func TestAChannelWhoseHistoryIsClosed(t *testing.T) {
	h := start(t, ModeGateway, echo)
	h.connected(1, "the connection")
	h.discord.Fail("post", discordtest.Failure{Status: 400, Code: 160002})
	h.says("without a reply")
	if m := h.discord.Shown(snow("a"), "1"); len(m) != 1 || m[0].ReplyTo != "" {
		t.Errorf("%+v", m)
	}
}
