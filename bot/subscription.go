package bot

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"github.com/backchannel-portal/backchannel/internal/lang"
)

// Subscription is a place that wants to hear about a subject.
type Subscription struct {
	Address Address
	Subject string // full reference of an entity
	Topic   string // what about it: "ownership", "lifecycle", "problems", or a plugin's own
	By      Actor
	Lang    lang.Lang
	Zone    string // IANA name, for quiet hours and the time of digests; "" when not known
	Muted   bool
	Since   time.Time
	Direct  bool // the address is a direct message with By: what is told there is what they may see
}

// Reader is the address by which is known who reads what is told: that of the person in a direct message.
func (s Subscription) Reader() Address {
	if !s.Direct {
		return s.Address
	}
	return Address{Platform: s.Address.Platform, Workspace: s.Address.Workspace, Channel: DirectTo + s.By.ID}
}

// Subscriptions keeps subscriptions. One of an address, subject and topic is one subscription.
type Subscriptions interface {
	// Put adds a subscription or changes the one that is there, and reports whether it was added.
	Put(ctx context.Context, s Subscription) (added bool, err error)
	// Remove ends a subscription and reports whether it was there.
	Remove(ctx context.Context, at Address, subject, topic string) (bool, error)
	// Of returns the subscriptions of an address, by subject and topic.
	Of(ctx context.Context, at Address) ([]Subscription, error)
	// About returns who wants to hear about a subject and topic, muted ones included, by address.
	About(ctx context.Context, subject, topic string) ([]Subscription, error)
	// End removes all of a channel that is gone, or with channel "" all of a workspace, and returns how many.
	End(ctx context.Context, platform, workspace, channel string) (int, error)
}

type subscriptionKey struct {
	at             Address
	subject, topic string
}

type memorySubscriptions struct {
	mu   sync.Mutex
	rows map[subscriptionKey]Subscription
}

func (m *memorySubscriptions) Put(_ context.Context, s Subscription) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	k := subscriptionKey{s.Address, s.Subject, s.Topic}
	_, known := m.rows[k]
	m.rows[k] = s
	return !known, nil
}

func (m *memorySubscriptions) Remove(_ context.Context, at Address, subject, topic string) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	k := subscriptionKey{at, subject, topic}
	_, known := m.rows[k]
	delete(m.rows, k)
	return known, nil
}

func (m *memorySubscriptions) Of(_ context.Context, at Address) ([]Subscription, error) {
	return m.filter(func(s Subscription) bool { return s.Address == at }), nil
}

func (m *memorySubscriptions) About(_ context.Context, subject, topic string) ([]Subscription, error) {
	return m.filter(func(s Subscription) bool { return s.Subject == subject && s.Topic == topic }), nil
}

func (m *memorySubscriptions) filter(keep func(Subscription) bool) []Subscription {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []Subscription
	for _, s := range m.rows {
		if keep(s) {
			out = append(out, s)
		}
	}
	slices.SortFunc(out, func(a, b Subscription) int {
		return cmp.Or(a.Address.compare(b.Address), cmp.Compare(a.Subject, b.Subject), cmp.Compare(a.Topic, b.Topic))
	})
	return out
}

func (a Address) compare(b Address) int {
	return cmp.Or(cmp.Compare(a.Platform, b.Platform), cmp.Compare(a.Workspace, b.Workspace), cmp.Compare(a.Channel, b.Channel), cmp.Compare(a.Thread, b.Thread))
}

func (m *memorySubscriptions) End(_ context.Context, platform, workspace, channel string) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return sweepMap(m.rows, func(s Subscription) bool {
		return s.Address.Platform == platform && s.Address.Workspace == workspace && (channel == "" || s.Address.Channel == channel)
	}), nil
}
