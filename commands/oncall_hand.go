package commands

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/catalog"
	"github.com/backchannel-portal/backchannel/commands/understand"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// Messenger posts of the bot's own accord.
type Messenger interface {
	// Posts reports whether anything can be posted on a platform.
	Posts(platform string) bool
	// Deliver hands a post to the outbox and waits a little while for what becomes of it: an Unsent one is still on its
	// way. It may only be called where a wait is allowed.
	Deliver(ctx context.Context, p bot.Post) (bot.Post, error)
	// Permalink returns the address that opens a message, or with message "" the conversation; "" where there is none.
	Permalink(at bot.Address, message string) string
}

// intentHand is the button that hands a question to the channel of a team. Its arguments are those of a question about
// what it concerns.
const intentHand = "hand"

// maxHanded bounds how much of a question is handed on, in characters.
const maxHanded = 400

// offerHand adds the button, where the team of what is asked about has a channel that can be posted in.
func (t *talk) offerHand(e *catalog.Entity) {
	if t.q.at.Platform == "" || t.c.deps.Messenger == nil || !t.c.deps.Messenger.Posts(t.q.at.Platform) || len(t.r.Entities) > 1 {
		return
	}
	channel, name := t.teamChannel(e)
	if channel == "" || channel == t.q.at.Channel || sameName(strings.TrimPrefix(channel, bot.NamedChannel), t.q.Channel) {
		return
	}
	label := t.text(lang.HandAct, nil)
	if name != "" {
		label = t.text(lang.HandActTo, lang.Args{"channel": name})
	} else {
		name = label
	}
	r := understand.Reading{Intent: understand.OnCall, Lang: t.l, Entities: []catalog.Ref{e.Ref}}
	b := t.button(clipTo(label, maxDetail), intentHand, r, false)
	b.Confirm = t.text(lang.HandConfirm, lang.Args{"channel": name, "name": displayName(t.l, e)})
	b.Anyone = true
	t.hand = &b
}

// teamChannel is where a team can be written to on the platform of the conversation: the channel of the owner, else of
// the entity itself, as Address.Channel has it, and its name if that is known.
func (t *talk) teamChannel(e *catalog.Entity) (channel, name string) {
	o, _ := t.view.Entity(ownerOf(e))
	for _, of := range []*catalog.Entity{o, e} {
		if of == nil {
			continue
		}
		if channel, name = channelOf(of, t.q.at.Platform); channel != "" {
			return channel, name
		}
	}
	return "", ""
}

// channelOf finds the channel that an entity names on a platform: by an annotation of the platform with the channel's
// id or name, by the address of a channel there, or by a name such as "#checkout".
func channelOf(e *catalog.Entity, platform string) (channel, name string) {
	for _, a := range e.Annotations {
		vendor, key, ok := strings.Cut(a.Key, "/")
		value := strings.TrimSpace(a.Value)
		switch {
		case !ok || value == "" || !strings.Contains(strings.ToLower(key), "channel") || strings.Contains(value, "://"):
		case strings.HasPrefix(value, bot.NamedChannel):
			name = value
		case strings.Contains(strings.ToLower(vendor), platform) && !strings.ContainsAny(value, " \t"):
			channel = value
		}
	}
	for _, l := range e.Links {
		if !isChat(l.Type) && !isChat(l.Icon) && !isChat(l.Title) {
			continue
		}
		if name == "" && strings.HasPrefix(l.Title, bot.NamedChannel) && !strings.Contains(l.Title, " ") {
			name = l.Title
		}
		if id := channelInURL(l.URL, platform); id != "" && channel == "" {
			channel = id
		}
	}
	if channel == "" {
		channel = name
	}
	return channel, name
}

// channelInURL is the last part of a channel's address on a platform.
func channelInURL(address, platform string) string {
	u, err := url.Parse(address)
	if err != nil || !strings.Contains("."+u.Hostname()+".", "."+platform+".") {
		return ""
	}
	parts := strings.FieldsFunc(u.Path, func(r rune) bool { return r == '/' })
	if len(parts) < 2 {
		return ""
	}
	return parts[len(parts)-1]
}

