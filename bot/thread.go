package bot

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"
)

// Conversation is the memory of one conversation.
type Conversation struct {
	Key   string
	Turns []Turn // oldest first, at least one
}

// At is the platform's time of the last turn; of two versions of a conversation, the later one counts.
func (c Conversation) At() time.Time {
	if len(c.Turns) == 0 {
		return time.Time{}
	}
	return c.Turns[len(c.Turns)-1].At
}

// Threads keeps conversations for all replicas.
type Threads interface {
	// Save keeps conversations, each unless a later version of it is there.
	Save(ctx context.Context, cs []Conversation) error
	// Since returns some of the conversations that were saved after a mark, in the order of saving, and the mark to go
	// on from; none when there are no more. Mark 0 is the beginning.
	Since(ctx context.Context, mark int64) ([]Conversation, int64, error)
	// Wait returns when another replica may have saved something, and at the latest after d of real time.
	Wait(ctx context.Context, d time.Duration) error
	Sweeper
}

// sinceLimit bounds what one Since returns.
const sinceLimit = 1000

type memoryThreads struct {
	mu    sync.Mutex
	last  int64
	rows  map[string]savedConversation
	moved chan struct{}
}

type savedConversation struct {
	Conversation
	mark int64
}

func newMemoryThreads() *memoryThreads {
	return &memoryThreads{rows: map[string]savedConversation{}, moved: make(chan struct{})}
}

func (m *memoryThreads) Save(_ context.Context, cs []Conversation) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, c := range cs {
		if old, ok := m.rows[c.Key]; ok && old.At().After(c.At()) {
			continue
		}
		m.last++
		m.rows[c.Key] = savedConversation{Conversation{c.Key, slices.Clone(c.Turns)}, m.last}
	}
	close(m.moved)
	m.moved = make(chan struct{})
	return nil
}

func (m *memoryThreads) Since(_ context.Context, mark int64) ([]Conversation, int64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var found []savedConversation
	for _, c := range m.rows {
		if c.mark > mark {
			found = append(found, c)
		}
	}
	slices.SortFunc(found, func(a, b savedConversation) int { return cmp.Compare(a.mark, b.mark) })
	var out []Conversation
	for _, c := range found[:min(sinceLimit, len(found))] {
		out = append(out, c.Conversation)
		mark = c.mark
	}
	return out, mark, nil
}

func (m *memoryThreads) Wait(ctx context.Context, d time.Duration) error {
	m.mu.Lock()
	moved := m.moved
	m.mu.Unlock()
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-moved:
	case <-t.C:
	case <-ctx.Done():
	}
	return ctx.Err()
}

func (m *memoryThreads) Sweep(_ context.Context, before time.Time) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return sweepMap(m.rows, func(c savedConversation) bool { return c.At().Before(before) }), nil
}
