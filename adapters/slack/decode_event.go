package slack

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/internal/fault"
)

// envelope is the outside of an Events API delivery.
type envelope struct {
	Type           string          `json:"type"`
	Challenge      string          `json:"challenge"`
	Team           string          `json:"team_id"`
	Org            string          `json:"enterprise_id"`
	ContextTeam    string          `json:"context_team_id"`
	ContextOrg     string          `json:"context_enterprise_id"`
	ID             string          `json:"event_id"`
	At             int64           `json:"event_time"` // Unix seconds
	Event          json.RawMessage `json:"event"`
	Authorizations []authorization `json:"authorizations"`
	Shared         bool            `json:"is_ext_shared_channel"`
}

// authorization is an installation that may see the event.
type authorization struct {
	User  string `json:"user_id"`
	Org   string `json:"enterprise_id"`
	IsBot bool   `json:"is_bot"`
}

// message is an app_mention or message event.
type message struct {
	Type        string          `json:"type"`
	Subtype     string          `json:"subtype"`
	User        string          `json:"user"`
	UserTeam    string          `json:"user_team"`
	Team        string          `json:"team"`
	Bot         string          `json:"bot_id"`
	Text        string          `json:"text"`
	TS          string          `json:"ts"`
	Thread      string          `json:"thread_ts"`
	Channel     string          `json:"channel"`
	ChannelType string          `json:"channel_type"`
	Hidden      bool            `json:"hidden"`
	Edited      json.RawMessage `json:"edited"`
}

// decodeEnvelope reads the outside of a delivery.
func decodeEnvelope(body []byte) (envelope, error) {
	var e envelope
	if err := json.Unmarshal(body, &e); err != nil {
		return envelope{}, fault.Wrap(fault.Invalid, err, "read event")
	}
	return e, nil
}

// bot returns the bot user that the event was delivered to, "" when it does not say.
func (e *envelope) bot() string {
	for _, a := range e.Authorizations {
		if a.IsBot {
			return a.User
		}
	}
	return ""
}

// workspace is the tenant the event belongs to. In a channel shared between workspaces it is the one of the two in
// which the app is installed.
func (e *envelope) workspace() string {
	if e.ContextTeam != "" {
		return e.ContextTeam
	}
	return e.Team
}

// organisation is the one that the workspace belongs to, "" where Slack names none.
func (e *envelope) organisation() string {
	if e.ContextTeam != "" && e.ContextTeam != e.Team {
		return e.ContextOrg
	}
	if e.Org == "" && len(e.Authorizations) > 0 {
		return e.Authorizations[0].Org
	}
	return e.Org
}

// arrival turns the delivery into an event. It returns false for what the bot does not answer: what bots say, edits
// and deletions, events it did not ask for, and replies in threads in which it takes no part.
func (e *envelope) arrival(self string, inThread func(channel, thread string) bool, now time.Time) (arrival, bool, error) {
	var kind struct {
		Type    string `json:"type"`
		Subtype string `json:"subtype"`
	}
	if err := json.Unmarshal(e.Event, &kind); err != nil {
		return arrival{}, false, fault.Wrap(fault.Invalid, err, "read event.type")
	}
	if kind.Type != "app_mention" && kind.Type != "message" || !isWords(kind.Subtype) {
		return arrival{}, false, nil
	}
	var m message
	if err := json.Unmarshal(e.Event, &m); err != nil {
		return arrival{}, false, fault.Wrap(fault.Invalid, err, "read event")
	}
	if own := e.bot(); own != "" {
		self = own
	}
	if m.Bot != "" || m.Hidden || len(m.Edited) > 0 && string(m.Edited) != "null" || m.User == self && self != "" || m.User == "USLACKBOT" {
		return arrival{}, false, nil
	}
	team := e.workspace()
	switch "" {
	case team:
		return arrival{}, false, missing("team_id")
	case m.Channel:
		return arrival{}, false, missing("event.channel")
	case m.User:
		return arrival{}, false, missing("event.user")
	case m.TS:
		return arrival{}, false, missing("event.ts")
	}
	direct := isDirect(m.Channel) || m.ChannelType == "im"
	if m.Type == "message" && !direct && (mentions(m.Text, self) || m.Thread == "" || !inThread(m.Channel, m.Thread)) {
		return arrival{}, false, nil // a mention comes as app_mention too
	}
	return e.said(&m, team, self, direct, now), true, nil
}

// said builds the event of a message. In a channel the answer opens a thread below it, and the conversation is that
// thread from the first word on.
func (e *envelope) said(m *message, team, self string, direct bool, now time.Time) arrival {
	thread := m.Thread
	if thread == "" && !direct {
		thread = m.TS
	}
	id := e.ID
	if id == "" {
		id = m.Channel + ":" + m.TS
	}
	at, ok := clock(m.TS)
	if !ok {
		at = now
	}
	home := m.UserTeam
	if home == "" {
		home = m.Team
	}
	return arrival{
		event: bot.Event{
			ID:      platform + ":" + team + ":" + id,
			Time:    at,
			Address: address(team, m.Channel, thread),
			Actor:   actor(home, team, m.User, ""),
			Channel: bot.Channel{Direct: direct, Shared: e.Shared},
			Input:   bot.Said{Text: plainText(m.Text, self)},
		},
		back: back{kind: backMessage, channel: m.Channel, thread: thread, user: m.User},
	}
}

// isWords reports whether a message of this subtype is something a person said. Everything else (joins, edits,
// deletions, bot messages, topics) is not.
func isWords(subtype string) bool {
	switch subtype {
	case "", "file_share", "thread_broadcast":
		return true
	default:
		return false
	}
}

// mentions reports whether the encoded text mentions the user.
func mentions(text, user string) bool {
	return user != "" && (strings.Contains(text, "<@"+user+">") || strings.Contains(text, "<@"+user+"|"))
}
