package slack

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/internal/fault"
)

// How things end: the app is removed from a workspace or an organisation, its tokens are revoked, an organisation takes
// a workspace away from it, a channel is archived or deleted or asks the bot to leave.

// ending is the event of an installation's end.
type ending struct {
	Type   string `json:"type"`
	Tokens struct {
		Bot []string `json:"bot"` // our bot users; those of people do not concern us
	} `json:"tokens"`
	Teams []string `json:"team_ids"` // of team_access_revoked
}

// ending turns the end of an installation into an event; false for everything else.
func (e *envelope) ending(now time.Time) (arrival, bool, error) {
	var ev ending
	if err := json.Unmarshal(e.Event, &ev); err != nil {
		return arrival{}, false, nil // arrival says what is wrong with it
	}
	what := bot.Removed
	switch ev.Type {
	case "app_uninstalled", "team_access_revoked":
	case "tokens_revoked":
		what = bot.Revoked
	default:
		return arrival{}, false, nil
	}
	team := e.workspace()
	switch "" {
	case team:
		return arrival{}, false, missing("team_id")
	case e.ID:
		return arrival{}, false, missing("event_id")
	}
	if what == bot.Revoked && len(ev.Tokens.Bot) == 0 {
		return arrival{}, false, nil
	}
	return arrival{event: bot.Event{
		ID: platform + ":" + team + ":" + e.ID, Time: now, Address: address(team, "", ""), Actor: actor("", team, "", ""), Input: bot.Lifecycle{What: what},
	}}, true, nil
}

// ended forgets an installation and tells the handler of every workspace that it was for. Word of it may come late,
// when the app is installed anew already; that is left alone.
func (s *session) ended(ar *arrival, e *envelope) {
	ctx, cancel := context.WithTimeout(s.ctx, s.a.tune.workFor)
	defer cancel()
	var ev ending
	_ = json.Unmarshal(e.Event, &ev) // was read before
	team := ar.event.Address.Workspace
	keys := ev.Teams
	if ev.Type != "team_access_revoked" {
		var err error
		if keys, err = s.a.endedKeys(ctx, team, e.organisation(), ev.Tokens.Bot, time.Unix(e.At, 0)); err != nil {
			s.a.deps.Log.Error("slack: an installation has ended and is still kept", "workspace", team, "err", err)
			keys = []string{team}
		}
	}
	for _, key := range keys {
		s.a.tenants.drop(key)
		s.a.forget(ctx, key)
		one := ar.event
		one.ID, one.Address.Workspace, one.Actor.Workspace = ar.event.ID+":"+key, key, key
		s.handle(&one)
	}
}

// endedKeys are the workspaces, and the organisation, that an installation was for. None: it is not the one that is
// kept now.
func (a *Adapter) endedKeys(ctx context.Context, team, org string, bots []string, at time.Time) ([]string, error) {
	if !a.cfg.installs() {
		return []string{team}, nil
	}
	for _, key := range []string{team, org} {
		if key == "" {
			continue
		}
		i, err := a.deps.Installations.Load(ctx, platform, key)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		g, err := grantOf(i)
		if err != nil {
			return nil, err
		}
		if g.data.Member {
			continue
		}
		if i.Installed.Truncate(time.Second).After(at) || len(bots) > 0 && g.data.Bot != "" && !slices.Contains(bots, g.data.Bot) {
			a.deps.Log.Info("slack: word of an earlier installation's end came late", "workspace", key)
			return nil, nil
		}
		members, err := a.members(ctx, key)
		return append(members, key), err
	}
	return []string{team}, nil
}

// members are the workspaces that an organisation's grant serves.
func (a *Adapter) members(ctx context.Context, org string) ([]string, error) {
	all, err := a.deps.Installations.List(ctx, platform)
	var out []string
	for _, i := range all {
		if g, err := grantOf(i); err == nil && g.data.Member && g.data.Org == org {
			out = append(out, g.key)
		}
	}
	return out, err
}

// forget removes an installation from the store.
func (a *Adapter) forget(ctx context.Context, key string) {
	if !a.cfg.installs() {
		return
	}
	for try := 0; ; try++ {
		err := a.deps.Installations.Remove(ctx, platform, key)
		if err == nil {
			return
		}
		if !bot.Sleep(ctx, a.backoff().After(try)) {
			a.deps.Log.Error("slack: an installation has ended and is still kept", "workspace", key, "err", err)
			return
		}
	}
}

// inChannel turns word of a channel's end into an event, and notes new names.
func (s *session) inChannel(e *envelope, t *tenant) (arrival, bool, error) {
	var ev struct {
		Type    string          `json:"type"`
		User    json.RawMessage `json:"user"` // an object in events that are not for us
		Channel json.RawMessage `json:"channel"`
	}
	if err := json.Unmarshal(e.Event, &ev); err != nil {
		return arrival{}, false, fault.Wrap(fault.Invalid, err, "read event.type")
	}
	switch ev.Type {
	case "channel_archive", "channel_deleted", "channel_left", "group_archive", "group_deleted", "group_left", "channel_rename", "group_rename",
		"member_joined_channel":
	default:
		return arrival{}, false, nil
	}
	channel, err := channelPart(ev.Channel)
	if err != nil || !t.uses(FeatureChannels) {
		return arrival{}, false, err
	}
	if e.ID == "" {
		return arrival{}, false, missing("event_id")
	}
	team := e.workspace()
	switch ev.Type {
	case "channel_rename", "group_rename":
		s.rooms.rename(team, channel.ID, clip(channel.Name, 100))
		return arrival{}, false, nil
	case "member_joined_channel":
		if string(ev.User) == `"`+t.user()+`"` {
			s.rooms.lookup(team, channel.ID) // known by the time somebody asks
		}
		return arrival{}, false, nil
	}
	return arrival{event: bot.Event{
		ID: platform + ":" + team + ":" + e.ID, Time: s.a.deps.Now(), Address: address(team, channel.ID, ""), Actor: actor("", team, "", ""),
		Input: bot.Lifecycle{What: bot.ChannelGone},
	}}, true, nil
}

// channelPart reads a channel that is an id, or an object with one.
func channelPart(raw json.RawMessage) (namedPart, error) {
	var c namedPart
	if json.Unmarshal(raw, &c.ID) != nil {
		if err := json.Unmarshal(raw, &c); err != nil {
			return c, fault.Wrap(fault.Invalid, err, "read event.channel")
		}
	}
	if c.ID == "" {
		return c, missing("event.channel")
	}
	return c, nil
}
