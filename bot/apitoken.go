package bot

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"github.com/backchannel-portal/backchannel/internal/fault"
)

// APIToken lets a program use the API.
type APIToken struct {
	ID      string    // public; names the token in lists and logs
	Hash    string    // the SHA-256 of the token, in hex; the token itself is shown once and kept nowhere
	Name    string    // what it is for
	Scopes  []string  // what it may do: read, ask, admin
	User    string    // full reference of the User whose rights it has; "": those of programs
	By      string    // who made it
	Made    time.Time // with Expires and Used in UTC
	Expires time.Time // zero: never
	Used    time.Time // about when it was last used; zero: never
}

// APITokens keeps tokens of the API.
type APITokens interface {
	// Put adds a token, or keeps it in place of the one with its id.
	Put(ctx context.Context, t APIToken) error
	// ByHash returns a token that has not expired at now; any other is an error of kind NotFound.
	ByHash(ctx context.Context, hash string, now time.Time) (APIToken, error)
	// List returns all tokens, those that have expired as well, by when they were made.
	List(ctx context.Context) ([]APIToken, error)
	// Remove revokes a token and reports whether it was there.
	Remove(ctx context.Context, id string) (bool, error)
	// Touch notes when a token was used.
	Touch(ctx context.Context, id string, at time.Time) error
}

// Live reports whether a token has not expired.
func (t APIToken) Live(now time.Time) bool { return t.Expires.IsZero() || now.Before(t.Expires) }

type memoryAPITokens struct {
	mu   sync.Mutex
	rows map[string]APIToken
}

func (m *memoryAPITokens) Put(_ context.Context, t APIToken) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	t.Scopes = slices.Clone(t.Scopes)
	m.rows[t.ID] = t
	return nil
}

func (m *memoryAPITokens) ByHash(_ context.Context, hash string, now time.Time) (APIToken, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, t := range m.rows {
		if t.Hash == hash && t.Live(now) {
			return t, nil
		}
	}
	return APIToken{}, fault.New(fault.NotFound, "there is no such token")
}

func (m *memoryAPITokens) List(context.Context) ([]APIToken, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []APIToken
	for _, t := range m.rows {
		out = append(out, t)
	}
	slices.SortFunc(out, func(a, b APIToken) int { return cmp.Or(a.Made.Compare(b.Made), cmp.Compare(a.ID, b.ID)) })
	return out, nil
}

func (m *memoryAPITokens) Remove(_ context.Context, id string) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	_, known := m.rows[id]
	delete(m.rows, id)
	return known, nil
}

func (m *memoryAPITokens) Touch(_ context.Context, id string, at time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if t, ok := m.rows[id]; ok {
		t.Used = at
		m.rows[id] = t
	}
	return nil
}
