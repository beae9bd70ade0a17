package bot

import (
	"container/list"
	"context"
	"sync"
	"time"
)

// Inbox remembers deliveries that must have an effect once: events, presses, submissions. An adapter puts the event's
// id in before it acknowledges.
type Inbox interface {
	// Put reports whether the id is new. An error means that it is not known; the adapter then does not acknowledge,
	// so that the platform delivers again.
	Put(ctx context.Context, id string, at time.Time) (fresh bool, err error)
}

// InboxStore is an Inbox that forgets what is told to be old.
type InboxStore interface {
	Inbox
	Sweeper
}

// MemoryInbox is an Inbox in memory, for one process. It forgets the oldest ids beyond its size.
type MemoryInbox struct {
	mu    sync.Mutex
	size  int
	keep  time.Duration
	ids   map[string]*list.Element
	order *list.List // of inboxEntry, oldest in front
}

type inboxEntry struct {
	id string
	at time.Time
}

// NewMemoryInbox returns an inbox of at most size ids that forgets an id after keep. Platforms repeat a delivery for
// up to an hour.
func NewMemoryInbox(size int, keep time.Duration) *MemoryInbox {
	return &MemoryInbox{size: size, keep: keep, ids: make(map[string]*list.Element), order: list.New()}
}

// Put implements Inbox. It never returns an error.
func (b *MemoryInbox) Put(_ context.Context, id string, at time.Time) (bool, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for front := b.order.Front(); front != nil; front = b.order.Front() {
		e := front.Value.(inboxEntry)
		if b.order.Len() < b.size && at.Sub(e.at) < b.keep {
			break
		}
		b.order.Remove(front)
		delete(b.ids, e.id)
	}
	if _, seen := b.ids[id]; seen {
		return false, nil
	}
	b.ids[id] = b.order.PushBack(inboxEntry{id, at})
	return true, nil
}

// Sweep implements Sweeper.
func (b *MemoryInbox) Sweep(_ context.Context, before time.Time) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := 0
	for id, el := range b.ids {
		if el.Value.(inboxEntry).at.Before(before) {
			b.order.Remove(el)
			delete(b.ids, id)
			n++
		}
	}
	return n, nil
}
