package bot

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"github.com/backchannel-portal/backchannel/bot/card"
	"github.com/backchannel-portal/backchannel/internal/fault"
)

// PostState is how far a post has come.
type PostState string

// The states of a post.
const (
	Unsent     PostState = "unsent"
	Sent       PostState = "sent"
	Unsendable PostState = "unsendable" // the platform refused it, or it was tried often enough
)

// Where a post may go besides a channel of a known id, written as Address.Channel.
const (
	// NamedChannel begins the name of a channel of which the id is not known, such as "#checkout". A Poster looks it up
	// in the workspace; one that does not exist is an error of kind NotFound.
	NamedChannel = "#"
	// DirectTo begins the platform's id of a person: the post goes to the direct conversation with them.
	DirectTo = "@"
)

// Post is a message that the bot sends of its own accord. Its key makes it one message however often it is asked for
// and however often a sender dies: a sender looks for the key on the platform before it sends again.
type Post struct {
	Key      string  // for example "subscription:<event>:<address>"
	To       Address // a thread, a channel or a direct message; see NamedChannel and DirectTo
	Message  card.Message
	State    PostState
	Attempts int    // to send, that were begun
	ID       string // the platform's id of the message, once it is sent
	Error    string // of the last attempt that failed
	Added    time.Time
	Doubt    bool // an attempt was begun whose end is not known: the message may be there
}

// Outbox keeps posts.
type Outbox interface {
	// Put adds an unsent post and reports whether its key is new; one that is known stays as it is.
	Put(ctx context.Context, p Post) (fresh bool, err error)
	// Get returns a post; one that is not known is an error of kind NotFound.
	Get(ctx context.Context, key string) (Post, error)
	// Update keeps State, Attempts, ID, Error and Doubt of a post. A post that is sent stays sent. One that is not known is
	// an error of kind NotFound.
	Update(ctx context.Context, p Post) error
	// Unsent returns the keys of at most n unsent posts that were added before a time, oldest first.
	Unsent(ctx context.Context, before time.Time, n int) ([]string, error)
	Sweeper
}

type memoryOutbox struct {
	mu    sync.Mutex
	posts map[string]Post
}

func (m *memoryOutbox) Put(_ context.Context, p Post) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, known := m.posts[p.Key]; known {
		return false, nil
	}
	p.State, p.Attempts, p.ID, p.Error, p.Doubt = Unsent, 0, "", "", false
	m.posts[p.Key] = p
	return true, nil
}

func (m *memoryOutbox) Get(_ context.Context, key string) (Post, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	p, ok := m.posts[key]
	if !ok {
		return Post{}, fault.New(fault.NotFound, "there is no post %q", key)
	}
	return p, nil
}

func (m *memoryOutbox) Update(_ context.Context, p Post) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	old, ok := m.posts[p.Key]
	if !ok {
		return fault.New(fault.NotFound, "there is no post %q", p.Key)
	}
	if old.State != Sent {
		old.State, old.Attempts, old.ID, old.Error, old.Doubt = p.State, p.Attempts, p.ID, p.Error, p.Doubt
		m.posts[p.Key] = old
	}
	return nil
}

func (m *memoryOutbox) Unsent(_ context.Context, before time.Time, n int) ([]string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var found []Post
	for _, p := range m.posts {
		if p.State == Unsent && p.Added.Before(before) {
			found = append(found, p)
		}
	}
	slices.SortFunc(found, func(a, b Post) int { return cmp.Or(a.Added.Compare(b.Added), cmp.Compare(a.Key, b.Key)) })
	var keys []string
	for _, p := range found[:min(n, len(found))] {
		keys = append(keys, p.Key)
	}
	return keys, nil
}

func (m *memoryOutbox) Sweep(_ context.Context, before time.Time) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return sweepMap(m.posts, func(p Post) bool { return p.Added.Before(before) }), nil
}
