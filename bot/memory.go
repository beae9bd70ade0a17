package bot

import (
	"container/list"
	"slices"
	"sync"
	"time"
)

// Turn is one message of a conversation, as far as a follow-up needs it.
type Turn struct {
	FromBot    bool
	Text       string
	Entities   []string // what it was about
	Candidates []string // what it offered to choose from, in order
	Intent     string
	At         time.Time
	Direct     bool // said in a direct message: the text stays in the process and is kept nowhere
}

// Memory keeps the last turns of conversations. Keys name one conversation each and are never shared.
type Memory interface {
	// Recall returns the turns of a conversation that are not yet forgotten, oldest first. The slice must not be changed.
	Recall(key string, now time.Time) []Turn
	// Record appends turns.
	Record(key string, turns ...Turn)
}

// maxTurns bounds one conversation's memory; a follow-up never reaches back further.
const maxTurns = 8

// ShortMemory is a Memory in the process: bounded, and forgetful after a time.
type ShortMemory struct {
	mu    sync.Mutex
	size  int
	keep  time.Duration
	convs map[string]*list.Element
	order *list.List // of *conversation, least recently used in front
}

type conversation struct {
	key   string
	turns []Turn
	used  time.Time // when it was last moved to the back
}

// convUsed is how long after one use of a conversation another counts for nothing in their order.
const convUsed = time.Minute

// NewShortMemory returns a memory of at most size conversations whose turns are forgotten after keep.
func NewShortMemory(size int, keep time.Duration) *ShortMemory {
	return &ShortMemory{size: size, keep: keep, convs: make(map[string]*list.Element), order: list.New()}
}

// Recall implements Memory.
func (m *ShortMemory) Recall(key string, now time.Time) []Turn {
	m.mu.Lock()
	defer m.mu.Unlock()
	el, ok := m.convs[key]
	if !ok {
		return nil
	}
	turns := el.Value.(*conversation).turns
	for len(turns) > 0 && now.Sub(turns[0].At) >= m.keep {
		turns = turns[1:]
	}
	return slices.Clip(turns)
}

// Record implements Memory.
func (m *ShortMemory) Record(key string, turns ...Turn) {
	if len(turns) == 0 {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	el, ok := m.convs[key]
	if !ok {
		m.makeRoom()
		el = m.order.PushBack(&conversation{key: key})
		m.convs[key] = el
	}
	c := el.Value.(*conversation)
	if at := turns[len(turns)-1].At; at.Sub(c.used).Abs() > convUsed {
		m.order.MoveToBack(el)
		c.used = at
	}
	c.turns = append(c.turns, turns...) // who recalled a shorter slice does not see what is behind it
	if n := len(c.turns) - maxTurns; n > 0 {
		c.turns = c.turns[n:]
	}
}

// conversationKey names the conversation an event belongs to: its thread, or, outside of threads, what this actor
// says in this channel.
func conversationKey(ev *Event) string {
	if ev.Address.Thread != "" {
		return ev.Address.Key()
	}
	a := &ev.Address
	return a.Platform + ":" + a.Workspace + ":" + a.Channel + "::" + ev.Actor.ID
}
