package discord

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/backchannel-portal/backchannel/adapters/discord/discordtest"
	"github.com/backchannel-portal/backchannel/bot"
)

// lifecycles is a handler that hands on the addresses of what ended.
func lifecycles(gone chan bot.Address) bot.HandlerFunc {
	return func(_ context.Context, ev *bot.Event) (bot.Reply, error) {
		if in, ok := ev.Input.(bot.Lifecycle); ok && in.What == bot.ChannelGone {
			gone <- ev.Address
		}
		return bot.Nothing{}, nil
	}
}

// diary notes what becomes of places.
type diary struct {
	mu    sync.Mutex
	lines []string
}

func (d *diary) Handle(_ context.Context, ev *bot.Event) (bot.Reply, error) {
	if in, ok := ev.Input.(bot.Lifecycle); ok {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.lines = append(d.lines, fmt.Sprint(in.What, " ", ev.Address.Workspace, " ", ev.Address.Channel))
	}
	return bot.Nothing{}, nil
}

func (d *diary) has(t *testing.T, want ...string) {
	t.Helper()
	slices.Sort(want)
	for end := time.Now().Add(patience); ; time.Sleep(2 * time.Millisecond) {
		d.mu.Lock()
		got := slices.Clone(d.lines)
		d.mu.Unlock()
		if slices.Sort(got); slices.Equal(got, want) {
			return
		} else if time.Now().After(end) {
			t.Fatalf("%q, want %q", got, want)
		}
	}
}

func TestGuildsAndChannels(t *testing.T) {
	d := &diary{}
	kept := bot.NewMemoryState().Installations
	for _, id := range []string{"1", "2"} {
		if err := kept.Save(t.Context(), bot.Installation{Platform: platform, Workspace: id}); err != nil {
			t.Fatal(err)
		}
	}
	h := start(t, ModeGateway, d.Handle, func(h *harness) {
		h.a.deps.Installations = kept
		h.discord.Join("2", "3") // removed from 1 and added to 3 while nobody was there
	})
	h.connected(1, "the connection")
	now := time.Now()
	thread := func(id string, archived, locked bool, quiet time.Duration) string {
		last := fmt.Sprint(uint64(now.Add(-quiet).UnixMilli()-epoch) << 22)
		raw, _ := json.Marshal(map[string]any{"id": id, "guild_id": "2", "type": 11, "name": "t", "parent_id": "20", "last_message_id": last, "thread_metadata": map[string]any{
			"archived": archived, "locked": locked, "auto_archive_duration": 1440, "archive_timestamp": now.Format(time.RFC3339Nano),
		}})
		return string(raw)
	}
	for _, e := range [][2]string{
		{"GUILD_CREATE", `{"id":"2","name":"known","channels":[{"id":"20","name":"inc-checkout","type":0}]}`}, {"GUILD_CREATE", `{"id":"3","name":"New"}`},
		{"GUILD_CREATE", `{"id":"4","name":"Newer"}`}, {"GUILD_CREATE", `{"id":"4","name":"Newer"}`}, {"GUILD_CREATE", `{"id":"9","unavailable":true}`},
		{"GUILD_DELETE", `{"id":"2","unavailable":true}`}, {"GUILD_DELETE", `{"id":"4"}`}, {"GUILD_DELETE", `5`},
		{"CHANNEL_DELETE", `{"id":"21","guild_id":"2","type":0}`}, {"CHANNEL_DELETE", `{"id":"22"}`},
		{"THREAD_UPDATE", thread("31", false, false, time.Hour)}, {"THREAD_UPDATE", thread("32", true, true, 25*time.Hour)},
		{"THREAD_UPDATE", thread("33", true, false, time.Hour)}, {"THREAD_UPDATE", thread("34", true, false, 25*time.Hour)}, // 34 has only gone quiet
		{"THREAD_DELETE", `{"id":"35","guild_id":"2","parent_id":"20","type":11}`},
	} {
		h.dispatch(e[0], []byte(e[1]))
	}
	d.has(t, "removed 1 ", "installed 3 ", "installed 4 ", "removed 4 ", "channel_gone 2 21", "channel_gone 2 32", "channel_gone 2 33", "channel_gone 2 35")
	if i, err := kept.Load(t.Context(), platform, "3"); err != nil || i.Name != "New" || i.Installed.IsZero() {
		t.Errorf("%+v %v", i, err)
	}
	if c := described(h.a.directory, channelPart{ID: "31"}); c.Name != "t" || c.Topic != "inc-checkout" || c.Parent != "20" || c.ParentName != "inc-checkout" {
		t.Errorf("the thread is %+v", c)
	}
}

// described is what the directory knows of a channel.
func described(d *directory, c channelPart) (out bot.Channel) {
	d.describe(c, &out)
	return out
}

func TestWithoutAMemoryNothingIsNew(t *testing.T) {
	d := &diary{}
	h := start(t, ModeGateway, d.Handle, func(h *harness) { h.discord.Join("2") })
	h.connected(1, "the connection")
	h.dispatch("GUILD_CREATE", []byte(`{"id":"2","name":"as before"}`))
	h.dispatch("GUILD_CREATE", []byte(`{"id":"3","name":"New"}`))
	d.has(t, "installed 3 ")
}

func TestAMentionKnowsItsChannel(t *testing.T) {
	names := make(chan bot.Channel, 1)
	h := start(t, ModeGateway, func(_ context.Context, ev *bot.Event) (bot.Reply, error) {
		if _, ok := ev.Input.(bot.Said); ok {
			names <- ev.Channel
		}
		return bot.Nothing{}, nil
	})
	h.connected(1, "the connection")
	h.dispatch("GUILD_CREATE", []byte(`{"id":"`+discordtest.Guild+`","channels":[{"id":"20","name":"inc-checkout","topic":"checkout is slow","type":0}],"threads":[{"id":"30","name":"bridge","parent_id":"20","type":11}]}`))
	h.dispatch("MESSAGE_CREATE", h.discord.Said("", "20", snow("a"), "<@"+discordtest.BotUser+"> who is on call", false))
	if c := <-names; c != (bot.Channel{Name: "inc-checkout", Topic: "checkout is slow"}) {
		t.Errorf("%+v", c)
	}
	h.dispatch("MESSAGE_CREATE", h.discord.Said("", "30", snow("a"), "<@"+discordtest.BotUser+"> who is on call", false))
	if c := <-names; c != (bot.Channel{Name: "bridge", Topic: "inc-checkout checkout is slow", Parent: "20", ParentName: "inc-checkout"}) {
		t.Errorf("%+v", c)
	}
}
