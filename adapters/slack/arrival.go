package slack

import (
	"strconv"
	"strings"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/internal/fault"
	"github.com/backchannel-portal/backchannel/internal/lang"
)

// platform is the platform's name in addresses and event ids.
const platform = "slack"

// arrival is a decoded delivery: what happened, and the way back.
type arrival struct {
	event bot.Event
	back  back
}

// back is where the replies to one event go.
type back struct {
	kind    backKind
	org     string // the organisation that Slack named, of slash commands
	url     string // response_url, "" when there is none
	channel string
	thread  string // thread to reply in, "" outside of threads
	user    string
	message string // ts of the message that was pressed
	private bool   // the message that was pressed is ephemeral
	trigger string // opens a modal, for three seconds; "" when there is none
	unfurl  unfurl // of links
}

type backKind uint8

const (
	backCommand backKind = iota // a slash command: answers are ephemeral
	backMessage                 // a mention, direct message or thread reply
	backPress                   // a button or menu on a message of ours
)

// clock decodes a message timestamp such as "1531420618.000200" into the instant it names.
func clock(ts string) (time.Time, bool) {
	whole, frac, _ := strings.Cut(ts, ".")
	sec, err := strconv.ParseInt(whole, 10, 64)
	if err != nil || len(whole) > 12 {
		return time.Time{}, false
	}
	micro, err := strconv.ParseInt((frac + "000000")[:6], 10, 64)
	if err != nil {
		micro = 0
	}
	return time.Unix(sec, micro*1000).UTC(), true
}

// missing is the error of a payload that lacks a field.
func missing(field string) error {
	return fault.At(fault.Position{Field: field}, "this field is missing")
}

// isDirect tells a direct message by its channel id.
func isDirect(channel string) bool { return strings.HasPrefix(channel, "D") }

// address is where something happened. Team is the workspace the app is installed in.
func address(team, channel, thread string) bot.Address {
	return bot.Address{Platform: platform, Workspace: team, Channel: channel, Thread: thread}
}

// actor is who did it. A person of another workspace, in a shared channel, is an actor of that workspace.
func actor(home, team, user, name string) bot.Actor {
	if home == "" {
		home = team
	}
	return bot.Actor{Platform: platform, Workspace: home, ID: user, Name: name}
}

// fill puts what is known of the actor into the event.
func (a *arrival) fill(p person) {
	a.event.Zone = p.zone
	a.event.Locale = p.locale
	if a.event.Locale == "" {
		a.event.Locale = lang.English
	}
	if p.name != "" {
		a.event.Actor.Name = p.name
	}
}
