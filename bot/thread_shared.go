package bot

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"
)

// SharedMemory is the Memory of one replica among several, and of one that restarts. Recalling and recording touch
// this process alone. What is recorded is saved behind the answer, in batches; what other replicas saved is read as
// soon as they did, so that a follow-up may reach any of them. While the store is away it remembers what was said here.
type SharedMemory struct {
	local *ShortMemory
	store Threads
	log   *slog.Logger
	saved health
	read  health
	alone bool

	mu    sync.Mutex
	dirty map[string]struct{} // keys of conversations that are to be saved
	lost  int                 // that did not fit
}

const (
	maxDirty     = 8192
	saveEvery    = 500 * time.Millisecond
	storeTimeout = 5 * time.Second

	saveEveryAlone = 5 * time.Second
	storeRetry     = 2 * time.Second // how soon a store that is away is tried again
	followPoll     = 5 * time.Second
)

// NewSharedMemory returns a memory over a local one, which nobody else may use. Run must run for it to share.
func NewSharedMemory(local *ShortMemory, store Threads, log *slog.Logger) *SharedMemory {
	return &SharedMemory{
		local: local, store: store, log: log, dirty: map[string]struct{}{},
		saved: newHealth("conversations are remembered by this process alone", log),
		read:  newHealth("conversations of other replicas are not known here", log),
	}
}

// Alone has the memory read what was saved before this process started and nothing later: no other process saves.
// Call it before Run.
func (m *SharedMemory) Alone() { m.alone = true }

// Status says in a few words how it is, and whether it is well.
func (m *SharedMemory) Status() (detail string, ok bool) {
	if detail, ok = m.saved.Status(); !ok {
		return detail, false
	}
	return m.read.Status()
}

// Recall implements Memory.
func (m *SharedMemory) Recall(key string, now time.Time) []Turn { return m.local.Recall(key, now) }

// Record implements Memory.
func (m *SharedMemory) Record(key string, turns ...Turn) {
	m.local.Record(key, turns...)
	m.mark(key)
}

func (m *SharedMemory) mark(keys ...string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, key := range keys {
		if _, known := m.dirty[key]; !known && len(m.dirty) >= maxDirty {
			m.lost++
			continue
		}
		m.dirty[key] = struct{}{}
	}
}

// Run saves and follows until ctx is done, then saves what is left.
func (m *SharedMemory) Run(ctx context.Context) error {
	var follower sync.WaitGroup
	follower.Go(func() { m.follow(ctx) })
	every := saveEvery
	if m.alone { // nobody reads it before the next start
		every = saveEveryAlone
	}
	for pause := every; Sleep(ctx, pause); {
		pause = every
		if !m.save(ctx) {
			pause = storeRetry
		}
	}
	m.save(context.WithoutCancel(ctx))
	follower.Wait()
	return nil
}

// save writes what is dirty and reports whether the store took it.
func (m *SharedMemory) save(ctx context.Context) bool {
	m.mu.Lock()
	keys := make([]string, 0, len(m.dirty))
	for key := range m.dirty {
		keys = append(keys, key)
	}
	clear(m.dirty)
	lost := m.lost
	m.lost = 0
	m.mu.Unlock()
	if lost > 0 {
		m.log.Warn("conversations were not shared, too many changed at once", "conversations", lost)
	}
	if len(keys) == 0 {
		return true
	}
	ctx, cancel := context.WithTimeout(ctx, storeTimeout)
	defer cancel()
	err := m.store.Save(ctx, withoutDirect(m.local.conversations(keys)))
	if m.saved.report(err); err != nil {
		m.mark(keys...)
		return false
	}
	return true
}

// withoutDirect leaves out what was said in direct messages: what a follow-up needs of it is what it was about.
func withoutDirect(cs []Conversation) []Conversation {
	for i, c := range cs {
		if !slices.ContainsFunc(c.Turns, func(t Turn) bool { return t.Direct }) {
			continue
		}
		cs[i].Turns = slices.Clone(c.Turns)
		for k := range cs[i].Turns {
			if t := &cs[i].Turns[k]; t.Direct {
				t.Text = ""
			}
		}
	}
	return cs
}

// follow takes over what other replicas save.
func (m *SharedMemory) follow(ctx context.Context) {
	for mark := int64(0); ctx.Err() == nil; {
		limited, cancel := context.WithTimeout(ctx, storeTimeout)
		cs, next, err := m.store.Since(limited, mark)
		cancel()
		if err != nil {
			if ctx.Err() == nil {
				m.read.report(err)
			}
			Sleep(ctx, storeRetry)
			continue
		}
		m.read.report(nil)
		m.local.adopt(cs)
		mark = next
		if len(cs) == 0 && m.alone {
			return
		}
		if len(cs) == 0 {
			m.store.Wait(ctx, followPoll) //nolint:errcheck // it ends when ctx does, which the loop sees
		}
	}
}

// conversations returns the present versions of some conversations.
func (m *ShortMemory) conversations(keys []string) []Conversation {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := make([]Conversation, 0, len(keys))
	for _, key := range keys {
		if el, ok := m.convs[key]; ok {
			if c := el.Value.(*conversation); len(c.turns) > 0 {
				out = append(out, Conversation{key, c.turns[:len(c.turns):len(c.turns)]})
			}
		}
	}
	return out
}

// adopt takes over conversations that are later than what is known of them here.
func (m *ShortMemory) adopt(cs []Conversation) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, c := range cs {
		if el, ok := m.convs[c.Key]; ok {
			known := el.Value.(*conversation)
			if (Conversation{Turns: known.turns}).At().Before(c.At()) {
				known.turns = c.Turns
				m.order.MoveToBack(el)
			}
			continue
		}
		m.makeRoom()
		m.convs[c.Key] = m.order.PushBack(&conversation{key: c.Key, turns: c.Turns})
	}
}

// makeRoom forgets the conversations least recently used, until there is room for one; called with the lock held.
func (m *ShortMemory) makeRoom() {
	for m.order.Len() >= m.size {
		old := m.order.Remove(m.order.Front()).(*conversation)
		delete(m.convs, old.key)
	}
}
