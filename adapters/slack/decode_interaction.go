package slack

import (
	"encoding/json"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/internal/fault"
)

// interaction is the payload of what somebody does with the app: a press, something in a modal, a shortcut.
type interaction struct {
	Type        string    `json:"type"`
	Trigger     string    `json:"trigger_id"`
	ResponseURL string    `json:"response_url"`
	Team        *idPart   `json:"team"`
	Org         *idPart   `json:"enterprise"`
	User        userPart  `json:"user"`
	Channel     namedPart `json:"channel"`
	Container   container `json:"container"`
	Message     struct {
		TS     string `json:"ts"`
		Thread string `json:"thread_ts"`
		Text   string `json:"text"`
	} `json:"message"`
	Actions  []action `json:"actions"`
	View     *view    `json:"view"`
	Callback string   `json:"callback_id"` // of shortcuts
	Action   string   `json:"action_id"`   // of suggestions, as are the next two
	Block    string   `json:"block_id"`
	Query    string   `json:"value"`
	ActionTS string   `json:"action_ts"`
}

// view is a modal or an App Home as it was when something happened on it.
type view struct {
	ID       string    `json:"id"`
	Type     string    `json:"type"`
	Hash     string    `json:"hash"`
	Callback string    `json:"callback_id"`
	Metadata string    `json:"private_metadata"`
	State    viewState `json:"state"`
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
	ID       string `json:"action_id"`
	Block    string `json:"block_id"`
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

// token is what the pressed element carries, and what was chosen in a menu of suggestions. Link buttons carry nothing.
func (in *interaction) token() (token, chosen, ts string) {
	for _, a := range in.Actions {
		if _, token, ok := searchOf(a.ID); ok && a.Selected != nil {
			return token, a.Selected.Value, a.TS
		}
		if a.Selected != nil && a.Selected.Value != "" {
			return a.Selected.Value, "", a.TS
		}
		if a.Value != "" {
			return a.Value, "", a.TS
		}
	}
	return "", "", ""
}

// workspace is the tenant it happened in: where the app is installed.
func (in *interaction) workspace() string {
	if in.Team != nil && in.Team.ID != "" {
		return in.Team.ID
	}
	return in.User.Team
}

// organisation is the one that the workspace belongs to, "" where Slack names none.
func (in *interaction) organisation() string {
	if in.Org == nil {
		return ""
	}
	return in.Org.ID
}

// by is who did it.
func (in *interaction) by() bot.Actor {
	name := in.User.Username
	if name == "" {
		name = in.User.Name
	}
	return actor(in.User.Team, in.workspace(), in.User.ID, name)
}

// arrival turns the payload into an event. It returns false for what needs no answer: link buttons, and interactions
// that are no press.
func (in *interaction) arrival(now time.Time) (arrival, bool, error) {
	if in.Type != "block_actions" {
		return arrival{}, false, nil
	}
	token, _, ts := in.token()
	if token == "" {
		return arrival{}, false, nil
	}
	channel := in.Channel.ID
	if channel == "" {
		channel = in.Container.Channel
	}
	if channel == "" {
		channel = in.User.ID // what is pressed on an App Home is answered in a direct message
	}
	team := in.workspace()
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
	_, chosen, _ := in.token()
	home := channel == in.User.ID
	direct := isDirect(channel) || home
	kind := backPress
	if home {
		kind = backMessage
	}
	return arrival{
		event: bot.Event{
			ID:      platform + ":" + team + ":press:" + id,
			Time:    at,
			Address: address(team, channel, thread),
			Actor:   in.by(),
			Forms:   in.Trigger != "",
			Channel: bot.Channel{Name: in.channelName(), Direct: direct},
			Input:   bot.Pressed{Token: token, Chosen: chosen, Message: on, Private: in.Container.Ephemeral},
		},
		back: back{
			kind: kind, url: in.ResponseURL, channel: channel, thread: thread, user: in.User.ID, trigger: in.Trigger,
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
