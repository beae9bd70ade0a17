package discord

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/backchannel-portal/backchannel/adapters/discord/discordtest"
	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
)

// harness is an adapter between a handler and a fake Discord.
type harness struct {
	t       *testing.T
	discord *discordtest.Server
	a       *Adapter
	url     string // of the callback
	log     *syncBuffer
	forgive []string // what Discord may complain of
	channel string   // in which commands are given; "" is "1"
}

// patience is how long a test waits for what should happen soon.
const patience = 20 * time.Second

// setup makes an adapter that a test runs. At the end it checks that Discord had nothing to complain about.
func setup(t *testing.T, mode string, change ...func(*Deps)) *harness {
	t.Helper()
	srv := discordtest.New()
	log := &syncBuffer{}
	deps := Deps{
		Tokens: plainTokens{}, Inbox: bot.NewMemoryInbox(1000, time.Hour), Jitter: func() float64 { return 0 },
		Log: slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	for _, c := range change {
		c(&deps)
	}
	cfg := Config{Mode: mode, Token: discordtest.Token, ApplicationID: discordtest.App, PublicKey: srv.PublicKey(), APIURL: srv.APIURL()}
	h := &harness{t: t, discord: srv, a: New(cfg, deps), log: log}
	h.a.tune.backoffMin, h.a.tune.backoffMax = 10*time.Millisecond, 100*time.Millisecond
	mux := http.NewServeMux()
	for _, r := range h.a.Routes() {
		mux.Handle(r.Method+" "+r.Path, r.Handler)
	}
	web := httptest.NewServer(mux)
	h.url = web.URL + "/discord/interactions"
	t.Cleanup(func() {
		web.Close()
		for _, p := range srv.Problems() {
			if !slices.ContainsFunc(h.forgive, func(f string) bool { return strings.Contains(p, f) }) {
				t.Errorf("Discord says: %s", p)
			}
		}
		srv.Close()
		if strings.Contains(log.String(), discordtest.Token) {
			t.Error("the log holds the token")
		}
	})
	return h
}

// start runs an adapter until the test ends, and checks that nothing is left running.
func start(t *testing.T, mode string, handler bot.HandlerFunc, tune ...func(*harness)) *harness {
	t.Helper()
	leaks := goleak.IgnoreCurrent()
	t.Cleanup(func() { goleak.VerifyNone(t, leaks) })
	h := setup(t, mode)
	for _, f := range tune {
		f(h)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- h.a.Run(ctx, handler) }()
	t.Cleanup(func() {
		stop()
		select {
		case err := <-done:
			if err != nil {
				t.Errorf("Run ended with %v", err)
			}
		case <-time.After(patience):
			t.Error("Run did not end")
		}
	})
	return h
}

// interact delivers an interaction by the adapter's transport, once it is up.
func (h *harness) interact(body []byte) {
	h.t.Helper()
	if h.a.cfg.Mode == ModeGateway {
		h.dispatch("INTERACTION_CREATE", body)
		return
	}
	h.running()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if status, answer, err := h.discord.Deliver(ctx, h.url, body); err != nil || status != http.StatusOK {
		h.t.Errorf("an interaction was answered with %d %s: %v", status, answer, err)
	}
}

// in goes to a channel.
func (h *harness) in(channel string) *harness {
	h.channel = channel
	return h
}

func (h *harness) where() string {
	if h.channel == "" {
		return "1"
	}
	return h.channel
}

func (h *harness) dispatch(kind string, body []byte) {
	h.t.Helper()
	h.wait("a connection", func() bool { return len(h.discord.Sockets()) > 0 })
	if err := h.discord.Dispatch(kind, body); err != nil {
		h.t.Error(err)
	}
}

func (h *harness) running() {
	h.t.Helper()
	for end := time.Now().Add(patience); h.a.live.Load() == nil; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			h.t.Fatal("the adapter does not run")
		}
	}
}

// wait waits for something to happen at Discord.
func (h *harness) wait(what string, ok func() bool) {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if !h.discord.Wait(ctx, ok) {
		h.t.Fatalf("waited in vain for %s; the log:\n%s", what, h.log)
	}
}

// sees waits until user sees a text in the channel, and returns the message.
func (h *harness) sees(user, channel, text string) (found discordtest.Shown) {
	h.t.Helper()
	h.wait("to see "+text, func() bool {
		for _, m := range h.discord.Shown(user, channel) {
			if strings.Contains(m.Text, text) {
				found = m
				return true
			}
		}
		return false
	})
	return found
}

// repeat is the payload of an interaction that Discord delivers again: a new token, the same id.
func (h *harness) repeat(body []byte) []byte {
	var old struct {
		ID      string          `json:"id"`
		Type    int             `json:"type"`
		Channel string          `json:"channel_id"`
		Data    json.RawMessage `json:"data"`
		Message struct {
			ID string `json:"id"`
		} `json:"message"`
		Member struct {
			User struct {
				ID string `json:"id"`
			} `json:"user"`
		} `json:"member"`
	}
	if err := json.Unmarshal(body, &old); err != nil {
		h.t.Fatal(err)
	}
	again, _ := h.discord.Payload(discordtest.Interaction{
		ID: old.ID, Type: old.Type, Channel: old.Channel, User: old.Member.User.ID, Data: old.Data, On: old.Message.ID, Token: "again" + h.discord.NewID(),
	})
	return again
}

func commandData(name, text string) any {
	return map[string]any{"id": "1", "name": name, "type": 1, "options": []any{map[string]any{"name": "text", "type": 3, "value": text}}}
}

func typingData(name, text string) any {
	return map[string]any{"id": "1", "name": name, "type": 1, "options": []any{map[string]any{"name": "text", "type": 3, "value": text, "focused": true}}}
}

func pressData(b discordtest.Press) any {
	if b.Select {
		return map[string]any{"custom_id": b.ID, "component_type": 3, "values": []string{b.Value}}
	}
	return map[string]any{"custom_id": b.ID, "component_type": 2}
}

func words(text string, items ...card.Action) card.Message {
	m := card.Message{Blocks: []card.Block{card.Text{Spans: []card.Span{card.T(text)}}}}
	if len(items) > 0 {
		m.Blocks = append(m.Blocks, card.Actions{Items: items})
	}
	return m
}

type syncBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}
