package discord

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/adapters/discord/discordtest"
	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/internal/fault"
)

// followed is a handler that answers with a task, and hands on what is followed.
func followed(private bool, at chan bot.Follower) bot.HandlerFunc {
	return func(_ context.Context, ev *bot.Event) (bot.Reply, error) {
		if _, ok := ev.Input.(bot.Lifecycle); ok {
			return bot.Nothing{}, nil
		}
		return bot.Follow{Key: "run:1", Private: private, Now: words("step 1 of 3"), Shown: func(_ context.Context, f bot.Follower) error {
			at <- f
			return nil
		}}, nil
	}
}

func TestATaskIsFollowedInPlace(t *testing.T) {
	for name, private := range map[string]bool{"for everybody": false, "for one person": true} {
		t.Run(name, func(t *testing.T) {
			at := make(chan bot.Follower, 1)
			h := start(t, ModeHTTP, followed(private, at))
			token := h.command("refresh")
			f := <-at
			f.Since = time.Now()
			m := h.sees(snow("a"), "1", "step 1 of 3")
			if f.Message != m.ID || f.Private != private || (m.User != "") != private || f.Secret != token {
				t.Fatalf("%+v follows %+v", f, m)
			}
			for _, step := range []string{"step 2 of 3", "step 3 of 3"} {
				if err := h.a.Edit(t.Context(), f, words(step)); err != nil {
					t.Fatal(err)
				}
				h.sees(snow("a"), "1", step)
			}
			if n := len(h.discord.Shown(snow("a"), "1")); n != 1 {
				t.Errorf("%d messages", n)
			}
			h.discord.End(token) // a quarter of an hour later
			err := h.a.Edit(t.Context(), f, words("done"))
			if private && !fault.Is(err, fault.Forbidden) || !private && err != nil {
				t.Errorf("after the interaction's end: %v", err)
			}
			f.Since = time.Now().Add(-time.Hour)
			calls := h.discord.Calls("edit")
			err = h.a.Edit(t.Context(), f, words("done at last"))
			if private && !fault.Is(err, fault.Forbidden) || !private && err != nil || h.discord.Calls("edit") != calls {
				t.Errorf("long after: %v", err)
			}
			if !private {
				h.sees(snow("a"), "1", "done at last")
			}
		})
	}
}

func TestATaskThatAMentionStarted(t *testing.T) {
	at := make(chan bot.Follower, 1)
	h := start(t, ModeGateway, followed(false, at))
	h.dispatch("MESSAGE_CREATE", h.discord.Said("", "1", snow("a"), "<@"+discordtest.BotUser+"> refresh", false))
	f := <-at
	if err := h.a.Edit(t.Context(), f, words("over")); err != nil || f.Secret != "" {
		t.Errorf("%+v: %v", f, err)
	}
	h.sees(snow("a"), "1", "over")
	gone := f
	gone.Message = "99"
	if err := h.a.Edit(t.Context(), gone, words("over")); !fault.Is(err, fault.NotFound) {
		t.Errorf("a message that is gone: %v", err)
	}
}

func TestATaskThatAButtonStarted(t *testing.T) {
	at := make(chan bot.Follower, 1)
	answer := followed(false, at)
	h := start(t, ModeHTTP, func(ctx context.Context, ev *bot.Event) (bot.Reply, error) {
		if in, ok := ev.Input.(bot.Pressed); ok {
			if in.Token == "slow|" || strings.HasPrefix(in.Token, "slow") {
				time.Sleep(100 * time.Millisecond)
			}
			return answer(ctx, ev)
		}
		return bot.Say{Message: words("ready", button("Quick", "quick"), button("Slow", "slow"))}, nil
	}, func(h *harness) { h.a.tune.budget = 30 * time.Millisecond })
	h.command("x")
	m := h.sees(snow("a"), "1", "ready")
	for _, label := range []string{"Quick", "Slow"} {
		h.press(m, label)
		f := <-at
		if f.Message == m.ID || f.Message == original {
			t.Errorf("%s: %+v", label, f)
		}
		f.Since = time.Now()
		if err := h.a.Edit(t.Context(), f, words("over after "+label)); err != nil {
			t.Error(err)
		}
		h.sees(snow("a"), "1", "over after "+label)
		h.sees(snow("a"), "1", "ready")
	}
}
