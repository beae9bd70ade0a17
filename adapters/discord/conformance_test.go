package discord

import (
	"context"
	"fmt"
	"hash/fnv"
	"testing"

	"github.com/backchannel-portal/backchannel/adapters/discord/discordtest"
	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/bottest"
)

func TestConformance(t *testing.T) {
	for _, mode := range []string{ModeHTTP, ModeGateway} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel() // most of the time is waiting
			o := bottest.Options{Ways: []bottest.Way{bottest.Slash}, Whispers: true, Repeats: true}
			if mode == ModeGateway {
				o.Ways = append(o.Ways, bottest.Mention, bottest.Direct)
			}
			bottest.Test(t, o, func(t *testing.T, tokens bot.TokenMaker) bottest.Driver {
				h := setup(t, mode, func(d *Deps) { d.Tokens = tokens })
				return &driver{h, map[string][]byte{}}
			})
		})
	}
}

// driver plays the people of a guild, as bottest wants them.
type driver struct {
	*harness
	sent map[string][]byte // by id, so that a repeat is the same
}

func (d *driver) Run(ctx context.Context, h bot.Handler) error { return d.a.Run(ctx, h) }

// snow turns the suite's names into ids.
func snow(name string) string {
	h := fnv.New32a()
	h.Write([]byte(name))
	return fmt.Sprintf("7%017d", h.Sum32())
}

func (d *driver) Ask(way bottest.Way, id, user, channel, text string) {
	d.t.Helper()
	body, again := d.sent[id]
	if !again {
		switch way {
		case bottest.Slash:
			body, _ = d.discord.Payload(discordtest.Interaction{Type: isCommand, Channel: snow(channel), User: snow(user), Data: commandData("backchannel", text)})
		case bottest.Mention:
			body = d.discord.Said("", snow(channel), snow(user), "<@"+discordtest.BotUser+"> "+text, false)
		default:
			body = d.discord.Said("", snow(channel), snow(user), text, true)
		}
		d.sent[id] = body
	}
	if way == bottest.Slash {
		d.interact(body)
	} else {
		d.dispatch("MESSAGE_CREATE", body)
	}
}

func (d *driver) Press(id, user, channel string, on bottest.Shown, label string) {
	d.t.Helper()
	body, again := d.sent[id]
	if !again {
		in := discordtest.Interaction{Type: isComponent, Channel: snow(channel), User: snow(user), On: on.ID}
		for _, m := range d.discord.Shown(in.User, in.Channel) {
			for _, b := range m.Buttons {
				if m.ID == on.ID && b.Label == label {
					in.Data = pressData(b)
				}
			}
		}
		body, _ = d.discord.Payload(in)
		d.sent[id] = body
	} else {
		body = d.repeat(body)
	}
	d.interact(body)
}

func (d *driver) Shown(user, channel string) []bottest.Shown {
	var out []bottest.Shown
	for _, m := range d.discord.Shown(snow(user), snow(channel)) {
		s := bottest.Shown{ID: m.ID, Text: m.Text, Private: m.User != ""}
		for _, b := range m.Buttons {
			s.Buttons = append(s.Buttons, b.Label)
		}
		out = append(out, s)
	}
	return out
}
