package slack

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/adapters/slack/slacktest"
	"github.com/backchannel-portal/backchannel/bot"
)

func TestChannelsThatEnd(t *testing.T) {
	seen := &lifecycles{}
	x := start(t, ModeHTTP, seen)
	for n, event := range []map[string]any{
		{"type": "channel_archive", "channel": "C1", "user": "U1"},
		{"type": "group_deleted", "channel": "C2"},
		{"type": "channel_left", "channel": "C3"},
		{"type": "channel_rename", "channel": map[string]any{"id": "C4", "name": "new"}},
		{"type": "member_joined_channel", "channel": "C5", "user": "U9"},
		{"type": "channel_created", "channel": map[string]any{"id": "C6"}},
	} {
		for range 2 {
			if status := x.event(fmt.Sprint("Ev", n), event); status != 200 {
				t.Errorf("%v: %d", event, status)
			}
		}
	}
	if status := x.event("EvBad", map[string]any{"type": "channel_archive"}); status != 400 {
		t.Errorf("without a channel: %d", status)
	}
	x.until("all are told once", func() bool {
		return seen.has("channel_gone T0HARBORC1", "channel_gone T0HARBORC2", "channel_gone T0HARBORC3")
	})
}

func TestChannelsAreKnown(t *testing.T) {
	got := make(chan bot.Channel, 10)
	x := start(t, ModeHTTP, bot.HandlerFunc(func(_ context.Context, ev *bot.Event) (bot.Reply, error) {
		got <- ev.Channel
		return bot.Nothing{}, nil
	}))
	x.slack.AddChannel(slacktest.Channel{ID: "C1", Name: "inc-42", Topic: "checkout is <https://status.example|down> &amp; slow"})
	x.event("EvJ", map[string]any{"type": "member_joined_channel", "channel": "C1", "user": slacktest.BotUser})
	x.until("the channel", func() bool { return x.a.live.Load().rooms.lookup(slacktest.Team, "C1").name != "" })
	x.event("Ev1", x.slack.Said("app_mention", "C1", "U1", "who is on call"))
	if c := <-got; c.Name != "inc-42" || c.Topic != "checkout is https://status.example & slow" {
		t.Errorf("%+v", c)
	}
	x.event("EvR", map[string]any{"type": "channel_rename", "channel": map[string]any{"id": "C1", "name": "inc-43"}})
	x.event("Ev2", x.slack.Said("app_mention", "C1", "U1", "who is on call"))
	if c := <-got; c.Name != "inc-43" {
		t.Errorf("%+v", c)
	}
	x.event("Ev3", x.slack.Said("message", "D1", "U1", "hello"))
	if c := <-got; c.Name != "" || c.Topic != "" || !c.Direct {
		t.Errorf("%+v", c)
	}
}

func TestChannelsCostNothingWithoutTheFeature(t *testing.T) {
	x := start(t, ModeHTTP, echo(), func(a *Adapter, _ *Deps) {
		if a != nil {
			a.cfg.Features, a.rooms = []Feature{FeatureHome}, false
		}
	})
	x.event("Ev1", x.slack.Said("app_mention", "C1", "U1", "x"))
	x.messages(1)
	x.event("Ev2", map[string]any{"type": "channel_archive", "channel": "C1"})
	x.stop()
	if n := x.slack.Calls("conversations.info"); n != 0 {
		t.Errorf("%d calls", n)
	}
}

func TestRoomsAreBounded(t *testing.T) {
	now := time.Unix(0, 0)
	c := newRooms(nil, func() time.Time { return now })
	for i := range maxRooms + 100 {
		c.lookup("T", fmt.Sprint(i))
	}
	if len(c.cache) != maxRooms || c.order.Len() != maxRooms || len(c.asked) != cap(c.asked) {
		t.Errorf("%d and %d, %d asked", len(c.cache), c.order.Len(), len(c.asked))
	}
}
