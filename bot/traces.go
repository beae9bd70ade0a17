package bot

import (
	"cmp"
	"context"
	"slices"
	"strings"
)

// Traces is what is kept of a person beside the audit.
type Traces struct {
	Conversations []Conversation // by key
	Drafts        []Draft        // by id
	Subscriptions []Subscription // by address, subject and topic
	Feedback      []Feedback     // by id
	Tasks         []Task         // long work that they began, by key
}

// TraceStore finds what is kept of a person, for those who ask for it or want it gone. A conversation belongs to an
// actor when it is theirs alone, or when it is held at one of the addresses where they are known to have taken part.
type TraceStore interface {
	// Of returns the traces of an actor. Those that have expired and are not swept yet are among them.
	Of(ctx context.Context, a Actor, at []Address) (Traces, error)
	// Erase removes them and returns what they were. Of a task that is under way it removes who began it.
	Erase(ctx context.Context, a Actor, at []Address) (Traces, error)
	// Forget removes the conversations and the forms in progress of a workspace that the bot has left, and returns how
	// many those were. What else is kept of it has an end of its own.
	Forget(ctx context.Context, platform, workspace string) (int, error)
}

// ConversationOf returns a function that reports whether a conversation, by its key, belongs to an actor.
func ConversationOf(a Actor, at []Address) func(key string) bool {
	shared := map[string]bool{}
	for _, address := range at {
		if address.Thread != "" {
			shared[address.Key()] = true
		}
	}
	prefix, suffix := a.Platform+":"+a.Workspace+":", ":"+a.ID
	return func(key string) bool {
		return shared[key] || a.ID != "" && strings.HasPrefix(key, prefix) && strings.HasSuffix(key, suffix)
	}
}

// memoryTraces looks into the other parts of a state in memory.
type memoryTraces struct {
	threads       *memoryThreads
	drafts        *memoryDrafts
	subscriptions *memorySubscriptions
	feedback      *memoryFeedback
	tasks         *memoryTasks
}

func (m memoryTraces) Of(_ context.Context, a Actor, at []Address) (Traces, error) {
	return m.find(a, at, false), nil
}

func (m memoryTraces) Erase(_ context.Context, a Actor, at []Address) (Traces, error) {
	return m.find(a, at, true), nil
}

func (m memoryTraces) find(a Actor, at []Address, erase bool) (t Traces) {
	mine := ConversationOf(a, at)
	m.threads.mu.Lock()
	defer m.threads.mu.Unlock()
	for key, c := range m.threads.rows {
		if mine(key) {
			t.Conversations = append(t.Conversations, c.Conversation)
		}
	}
	m.drafts.mu.Lock()
	defer m.drafts.mu.Unlock()
	for _, d := range m.drafts.rows {
		if d.Actor.Key() == a.Key() {
			t.Drafts = append(t.Drafts, d.clone())
		}
	}
	m.subscriptions.mu.Lock()
	defer m.subscriptions.mu.Unlock()
	for _, s := range m.subscriptions.rows {
		if s.By.Key() == a.Key() {
			t.Subscriptions = append(t.Subscriptions, s)
		}
	}
	m.feedback.mu.Lock()
	defer m.feedback.mu.Unlock()
	for _, f := range m.feedback.rows {
		if f.By.Key() == a.Key() {
			t.Feedback = append(t.Feedback, f)
		}
	}
	m.tasks.mu.Lock()
	defer m.tasks.mu.Unlock()
	for key, task := range m.tasks.rows {
		if task.By.Key() != a.Key() {
			continue
		}
		t.Tasks = append(t.Tasks, task.Task)
		if erase && task.Over {
			delete(m.tasks.rows, key)
		} else if erase {
			task.By = Actor{}
		}
	}
	if erase {
		for _, c := range t.Conversations {
			delete(m.threads.rows, c.Key)
		}
		for _, d := range t.Drafts {
			delete(m.drafts.rows, d.ID)
		}
		for _, s := range t.Subscriptions {
			delete(m.subscriptions.rows, subscriptionKey{s.Address, s.Subject, s.Topic})
		}
		for _, f := range t.Feedback {
			delete(m.feedback.rows, f.ID)
		}
	}
	t.Sort()
	return t
}

// Sort orders the traces.
func (t *Traces) Sort() {
	slices.SortFunc(t.Conversations, func(a, b Conversation) int { return cmp.Compare(a.Key, b.Key) })
	slices.SortFunc(t.Drafts, func(a, b Draft) int { return cmp.Compare(a.ID, b.ID) })
	slices.SortFunc(t.Subscriptions, func(a, b Subscription) int {
		return cmp.Or(a.Address.compare(b.Address), cmp.Compare(a.Subject, b.Subject), cmp.Compare(a.Topic, b.Topic))
	})
	slices.SortFunc(t.Feedback, func(a, b Feedback) int { return cmp.Compare(a.ID, b.ID) })
	slices.SortFunc(t.Tasks, func(a, b Task) int { return cmp.Compare(a.Key, b.Key) })
}
