package discord

import (
	"context"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/internal/fault"
)

// directory knows the channels of guilds by their names, and those of direct messages by whom they are with.
type directory struct {
	api *api
	now func() time.Time

	mu      sync.Mutex
	directs map[string]string // user -> channel
	guilds  map[string]guildNames
	places  map[string]placeName // by channel
}

// placeName is what a channel or thread is called.
type placeName struct {
	guild, name, topic, parent string
	kind                       int
}

type guildNames struct {
	read  time.Time
	names map[string]string // name -> channel
}

// How much is known at a time, and for how long names are.
const (
	maxDirects = 10_000
	maxGuilds  = 500
	maxPlaces  = 200_000
	maxTopic   = 300 // code units; a topic may have 4,096 in a forum
	namesLast  = 10 * time.Minute
)

func newDirectory(a *api, now func() time.Time) *directory {
	return &directory{api: a, now: now, directs: map[string]string{}, guilds: map[string]guildNames{}, places: map[string]placeName{}}
}

// learn notes what channels of a guild are called.
func (d *directory) learn(guild string, all ...channelPart) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, c := range all {
		if _, known := d.places[c.ID]; known || len(d.places) < maxPlaces {
			d.places[c.ID] = placeName{guild, c.Name, clip(c.Topic, maxTopic), c.Parent, c.Type}
		}
	}
}

func (d *directory) forget(channel string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.places, channel)
}

func (d *directory) forgetGuild(guild string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	maps.DeleteFunc(d.places, func(_ string, p placeName) bool { return p.guild == guild })
	delete(d.guilds, guild)
}

// describe says what a channel is called and about; of a message, only its id is known. A thread belongs to its channel
// and is about what that is about.
func (d *directory) describe(c channelPart, out *bot.Channel) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if at, known := d.places[c.ID]; known && c.Name == "" {
		c = channelPart{ID: c.ID, Name: at.name, Topic: at.topic, Parent: at.parent, Type: at.kind}
	}
	if isThread(c.Type) {
		over := d.places[c.Parent]
		c.Topic = strings.TrimSpace(over.name + " " + over.topic)
		out.Parent, out.ParentName = c.Parent, over.name
	}
	out.Name, out.Topic = c.Name, clip(c.Topic, maxTopic)
}

// whereTo is the channel that a post goes to.
func (a *Adapter) whereTo(ctx context.Context, to bot.Address) (string, error) {
	if who, ok := strings.CutPrefix(to.Channel, bot.DirectTo); ok {
		return a.directory.direct(ctx, who)
	}
	if name, ok := strings.CutPrefix(to.Channel, bot.NamedChannel); ok {
		return a.directory.named(ctx, to.Workspace, name)
	}
	if to.Thread != "" {
		return to.Thread, nil
	}
	return to.Channel, nil
}

// direct returns the channel of direct messages with somebody, which it opens where there is none.
func (d *directory) direct(ctx context.Context, who string) (string, error) {
	d.mu.Lock()
	id := d.directs[who]
	d.mu.Unlock()
	if id != "" {
		return id, nil
	}
	if !isSnowflake(who) {
		return "", fault.New(fault.NotFound, "nobody has the id %q", who)
	}
	var out sent
	in := map[string]string{"recipient_id": who}
	if err := d.api.call(ctx, request{method: http.MethodPost, path: "/users/@me/channels", bucket: "directs", repeatable: true, in: in, out: &out}); err != nil {
		return "", err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.directs) >= maxDirects {
		clear(d.directs)
	}
	d.directs[who] = out.ID
	return out.ID, nil
}

// The types of channels that messages are posted to by name, and the first and last of threads.
const (
	textChannel = 0
	newsChannel = 5
	firstThread = 10
	lastThread  = 12
)

func isThread(kind int) bool { return firstThread <= kind && kind <= lastThread }

// named returns the channel of a name in a guild; one that is not there is an error of kind NotFound.
func (d *directory) named(ctx context.Context, guild, name string) (string, error) {
	name = strings.ToLower(strings.TrimSpace(name))
	d.mu.Lock()
	known, ok := d.guilds[guild]
	d.mu.Unlock()
	if age := d.now().Sub(known.read); !ok || age > namesLast || age < 0 {
		var err error
		if known, err = d.read(ctx, guild); err != nil {
			return "", err
		}
	}
	if id := known.names[name]; id != "" {
		return id, nil
	}
	return "", fault.New(fault.NotFound, "the guild has no channel called %q", name)
}

func (d *directory) read(ctx context.Context, guild string) (guildNames, error) {
	if !isSnowflake(guild) {
		return guildNames{}, fault.New(fault.NotFound, "%q is no guild", guild)
	}
	var all []channelPart
	path := "/guilds/" + url.PathEscape(guild) + "/channels"
	if err := d.api.call(ctx, request{method: http.MethodGet, path: path, bucket: "guilds/" + guild, repeatable: true, out: &all}); err != nil {
		return guildNames{}, err
	}
	out := guildNames{d.now(), map[string]string{}}
	for _, c := range all {
		if name := strings.ToLower(c.Name); (c.Type == textChannel || c.Type == newsChannel) && out.names[name] == "" {
			out.names[name] = c.ID
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.guilds) >= maxGuilds {
		clear(d.guilds)
	}
	d.guilds[guild] = out
	return out, nil
}
