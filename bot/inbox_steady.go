package bot

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// SteadyInbox is an Inbox that goes on without its store: while the store is away it knows the deliveries that came
// to this process. Its errors are those of the caller's context alone.
type SteadyInbox struct {
	store  Inbox
	memory *MemoryInbox
	now    func() time.Time
	health

	mu    sync.Mutex
	retry time.Time // when a store that is away is asked again
}

// inboxTimeout is short, since the platform waits for its acknowledgement meanwhile.
const inboxTimeout = 700 * time.Millisecond

// NewSteadyInbox returns an inbox over a store and a memory of its own.
func NewSteadyInbox(store Inbox, memory *MemoryInbox, log *slog.Logger, now func() time.Time) *SteadyInbox {
	return &SteadyInbox{store: store, memory: memory, now: now, health: newHealth("repeated deliveries are known to this process alone", log)}
}

// Put implements Inbox.
func (b *SteadyInbox) Put(ctx context.Context, id string, at time.Time) (bool, error) {
	fresh, err := b.memory.Put(ctx, id, at)
	if !fresh || err != nil || !b.ask() {
		return fresh, err
	}
	limited, cancel := context.WithTimeout(ctx, inboxTimeout)
	defer cancel()
	fresh, err = b.store.Put(limited, id, at)
	if err != nil && ctx.Err() != nil {
		b.memory.drop(id) // nobody acknowledges it, so it will come again
		return false, ctx.Err()
	}
	b.report(err)
	if err != nil {
		b.mu.Lock()
		b.retry = b.now().Add(storeRetry)
		b.mu.Unlock()
		return true, nil
	}
	return fresh, nil
}

// ask reports whether the store is to be asked.
func (b *SteadyInbox) ask() bool {
	if _, ok := b.Status(); ok {
		return true
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.now()
	if now.Before(b.retry) && b.retry.Sub(now) <= storeRetry { // a clock that was put back does not count
		return false
	}
	b.retry = now.Add(storeRetry) // one asks, the others go on
	return true
}

// drop forgets one id.
func (b *MemoryInbox) drop(id string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if el, ok := b.ids[id]; ok {
		b.order.Remove(el)
		delete(b.ids, id)
	}
}