// handleHand posts in the team's channel who asks about what, with the way back here.
func (c *Commands) handleHand(ctx context.Context, ev *bot.Event) (bot.Reply, error) {
	_, q, r := c.pressed(ev)
	q.Private = true
	t := c.talk(ctx, c.deps.View(q.Viewer), q, r)
	if c.deps.Messenger == nil || len(r.Entities) != 1 {
		return nil, fault.New(fault.NotFound, "nothing is posted").Say(string(lang.BotButtonUnknown), nil)
	}
	e, ok := t.view.Entity(r.Entities[0])
	if !ok {
		return t.only(bot.NotFound, lang.CmdNotFound, lang.Args{"name": r.Entities[0].Name}), nil
	}
	channel, name := t.teamChannel(e)
	to := bot.Address{Platform: ev.Address.Platform, Workspace: ev.Address.Workspace, Channel: channel}
	if channel != "" && c.deps.At != nil { // what is not seen there is not named there
		if _, ok := c.deps.View(c.deps.At(to)).Entity(e.Ref); !ok {
			channel = ""
		}
	}
	if channel == "" {
		return t.only(bot.NotFound, lang.HandNowhere, lang.Args{"what": t.named(e)}), nil
	}
	if name == "" {
		name = t.text(lang.HandTheirs, nil)
	}
	args := lang.Args{"channel": card.S(name)}
	p := bot.Post{Key: "hand:" + ev.ID, To: to, Message: t.handed(ev, e)}
	note := card.Message{Lang: t.l, Blocks: []card.Block{card.Text{Spans: t.say(lang.HandWorking, args)}}}
	return bot.Work{Note: note, Run: func(ctx context.Context) (bot.Reply, error) {
		p, err := c.deps.Messenger.Deliver(ctx, p)
		if err != nil {
			return nil, fault.Wrap(fault.Upstream, err, "hand a question on")
		}
		t.entities = []catalog.Ref{e.Ref}
		switch p.State {
		case bot.Sent:
			if link := c.deps.Messenger.Permalink(p.To, p.ID); link != "" {
				t.actions = append(t.actions, card.Action{Label: t.text(lang.HandOpen, nil), URL: link})
			}
			return t.only(bot.Answered, lang.HandDone, args), nil
		case bot.Unsendable:
			return t.only(bot.Refused, lang.HandFailed, args), nil
		default:
			return t.only(bot.Answered, lang.HandLater, args), nil
		}
	}}, nil
}

// handed is the message to the team: who asks, about what, the words of the question, who is on call, and the way to
// the conversation.
func (t *talk) handed(ev *bot.Event, e *catalog.Entity) card.Message {
	who := card.Span{Kind: card.Person, Text: ev.Actor.Name, User: ev.Actor.ID}
	if who.Text == "" {
		who.Text = ev.Actor.ID
	}
	to := t.c.talk(t.ctx, t.view, Question{Zone: t.q.Zone, Now: t.now}, understand.Reading{Intent: understand.OnCall, Lang: t.l})
	to.from(e)
	args := lang.Args{"who": who, "what": to.named(e)}
	if ev.Channel.Name != "" && !ev.Channel.Direct {
		args["channel"] = ev.Channel.Name
		to.line(lang.HandAsksFrom, args)
	} else {
		to.line(lang.HandAsks, args)
	}
	if text := lastAsked(ev.Memory); text != "" && !ev.Channel.Direct {
		to.line(lang.HandQuestion, lang.Args{"text": clipTo(text, maxHanded)})
	}
	if line := to.onCallNow(e); line != nil {
		to.add(card.Text{Spans: line})
	}
	message := ""
	if in, ok := ev.Input.(bot.Pressed); ok && !in.Private {
		message = in.Message
	}
	if link := t.c.deps.Messenger.Permalink(ev.Address, message); link != "" {
		to.actions = append(to.actions, card.Action{Label: t.text(lang.HandOpen, nil), URL: link})
	}
	_, m := to.finish()
	return m
}

// lastAsked is what was last said to the bot in a conversation.
func lastAsked(memory []bot.Turn) string {
	for _, m := range slices.Backward(memory) {
		if !m.FromBot {
			return strings.TrimSpace(m.Text)
		}
	}
	return ""
}
