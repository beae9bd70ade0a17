package bot

import (
	"context"
	"time"
)

// State is what a conversation must not lose with its process. Every part is safe for concurrent use. Its errors have
// kind Upstream when the database is away, and kind NotFound where a method says that a thing is not there.
// NewMemoryState has one for tests and single processes; bottest holds the conformance suite.
type State struct {
	Inbox         InboxStore
	Threads       Threads
	Keys          KeyStore
	Audit         AuditStore
	Outbox        Outbox
	Intents       IntentStore
	Drafts        Drafts
	Installations Installations
	Links         Links
	Subscriptions Subscriptions
	Followers     Followers
	Bindings      Bindings
	Watches       Watches
	News          Newsroom
	NewsLog       NewsLog
	Traces        TraceStore
	Tasks         Tasks
	Secrets       Secrets
	Feedback      FeedbackStore
	Sessions      Sessions
	SessionBook   SessionBook
	APITokens     APITokens
}

// Sweeper forgets what has had its time.
type Sweeper interface {
	// Sweep removes what is older than before, or, where things carry an expiry, what expired before it, and returns
	// how many it removed.
	Sweep(ctx context.Context, before time.Time) (int, error)
}

// NewMemoryState returns a state that lives as long as the process.
func NewMemoryState() State {
	threads, drafts, subscriptions := newMemoryThreads(), &memoryDrafts{rows: map[string]Draft{}}, &memorySubscriptions{rows: map[subscriptionKey]Subscription{}}
	feedback, tasks := &memoryFeedback{rows: map[string]Feedback{}}, &memoryTasks{rows: map[string]*memoryTask{}}
	news := newMemoryNews(subscriptions)
	sessions := &memorySessions{rows: map[string]Session{}}
	return State{
		Inbox:         NewMemoryInbox(100_000, 24*time.Hour),
		Threads:       threads,
		Keys:          &memoryKeys{},
		Audit:         &memoryAudit{rows: map[string]Record{}},
		Outbox:        &memoryOutbox{posts: map[string]Post{}},
		Intents:       &memoryIntents{rows: map[string]StoredIntent{}, used: map[string]bool{}},
		Drafts:        drafts,
		Installations: &memoryInstallations{rows: map[[2]string]Installation{}},
		Links:         &memoryLinks{rows: map[string]Link{}},
		Subscriptions: subscriptions,
		Followers:     &memoryFollowers{rows: map[followerKey]Follower{}},
		Bindings:      &memoryBindings{rows: map[Address]Binding{}},
		Watches:       news,
		News:          news,
		NewsLog:       news,
		Traces:        memoryTraces{threads, drafts, subscriptions, feedback, tasks},
		Tasks:         tasks,
		Secrets:       &memorySecrets{rows: map[string]memorySecret{}},
		Feedback:      feedback,
		Sessions:      sessions,
		SessionBook:   sessions,
		APITokens:     &memoryAPITokens{rows: map[string]APIToken{}},
	}
}
