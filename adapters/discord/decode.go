package discord

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// The types of interactions.
const (
	isPing      = 1
	isCommand   = 2
	isComponent = 3
	isTyping    = 4 // autocompletion
	isModal     = 5
)

// directs is the workspace of direct messages, which belong to no guild.
const directs = "dm"

// interaction is what Discord says about one (docs.discord.com/developers/interactions/receiving-and-responding).
// The SDK's type refuses components that are newer than it, so this is our own.
type interaction struct {
	ID      string      `json:"id"`
	App     string      `json:"application_id"`
	Type    int         `json:"type"`
	Token   string      `json:"token"`
	Guild   string      `json:"guild_id"`
	Channel channelPart `json:"channel"`
	Place   string      `json:"channel_id"`
	Member  *memberPart `json:"member"`
	User    *userPart   `json:"user"`
	Locale  string      `json:"locale"`
	Data    dataPart    `json:"data"`
	Message *struct {
		ID         string          `json:"id"`
		Flags      int             `json:"flags"`
		Components []componentPart `json:"components"`
	} `json:"message"`
}

type channelPart struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Topic  string `json:"topic"`
	Parent string `json:"parent_id"`
	Type   int    `json:"type"`
}

type memberPart struct {
	Nick string    `json:"nick"`
	User *userPart `json:"user"`
}

type userPart struct {
	ID     string `json:"id"`
	Name   string `json:"username"`
	Global string `json:"global_name"`
	Bot    bool   `json:"bot"`
}

// dataPart is what was typed, pressed or filled in.
type dataPart struct {
	Name     string `json:"name"`
	Type     int    `json:"type"`
	Target   string `json:"target_id"`
	Resolved struct {
		Messages map[string]struct {
			Content string `json:"content"`
		} `json:"messages"`
	} `json:"resolved"`
	Options    []optionPart    `json:"options"`
	CustomID   string          `json:"custom_id"`
	Values     []string        `json:"values"`
	Components []componentPart `json:"components"`
}

type optionPart struct {
	Name    string          `json:"name"`
	Type    int             `json:"type"`
	Value   json.RawMessage `json:"value"`
	Focused bool            `json:"focused"`
}

// componentPart is a component in a submitted modal or a pressed message: a label holds one, a row or card several.
type componentPart struct {
	Type       int             `json:"type"`
	CustomID   string          `json:"custom_id"`
	Label      string          `json:"label"`
	Value      json.RawMessage `json:"value"`
	Values     []string        `json:"values"`
	Component  *componentPart  `json:"component"`
	Components []componentPart `json:"components"`
	Accessory  *componentPart  `json:"accessory"`
}

func decodeInteraction(body []byte) (interaction, error) {
	var in interaction
	if err := json.Unmarshal(body, &in); err != nil {
		return in, fault.Wrap(fault.Invalid, err, "read interaction")
	}
	if in.Type == isPing {
		return in, nil
	}
	if in.Member != nil && in.Member.User != nil {
		in.User = in.Member.User
	}
	if in.Place == "" {
		in.Place = in.Channel.ID
	}
	switch "" {
	case in.ID:
		return in, missing("id")
	case in.Token:
		return in, missing("token")
	case in.Place:
		return in, missing("channel_id")
	}
	if in.User == nil || in.User.ID == "" {
		return in, missing("user.id")
	}
	return in, nil
}

// missing is the error of a payload that lacks a field.
func missing(field string) error {
	return fault.At(fault.Position{Field: field}, "this field is missing")
}

// workspace is the guild, or where direct messages are.
func workspace(guild string) string {
	if guild == "" {
		return directs
	}
	return guild
}

// event is the outside of the interaction's event; its input comes with its type.
func (in *interaction) event() bot.Event {
	name := in.User.Global
	if in.Member != nil && in.Member.Nick != "" {
		name = in.Member.Nick
	}
	if name == "" {
		name = in.User.Name
	}
	place := workspace(in.Guild)
	return bot.Event{
		ID:      platform + ":" + place + ":" + in.ID,
		Time:    clock(in.ID),
		Address: bot.Address{Platform: platform, Workspace: place, Channel: in.Place},
		Actor:   bot.Actor{Platform: platform, Workspace: place, ID: in.User.ID, Name: name},
		Channel: bot.Channel{Name: in.Channel.Name, Topic: clip(in.Channel.Topic, maxTopic), Direct: in.Guild == ""},
		Locale:  lang.Parse(in.Locale),
		Forms:   in.Type == isCommand || in.Type == isComponent,
	}
}

// epoch is the first second of 2015, from which ids count milliseconds.
const epoch = 1_420_070_400_000

// clock is the moment that an id was given at.
func clock(id string) time.Time {
	n, err := strconv.ParseUint(id, 10, 64)
	if err != nil {
		return time.UnixMilli(epoch).UTC()
	}
	return time.UnixMilli(int64(n>>22) + epoch).UTC()
}

// typed is the text of a command's options.
func (in *interaction) typed() string {
	var words []string
	for _, o := range in.Data.Options {
		if s := plainValue(o.Value); s != "" {
			words = append(words, s)
		}
	}
	return strings.Join(words, " ")
}

