package discord

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/internal/fault"
)

// What becomes of the bot's places. The gateway tells of guilds, channels and threads; over HTTP, guilds are counted, and
// a post that finds its channel gone is how that is learnt.

// guilds are those that the bot is in. Discord tells of each when a session begins, and again after an outage of its
// own; only what was not there before is an installation.
type guilds struct {
	mu    sync.Mutex
	blind bool            // what was there before this process is not known
	known map[string]bool // those that were told of

	missing map[string]bool // those that the last census did not find
}

const loadTimeout = 10 * time.Second

// load takes what was kept of guilds from before.
func (g *guilds) load(ctx context.Context, kept bot.Installations) {
	g.mu.Lock()
	loaded := g.known != nil
	g.mu.Unlock()
	if loaded {
		return
	}
	var before []bot.Installation
	err := error(fault.New(fault.Internal, "nothing is kept"))
	if kept != nil {
		ctx, cancel := context.WithTimeout(ctx, loadTimeout)
		defer cancel()
		before, err = kept.List(ctx, platform)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.known, g.blind = map[string]bool{}, err != nil
	for _, i := range before {
		g.known[i.Workspace] = true
	}
}

// ready compares with all guilds that there are, at the beginning of a session, and returns those that are gone.
func (g *guilds) ready(all []guildPart) (gone []string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	there := map[string]bool{}
	for _, part := range all {
		there[part.ID] = true
		if g.blind {
			g.known[part.ID] = true
		}
	}
	g.blind = false
	for id := range g.known {
		if !there[id] {
			gone = append(gone, id)
			delete(g.known, id)
		}
	}
	return gone
}

// see notes a guild and reports whether it is a new one.
func (g *guilds) see(id string) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	fresh := !g.known[id]
	if g.known != nil {
		g.known[id] = true
	}
	return fresh
}

// lose forgets a guild.
func (g *guilds) lose(id string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.known, id)
}

// guildPart is a guild, or what is left of one.
type guildPart struct {
	ID          string        `json:"id"`
	Name        string        `json:"name"`
	Unavailable bool          `json:"unavailable"`
	Channels    []channelPart `json:"channels"`
	Threads     []channelPart `json:"threads"`
}

// threadPart is a channel or thread that changed.
type threadPart struct {
	channelPart
	Guild  string `json:"guild_id"`
	Last   string `json:"last_message_id"`
	Thread *struct {
		Archived bool      `json:"archived"`
		Locked   bool      `json:"locked"`
		Rests    int       `json:"auto_archive_duration"` // minutes
		At       time.Time `json:"archive_timestamp"`
	} `json:"thread_metadata"`
}

// place takes in what the gateway says about a place of the bot's.
func (s *session) place(kind string, raw json.RawMessage) {
	if kind == "GUILD_CREATE" || kind == "GUILD_DELETE" {
		s.guild(kind, raw)
		return
	}
	var c threadPart
	if json.Unmarshal(raw, &c) != nil || c.ID == "" || c.Guild == "" {
		return
	}
	gone := strings.HasSuffix(kind, "_DELETE")
	if gone {
		s.a.directory.forget(c.ID)
	} else {
		s.a.directory.learn(c.Guild, c.channelPart)
	}
	if gone || c.closed() {
		s.lifecycle(bot.Address{Platform: platform, Workspace: c.Guild, Channel: c.ID}, bot.ChannelGone, "")
	}
}

func (s *session) guild(kind string, raw json.RawMessage) {
	var g guildPart
	if json.Unmarshal(raw, &g) != nil || g.ID == "" || g.Unavailable {
		return // an outage of Discord's is no end
	}
	at := bot.Address{Platform: platform, Workspace: g.ID}
	if kind == "GUILD_DELETE" {
		s.a.guilds.lose(g.ID)
		s.a.directory.forgetGuild(g.ID)
		s.lifecycle(at, bot.Removed, "")
		return
	}
	s.a.directory.learn(g.ID, g.Channels...)
	s.a.directory.learn(g.ID, g.Threads...)
	if s.a.guilds.see(g.ID) {
		s.lifecycle(at, bot.Installed, g.Name)
	}
}

// closed reports whether somebody put an end to a thread: locked it, or archived it before Discord would have. Discord
// archives every thread in which nothing is said for a while, and the next message takes it out again.
func (c *threadPart) closed() bool {
	t := c.Thread
	switch {
	case t == nil || !t.Archived:
		return false
	case t.Locked:
		return true
	default:
		rested := t.At.Sub(clock(c.Last))
		return c.Last != "" && rested >= 0 && rested < time.Duration(t.Rests)*time.Minute*9/10
	}
}

// lifecycle tells the handler of a change, once. All replicas hear of it, and whichever is first does what there is to
// do. Name is that of a guild which is new.
func (s *session) lifecycle(at bot.Address, what bot.Stage, name string) {
	now := s.a.deps.Now()
	ev := &bot.Event{
		ID:      strings.Join([]string{platform, at.Workspace, string(what), at.Channel, strconv.FormatInt(now.Unix()/60, 10)}, ":"),
		Time:    now,
		Address: at,
		Actor:   bot.Actor{Platform: platform, Workspace: at.Workspace, ID: s.a.user()},
		Input:   bot.Lifecycle{What: what},
	}
	err := s.InOrder(at, func() {
		if fresh, err := s.Fresh(ev.ID); err == nil && !fresh { // to do it twice does no harm, not to do it does
			return
		}
		if what == bot.Installed {
			s.keep(bot.Installation{Platform: platform, Workspace: at.Workspace, Name: name, Installed: now})
		}
		s.Handle(ev, s.a.tune.workFor)
	})
	if err != nil {
		s.a.deps.Log.Error("discord: the beginning or end of a place was not taken in", "event", ev.ID, "err", err)
	}
}

// keep remembers a guild, so that its end is noticed even while nobody is connected.
func (s *session) keep(i bot.Installation) {
	if s.a.deps.Installations == nil {
		return
	}
	ctx, cancel := context.WithTimeout(s.ctx, s.a.tune.dial)
	defer cancel()
	if err := s.a.deps.Installations.Save(ctx, i); err != nil {
		s.a.deps.Log.Warn("discord: a guild is not kept", "guild", i.Workspace, "err", err)
	}
}
