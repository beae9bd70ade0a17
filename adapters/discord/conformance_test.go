package discord

import (
	"context"
	"fmt"
	"hash/fnv"
	"strings"
	"testing"

	"github.com/backchannel-portal/backchannel/adapters/discord/discordtest"
	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/bottest"
	"github.com/backchannel-portal/backchannel/internal/lang"
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
				return &driver{h, map[string][]byte{}, map[string]screen{}}
			})
		})
	}
}

// driver plays the people of a guild, as bottest wants them.
type driver struct {
	*harness
	sent    map[string][]byte // by id, so that a repeat is the same
	screens map[string]screen // by user
}

// screen is where a user is, and the interaction whose answer they look at.
type screen struct{ channel, token string }

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
			var token string
			body, token = d.discord.Payload(discordtest.Interaction{Type: isCommand, Channel: snow(channel), User: snow(user), Data: commandData("backchannel", text)})
			d.screens[user] = screen{snow(channel), token}
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

// modal is the modal on a user's screen, nil while there is none.
func (d *driver) modal(user string) []byte {
	if kind, raw := d.discord.Answer(d.screens[user].token); kind == answerModal {
		return raw
	}
	return nil
}

// step is the message with the button that opens a form's next modal.
func (d *driver) step(user string) (discordtest.Shown, discordtest.Press, bool) {
	for _, m := range d.discord.Shown(snow(user), d.screens[user].channel) {
		for _, b := range m.Buttons {
			if mark, _ := splitForm(b.ID); mark == markOpen {
				return m, b, true
			}
		}
	}
	return discordtest.Shown{}, discordtest.Press{}, false
}

// Form implements bottest.FormDriver.
func (d *driver) Form(user string) string {
	if raw := d.modal(user); raw != nil {
		return string(raw)
	}
	m, _, _ := d.step(user)
	return m.Text
}

// Fill implements bottest.FormDriver.
func (d *driver) Fill(id, user string, values map[string]string) {
	d.t.Helper()
	if body, again := d.sent[id]; again {
		d.interact(d.repeat(body))
		return
	}
	fill := map[string]any{}
	for label, v := range values {
		fill[label] = v
	}
	for {
		on := ""
		if m, b, waits := d.step(user); waits {
			on = m.ID
			body, token := d.discord.Payload(discordtest.Interaction{Type: isComponent, Channel: d.screens[user].channel, User: snow(user), On: m.ID, Data: pressData(b)})
			d.screens[user] = screen{d.screens[user].channel, token}
			d.interact(body)
			d.wait("the modal", func() bool { return d.modal(user) != nil })
		}
		body, token := d.discord.Payload(discordtest.Interaction{Type: isModal, Channel: d.screens[user].channel, User: snow(user), On: on, Data: filled(d.modal(user), fill)})
		d.screens[user], d.sent[id] = screen{d.screens[user].channel, token}, body
		d.interact(body)
		var m discordtest.Shown
		d.wait("what comes next", func() bool {
			kind, _ := d.discord.Answer(token)
			m, _, _ = d.step(user)
			return kind != 0
		})
		if !strings.Contains(m.Text, lang.Text(lang.English, lang.DiscordFormMore, lang.Args{"form": ""})) {
			return
		}
	}
}