// menuOwner is the path of the command in the menu of a message, as the handlers of menus know it.
const menuOwner = "owner_of_message"

// invoked is the command that was used: typed, or in the menu of a message.
func (in *interaction) invoked() bot.Invoked {
	if in.Data.Type == messageCommand {
		return bot.Invoked{Path: []string{menuOwner}, Quoted: plainText(in.Data.Resolved.Messages[in.Data.Target].Content, "")}
	}
	return bot.Invoked{Path: []string{in.Data.Name}, Args: in.typed()}
}

// focused is the option that somebody types into.
func (in *interaction) focused() (name, text string) {
	for _, o := range in.Data.Options {
		if o.Focused {
			return o.Name, plainValue(o.Value)
		}
	}
	return "", ""
}

// plainValue is a text, number or truth value as text.
func plainValue(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return strings.ToValidUTF8(s, "\uFFFD")
	}
	switch text := string(raw); {
	case text == "null", strings.HasPrefix(text, "{"), strings.HasPrefix(text, "["):
		return ""
	default:
		return text
	}
}

// pressed is the custom id of what was pressed; a menu's is that of the entry chosen.
func (in *interaction) pressed() string {
	if len(in.Data.Values) > 0 {
		return in.Data.Values[0]
	}
	return in.Data.CustomID
}

// private reports whether the pressed message is shown to the actor alone.
func (in *interaction) private() bool {
	return in.Message != nil && in.Message.Flags&flagEphemeral != 0
}

// label is what stands on a component of the pressed message.
func (in *interaction) label(id string) string {
	if in.Message == nil {
		return ""
	}
	found := ""
	walk(in.Message.Components, 0, func(c *componentPart) {
		if c.CustomID == id {
			found = c.Label
		}
	})
	return found
}

// deepest is how far components nest at Discord, with room to spare.
const deepest = 8

func walk(all []componentPart, depth int, see func(*componentPart)) {
	if depth == deepest {
		return
	}
	for i := range all {
		c := &all[i]
		see(c)
		if c.Accessory != nil {
			see(c.Accessory)
		}
		if c.Component != nil {
			see(c.Component)
		}
		walk(c.Components, depth+1, see)
	}
}

// said is a message in a channel, as the gateway tells of it.
type said struct {
	ID       string      `json:"id"`
	Channel  string      `json:"channel_id"`
	Guild    string      `json:"guild_id"`
	Type     int         `json:"type"`
	Content  string      `json:"content"`
	Webhook  string      `json:"webhook_id"`
	Author   *userPart   `json:"author"`
	Member   *memberPart `json:"member"`
	Mentions []userPart  `json:"mentions"`
}

// The types of messages that people write.
const (
	ordinary = 0
	replying = 19
)

// event turns a message into an event. It returns false for what is not meant for us: messages of bots, webhooks and
// ours, and in a guild those that neither mention us nor reply to us.
func (m *said) event(self string) (bot.Event, bool, error) {
	if m.Author == nil || m.Author.Bot || m.Webhook != "" || m.Author.ID == self || m.Type != ordinary && m.Type != replying {
		return bot.Event{}, false, nil
	}
	if m.ID == "" || m.Channel == "" || m.Author.ID == "" {
		return bot.Event{}, false, missing("id, channel_id or author.id")
	}
	meant := m.Guild == ""
	for _, u := range m.Mentions {
		meant = meant || self != "" && u.ID == self
	}
	if !meant {
		return bot.Event{}, false, nil
	}
	text := plainText(m.Content, self)
	if text == "" && m.Guild != "" && !strings.Contains(m.Content, self) {
		return bot.Event{}, false, nil // a reply without words of its own
	}
	in := interaction{ID: m.ID, Guild: m.Guild, Place: m.Channel, User: m.Author, Member: m.Member}
	ev := in.event()
	ev.Input = bot.Said{Text: text}
	return ev, true, nil
}

// plainText is what a person would say they typed: without the mention of the bot, commands and emoji by their name.
func plainText(s, self string) string {
	var b strings.Builder
	for {
		open := strings.IndexByte(s, '<')
		end := -1
		if open >= 0 {
			end = strings.IndexByte(s[open:], '>')
		}
		if end < 0 {
			break
		}
		b.WriteString(s[:open])
		b.WriteString(tokenText(s[open+1:open+end], self))
		s = s[open+end+1:]
	}
	b.WriteString(s)
	return strings.TrimSpace(strings.Join(strings.Fields(b.String()), " "))
}

// tokenText is the text of what stands between < and > (docs.discord.com/developers/reference#message-formatting).
func tokenText(token, self string) string {
	parts := strings.Split(token, ":")
	switch {
	case self != "" && (token == "@"+self || token == "@!"+self):
		return ""
	case strings.HasPrefix(token, "/") && len(parts) == 2:
		return parts[0]
	case len(parts) == 3 && (parts[0] == "" || parts[0] == "a"):
		return ":" + parts[1] + ":"
	default:
		return "<" + token + ">"
	}
}
