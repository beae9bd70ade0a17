package bot

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"sync"
	"time"
)

// Watch is what a subject was, as far as a topic goes, when its subscribers last heard of it.
type Watch struct {
	Subject    string // full reference of an entity
	Topic      string
	Seen       json.RawMessage // of the topic; nil when it was never looked at
	Number     int64           // of the state; 0 when it was never looked at
	Generation uint64          // of the catalog that it was seen in
}

// Watches keeps what subjects were. It is the place from which changes go on after a restart.
type Watches interface {
	// Subjects returns everything that is subscribed to, each subject and topic once, in order.
	Subjects(ctx context.Context) ([]Watch, error)
	// Advance puts w in the place of the state with the number before w's, and adds news that tell of the change: both
	// or neither. It reports false when the state has another number, because somebody else was quicker.
	Advance(ctx context.Context, w Watch, news []News) (bool, error)
	// Forget removes what nobody subscribes to any more and returns how many.
	Forget(ctx context.Context) (int, error)
}

// News is a change that one place is to be told.
type News struct {
	ID      string // UUIDv7: in the order in which they were found
	To      Address
	Subject string
	Topic   string
	Change  json.RawMessage // of the topic
	Found   time.Time
	Post    string    // key of the post that tells it; "" while it waits
	Told    time.Time // when the post was given to the outbox; zero: not yet
}

// Newsroom keeps news until they are told, and for a while after.
type Newsroom interface {
	// Untold returns at most n news that are not told, in order.
	Untold(ctx context.Context, n int) ([]News, error)
	// Bundle gives news that wait to one post. Those that another post has already are left to it.
	Bundle(ctx context.Context, post string, ids []string) error
	// Told notes that a post was given to the outbox.
	Told(ctx context.Context, post string, at time.Time) error
	// Drop removes news that nobody is to hear.
	Drop(ctx context.Context, ids []string) error
	// Sweeper forgets what was told, or found, before a time.
	Sweeper
}

// NewsPost is a post that told news.
type NewsPost struct {
	Key     string
	Subject string // "" where it told of several
	Told    time.Time
}

// NewsLog says what a place was told.
type NewsLog interface {
	// Posts returns the posts at a place since a time, oldest first.
	Posts(ctx context.Context, at Address, since time.Time) ([]NewsPost, error)
}

// memoryNews holds watches and news; both change together.
type memoryNews struct {
	subscriptions *memorySubscriptions

	mu      sync.Mutex
	watches map[[2]string]Watch
	news    map[string]News
}

func newMemoryNews(s *memorySubscriptions) *memoryNews {
	return &memoryNews{subscriptions: s, watches: map[[2]string]Watch{}, news: map[string]News{}}
}

func (m *memoryNews) Subjects(context.Context) ([]Watch, error) {
	all := m.subscriptions.filter(func(Subscription) bool { return true })
	m.mu.Lock()
	defer m.mu.Unlock()
	seen := map[[2]string]bool{}
	var out []Watch
	for _, s := range all {
		k := [2]string{s.Subject, s.Topic}
		if seen[k] {
			continue
		}
		seen[k] = true
		w := m.watches[k]
		w.Subject, w.Topic = s.Subject, s.Topic
		out = append(out, w)
	}
	slices.SortFunc(out, func(a, b Watch) int { return cmp.Or(cmp.Compare(a.Subject, b.Subject), cmp.Compare(a.Topic, b.Topic)) })
	return out, nil
}

func (m *memoryNews) Advance(_ context.Context, w Watch, news []News) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	k := [2]string{w.Subject, w.Topic}
	if m.watches[k].Number != w.Number-1 {
		return false, nil
	}
	m.watches[k] = w
	for _, n := range news {
		n.Post, n.Told = "", time.Time{}
		m.news[n.ID] = n
	}
	return true, nil
}

func (m *memoryNews) Forget(ctx context.Context) (int, error) {
	now, err := m.Subjects(ctx)
	if err != nil {
		return 0, err
	}
	wanted := map[[2]string]bool{}
	for _, w := range now {
		wanted[[2]string{w.Subject, w.Topic}] = true
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	return sweepMap(m.watches, func(w Watch) bool { return !wanted[[2]string{w.Subject, w.Topic}] }), nil
}

func (m *memoryNews) Untold(_ context.Context, n int) ([]News, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []News
	for _, one := range m.news {
		if one.Told.IsZero() {
			out = append(out, one)
		}
	}
	slices.SortFunc(out, func(a, b News) int { return cmp.Compare(a.ID, b.ID) })
	return out[:min(n, len(out))], nil
}

func (m *memoryNews) Bundle(_ context.Context, post string, ids []string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, id := range ids {
		if n, ok := m.news[id]; ok && n.Post == "" {
			n.Post = post
			m.news[id] = n
		}
	}
	return nil
}

func (m *memoryNews) Told(_ context.Context, post string, at time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for id, n := range m.news {
		if n.Post == post && n.Told.IsZero() {
			n.Told = at
			m.news[id] = n
		}
	}
	return nil
}

func (m *memoryNews) Drop(_ context.Context, ids []string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, id := range ids {
		delete(m.news, id)
	}
	return nil
}

func (m *memoryNews) Posts(_ context.Context, at Address, since time.Time) ([]NewsPost, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var told []News
	for _, n := range m.news {
		if n.To == at.Place() && !n.Told.IsZero() && !n.Told.Before(since) {
			told = append(told, n)
		}
	}
	return NewsPosts(told), nil
}

// NewsPosts are the posts that told some news, oldest first. It orders what it is given.
func NewsPosts(told []News) []NewsPost {
	slices.SortFunc(told, func(a, b News) int { return cmp.Or(a.Told.Compare(b.Told), cmp.Compare(a.ID, b.ID)) })
	var out []NewsPost
	at := map[string]int{}
	for _, n := range told {
		i, known := at[n.Post]
		switch {
		case !known:
			at[n.Post] = len(out)
			out = append(out, NewsPost{n.Post, n.Subject, n.Told})
		case out[i].Subject != n.Subject:
			out[i].Subject = ""
		}
	}
	return out
}

func (m *memoryNews) Sweep(_ context.Context, before time.Time) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return sweepMap(m.news, func(n News) bool { return n.Found.Before(before) && (n.Told.IsZero() || n.Told.Before(before)) }), nil
}
