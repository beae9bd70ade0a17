package slack

import (
	"encoding/json"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/internal/fault"
)

// interaction is the payload of a press. Other interactions have the same outside.
type interaction struct {
	Type        string    `json:"type"`
	Trigger     string    `json:"trigger_id"`
	ResponseURL string    `json:"response_url"`
	Team        *idPart   `json:"team"`
	User        userPart  `json:"user"`
	Channel     namedPart `json:"channel"`
	Container   container `json:"container"`
	Message     struct {
		TS     string `json:"ts"`
		Thread string `json:"thread_ts"`
	} `json:"message"`
	Actions []action `json:"actions"`
}

type idPart struct {
	ID string `json:"id"`
}

type userPart struct {
	ID       string `json:"id"`
	Username string `json:"username"`
	Name     string `json:"name"`
	Team     string `json:"team_id"`
}

type namedPart struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

type container struct {
	MessageTS string `json:"message_ts"`
	Channel   string `json:"channel_id"`
	Thread    string `json:"thread_ts"`
	Ephemeral bool   `json:"is_ephemeral"`
}

// action is one pressed element. A menu's value is in its selected option.
type action struct {
	Type     string `json:"type"`
	Value    string `json:"value"`
	TS       string `json:"action_ts"`
	Selected *struct {
		Value string `json:"value"`
	} `json:"selected_option"`
}

func decodeInteraction(payload []byte) (interaction, error) {
	var in interaction
	if err := json.Unmarshal(payload, &in); err != nil {
		return interaction{}, fault.Wrap(fault.Invalid, err, "read interaction")
	}
	if in.Type == "" {
		return interaction{}, missing("type")
	}
	return in, nil
}

// token is what the pressed element carries. Link buttons carry nothing.
func (in *interaction) token() (token, ts string) {
	for _, a := range in.Actions {
		if a.Selected != nil && a.Selected.Value != "" {
			return a.Selected.Value, a.TS
		}
		if a.Value != "" {
			return a.Value, a.TS
		}
	}
	return "", ""
}

// arrival turns the payload into an event. It returns false for what needs no answer: link buttons, and interactions
// that are no press.
func (in *interaction) arrival(now time.Time) (arrival, bool, error) {
	if in.Type != "block_actions" {
		return arrival{}, false, nil
	}
	token, ts := in.token()
	if token == "" {
		return arrival{}, false, nil
	}
	channel := in.Channel.ID
	if channel == "" {
		channel = in.Container.Channel
	}
	team := in.User.Team
	if in.Team != nil && in.Team.ID != "" {
		team = in.Team.ID
	}
	switch "" {
	case in.User.ID:
		return arrival{}, false, missing("user.id")
	case team:
		return arrival{}, false, missing("team.id")
	case channel:
		return arrival{}, false, missing("channel.id")
	}
	return in.pressed(token, ts, team, channel, now), true, nil
}

func (in *interaction) pressed(token, ts, team, channel string, now time.Time) arrival {
	on := in.Container.MessageTS
	if on == "" {
		on = in.Message.TS
	}
	thread := in.Message.Thread
	if thread == "" {
		thread = in.Container.Thread
	}
	// A press has no id of its own; its trigger is new for each, else user, message and moment tell it apart.
	id := in.Trigger
	if id == "" {
		id = in.User.ID + ":" + channel + ":" + on + ":" + ts + ":" + token
	}
	at, ok := clock(ts)
	if !ok {
		at = now
	}
	name := in.User.Username
	if name == "" {
		name = in.User.Name
	}
	direct := isDirect(channel)
	return arrival{
		event: bot.Event{
			ID:      platform + ":" + team + ":press:" + id,
			Time:    at,
			Address: address(team, channel, thread),
			Actor:   actor(in.User.Team, team, in.User.ID, name),
			Channel: bot.Channel{Name: in.channelName(), Direct: direct},
			Input:   bot.Pressed{Token: token, Message: on, Private: in.Container.Ephemeral},
		},
		back: back{
			kind: backPress, url: in.ResponseURL, channel: channel, thread: thread, user: in.User.ID,
			message: on, private: in.Container.Ephemeral,
		},
	}
}

// channelName leaves out what Slack puts where it does not tell the name.
func (in *interaction) channelName() string {
	switch in.Channel.Name {
	case "directmessage", "privategroup":
		return ""
	default:
		return in.Channel.Name
	}
}
