package slack

import (
	"container/list"
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/backchannel-portal/backchannel/internal/lang"
)

// person is what users.info says of somebody. The zero value is somebody not known yet.
type person struct {
	name   string
	zone   *time.Location
	locale lang.Lang
	email  string
	guest  bool // a guest, of another organisation, or no person
	known  bool // all this was told
	unsure bool // Slack could not be asked
}

// people is a cache of persons. Looking up never waits: who is not in it is fetched in the background, and is known
// the next time.
type people struct {
	fetch func(ctx context.Context, team, user string) (person, error)
	now   func() time.Time
	asked chan personKey
	news  atomic.Uint64 // counts what was learnt

	mu    sync.Mutex
	cache map[personKey]*list.Element
	order *list.List // of *personRow, least recently used in front
}

// personKey is a user as the workspace sees them in which the app is installed. Their own may be another one.
type personKey struct{ team, user string }

type personRow struct {
	key   personKey
	who   person
	until time.Time // after it, the row is still used but fetched again
	used  time.Time // when it was last moved to the back
}

const (
	maxPeople   = 10_000
	personLives = 6 * time.Hour
	personRetry = 5 * time.Minute // after a failure
	personUsed  = time.Minute     // uses within it count as one
)

func newPeople(fetch func(ctx context.Context, team, user string) (person, error), now func() time.Time) *people {
	return &people{fetch: fetch, now: now, asked: make(chan personKey, 256), cache: map[personKey]*list.Element{}, order: list.New()}
}

// lookup returns what is known of a user in a workspace in which the app is installed.
func (p *people) lookup(team, user string) person {
	key := personKey{team, user}
	now := p.now()
	p.mu.Lock()
	defer p.mu.Unlock()
	el, ok := p.cache[key]
	if ok {
		row := el.Value.(*personRow)
		if now.Sub(row.used) > personUsed { // moving it each time would cost more than finding it
			p.order.MoveToBack(el)
			row.used = now
		}
		if now.Before(row.until) {
			return row.who
		}
		row.until = now.Add(personRetry) // asked for below; not again at once
	} else {
		el = p.add(key, now.Add(personRetry))
	}
	select {
	case p.asked <- key:
	default: // the queue is full; asked again after the retry time
	}
	return el.Value.(*personRow).who
}

// add puts an empty row in, with the lock held.
func (p *people) add(key personKey, until time.Time) *list.Element {
	if p.order.Len() >= maxPeople {
		old := p.order.Remove(p.order.Front()).(*personRow)
		delete(p.cache, old.key)
	}
	el := p.order.PushBack(&personRow{key: key, until: until})
	p.cache[key] = el
	return el
}

// run fetches those who were asked for until ctx is done.
func (p *people) run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case key := <-p.asked:
			who, err := p.fetch(ctx, key.team, key.user)
			if err != nil {
				p.fail(key)
				continue
			}
			p.store(key, who)
		}
	}
}

func (p *people) store(key personKey, who person) {
	p.mu.Lock()
	defer p.mu.Unlock()
	el, ok := p.cache[key]
	if !ok {
		el = p.add(key, time.Time{})
	}
	row := el.Value.(*personRow)
	row.who, row.until = who, p.now().Add(personLives)
	p.news.Add(1)
}

// fail notes that somebody could not be asked about. What was known of them before stays.
func (p *people) fail(key personKey) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if el, ok := p.cache[key]; ok {
		row := el.Value.(*personRow)
		row.who.unsure = !row.who.known
		p.news.Add(1)
	}
}
