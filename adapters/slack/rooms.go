package slack

import (
	"container/list"
	"context"
	"sync"
	"time"

	slackapi "github.com/slack-go/slack"
)

// room is what conversations.info says of a channel. The zero value is one not known yet.
type room struct{ name, topic string }

// rooms is a cache of channels. Looking up never waits: what is not in it is fetched in the background, and is known the
// next time.
type rooms struct {
	fetch func(ctx context.Context, team, channel string) (room, error)
	now   func() time.Time
	asked chan roomKey

	mu    sync.Mutex
	cache map[roomKey]*list.Element
	order *list.List // of *roomRow, least recently used in front
}

type roomKey struct{ team, channel string }

type roomRow struct {
	key   roomKey
	room  room
	until time.Time // after it, the row is still used but fetched again
}

const (
	maxRooms  = 5_000
	roomLives = 10 * time.Minute // topics of incident channels change as the incident does
	roomRetry = 5 * time.Minute  // after a failure
)

func newRooms(fetch func(ctx context.Context, team, channel string) (room, error), now func() time.Time) *rooms {
	return &rooms{fetch: fetch, now: now, asked: make(chan roomKey, 256), cache: map[roomKey]*list.Element{}, order: list.New()}
}

// lookup returns what is known of a channel, and has it fetched when that is too old.
func (c *rooms) lookup(team, channel string) room {
	key, now := roomKey{team, channel}, c.now()
	c.mu.Lock()
	defer c.mu.Unlock()
	el, ok := c.cache[key]
	if !ok {
		if c.order.Len() >= maxRooms {
			delete(c.cache, c.order.Remove(c.order.Front()).(*roomRow).key)
		}
		el = c.order.PushBack(&roomRow{key: key})
		c.cache[key] = el
	}
	c.order.MoveToBack(el)
	row := el.Value.(*roomRow)
	if now.Before(row.until) {
		return row.room
	}
	select {
	case c.asked <- key:
		row.until = now.Add(roomRetry) // not again at once
	default: // the queue is full; asked again the next time
	}
	return row.room
}

// rename notes the new name of a channel, and has the rest fetched again the next time.
func (c *rooms) rename(team, channel, name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if el, ok := c.cache[roomKey{team, channel}]; ok {
		row := el.Value.(*roomRow)
		row.room.name, row.until = name, time.Time{}
	}
}

// run fetches what was asked for until ctx is done.
func (c *rooms) run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case key := <-c.asked:
			r, err := c.fetch(ctx, key.team, key.channel)
			if err != nil {
				continue
			}
			c.mu.Lock()
			if el, ok := c.cache[key]; ok {
				row := el.Value.(*roomRow)
				row.room, row.until = r, c.now().Add(roomLives)
			}
			c.mu.Unlock()
		}
	}
}

// fetchRoom asks conversations.info.
func (a *Adapter) fetchRoom(ctx context.Context, team, channel string) (room, error) {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	t, err := a.in(team)
	if err != nil {
		return room{}, err
	}
	var c *slackapi.Channel
	err = t.call(ctx, "conversations.info", func(api *slackapi.Client) (err error) {
		c, err = api.GetConversationInfoContext(ctx, &slackapi.GetConversationInfoInput{ChannelID: channel})
		return err
	})
	if err != nil {
		return room{}, err
	}
	return room{name: clip(c.Name, 100), topic: plainText(clip(c.Topic.Value, 300), "")}, nil
}
