package discord

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// A post carries its key twice: as the nonce, by which Discord itself knows a message that it was given within the last
// few minutes, and as the id of its container, by which it is found among the messages of its channel later on.

// Post implements bot.Poster.
func (a *Adapter) Post(ctx context.Context, p bot.Post) (string, error) {
	channel, err := a.whereTo(ctx, p.To)
	if err != nil {
		return "", a.unsendable(ctx, p, err)
	}
	parts := a.fit(p.Message, reader(p.To))
	there := make([]string, len(parts))
	if p.Attempts > 1 { // an earlier one may have sent some of them
		if there, err = a.look(ctx, channel, p.Key, len(parts)); err != nil {
			return "", a.unsendable(ctx, p, err)
		}
	}
	for n, m := range parts {
		if there[n] != "" {
			continue
		}
		m.Nonce, m.Components[0].ID = mark(p.Key, n)
		if there[n], err = a.say(ctx, p, &channel, m); err != nil {
			return "", a.unsendable(ctx, p, err)
		}
	}
	return there[0], nil
}

// reader is who presses the buttons of a message at an address: anybody of its workspace, or the one person of a direct
// message, which belongs to no guild.
func reader(to bot.Address) bot.Actor {
	who := bot.Actor{Platform: platform, Workspace: to.Workspace}
	if id, direct := strings.CutPrefix(to.Channel, bot.DirectTo); direct {
		who.Workspace, who.ID = directs, id
	}
	return who
}

// say posts one message of a post. A thread that is not there yet begins with it; where there can be none, the message
// goes to the channel, and so do those behind it.
func (a *Adapter) say(ctx context.Context, p bot.Post, channel *string, m message) (string, error) {
	id, err := a.api.post(ctx, *channel, m)
	if codeOf(err) != noChannel || p.To.Thread == "" || *channel != p.To.Thread {
		return id, err
	}
	err = a.api.thread(ctx, p.To.Channel, p.To.Thread, headline(p.Message))
	switch code := codeOf(err); {
	case err == nil, code == threadThere:
	case code == noChannel, fault.Is(err, fault.Upstream):
		return "", err
	default: // no threads here, no right to begin one, or the message is gone
		*channel = p.To.Channel
	}
	return a.api.post(ctx, *channel, m)
}

// Find implements bot.Poster. Without the permission to read the history of a channel, Discord shows none of it.
func (a *Adapter) Find(ctx context.Context, p bot.Post) (string, bool, error) {
	channel, err := a.whereTo(ctx, p.To)
	if err == nil {
		parts := len(a.fit(p.Message, reader(p.To)))
		var there []string
		if there, err = a.look(ctx, channel, p.Key, parts); err == nil && there[parts-1] != "" {
			return there[0], true, nil
		}
	}
	if fault.Is(err, fault.NotFound) {
		err = nil
	}
	return "", false, a.unsendable(ctx, p, err)
}

// look returns the ids of the messages of a post that its channel has, "" for those that it has not.
func (a *Adapter) look(ctx context.Context, channel, key string, parts int) ([]string, error) {
	found := make([]string, parts)
	all, err := a.api.recent(ctx, channel)
	if codeOf(err) == noChannel { // a thread that is not there yet
		return found, nil
	}
	for n := range found {
		nonce, id := mark(key, n)
		for _, m := range all {
			if string(m.Nonce) == nonce || m.Author.Bot && len(m.Components) > 0 && m.Components[0].ID == id {
				found[n] = m.ID
			}
		}
	}
	return found, err
}

// unsendable is the error of a post for its sender: a refused token is mended some day, a channel that is gone is not,
// and its end is told to who keeps things of it.
func (a *Adapter) unsendable(ctx context.Context, p bot.Post, err error) error {
	if refusesToken(err) {
		return fault.Wrap(fault.Upstream, err, "post")
	}
	code := codeOf(err)
	if s := a.live.Load(); s != nil && (code == noChannel || code == noAccess) && isSnowflake(p.To.Channel) {
		s.lifecycle(bot.Address{Platform: platform, Workspace: p.To.Workspace, Channel: p.To.Channel}, bot.ChannelGone, "")
	}
	return err
}

// mark is what the nth message of a post is known by: a nonce of 25 characters, and a number beyond those that Discord
// gives to components by itself.
func mark(key string, n int) (nonce string, id int) {
	sum := sha256.Sum256([]byte(key + "\x00" + strconv.Itoa(n)))
	nonce = base32.StdEncoding.EncodeToString(sum[:])[:25]
	return nonce, int(binary.BigEndian.Uint32(sum[16:])&(1<<31-1) | 1<<20)
}

// headline is what a thread is called that begins with a message.
func headline(m card.Message) string {
	return orBlank(clip(oneLine(card.PlainText(m.Headline())), maxThreadName))
}

const (
	maxThreadName = 100
	threadRests   = 1440 // minutes without a message after which a thread leaves the list
	lookBack      = 100  // messages that are looked through for a post
)

// thread begins the thread below a message; its id is the message's.
func (a *api) thread(ctx context.Context, channel, below, name string) error {
	in := struct {
		Name  string `json:"name"`
		Rests int    `json:"auto_archive_duration"`
	}{name, threadRests}
	path := "/channels/" + url.PathEscape(channel) + "/messages/" + url.PathEscape(below) + "/threads"
	return a.call(ctx, request{method: http.MethodPost, path: path, bucket: "channels/" + channel + "/threads", repeatable: true, in: in})
}

// past is a message of a channel's history.
type past struct {
	ID     string   `json:"id"`
	Nonce  anything `json:"nonce"`
	Author struct {
		Bot bool `json:"bot"`
	} `json:"author"`
	Components []struct {
		ID int `json:"id"`
	} `json:"components"`
}

// anything is a text, or any other JSON value as "".
type anything string

// UnmarshalJSON implements json.Unmarshaler.
func (s *anything) UnmarshalJSON(raw []byte) error {
	*s = ""
	if len(raw) > 1 && raw[0] == '"' {
		*s = anything(plainValue(raw))
	}
	return nil
}

// recent are the last messages of a channel, latest first.
func (a *api) recent(ctx context.Context, channel string) ([]past, error) {
	var out []past
	path := "/channels/" + url.PathEscape(channel) + "/messages?limit=" + strconv.Itoa(lookBack)
	err := a.call(ctx, request{method: http.MethodGet, path: path, bucket: "channels/" + channel + "/read", repeatable: true, out: &out})
	return out, err
}

// Permalink implements bot.Permalinker.
func (a *Adapter) Permalink(at bot.Address, message string) string {
	guild, channel := at.Workspace, at.Channel
	if guild == directs {
		guild = "@me"
	}
	if at.Thread != "" {
		channel = at.Thread
	}
	if !isSnowflake(channel) || guild != "@me" && !isSnowflake(guild) || message != "" && !isSnowflake(message) {
		return ""
	}
	link := "https://discord.com/channels/" + guild + "/" + channel
	if message != "" {
		link += "/" + message
	}
	return link
}

// late is the sentence for somebody whose answer came when the interaction was over.
func late(tongue lang.Lang, who string) card.Message {
	return card.Message{Lang: tongue, Blocks: []card.Block{card.Text{Spans: card.Say(tongue, lang.DiscordLate, lang.Args{
		"person": card.Span{Kind: card.Person, Text: who, User: who},
	})}}}
}
