package slack

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/internal/fault"
)

// command is the payload of a slash command, the same over HTTP (a form) and Socket Mode (JSON).
type command struct {
	SSLCheck    string `json:"ssl_check"`
	Team        string `json:"team_id"`
	Org         string `json:"enterprise_id"`
	Channel     string `json:"channel_id"`
	ChannelName string `json:"channel_name"`
	User        string `json:"user_id"`
	UserName    string `json:"user_name"`
	Command     string `json:"command"`
	Text        string `json:"text"`
	ResponseURL string `json:"response_url"`
	Trigger     string `json:"trigger_id"`
}

// decodeCommandForm reads the form of a slash command. Of a repeated key the last value counts; a key that is not
// needed is not decoded.
func decodeCommandForm(body []byte) command {
	var c command
	for len(body) > 0 {
		pair := body
		if i := bytes.IndexByte(body, '&'); i >= 0 {
			pair, body = body[:i], body[i+1:]
		} else {
			body = nil
		}
		eq := bytes.IndexByte(pair, '=')
		if eq < 0 {
			continue
		}
		if field := c.field(pair[:eq]); field != nil {
			*field = unescape(pair[eq+1:])
		}
	}
	return c
}

// field returns where the value of a form key goes, nil when it is not needed.
func (c *command) field(key []byte) *string {
	switch string(key) {
	case "ssl_check":
		return &c.SSLCheck
	case "team_id":
		return &c.Team
	case "enterprise_id":
		return &c.Org
	case "channel_id":
		return &c.Channel
	case "channel_name":
		return &c.ChannelName
	case "user_id":
		return &c.User
	case "user_name":
		return &c.UserName
	case "command":
		return &c.Command
	case "text":
		return &c.Text
	case "response_url":
		return &c.ResponseURL
	case "trigger_id":
		return &c.Trigger
	default:
		return nil
	}
}

// decodeCommandJSON reads the JSON of a slash command.
func decodeCommandJSON(payload []byte) (command, error) {
	var c command
	if err := json.Unmarshal(payload, &c); err != nil {
		return command{}, fault.Wrap(fault.Invalid, err, "read slash command")
	}
	return c, nil
}

// arrival turns the payload into an event. Slash commands do not happen in threads and carry no time of their own.
func (c *command) arrival(now time.Time) (arrival, error) {
	name := strings.ToLower(strings.TrimPrefix(c.Command, "/"))
	switch "" {
	case name:
		return arrival{}, missing("command")
	case c.Team:
		return arrival{}, missing("team_id")
	case c.Channel:
		return arrival{}, missing("channel_id")
	case c.User:
		return arrival{}, missing("user_id")
	}
	id := c.Trigger
	if id == "" {
		id = c.User + ":" + strconv.FormatInt(now.UnixNano(), 36)
	}
	direct := isDirect(c.Channel)
	if direct || c.ChannelName == "privategroup" {
		c.ChannelName = "" // "directmessage" and "privategroup" stand for names that Slack does not tell
	}
	return arrival{
		event: bot.Event{
			ID:      platform + ":" + c.Team + ":" + id,
			Time:    now,
			Address: address(c.Team, c.Channel, ""),
			Actor:   actor("", c.Team, c.User, c.UserName),
			Channel: bot.Channel{Name: c.ChannelName, Direct: direct},
			Input:   bot.Invoked{Path: []string{name}, Args: plainText(c.Text, "")},
			Forms:   c.Trigger != "",
		},
		back: back{kind: backCommand, org: c.Org, url: c.ResponseURL, channel: c.Channel, user: c.User, trigger: c.Trigger},
	}, nil
}
