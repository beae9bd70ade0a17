package slack

import (
	"context"
	"encoding/json"
	"time"

	slackapi "github.com/slack-go/slack"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/internal/fault"
)

// What happens around conversations: somebody opens the App Home or posts an address of ours.

// unfurl says which message links are in. A message that is still being written has no channel, but an id.
type unfurl struct {
	ts     string
	id     string
	source string
}

// around is an event of the Events API that is no message.
type around struct {
	Type      string `json:"type"`
	User      string `json:"user"`
	Tab       string `json:"tab"`
	Channel   string `json:"channel"`
	MessageTS string `json:"message_ts"`
	UnfurlID  string `json:"unfurl_id"`
	Source    string `json:"source"`
	Links     []struct {
		URL string `json:"url"`
	} `json:"links"`
}

// maxLinks is how many addresses of one message are looked at.
const maxLinks = 10

// surrounding turns such an event into one of ours. False means that it is none that matters.
func (e *envelope) surrounding(now time.Time) (arrival, bool, error) {
	var kind struct {
		Type string `json:"type"`
	}
	if err := json.Unmarshal(e.Event, &kind); err != nil {
		return arrival{}, false, fault.Wrap(fault.Invalid, err, "read event.type")
	}
	switch kind.Type {
	case "app_home_opened", "link_shared":
	default:
		return arrival{}, false, nil
	}
	var ev around
	if err := json.Unmarshal(e.Event, &ev); err != nil {
		return arrival{}, false, fault.Wrap(fault.Invalid, err, "read event")
	}
	team := e.workspace()
	switch {
	case team == "":
		return arrival{}, false, missing("team_id")
	case e.ID == "":
		return arrival{}, false, missing("event_id")
	}
	ar := arrival{event: bot.Event{ID: platform + ":" + team + ":" + e.ID, Time: now, Address: address(team, ev.Channel, ""), Actor: actor("", team, ev.User, ""), Channel: bot.Channel{Shared: e.Shared}}}
	ar.back = back{kind: backMessage, channel: ev.Channel, user: ev.User}
	if ev.Type == "link_shared" {
		return ar.links(ev)
	}
	return ar.home(ev)
}

func (ar arrival) home(ev around) (arrival, bool, error) {
	if ev.User == "" {
		return arrival{}, false, missing("event.user")
	}
	ar.event.Address.Channel, ar.back.channel = ev.User, ev.User
	ar.event.Channel.Direct = true
	ar.event.Input = bot.Opened{Surface: bot.SurfaceHome}
	return ar, ev.Tab == "home", nil
}

func (ar arrival) links(ev around) (arrival, bool, error) {
	if ev.Channel == "" {
		return arrival{}, false, missing("event.channel")
	}
	var in bot.Linked
	for _, l := range ev.Links[:min(len(ev.Links), maxLinks)] {
		if l.URL != "" {
			in.URLs = append(in.URLs, l.URL)
		}
	}
	ar.event.Input = in
	ar.event.Channel.Direct = isDirect(ev.Channel)
	ar.back.unfurl = unfurl{ts: ev.MessageTS, id: ev.UnfurlID, source: ev.Source}
	usable := ev.MessageTS != "" && ev.Channel != "COMPOSER" || ev.UnfurlID != "" && ev.Source != ""
	return ar, usable && len(in.URLs) > 0, nil
}

// stillLimits are what a surface and a preview can show: one message, and neither tables nor charts.
func (a *Adapter) stillLimits() card.Limits {
	l := a.limits
	l.Messages, l.Table.PerMessage, l.Chart.PerMessage = 1, 0, 0
	return l
}

// blocks renders a message for a surface or a preview.
func (s *session) blocks(m card.Message, to bot.Actor) slackapi.Blocks {
	var out slackapi.Blocks
	for _, b := range render(card.Fit(m, s.a.stillLimits())[0], s.a.deps.Tokens, to).blocks {
		out.BlockSet = append(out.BlockSet, rawBlock(b))
	}
	return out
}

// publish shows somebody their App Home.
func (s *session) publish(ctx context.Context, t *tenant, ar *arrival, m card.Message) error {
	view := slackapi.HomeTabViewRequest{Type: slackapi.VTHomeTab, Blocks: s.blocks(m, ar.event.Actor), CallbackID: bot.SurfaceHome}
	return t.call(ctx, "views.publish", func(api *slackapi.Client) error {
		_, err := api.PublishViewContext(ctx, slackapi.PublishViewContextRequest{UserID: ar.back.user, View: view})
		return err
	})
}

// preview shows what is behind links, below the message they are in. Nothing in it can be pressed: buttons belong to
// the one who asked, and nobody did.
func (s *session) preview(ctx context.Context, t *tenant, ar *arrival, p bot.Preview) error {
	all := map[string]slackapi.Attachment{}
	for url, m := range p.Messages {
		m.Blocks = withoutActions(m.Blocks)
		if !isEmpty(m) {
			all[url] = slackapi.Attachment{Blocks: s.blocks(m, bot.Actor{})}
		}
	}
	if len(all) == 0 {
		return nil
	}
	u := ar.back.unfurl
	return t.call(ctx, "chat.unfurl", func(api *slackapi.Client) (err error) {
		if u.id != "" && u.source != "" {
			_, _, _, err = api.UnfurlMessageByIDContext(ctx, u.id, u.source, all)
		} else {
			_, _, _, err = api.UnfurlMessageContext(ctx, ar.back.channel, u.ts, all)
		}
		return err
	})
}

func withoutActions(in []card.Block) []card.Block {
	var out []card.Block
	for _, b := range in {
		if _, ok := b.(card.Actions); !ok {
			out = append(out, b)
		}
	}
	return out
}
