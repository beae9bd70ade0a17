package slack

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	slackapi "github.com/slack-go/slack"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/internal/fault"
)

// A post carries its key as metadata, by which it is found again in the history of its channel, where the app may read
// that: in direct messages, and in channels with the scopes of FeatureThreads.

const (
	metadataType = "backchannel_post"
	metadataKey  = "key"
	lookBack     = 100 // messages that are looked through for a post
)

// Post implements bot.Poster.
func (a *Adapter) Post(ctx context.Context, p bot.Post) (string, error) {
	t, err := a.sender(ctx, p.To.Workspace)
	if err != nil {
		return "", err
	}
	channel, who := destination(p.To)
	parts := card.Fit(p.Message, a.limits)
	there := make([]string, len(parts))
	if p.Attempts > 1 { // an earlier one may have sent some of them
		there, err = a.look(ctx, t, p, len(parts))
		if _, untold := errors.AsType[bot.Untold](err); err != nil && !untold {
			return "", a.unsendable(p, err)
		}
	}
	for n, m := range parts {
		if there[n] != "" {
			continue
		}
		if err := t.pace.wait(ctx, channel); err != nil {
			return "", fault.Wrap(fault.Upstream, err, "wait to post")
		}
		opts := append(render(m, a.deps.Tokens, who).options(p.To.Thread), slackapi.MsgOptionMetadata(slackapi.SlackMetadata{
			EventType: metadataType, EventPayload: map[string]any{metadataKey: partKey(p.Key, n)},
		}))
		if _, there[n], err = t.post(ctx, channel, opts...); err != nil {
			return "", a.unsendable(p, err)
		}
	}
	if len(there) == 0 {
		return "", fault.New(fault.Invalid, "there is nothing to post")
	}
	return there[0], nil
}

// destination is the channel of a post as chat.postMessage takes it, and who alone sees it. A channel's name, with #,
// and the id of a person are channels to it as well.
func destination(to bot.Address) (channel string, who bot.Actor) {
	who = bot.Actor{Platform: platform, Workspace: to.Workspace}
	if user, direct := strings.CutPrefix(to.Channel, bot.DirectTo); direct {
		who.ID = user
		return user, who
	}
	return to.Channel, who
}

func partKey(key string, n int) string {
	if n == 0 {
		return key
	}
	return key + "#" + strconv.Itoa(n)
}

// Find implements bot.Poster. Of a channel whose history the app may not read, Slack tells nothing.
func (a *Adapter) Find(ctx context.Context, p bot.Post) (string, bool, error) {
	t, err := a.sender(ctx, p.To.Workspace)
	if err != nil {
		return "", false, err
	}
	parts := len(card.Fit(p.Message, a.limits))
	there, err := a.look(ctx, t, p, parts)
	if err != nil || parts == 0 || there[parts-1] == "" {
		return "", false, err
	}
	return there[0], true, nil
}

// look returns the timestamps of the messages of a post that its channel has, "" for those that it has not.
func (a *Adapter) look(ctx context.Context, t *tenant, p bot.Post, parts int) ([]string, error) {
	found := make([]string, parts)
	channel, _ := destination(p.To)
	if strings.HasPrefix(p.To.Channel, bot.NamedChannel) || strings.HasPrefix(p.To.Channel, bot.DirectTo) {
		return found, bot.Untold{Err: fault.New(fault.Forbidden, "the id of the channel is not known")}
	}
	oldest := fmt.Sprintf("%d.000000", p.Added.Add(-time.Minute).Unix())
	var all []slackapi.Message
	err := t.call(ctx, "conversations.history", func(api *slackapi.Client) (err error) {
		if p.To.Thread != "" {
			all, _, _, err = api.GetConversationRepliesContext(ctx, &slackapi.GetConversationRepliesParameters{
				ChannelID: channel, Timestamp: p.To.Thread, Oldest: oldest, Limit: lookBack, IncludeAllMetadata: true,
			})
			return err
		}
		h, err := api.GetConversationHistoryContext(ctx, &slackapi.GetConversationHistoryParameters{
			ChannelID: channel, Oldest: oldest, Limit: lookBack, IncludeAllMetadata: true,
		})
		if h != nil {
			all = h.Messages
		}
		return err
	})
	switch fault.KindOf(err) {
	case fault.Forbidden, fault.NotFound, fault.Invalid:
		return found, bot.Untold{Err: err}
	}
	for n := range found {
		for _, m := range all {
			if m.Metadata.EventType == metadataType && m.Metadata.EventPayload[metadataKey] == partKey(p.Key, n) {
				found[n] = m.Timestamp
			}
		}
	}
	return found, err
}

// unsendable is the error of a post for its sender. A channel that is gone is told to who keeps things of it.
func (a *Adapter) unsendable(p bot.Post, err error) error {
	s := a.live.Load()
	named := strings.HasPrefix(p.To.Channel, bot.NamedChannel) || strings.HasPrefix(p.To.Channel, bot.DirectTo)
	if s != nil && !named && fault.Is(err, fault.NotFound) {
		at := bot.Address{Platform: platform, Workspace: p.To.Workspace, Channel: p.To.Channel}
		now := a.deps.Now()
		s.happened(bot.Event{
			ID: at.Key() + "gone:" + bot.NewID(now), Time: now, Address: at, Actor: actor("", at.Workspace, "", ""),
			Input: bot.Lifecycle{What: bot.ChannelGone},
		})
	}
	return err
}

// sender returns who posts in a workspace. While nobody knows whether the app is installed there, that is an error of
// kind Upstream.
func (a *Adapter) sender(ctx context.Context, team string) (*tenant, error) {
	t, err := a.tenants.resolve(ctx, team, "")
	switch {
	case err != nil:
		return nil, err
	case t != nil:
		return t, nil
	case !a.tenants.known():
		return nil, fault.New(fault.Upstream, "the installations are not read yet")
	default:
		return nil, fault.New(fault.Forbidden, "the app is not installed in workspace %s", team)
	}
}

// Permalink implements bot.Permalinker.
func (a *Adapter) Permalink(at bot.Address, message string) string {
	t := a.tenants.find(at.Workspace)
	if t == nil || at.Channel == "" || strings.HasPrefix(at.Channel, bot.NamedChannel) || strings.HasPrefix(at.Channel, bot.DirectTo) {
		return ""
	}
	site := strings.TrimSuffix(t.address(), "/")
	if message == "" {
		message = at.Thread
	}
	if site == "" && message == "" {
		return "https://slack.com/app_redirect?" + url.Values{"channel": {at.Channel}, "team": {at.Workspace}}.Encode()
	}
	if site == "" {
		return ""
	}
	link := site + "/archives/" + url.PathEscape(at.Channel)
	if message == "" {
		return link
	}
	link += "/p" + url.PathEscape(strings.ReplaceAll(message, ".", ""))
	if at.Thread != "" && at.Thread != message {
		link += "?" + url.Values{"thread_ts": {at.Thread}, "cid": {at.Channel}}.Encode()
	}
	return link
}
