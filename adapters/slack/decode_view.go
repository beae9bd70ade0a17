package slack

import (
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
)

// The kinds of interactions besides block_actions.
const (
	kindSubmission = "view_submission"
	kindSuggestion = "block_suggestion"
	kindShortcut   = "shortcut"
	kindOnMessage  = "message_action"
)

// waits reports whether Slack shows what the acknowledgement holds.
func (in *interaction) waits() bool { return in.Type == kindSubmission || in.Type == kindSuggestion }

// event is the outside of an event on a view, which belongs to no channel.
func (in *interaction) event(id string, now time.Time, what bot.Input) bot.Event {
	return bot.Event{
		ID: platform + ":" + in.workspace() + ":" + id, Time: now, Address: address(in.workspace(), in.User.ID, ""),
		Actor: in.by(), Channel: bot.Channel{Direct: true}, Input: what,
	}
}

// complete names what every interaction has and this one lacks.
func (in *interaction) complete() error {
	switch "" {
	case in.User.ID:
		return missing("user.id")
	case in.workspace():
		return missing("team.id")
	}
	return nil
}

// asked turns a request for suggestions into an event. False means that it is none of ours.
func (in *interaction) asked(now time.Time) (bot.Event, bool, error) {
	if err := in.complete(); err != nil {
		return bot.Event{}, false, err
	}
	what := bot.Asked{Query: clip(in.Query, 200)}
	if kind, _, ok := searchOf(in.Action); ok {
		what.What = kind
	} else if what.What = kindOf(in.Action); what.What == "" || in.View == nil {
		return bot.Event{}, false, nil
	} else {
		what.Form = in.View.Callback
		if len(in.Block) > 2 && in.Block[:2] == "f:" {
			what.Field = in.Block[2:]
		}
	}
	return in.event("ask:"+in.User.ID+":"+in.Action, now, what), true, nil
}

// changed is the field of a modal that an action is about: false where it is about no field.
func (in *interaction) changed() (block string, ok bool) {
	if in.Type != "block_actions" || in.View == nil || in.View.Type != "modal" {
		return "", false
	}
	for _, a := range in.Actions {
		if kindOf(a.ID) != "" {
			return a.Block, true
		}
	}
	return "", false
}

// fieldOf is the field of a block.
func fieldOf(f card.Form, block string) string {
	for _, q := range f.Fields {
		if blockID(q.Name) == block {
			return q.Name
		}
	}
	return ""
}

// shortcut turns a shortcut into a command of its callback's name. One on a message quotes it.
func (in *interaction) shortcut(now time.Time) (arrival, bool, error) {
	if in.Type != kindShortcut && in.Type != kindOnMessage {
		return arrival{}, false, nil
	}
	if err := in.complete(); err != nil {
		return arrival{}, false, err
	}
	if in.Callback == "" {
		return arrival{}, false, missing("callback_id")
	}
	id := in.Trigger
	if id == "" {
		id = in.User.ID + ":" + in.ActionTS + ":" + in.Message.TS
	}
	at, ok := clock(in.ActionTS)
	if !ok {
		at = now
	}
	ar := arrival{
		event: in.event("shortcut:"+id, at, bot.Invoked{Path: []string{in.Callback}, Quoted: quotedText(in.Message.Text)}),
		back:  back{kind: backMessage, channel: in.User.ID, user: in.User.ID, trigger: in.Trigger},
	}
	ar.event.Forms = in.Trigger != ""
	if in.Type == kindOnMessage {
		if in.Channel.ID == "" {
			return arrival{}, false, missing("channel.id")
		}
		ar.event.Address = address(in.workspace(), in.Channel.ID, in.Message.Thread)
		ar.event.Channel = bot.Channel{Name: in.channelName(), Direct: isDirect(in.Channel.ID)}
		ar.back = back{kind: backCommand, url: in.ResponseURL, channel: in.Channel.ID, thread: in.Message.Thread, user: in.User.ID, trigger: in.Trigger}
	}
	return ar, true, nil
}
