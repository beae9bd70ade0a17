package discord

import (
	"container/list"
	"context"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/backchannel-portal/backchannel/bot"
	"github.com/backchannel-portal/backchannel/internal/fault"
)

// members knows who is a member of which guild. Looking up never waits: what is not known is asked in the background.
// Discord tells of one member without a privileged intent (docs.discord.com/developers/resources/guild#get-guild-member).
type members struct {
	ask   func(ctx context.Context, guild, user string) (bool, error)
	now   func() time.Time
	asked chan memberKey

	mu    sync.Mutex
	cache map[memberKey]*list.Element
	order *list.List // of *memberRow, least recently used in front
}

type memberKey struct{ guild, user string }

type memberRow struct {
	key    memberKey
	member bool
	known  bool
	until  time.Time // after it, the row is still used but asked for again
}

// How many are known at a time, and for how long.
const (
	maxMembers    = 20_000
	memberLasts   = time.Hour
	strangerLasts = 5 * time.Minute
	memberRetry   = 30 * time.Second // after a failure
	memberTimeout = 20 * time.Second
)

func newMembers(ask func(ctx context.Context, guild, user string) (bool, error), now func() time.Time) *members {
	return &members{ask: ask, now: now, asked: make(chan memberKey, 256), cache: map[memberKey]*list.Element{}, order: list.New()}
}

// Member implements bot.Memberships.
func (a *Adapter) Member(who bot.Actor, workspace string) (member, known bool) {
	if !isSnowflake(who.ID) || !isSnowflake(workspace) {
		return false, true
	}
	return a.members.lookup(memberKey{workspace, who.ID})
}

func (m *members) lookup(key memberKey) (member, known bool) {
	now := m.now()
	m.mu.Lock()
	defer m.mu.Unlock()
	el, ok := m.cache[key]
	if !ok {
		if m.order.Len() >= maxMembers {
			delete(m.cache, m.order.Remove(m.order.Front()).(*memberRow).key)
		}
		el = m.order.PushBack(&memberRow{key: key})
		m.cache[key] = el
	}
	m.order.MoveToBack(el)
	row := el.Value.(*memberRow)
	if !now.Before(row.until) {
		row.until = now.Add(memberRetry) // asked for now; not again at once
		select {
		case m.asked <- key:
		default: // too many at once; asked again after the retry time
		}
	}
	return row.member, row.known
}

// run asks for those who were looked up until ctx is done.
func (m *members) run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case key := <-m.asked:
			limited, cancel := context.WithTimeout(ctx, memberTimeout)
			member, err := m.ask(limited, key.guild, key.user)
			cancel()
			if err == nil {
				m.store(key, member)
			}
		}
	}
}

func (m *members) store(key memberKey, member bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	el, ok := m.cache[key]
	if !ok {
		return // forgotten meanwhile
	}
	row := el.Value.(*memberRow)
	row.member, row.known, row.until = member, true, m.now().Add(strangerLasts)
	if member {
		row.until = m.now().Add(memberLasts)
	}
}

// member asks Discord. Somebody who is not there, or a guild that the bot is not in, is no error.
func (a *api) member(ctx context.Context, guild, user string) (bool, error) {
	path := "/guilds/" + url.PathEscape(guild) + "/members/" + url.PathEscape(user)
	err := a.call(ctx, request{method: http.MethodGet, path: path, bucket: "members/" + guild, repeatable: true})
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Forbidden) && !refusesToken(err) {
		return false, nil
	}
	return err == nil, err
}
